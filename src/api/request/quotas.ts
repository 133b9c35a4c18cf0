/** Processes exchange counts each second, so together they may exceed the quota by one second's requests. */
import type { ServerResponse } from 'node:http'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import * as store from '../../store/access/quotas.js'
import type { Db } from '../../store/db/db.js'

const WINDOW_MS = 60_000
const TOLD_MS = 1_000
/** Further addresses share one count. */
const ADDRESSES_MOST = 10_000
const OTHERS = 'others'

interface ChargedRequest {
  response: ServerResponse
  address: string
}

export type Quotas = ReturnType<typeof makeQuotas>

interface QuotaCount {
  known: number
  own: number
}

interface QuotaDependencies {
  db: Db
  log: Log
  now: () => Date
  quota?: number | undefined
}

/** Charges the present minute: a stream outlasts that of its request. */
export const makeQuotas = ({ db, log, now: clock, quota = 0 }: QuotaDependencies) => {
  let counts = new Map<string, QuotaCount>()
  let addresses = 0
  let windowStart = 0
  let toldAt = 0
  let telling = false

  const countOf = (key: string, isAddress: boolean): QuotaCount => {
    const before = counts.get(key)
    if (before !== undefined) return before
    if (isAddress && addresses >= ADDRESSES_MOST && key !== OTHERS) return countOf(OTHERS, true)
    addresses += isAddress ? 1 : 0
    const made = { known: 0, own: 0 }
    counts.set(key, made)
    return made
  }
  const tellInTime = (now: number): void => {
    if (telling || Math.abs(now - toldAt) < TOLD_MS) return
    telling = true
    toldAt = now
    report(db, counts, windowStart)
      .catch((error) => log.warn({ err: error }, 'what was asked could not be told to the other processes'))
      .finally(() => {
        telling = false
      })
  }

  const count = (
    { response, address }: ChargedRequest,
    { sub, units, refuses }: { sub: string | null; units: number; refuses: boolean },
  ): void => {
    if (quota === 0) return
    const now = clock().getTime()
    const start = now - (now % WINDOW_MS)
    if (start !== windowStart) {
      windowStart = start
      counts = new Map()
      addresses = 0
    }
    const counted = sub === null ? countOf(`address ${address}`, true) : countOf(`holder ${sub}`, false)
    const over = refuses && counted.known + counted.own >= quota
    if (!over) counted.own += units
    tellInTime(now)
    const reset = Math.ceil((start + WINDOW_MS - now) / 1_000)
    const left = Math.max(0, quota - counted.known - counted.own)
    writeRateLimit(response, { quota, left, reset, over })
    if (over) throw new Refusal('QUOTA_EXCEEDED', { limit: quota, retryAfter: reset })
  }

  return {
    /** Refusal QUOTA_EXCEEDED. */
    charge: (asked: ChargedRequest, sub: string | null, units = 1): void => count(asked, { sub, units, refuses: true }),
    chargeWithoutRefusing: (asked: ChargedRequest, sub: string | null, units: number): void =>
      count(asked, { sub, units, refuses: false }),
  }
}

const report = async (db: Db, counts: ReadonlyMap<string, QuotaCount>, start: number): Promise<void> => {
  const unsaved = [...counts].filter(([, { own }]) => own > 0).map(([key, { own }]) => ({ key, used: own }))
  if (unsaved.length === 0) return
  const sums = await store.addUsage(db, unsaved, new Date(start))
  for (const { key, used } of unsaved) {
    const count = counts.get(key)
    if (count === undefined) continue
    count.own -= used
    count.known = Math.max(count.known + used, sums.get(key) ?? 0)
  }
}

const writeRateLimit = (
  response: ServerResponse,
  { quota, left, reset, over }: { quota: number; left: number; reset: number; over: boolean },
): void => {
  if (response.headersSent) return
  response.setHeader('RateLimit-Policy', `"minute";q=${quota};w=${WINDOW_MS / 1_000}`)
  response.setHeader('RateLimit', `"minute";r=${left};t=${reset}`)
  if (over) response.setHeader('Retry-After', String(reset))
}

const COST_OF_A_UNIT = 100

export const countUnitsBeyondFirst = (cost: number): number => Math.max(0, Math.ceil(cost / COST_OF_A_UNIT) - 1)
