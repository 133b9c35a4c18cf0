import type { MatterHeadFragment } from './fragments.generated.js'
import type { MatterQuery, MatterTimeUnit } from './matters.generated.js'

type ShownClock = NonNullable<MatterQuery['matter']>['clocks'][number]

const UNITS: Record<MatterTimeUnit, string> = { WORKDAYS: '个工作日', DAYS: '日', HOURS: '小时', SET: '日' }
const DAY_MS = 86_400_000
const PARTS = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' })

export const spanText = ({ value, unit }: { value: number; unit: MatterTimeUnit }): string => `${value}${UNITS[unit]}`

const dayWords = (day: string, year: string): string =>
  `${day.startsWith(year) ? '' : `${day.slice(0, 4)}年`}${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`

const nextDay = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)

/** Returns 9月25日至27日、10月9日. */
const daysWords = (days: readonly string[], year: string): string => {
  const runs: [first: string, last: string][] = []
  for (const day of days.toSorted()) {
    const run = runs.at(-1)
    if (run !== undefined && nextDay(run[1]) === day) run[1] = day
    else runs.push([day, day])
  }
  return runs
    .map(([first, last]) => {
      if (first === last) return dayWords(first, year)
      const end = last.slice(0, 7) === first.slice(0, 7) ? `${Number(last.slice(8))}日` : dayWords(last, year)
      return `${dayWords(first, year)}至${end}`
    })
    .join('、')
}

/** How a clock was counted, such as 自9月22日起15个工作日，其中10月1日至7日不计入，10月10日计入，10月20日到期. */
export const describeClock = ({ startsAt, dueOn, dueAt, spans, statedDay, ...clock }: ShownClock): string => {
  if (statedDay !== null) {
    const day = dayWords(statedDay, (startsAt ?? '-').slice(0, 4))
    return `文书确定或者延期后的日期：${day}到期，不因节假日调整而变`
  }
  const spanWords = spans.map((span, i) => (i === 0 ? spanText(span) : `延长${spanText(span)}`)).join('，')
  if (startsAt === null) return `自承办单位收悉起${spanWords}；尚未收悉，没有起算`
  const [began = '', time = ''] = PARTS.format(new Date(startsAt)).split(' ')
  const year = began.slice(0, 4)
  const from = `自${dayWords(began, year)}${dueAt === null ? '' : ` ${time}`}起`
  if (dueOn === null) return `${from}${spanWords}；现已中止，恢复后再计算到期日`
  const end = dueAt === null ? '' : ` ${PARTS.format(new Date(dueAt)).split(' ')[1]}`
  return [
    `${from}${spanWords}`,
    ...(clock.uncounted.length > 0 ? [`其中${daysWords(clock.uncounted, year)}不计入`] : []),
    ...(clock.makeUp.length > 0 ? [`${daysWords(clock.makeUp, year)}计入`] : []),
    `${dayWords(dueOn, year)}${end}到期${clock.provisional ? '（节假日安排尚未公布，可能变动）' : ''}`,
  ].join('，')
}

export const wayOf = ({ sender, senderName, holder, holderName }: MatterHeadFragment): string =>
  `${senderName?.zh ?? sender} → ${holderName?.zh ?? holder ?? '—'}`
