/** Hours are those of Asia/Shanghai. */
import { addDays, shanghaiDate } from '../../foundation/time/dates.js'
import { computeRetryWait, type RetrySchedule } from '../delivery/retry.js'

export interface SendingChoice {
  /** Hour of the daily digest; null: at once. */
  digestHour: number | null
  /** Quiet hours; both null for none. */
  quietFrom: number | null
  quietTo: number | null
}

const RETRIES: RetrySchedule = { first: 60, longest: 4 * 3_600 } // seconds
const ATTEMPTS_MOST = 24
export const MESSAGE_LIVES_MS = 72 * 3_600_000
const SECOND_MS = 1_000

const isHour = (value: number | null): boolean =>
  value === null || (Number.isInteger(value) && value >= 0 && value <= 23)

export const findChoiceFault = ({ digestHour, quietFrom, quietTo }: SendingChoice): string | null => {
  if (![digestHour, quietFrom, quietTo].every(isHour))
    return '时刻应为 0–23 的整点 an hour is a whole number from 0 to 23'
  if ((quietFrom === null) !== (quietTo === null))
    return '免打扰时段应有起止两个时刻 quiet hours need a beginning and an end'
  if (quietFrom !== null && quietFrom === quietTo)
    return '免打扰时段的起止不得相同 quiet hours begin and end at different hours'
  return digestHour !== null && isQuiet({ quietFrom, quietTo }, digestHour)
    ? '汇总时刻不得在免打扰时段内 the digest may not fall into the quiet hours'
    : null
}

type QuietHours = Pick<SendingChoice, 'quietFrom' | 'quietTo'>

const isQuiet = ({ quietFrom, quietTo }: QuietHours, hour: number): boolean => {
  if (quietFrom === null || quietTo === null) return false
  return quietFrom < quietTo ? hour >= quietFrom && hour < quietTo : hour >= quietFrom || hour < quietTo
}

const atHour = (day: string, hour: number): Date => new Date(`${day}T${String(hour).padStart(2, '0')}:00:00+08:00`)

const nextAtHour = (now: Date, hour: number): Date => {
  const today = shanghaiDate(now)
  const at = atHour(today, hour)
  return at >= now ? at : atHour(addDays(today, 1), hour)
}

const hourOf = (instant: Date): number => {
  const midnight = atHour(shanghaiDate(instant), 0)
  return Math.floor((instant.getTime() - midnight.getTime()) / 3_600_000)
}

export const afterQuietHours = (choice: QuietHours, instant: Date): Date =>
  choice.quietTo !== null && isQuiet(choice, hourOf(instant)) ? nextAtHour(instant, choice.quietTo) : instant

export const findSendingTime = (choice: SendingChoice, now: Date): Date =>
  afterQuietHours(choice, choice.digestHour === null ? now : nextAtHour(now, choice.digestHour))

/** Returns null once the attempts are used up. `spread` (0–1) keeps many retries apart. */
export const scheduleMessageRetry = (attempts: number, now: Date, spread: number): Date | null =>
  attempts >= ATTEMPTS_MOST ? null : new Date(now.getTime() + SECOND_MS * computeRetryWait(RETRIES, attempts, spread))
