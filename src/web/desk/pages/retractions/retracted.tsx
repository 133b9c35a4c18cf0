import { Link } from 'react-router'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText, waitedText } from '../../pieces/dates.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { platformNameIn } from '../../pieces/platform-names.js'
import { chineseHalfOf } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { pageAt } from '../../routes.js'
import { useMay } from '../../session/session.js'
import { DELIVERY_STATE_WORDS } from '../deliveries/words.js'
import type { RetractionsQuery } from './retractions.generated.js'

export type RetractionNode = RetractionsQuery['retractions']['nodes'][number]
export type RetractionReceiver = RetractionNode['receivers'][number]

export const retractedNameOf = ({ listing, name, kind }: RetractionNode): string =>
  listing?.operator.name ?? name ?? labelOf('SubjectKind', kind)

/** Measures of an entry that stands again have no day. */
export const unliftedMeasuresOf = ({ listing }: RetractionNode) =>
  listing?.measures.filter(({ dueOn, lifted }) => dueOn !== null && !lifted) ?? []

/** Even a confirmed removal waits until the platform's display has been read. */
const isReceiverWaiting = ({ state, check }: RetractionReceiver): boolean =>
  state === 'OWED' || state === 'REFUSED' || check === 'DUE'

export const retractionProgressOf = (receivers: readonly RetractionReceiver[]) => ({
  confirmed: receivers.filter((one) => one.state === 'CONFIRMED' && !isReceiverWaiting(one)).length,
  closed: receivers.filter(({ state }) => state === 'CLOSED').length,
  waits: receivers.filter(isReceiverWaiting),
})

interface RetractedProps {
  of: RetractionNode
  names: ReadonlyMap<string, string>
  onClose: (of: RetractionNode, platform: string, reason: string) => Promise<void>
}

export const RetractionPanel = ({ of, names, onClose }: RetractedProps) => {
  const { confirmed, closed, waits } = retractionProgressOf(of.receivers)
  const unlifted = unliftedMeasuresOf(of)
  const listing = of.listing && `/listings/${of.listing.id}`
  return (
    <>
      <p>
        {instantText(of.removedAt)} {of.receivers.length === 0 ? '移出，没有平台曾收到该条目' : '起应告知各平台'}
        {of.reasonText && <>，{of.reasonText}</>}
        {of.documentNumber && <>（{of.documentNumber}）</>}。
        {listing && pageAt(listing) && <Link to={listing}>看名单记录</Link>}{' '}
        <Link to={`/deliveries?subject=${encodeURIComponent(of.key)}`}>看这一对象的全部推送</Link>
      </p>
      <dl className="stats">
        <div>
          <dt>信用平台已撤下</dt>
          <dd className={waits.length === 0 ? 'good' : ''}>
            {confirmed}/{of.receivers.length}
          </dd>
        </div>
        <div>
          <dt>未办结</dt>
          <dd className={waits.length > 0 ? 'bad' : ''}>{formatNumber(waits.length)}</dd>
        </div>
        <div>
          <dt>由人办结</dt>
          <dd>{formatNumber(closed)}</dd>
        </div>
        <div>
          <dt>电商平台已确认</dt>
          <dd>
            {of.marketplaces.length === 0
              ? '—'
              : `${of.marketplaces.filter(({ state }) => state === 'CONFIRMED').length}/${of.marketplaces.length}`}
          </dd>
        </div>
      </dl>
      {of.receivers.length > 0 && (
        <PlainTable
          label="信用平台"
          columns={[
            { title: '信用平台' },
            { title: '曾收到' },
            { title: '告知移出' },
            { title: '确认撤下' },
            { title: '状态' },
            { title: '办理' },
          ]}
          rows={of.receivers.map((one) => ({
            key: one.platform,
            cells: [
              platformNameIn(names, one.platform),
              one.got ? instantText(one.gotAt) : `发出未获答复 ${instantText(one.gotAt)}`,
              one.toldAt === null ? '尚未' : `${instantText(one.toldAt)}（共 ${one.attempts} 次）`,
              one.confirmedAt === null ? '尚未' : instantText(one.confirmedAt),
              <Standing key="state" of={one} since={of.removedAt} />,
              <Closing
                key="close"
                of={of}
                receiver={one}
                name={platformNameIn(names, one.platform)}
                onClose={onClose}
              />,
            ],
          }))}
        />
      )}
      {unlifted.length > 0 && (
        <PlainTable
          label="尚未确认解除的惩戒措施"
          columns={[
            { title: '实施单位' },
            { title: '尚未确认解除的惩戒措施' },
            { title: '情况' },
            { title: '至迟解除' },
          ]}
          rows={unlifted.map((one) => ({
            key: one.matter,
            cells: [
              one.organisation.zh,
              one.item,
              one.stateName.zh,
              <span key="due" className={one.late ? 'bad' : ''}>
                {one.dueOn ?? '—'}
                {one.late && '，已逾期'}
              </span>,
            ],
          }))}
        />
      )}
      {of.marketplaces.length > 0 && (
        <PlainTable
          label="电子商务平台"
          columns={[
            { title: '电子商务平台' },
            { title: '变更序号', align: 'right' },
            { title: '方式' },
            { title: '告知' },
            { title: '确认' },
            { title: '状态' },
          ]}
          rows={of.marketplaces.map((one) => ({
            key: one.client,
            cells: [
              one.client,
              one.sequence,
              one.webhook ? '回调' : '自行读取',
              one.toldAt === null ? '尚未' : instantText(one.toldAt),
              one.confirmedAt === null
                ? '尚未'
                : `${instantText(one.confirmedAt)}（${labelOf('RetractionConfirmed', one.confirmedBy)}）`,
              <span key="state" className={one.state === 'CONFIRMED' ? 'good' : 'warn'}>
                {labelOf('RetractionHeard', one.state)}
              </span>,
            ],
          }))}
        />
      )}
    </>
  )
}

const Standing = ({ of, since }: { of: RetractionReceiver; since: string }) => (
  <>
    <span className={of.check === 'DUE' ? 'warn' : DELIVERY_STATE_WORDS[of.state].tone}>
      {of.state === 'FOLDED' ? '该条目已重新公示' : DELIVERY_STATE_WORDS[of.state].word}
    </span>
    {of.check && <div className="soft">{labelOf('RemovalCheck', of.check)}</div>}
    {of.state === 'OWED' && <span className="soft"> 已等 {waitedText(since)}</span>}
    {of.lastError && <div className="bad">{chineseHalfOf(of.lastError)}</div>}
    {of.closed && (
      <div className="soft">
        {of.closed.by} {instantText(of.closed.at)}：{of.closed.reason}
      </div>
    )}
  </>
)

interface ClosingProps {
  of: RetractionNode
  receiver: RetractionReceiver
  name: string
  onClose: RetractedProps['onClose']
}

const Closing = ({ of, receiver, name, onClose }: ClosingProps) => {
  const mayClose = useMay('close_retraction')
  if (!isReceiverWaiting(receiver)) return <>—</>
  if (!mayClose) return <span className="soft">限经办人、复核人</span>
  return (
    <ConfirmButton
      action="办结"
      button={{ size: 'small', 'aria-label': `办结：${name}` }}
      follows={[`不再向${name}告知这次移出；该平台可能仍在展示`, '台账记明由谁、因何办结', '不能撤销']}
      asks={{ label: '理由，如平台已书面答复' }}
      onDo={(reason) => onClose(of, receiver.platform, reason)}
    />
  )
}
