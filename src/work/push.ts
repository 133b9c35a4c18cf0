/**
 * Push: what each platform is owed, batch by batch, until nothing is due. Claimed with a lease, sent outside any
 * transaction, closed row by row by the receipts; whatever stays silent is owed as before. One platform's trouble is its own.
 */
import { NO_RECEIPT, nextTry } from '../domain/delivery.js'
import { isRefusal, reasonOf } from '../errors.js'
import type { Log } from '../log.js'
import type { Platform } from '../platforms/platform.js'
import type { Db } from '../store/db.js'
import * as deliveries from '../store/deliveries.js'
import * as locks from '../store/locks.js'
import * as runs from '../store/runs.js'

/** A claimed batch belongs to its sender for so long, milliseconds; longer than a send may take. */
const LEASE_MS = 60_000
/** Batches in one run: a bound on the loop, the rest stays due for the next. */
const BATCHES_MAX = 10_000
/** How long a second push to the same platform waits for the first, milliseconds. */
const WAIT_FOR_PLATFORM_MS = 60_000

export interface Pushed {
  platform: string
  sent: number
  accepted: number
  rejected: number
  outstanding: number
}

export interface PushOptions {
  platforms: readonly { platform: Platform; url: string; secret: string }[]
  /** Ids of platforms without an address: nothing is sent, what they are owed is told. */
  silent: readonly string[]
  cause: runs.Cause
  plannedFor?: Date | null
  now: () => Date
  random: () => number
  log: Log
  progress?: (sent: number) => void
  signal?: AbortSignal
}

/** All platforms side by side. `unreachable` names those that did not answer; their deliveries stay owed. */
export const push = async (
  db: Db,
  options: PushOptions,
): Promise<{ platforms: Pushed[]; unreachable: string[]; ms: number }> => {
  const startedAt = options.now()
  const unreachable: string[] = []
  const results = await Promise.all(
    options.platforms.map((to) =>
      pushOne(db, to, options, () => {
        unreachable.push(to.platform.id)
      }),
    ),
  )
  const backlog = new Map((await deliveries.backlog(db)).map((row) => [row.platform, row.outstanding]))
  const platforms = [...results, ...options.silent.map(nothingSent)].map((result) => ({
    ...result,
    outstanding: backlog.get(result.platform) ?? 0,
  }))
  return { platforms, unreachable, ms: options.now().getTime() - startedAt.getTime() }
}

const nothingSent = (platform: string): Pushed => ({ platform, sent: 0, accepted: 0, rejected: 0, outstanding: 0 })

type Sending = { platform: Platform; url: string; secret: string }

const pushOne = async (db: Db, to: Sending, options: PushOptions, silent: () => void): Promise<Pushed> => {
  const subject = to.platform.id
  const counts = nothingSent(subject)
  await locks.alone(db, `push:${subject}`, options.plannedFor ? 0 : WAIT_FOR_PLATFORM_MS, async () => {
    const start = {
      job: 'push' as const,
      subject,
      cause: options.cause,
      plannedFor: options.plannedFor ?? null,
      now: options.now(),
    }
    const run = await runs.start(db, start)
    if (run === null) return
    try {
      for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
        options.signal?.throwIfAborted()
        const now = options.now()
        const claimed = await deliveries.claim(db, subject, {
          limit: to.platform.batchSize,
          now,
          leaseUntil: new Date(now.getTime() + LEASE_MS),
        })
        if (claimed.length === 0) break
        await sendBatch(db, `${run}-${batch}`, to, claimed, counts, options)
        options.progress?.(counts.sent)
      }
      await runs.finish(db, run, { outcome: 'DONE', counts: ofRun(counts), now: options.now() })
    } catch (error) {
      if (isRefusal(error)) silent()
      const told = isRefusal(error)
        ? { code: error.code, message: error.message }
        : { code: 'INTERNAL', message: reasonOf(error) }
      await runs.finish(db, run, { outcome: 'FAILED', counts: ofRun(counts), error: told, now: options.now() })
      if (!isRefusal(error)) throw error
    }
  })
  return counts
}

const ofRun = ({ sent, accepted, rejected }: Pushed) => ({ sent, accepted, rejected })

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
  try {
    const batch = { id, sentAt: options.now().toISOString(), notices: good.map((delivery) => delivery.notice) }
    const receipts = await to.platform.send(batch, {
      url: to.url,
      secret: to.secret,
      ...(options.signal ? { signal: options.signal } : {}),
    })
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
  } catch (error) {
    const retryAfter = isRefusal(error) ? Number(error.details['retryAfterSeconds'] ?? 0) : 0
    for (const delivery of good) await postpone(db, delivery, reasonOf(error), options, retryAfter)
    options.log.warn({ platform: to.platform.id, reason: reasonOf(error) }, 'platform did not answer')
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
