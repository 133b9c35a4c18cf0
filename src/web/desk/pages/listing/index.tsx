import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { Link, useParams } from 'react-router'
import { MOVES } from '../../../../domain/listing/moves.js'
import { useAddressState } from '../../pieces/address.js'
import { OperatorCode, operatorCodeOf, operatorPath } from '../../pieces/code.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { CaseFileButtons } from '../../pieces/lists/export.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { ConcernLine } from '../concerns/index.js'
import { AttachmentsPanel } from './attachments.js'
import { type CaseFile, isPubliclyShown, type MoveOutlook, operatorNameOf } from './case.js'
import { MovesPanel } from './deeds.js'
import { DocumentsPanel } from './documents.js'
import {
  BasisPanel,
  DeadlinesPanel,
  DeliveriesPanel,
  MeasuresPanel,
  MoveHistoryPanel,
  PublicTextPanel,
} from './facts.js'
import { KeeperPanel } from './keeper.js'
import { ListingCaseDocument, OutlooksDocument } from './listing.generated.js'
import { nextMoves, ProcessLine } from './stages.js'

export const ConcernsPanel = ({ of, onChanged }: { of: CaseFile; onChanged: () => void }) => {
  const waiting = of.concerns.filter(({ settledAt }) => settledAt === null)
  const settled = of.concerns.filter(({ settledAt }) => settledAt !== null)
  if (of.concerns.length === 0) return null
  return (
    <section className="panel wide" aria-labelledby="concerns">
      <h2 id="concerns" className={waiting.length > 0 ? 'bad' : ''}>
        待核事项 {waiting.length} 项
      </h2>
      {waiting.length === 0 && <EmptyNotice>都已办结。</EmptyNotice>}
      {waiting.map((concern) => (
        <ConcernLine key={concern.id} of={concern} onSettled={onChanged} />
      ))}
      {settled.length > 0 && (
        <details>
          <summary>已办结 {settled.length} 项</summary>
          {settled.map((concern) => (
            <ConcernLine key={concern.id} of={concern} onSettled={onChanged} />
          ))}
        </details>
      )}
    </section>
  )
}

export default function ListingPage() {
  const { id = '' } = useParams()
  const moves = useMay('move_listing')
  const [asked, ask] = useAddressState({ deed: '' })
  const found = useQuery(ListingCaseDocument, { variables: { id, moves }, fetchPolicy: 'no-cache' })
  const outlook = useQuery(OutlooksDocument, { variables: { id }, fetchPolicy: 'no-cache', skip: !moves })
  const again = () => {
    void found.refetch()
    if (moves) void outlook.refetch()
  }
  const of = found.data?.listing ?? null
  const isMissing = found.data !== undefined && of === null
  const outlooks = outlook.data?.listing?.outlooks ?? []
  return (
    <>
      <PageHead
        title={of ? operatorNameOf(of) : isMissing ? '没有这条名单记录' : '名单记录'}
        under="/listings"
        extra={
          <span>
            {of && <NextDeed of={of} outlooks={outlooks} />}{' '}
            {of && isPubliclyShown(of) && moves && !of.mirrored && (
              <Button danger onClick={() => ask({ deed: 'hideListing' })}>
                立即暂停公示
              </Button>
            )}{' '}
            {of && !of.mirrored && <CaseFileButtons listing={of.id} title={operatorNameOf(of)} />}{' '}
            <Button loading={found.loading} onClick={again}>
              刷新
            </Button>
          </span>
        }
      >
        {of && <State of={of} />}
      </PageHead>
      {found.error && <RefusalNotice of={found.error} onAgain={again} />}
      {outlook.error && <RefusalNotice of={outlook.error} onAgain={again} />}
      {isMissing && <p>没有这条名单记录，或者您无权查看。</p>}
      {of === null && found.loading && <LoadingNotice of="名单记录" />}
      {of && (
        <div className="panels" aria-busy={found.loading}>
          {!of.mirrored && <ProcessLine of={of} outlooks={outlooks} />}
          {moves && !of.mirrored && (
            <MovesPanel
              of={of}
              outlooks={outlooks}
              chosen={asked.deed}
              onChoose={(deed) => ask({ deed })}
              onChanged={again}
            />
          )}
          <MeasuresPanel of={of} />
          {!of.mirrored && <KeeperPanel of={of} onChanged={again} />}
          <ConcernsPanel of={of} onChanged={again} />
          <BasisPanel of={of} />
          <PublicTextPanel of={of} />
          <div className="stack">
            <DeadlinesPanel of={of} />
            <DeliveriesPanel of={of} platforms={found.data?.platforms ?? []} />
          </div>
          {moves && <DocumentsPanel of={of} onChanged={again} />}
          {moves && <AttachmentsPanel of={of.attachments ?? []} />}
          <MoveHistoryPanel of={of} />
        </div>
      )}
    </>
  )
}

/** The form of the viewer's next step may lie below the fold. */
const NextDeed = ({ of, outlooks }: { of: CaseFile; outlooks: readonly MoveOutlook[] }) => {
  const next = nextMoves(of)
  const own = outlooks.find(({ move, yours }) => yours && next.includes(move))
  if (own === undefined) return null
  return (
    <Link to={`?deed=${own.move}`} onClick={() => document.getElementById('deeds')?.scrollIntoView()}>
      办理：{MOVES[own.move].zh}
    </Link>
  )
}

const State = ({ of }: { of: CaseFile }) => (
  <p className="standing">
    <Link to={operatorPath(of.operator)}>
      <OperatorCode of={operatorCodeOf(of.operator)} />
    </Link>
    <span>{of.list?.name.zh ?? of.kind}</span>
    <b className={isPubliclyShown(of) ? 'bad' : of.state === 'HIDDEN' ? 'warn' : ''}>
      {labelOf('ListingState', of.state)}
    </b>
    {of.contested && <span className="warn">有争议或中止执行</span>}
    {of.hiding && !of.hiding.confirmed && (
      <span className={of.hiding.late ? 'bad' : 'warn'}>
        暂停公示待第二人确认
        {of.hiding.late ? '，已逾期' : of.hiding.confirmUntil ? `（${of.hiding.confirmUntil} 以前）` : ''}
      </span>
    )}
    {of.mirrored && <span className="soft">由其他机关决定（转录），不在此办理</span>}
  </p>
)
