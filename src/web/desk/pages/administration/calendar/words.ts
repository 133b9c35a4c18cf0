import { dayText } from '../../../pieces/dates.js'
import type { CalendarProposalLineFragment } from '../fragments.generated.js'

type AmendedDays = Pick<CalendarProposalLineFragment, 'holidays' | 'workdays' | 'ordinary' | 'knownUntil'>

export const amendmentWords = ({ holidays, workdays, ordinary, knownUntil }: AmendedDays): string[] => [
  ...holidays.map((on) => `${dayText(on)} 改为放假`),
  ...workdays.map((on) => `${dayText(on)} 改为上班`),
  ...ordinary.map((on) => `${dayText(on)} 恢复为按星期计算`),
  ...(knownUntil ? [`节假日已公布至 ${knownUntil}`] : []),
]
