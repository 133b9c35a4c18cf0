import { chineseHalfOf } from '../../pieces/refusal.js'
import { TimeLine, type TimeLineEvent } from '../../pieces/time-line.js'
import { labelOf } from '../../pieces/words.js'

export interface PlatformReceipt {
  accepted: boolean
  code: string
  text: string
  field: string | null
  value: string | null
  receiverId: string | null
  /** Absent or null when the hub's own check refused the delivery. */
  batch?: string | null
  row?: number | null
}

export interface DeliveryHistory {
  state: string
  check: string | null
  action: string
  attempts: number
  owedAt: string
  sentAt: string | null
  confirmedAt: string | null
  lastError: string | null
  receipt: unknown
  advice: { code: string; zh: string } | null
  closed: { at: string; by: string; reason: string } | null
  acts: readonly { act: string; by: string; at: string; reason: string; receipt: unknown }[]
}

const answerOf = (receipt: unknown): string => {
  const { code = '', text = '' } = (receipt ?? {}) as Partial<PlatformReceipt>
  return receipt === null ? '此前没有答复' : `此前的答复：${code} ${text}`
}

const momentsOf = (of: DeliveryHistory): TimeLineEvent[] => {
  const moments: TimeLineEvent[] = [
    {
      key: 'owed',
      at: of.owedAt,
      title: `应推送：${labelOf('DeliveryAction', of.action as never)}`,
    },
    ...of.acts.map(
      ({ act, by, at, reason, receipt }, i): TimeLineEvent => ({
        key: `act ${i}`,
        at,
        title: `${by} ${act === 'RESEND' ? '重新推送' : '办结'}：${reason}`,
        detail: answerOf(receipt),
        tone: act === 'RESEND' ? 'next' : 'plain',
      }),
    ),
  ]
  if (of.sentAt !== null) moments.push(sentMoment(of, of.sentAt))
  if (of.confirmedAt !== null) moments.push({ key: 'confirmed', at: of.confirmedAt, title: '平台确认', tone: 'good' })
  moments.sort((a, b) => Date.parse(a.at ?? '') - Date.parse(b.at ?? ''))
  const next = nextOf(of)
  return next === null ? moments : [...moments, next]
}

const sentMoment = (of: DeliveryHistory, at: string): TimeLineEvent => {
  const isAfterAll = of.acts.every((act) => Date.parse(act.at) <= Date.parse(at))
  return {
    key: 'sent',
    at,
    title: `最近一次发出（共 ${of.attempts} 次）`,
    ...(of.lastError !== null && { detail: chineseHalfOf(of.lastError) }),
    tone: of.state === 'REFUSED' && isAfterAll ? 'bad' : 'plain',
  }
}

const nextOf = ({ state, attempts, check }: DeliveryHistory): TimeLineEvent | null => {
  if (check === 'DUE')
    return { key: 'next', at: null, title: labelOf('RemovalCheck', check), tone: 'next', isAhead: true }
  if (state === 'CONFIRMED' && check) return { key: 'next', at: null, title: labelOf('RemovalCheck', check) }
  if (state === 'REFUSED') return { key: 'next', at: null, title: '被拒收，待人工处理', tone: 'bad', isAhead: true }
  if (state === 'FOLDED') return { key: 'next', at: null, title: '被后续变更取代，不再推送' }
  if (state !== 'OWED') return null
  const title = attempts === 0 ? '待下次推送时发出' : '待平台确认；未确认的自动再报'
  return { key: 'next', at: null, title, tone: 'next', isAhead: true }
}

export const DeliveryTimeLine = ({ of }: { of: DeliveryHistory }) => (
  <TimeLine label="这件推送的经过" moments={momentsOf(of)} />
)
