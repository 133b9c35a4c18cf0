import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { Link } from 'react-router'
import { dayText, instantText } from '../../pieces/dates.js'
import { LoadingNotice } from '../../pieces/empty.js'
import { PageHead } from '../../pieces/page.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { TimeLine, type TimeLineEvent } from '../../pieces/time-line.js'
import { labelOf } from '../../pieces/words.js'
import { DecideActivation } from './decide.js'
import { type ActivationLineFragment, ScorecardsDocument, type ScorecardsQuery } from './scorecards.generated.js'
import { CARD_STATE_WORDS, cardPath, trialPath } from './words.js'

export default function ScorecardsPage() {
  const { data, loading, error, refetch } = useQuery(ScorecardsDocument)
  const seen = data as ScorecardsQuery | undefined
  const again = () => void refetch()
  return (
    <>
      <PageHead
        title="评分卡"
        extra={
          <Button loading={loading} onClick={again}>
            刷新
          </Button>
        }
      >
        <p className="soft">评分卡先试算，再由一人提议、另一人决定采用；过去的评分不变。</p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={again} />}
      {!seen && loading && <LoadingNotice of="评分卡" />}
      {seen && (
        <div className="panels">
          {seen.scorecardActivations.nodes
            .filter(({ state }) => state === 'PROPOSED')
            .map((one) => (
              <DecideActivation key={one.id} of={one} onDone={again} />
            ))}
          <Versions of={seen.scorecards} />
          <section className="panel wide" aria-label="采用的经过">
            <h2>采用的经过</h2>
            <TimeLine label="采用的经过" moments={seen.scorecardActivations.nodes.map(momentOf)} />
          </section>
        </div>
      )}
    </>
  )
}

const Versions = ({ of }: { of: ScorecardsQuery['scorecards'] }) => {
  const inForce = of.find(({ state }) => state === 'IN_FORCE')
  return (
    <section className="panel wide" aria-label="版本">
      <h2>版本</h2>
      <PlainTable
        label="评分卡的版本"
        columns={[{ title: '版本' }, { title: '名称' }, { title: '状态' }, { title: '办理' }]}
        rows={of.map(({ version, name, state, faults }) => ({
          key: version,
          isMarked: state === 'IN_FORCE',
          cells: [
            name === null ? (
              version
            ) : (
              <Link key="card" to={cardPath(version)}>
                {version}
              </Link>
            ),
            name?.zh ?? '—',
            <State key="state" state={state} faults={faults} />,
            state === 'BROKEN' || state === 'CHANGED' ? (
              <span key="deed" className="soft">
                改正文件后方可试算
              </span>
            ) : state === 'IN_FORCE' ? (
              <span key="deed" className="soft">
                作为试算的对照
              </span>
            ) : (
              <Link key="deed" to={trialPath(version, inForce?.version)}>
                试算 {version}
              </Link>
            ),
          ],
        }))}
      />
    </section>
  )
}

const State = ({
  state,
  faults,
}: {
  state: ScorecardsQuery['scorecards'][number]['state']
  faults: readonly string[]
}) => (
  <>
    <span className={CARD_STATE_WORDS[state].tone}>{CARD_STATE_WORDS[state].word}</span>
    {faults.length > 0 && (
      <details>
        <summary>错误 {faults.length} 处</summary>
        <ul>
          {faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      </details>
    )}
  </>
)

const momentOf = (one: ActivationLineFragment): TimeLineEvent => ({
  key: one.id,
  at: one.decidedAt ?? one.proposedAt,
  title: (
    <>
      {labelOf('ScorecardActivationState', one.state)}：<Link to={cardPath(one.scorecard)}>{one.scorecard}</Link>，自{' '}
      {dayText(one.effectiveOn)}
    </>
  ),
  detail: (
    <>
      {one.proposedBy} {instantText(one.proposedAt)} 提议：{one.reason}
      {one.decidedBy && (
        <>
          ；{one.decidedBy} 决定{one.note ? `：${one.note}` : ''}
        </>
      )}
    </>
  ),
  tone: one.state === 'ACTIVATED' ? 'good' : one.state === 'PROPOSED' ? 'next' : 'plain',
})
