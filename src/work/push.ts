/**
 * Push: what each platform is owed, batch by batch, until nothing is due. Claimed with a lease, sent outside any
 * transaction, closed row by row by the receipts; whatever stays silent is owed as before. One platform's trouble is its own.
 */
import { NO_RECEIPT, nextTry, type Receipt } from '../domain/delivery.js'
import { isRefusal, reasonOf } from '../errors.js'
import type { Log } from '../log.js'
import type { Platform } from '../platforms/platform.js'
import type { Db } from '../store/db.js'
import * as deliveries from '../store/deliveries.js'
import { alone, type Occasioned } from './run.js'

/** A claimed batch belongs to its sender for so long, milliseconds; longer than a send may take. */
const LEASE_MS = 60_000
/** Batches in one run: a bound on the loop, the rest stays due for the next. */
const BATCHES_MAX = 10_000

export interface Pushed {
  platform: string
  sent: number
  accepted: number
  rejected: number
  outstanding: number
}

export interface PushOptions extends Occasioned {
  platforms: readonly { platform: Platform; url: string; secret: string }[]
  /** Ids of platforms without an address: nothing is sent, what they are owed is told. */
  silent: readonly string[]
  random: () => number
  log: Log
  progress?: (sent: number) => void
  signal?: AbortSignal
  /** While true only removals leave: the database was restored from a backup. */
  additionsStopped?: () => Promise<boolean>
  /** Notes outside the database how far it is, before a batch leaves. */
  beforeSending?: (highest: { deliveryId: number; number: number }) => void
}

/** All platforms side by side. `unreachable` names those that did not answer; their deliveries stay owed. */
export const push = async (
  db: Db,
  options: PushOptions,
): Promise<{ platforms: Pushed[]; unreachable: string[]; ms: number }> => {
  const startedAt = options.now()
  const unreachable: string[] = []
  const sending = options.platforms.map(async (to) => {
    const sent = nothingSent(to.platform.id)
    try {
      await pushOne(db, to, sent, options)
    } catch (error) {
      if (!isRefusal(error)) throw error
      unreachable.push(to.platform.id)
    }
    return sent
  })
  // Each is let come to its end: one platform's fault must not leave another's batch half booked.
  const ended = await Promise.allSettled(sending)
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  const results = ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
  const backlog = new Map((await deliveries.backlog(db)).map((row) => [row.platform, row.outstanding]))
  const platforms = [...results, ...options.silent.map(nothingSent)].map((result) => ({
    ...result,
    outstanding: backlog.get(result.platform) ?? 0,
  }))
  return { platforms, unreachable, ms: options.now().getTime() - startedAt.getTime() }
}

const nothingSent = (platform: string): Pushed => ({ platform, sent: 0, accepted: 0, rejected: 0, outstanding: 0 })

type Sending = { platform: Platform; url: string; secret: string }

const pushOne = async (db: Db, to: Sending, counts: Pushed, options: PushOptions): Promise<void> => {
  const subject = to.platform.id
  await alone(db, { ...options, job: 'push', subject }, async (run) => {
    for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
      options.signal?.throwIfAborted()
      const at = options.now()
      const leaseUntil = new Date(at.getTime() + LEASE_MS)
      const only = (await options.additionsStopped?.()) ? ('REMOVE' as const) : null
      const claimed = await deliveries.claim(db, subject, { limit: to.platform.batchSize, now: at, leaseUntil, only })
      if (claimed.length === 0) break
      await sendBatch(db, `${run.id}-${batch}`, to, claimed, counts, options)
      const { sent, accepted, rejected } = counts
      Object.assign(run.counts, { sent, accepted, rejected })
      options.progress?.(sent)
    }
  })
}

const sendBatch = async (
  db: Db,
  id: string,
  to: Sending,
  claimed: readonly deliveries.Delivery[],
  counts: Pushed,
  options: PushOptions,
): Promise<void> => {
  const good: deliveries.Delivery[] = []
  for (const delivery of claimed) {
    const [fault] = to.platform.check(delivery.notice)
    if (fault === undefined) good.push(delivery)
    else {
      counts.rejected += 1
      const receipt = {
        key: delivery.notice.key,
        accepted: false,
        code: fault.rule,
        text: fault.message,
        field: fault.field,
        value: null,
        receiverId: null,
      }
      await deliveries.refuse(db, delivery, receipt)
    }
  }
  if (good.length === 0) return
  options.beforeSending?.({
    deliveryId: Math.max(...good.map((delivery) => delivery.id)),
    number: Math.max(...good.map((delivery) => delivery.number)),
  })
  const receipts = await sendOrPostpone(db, id, to, good, options)
  counts.sent += good.length
  for (const [i, delivery] of good.entries()) {
    const receipt = receipts[i]
    if (receipt?.accepted) {
      counts.accepted += 1
      await deliveries.confirm(db, delivery, receipt, options.now())
    } else if (receipt && receipt.code !== NO_RECEIPT) {
      counts.rejected += 1
      await deliveries.refuse(db, delivery, receipt)
    } else await postpone(db, delivery, '没有回执 no receipt', options)
  }
}

/** A platform that does not answer leaves all as owed as before, for later. */
const sendOrPostpone = async (
  db: Db,
  id: string,
  { platform, url, secret }: Sending,
  good: readonly deliveries.Delivery[],
  options: PushOptions,
): Promise<Receipt[]> => {
  const batch = { id, sentAt: options.now().toISOString(), notices: good.map((delivery) => delivery.notice) }
  try {
    return await platform.send(batch, { url, secret, ...(options.signal ? { signal: options.signal } : {}) })
  } catch (error) {
    const retryAfter = isRefusal(error) ? Number(error.details['retryAfterSeconds'] ?? 0) : 0
    for (const delivery of good) await postpone(db, delivery, reasonOf(error), options, retryAfter)
    options.log.warn({ platform: platform.id, reason: reasonOf(error) }, 'platform did not answer')
    throw error
  }
}

const postpone = (
  db: Db,
  delivery: deliveries.Delivery,
  reason: string,
  options: PushOptions,
  retryAfterSeconds = 0,
): Promise<void> =>
  deliveries.postpone(
    db,
    delivery,
    reason,
    nextTry(delivery.attempts, options.now(), options.random(), retryAfterSeconds),
  )
