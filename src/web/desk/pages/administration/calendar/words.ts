import { dayText } from '../../../pieces/dates.js'
import type { CalendarProposalLineFragment } from '../fragments.generated.js'
import type { DayAmendment } from './months.js'

const AMENDMENT_WORDS: Record<DayAmendment, string> = {
  HOLIDAY: '改为放假',
  WORKDAY: '改为上班',
  ORDINARY: '恢复为按星期计算',
}

export const amendedDayWords = (on: string, amendment: DayAmendment): string =>
  `${dayText(on)} ${AMENDMENT_WORDS[amendment]}`

type AmendedDays = Pick<CalendarProposalLineFragment, 'holidays' | 'workdays' | 'ordinary' | 'knownUntil'>

export const amendmentWords = ({ holidays, workdays, ordinary, knownUntil }: AmendedDays): string[] => [
  ...holidays.map((on) => amendedDayWords(on, 'HOLIDAY')),
  ...workdays.map((on) => amendedDayWords(on, 'WORKDAY')),
  ...ordinary.map((on) => amendedDayWords(on, 'ORDINARY')),
  ...(knownUntil ? [`节假日已公布至 ${knownUntil}`] : []),
]
