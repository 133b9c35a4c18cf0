import type { TimeLineTone } from '../../pieces/time-line.js'

type DeliveryStateName = 'OWED' | 'CONFIRMED' | 'REFUSED' | 'FOLDED' | 'CLOSED'

export const DELIVERY_STATE_WORDS: Record<DeliveryStateName, { word: string; tone: TimeLineTone }> = {
  OWED: { word: '待确认', tone: 'warn' },
  REFUSED: { word: '被拒收', tone: 'bad' },
  CONFIRMED: { word: '已确认', tone: 'good' },
  CLOSED: { word: '已办结', tone: 'plain' },
  FOLDED: { word: '已被取代', tone: 'plain' },
}

interface DeliverySubject {
  key: string
  notice: unknown
  listing: { operator: { name: string | null } } | null
}

export const subjectWords = ({ key, notice, listing }: DeliverySubject): string =>
  (notice as { operator?: { name?: string } } | null)?.operator?.name ?? listing?.operator.name ?? key

export const deliveryPath = (id: string): string => `/deliveries/${encodeURIComponent(id)}`
