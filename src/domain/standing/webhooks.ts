/** How a webhook is told (Standard Webhooks 1.0): what its answers mean, when a message is tried again, when it is given up. Pure. */
import { holdsIdNumber } from '../records/privacy.js'

/** After each attempt that failed, seconds: the schedule that the specification proposes, of about three days in all. */
const TRY_AGAIN_SECONDS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const
/** However long a receiver asks to be let alone, it is told within this, seconds. */
const LONGEST_ASKED_SECONDS = 86_400
/** An address that has taken nothing for so long is told nothing more until its marketplace says so, days. */
export const DISABLED_AFTER_DAYS = 5
/** How long a secret stays good beside its successor. */
export const OVERLAP_HOURS = 24
/** Addresses of one marketplace. */
export const WEBHOOKS_MOST = 5
const URL_MOST = 500
const SECOND_MS = 1_000
const DAY_MS = 86_400_000

/** CONFIRMED: it has it. GONE: it wants no more. BUSY: nothing can be told there now. REFUSED: this one message it does not take. */
export type Meaning = 'CONFIRMED' | 'GONE' | 'BUSY' | 'REFUSED'

const LATER = new Set([408, 425, 429])

export const meaningOf = (status: number): Meaning => {
  if (status >= 200 && status < 300) return 'CONFIRMED'
  if (status === 410) return 'GONE'
  return LATER.has(status) || status >= 500 ? 'BUSY' : 'REFUSED'
}

/** When it is tried again after so many attempts; null: never. `spread` in 0–1 keeps many messages from returning together. */
export const nextTry = (attempts: number, now: Date, spread: number, retryAfterSeconds = 0): Date | null => {
  const planned = TRY_AGAIN_SECONDS[attempts - 1]
  if (planned === undefined) return null
  const seconds = Math.max(planned * (0.9 + spread / 5), Math.min(retryAfterSeconds, LONGEST_ASKED_SECONDS))
  return new Date(now.getTime() + seconds * SECOND_MS)
}

export const isDead = (failingSince: Date, now: Date): boolean =>
  now.getTime() - failingSince.getTime() >= DISABLED_AFTER_DAYS * DAY_MS

/**
 * Why an address cannot be one, in both languages; null: it can. Whether it may be reached is asked each time it is called.
 * A query is refused with credentials: what stands in an address is kept by every log on its way, and a signature needs neither.
 */
export const addressFault = (text: string): string | null => {
  if (text.length > URL_MOST) return `地址过长 an address has ${URL_MOST} characters at most`
  if (!URL.canParse(text)) return '不是地址 not an address'
  const { protocol, username, password, search, hash } = new URL(text)
  if (protocol !== 'https:' && protocol !== 'http:') return '只可使用 https only https'
  if (username !== '' || password !== '') return '地址中不得含账号 an address must hold no credentials'
  if (search !== '' || hash !== '' || /[?#]/.test(text)) return '地址中不得含 ? 或 # an address must hold no ? and no #'
  // As it is written, and as it is read: percent signs hide digits.
  if (holdsIdNumber(text) || holdsIdNumber(decoded(text)))
    return '地址中不得含身份证件号码 an address must hold no ID number'
  return null
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
