import { useQuery } from '@apollo/client/react'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Scorecard } from '../../../../domain/scoring/scorecard.js'
import { useAddressState } from '../../pieces/address.js'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { cardDifferences } from '../scorecard/words.js'
import { DecideActivation } from '../scorecards/decide.js'
import { CARD_STATE_WORDS, cardPath } from '../scorecards/words.js'
import { GradeMatrix, LargestMoves } from './grades.js'
import { ProposeForm } from './propose.js'
import {
  ScorecardTrialDocument,
  type ScorecardTrialQuery,
  TrialCardsDocument,
  type TrialCardsQuery,
  TrialDocumentsDocument,
  type TrialDocumentsQuery,
} from './scorecard-trial.generated.js'
import { SpreadChart, TrialGroups } from './spread.js'
import type { CardTrial } from './trial.js'

type CardChoices = TrialCardsQuery['scorecards']

export default function ScorecardTrialPage() {
  const [asked, ask] = useAddressState({ version: '', against: '' })
  const { data, error, refetch } = useQuery(TrialCardsDocument)
  const seen = data as TrialCardsQuery | undefined
  const card = seen?.scorecards.find(({ version }) => version === asked.version)
  const waiting = seen?.scorecardActivations.nodes.find(
    ({ state, scorecard }) => state === 'PROPOSED' && scorecard === asked.version,
  )
  return (
    <>
      <PageHead title="试算">
        <p className="soft">以一张评分卡对全部主体评分，与另一张对照；只存试算结果，不存评分，不产生线索。</p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {!seen && !error && <LoadingNotice of="评分卡" />}
      {seen && (
        <Choice
          key={`${asked.version} ${asked.against}`}
          cards={seen.scorecards}
          asked={asked}
          onTry={(next) => ask(next, { push: true })}
        />
      )}
      {seen && asked.version === '' && <EmptyNotice>选择一张评分卡，看它与现行的（或另一张）有何不同。</EmptyNotice>}
      {seen && asked.version !== '' && (
        <Tried asked={asked}>
          {(trial) => (
            <>
              {waiting ? (
                <DecideActivation of={waiting} isBesideTrial onDone={() => void refetch()} />
              ) : (
                card && <ProposeForm card={card} trial={trial} onDone={() => void refetch()} />
              )}
            </>
          )}
        </Tried>
      )}
    </>
  )
}

interface TrialQuery {
  version: string
  against: string
}

const optionsOf = (cards: CardChoices) =>
  cards.map(({ version, state }) => ({
    value: version,
    label: `${version}（${CARD_STATE_WORDS[state].word}）`,
    disabled: state === 'BROKEN' || state === 'CHANGED',
  }))

const Choice = ({
  cards,
  asked,
  onTry,
}: {
  cards: CardChoices
  asked: TrialQuery
  onTry: (asked: TrialQuery) => void
}) => {
  const inForce = cards.find(({ state }) => state === 'IN_FORCE')?.version ?? ''
  const [version, setVersion] = useState(asked.version)
  const [against, setAgainst] = useState(asked.against || inForce)
  const isSame = version !== '' && version === against
  return (
    <form className="filters" onSubmit={(event) => event.preventDefault()} aria-label="试算的评分卡">
      <span>试算</span>
      <Select
        aria-label="试算的评分卡"
        {...(version !== '' && { value: version })}
        placeholder="选择评分卡"
        onChange={setVersion}
        options={optionsOf(cards)}
        style={{ width: '18rem' }}
      />
      <span>对照</span>
      <Select
        aria-label="对照的评分卡"
        {...(against !== '' && { value: against })}
        placeholder="现行评分卡"
        onChange={setAgainst}
        options={optionsOf(cards)}
        style={{ width: '18rem' }}
      />
      <Button
        type="primary"
        disabled={version === '' || isSame}
        onClick={() => onTry({ version, against: against === inForce ? '' : against })}
      >
        试算
      </Button>
      {isSame && <span className="warn">与自己对照，什么也不会变；请另选一张。</span>}
    </form>
  )
}

const Tried = ({ asked, children }: { asked: TrialQuery; children: (trial: CardTrial) => React.ReactNode }) => {
  const { data, loading, error, refetch } = useQuery(ScorecardTrialDocument, {
    variables: { version: asked.version, against: asked.against || null },
    fetchPolicy: 'network-only',
    nextFetchPolicy: 'cache-first',
  })
  const trial = (data as ScorecardTrialQuery | undefined)?.scorecardTrial
  if (error) return <RefusalNotice of={error} onAgain={() => void refetch()} />
  if (trial === undefined) return loading ? <LoadingNotice of="试算结果，主体多时需数秒" /> : null
  return (
    <div className="panels">
      <Summary of={trial} />
      <GradeMatrix of={trial} />
      <SpreadChart of={trial} />
      <TrialGroups of={trial} />
      <LargestMoves title="下降最多的" empty="没有分值下降的主体。" moves={trial.down} trial={trial} />
      <LargestMoves title="上升最多的" empty="没有分值上升的主体。" moves={trial.up} trial={trial} />
      <Differences of={trial} />
      {children(trial)}
    </div>
  )
}

const Summary = ({ of }: { of: CardTrial }) => (
  <section className="panel wide" aria-label="结果">
    <h2>
      <Link to={cardPath(of.scorecard)}>{of.scorecard}</Link> 对照 <Link to={cardPath(of.against)}>{of.against}</Link>
    </h2>
    <dl className="stats">
      <div>
        <dt>主体</dt>
        <dd>{formatNumber(of.operators)}</dd>
      </div>
      <div>
        <dt>完全不变</dt>
        <dd>{formatNumber(of.unchanged)}</dd>
      </div>
      <div>
        <dt>等级上升</dt>
        <dd className="good">{formatNumber(of.better)}</dd>
      </div>
      <div>
        <dt>等级下降</dt>
        <dd className={of.worse > 0 ? 'bad' : ''}>{formatNumber(of.worse)}</dd>
      </div>
      {of.spread && (
        <div>
          <dt>平均变动</dt>
          <dd>{of.spread.mean.toFixed(2)} 分</dd>
        </div>
      )}
    </dl>
    <p className="soft">
      按 {of.asOf} 的事实，{instantText(of.madeAt)} 由 {of.madeBy ?? '命令'} 试算
    </p>
  </section>
)

const Differences = ({ of }: { of: CardTrial }) => {
  const { data, error } = useQuery(TrialDocumentsDocument, {
    variables: { version: of.scorecard, against: of.against },
  })
  const seen = data as TrialDocumentsQuery | undefined
  const found = seen && cardDifferences(seen.against.document as Scorecard, seen.tried.document as Scorecard)
  return (
    <section className="panel wide" aria-label="两张卡的不同">
      <h2>两张卡的不同</h2>
      {error && <RefusalNotice of={error} />}
      {found?.length === 0 && <EmptyNotice>两张卡的分值、上限、时限、等级线和封顶都相同。</EmptyNotice>}
      {found && found.length > 0 && (
        <PlainTable
          label="两张卡的不同"
          columns={[{ title: '项目' }, { title: `对照 ${of.against}` }, { title: `试算 ${of.scorecard}` }]}
          rows={found.map(({ place, before, after }) => ({
            key: place,
            cells: [place, before ?? '没有这一项', after ?? '没有这一项'],
          }))}
        />
      )}
    </section>
  )
}
