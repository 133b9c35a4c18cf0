import {
  makeReceipt,
  NO_RECEIPT_CODE,
  type Receipt,
  type ReceiptCodeMeaning,
  scheduleNextDeliveryTry,
  WAITING_CODE,
} from '../../../domain/delivery/delivery.js'
import { untilAborted } from '../../../foundation/abort.js'
import { isRefusal, Refusal, reasonOf } from '../../../foundation/errors.js'
import { groupBy, splitIntoPieces } from '../../../foundation/groups.js'
import type { Platform, PlatformAddress } from '../../../platforms/platform.js'
import * as queue from '../../../store/delivery/delivery-queue.js'
import * as breaker from './circuit-breaker.js'
import { DELIVERY_LEASE_MS, type Sender } from './sender.js'

const CALL_MS = 10_000
const FRESH_MS = 1_000
const ASK_AGAIN_SECONDS = 30
/** A delivery with this many failures is sent alone. */
const ALONE_AFTER = 2
const ALONE_PER_ROUND_MAX = 10
const SECOND_MS = 1_000

/** `later`: the rate limit allows no call now. `failed`: platform or database is silent. `full`: more may be due. */
export type RoundResult =
  | { end: 'sent'; full: boolean }
  | { end: 'nothing' | 'later' }
  | { end: 'failed'; error: unknown }

interface RoundBounds {
  limit: number
  width: number
  only: queue.ClaimScope | undefined
}

type Unsent = Set<queue.ClaimedDelivery>

export const sendRound = async (s: Sender, { limit, width, only }: RoundBounds): Promise<RoundResult> => {
  const now = s.now()
  const leaseUntil = new Date(now.getTime() + DELIVERY_LEASE_MS)
  const { settleSeconds } = s
  const claimed = await queue.claim(s.db, s.platform.id, { limit, now, leaseUntil, settleSeconds, only })
  if (claimed.length === 0) return { end: 'nothing' }
  const unsent = new Set(claimed)
  const result = await sendClaimed(s, unsent, { width, claimedAt: now })
  await putBack(s, [...unsent])
  return result ?? { end: 'sent', full: claimed.length === limit }
}

const sendClaimed = async (
  s: Sender,
  unsent: Unsent,
  { width, claimedAt }: { width: number; claimedAt: Date },
): Promise<RoundResult | null> => {
  await refuseInvalid(s, unsent)
  const unasked = await askAboutUnanswered(s, unsent)
  if (unasked !== null) return unasked
  const unnoted = noteHighest(s, [...unsent])
  // Removals leave even if noting failed: a comparison finds them after a restore.
  const leaving = [...unsent].filter(({ action }) => unnoted === null || action === 'REMOVE')
  let trouble: RoundResult | null = null
  for (const wave of wavesOf(s.platform.batchSize, leaving, width)) {
    if (s.signal?.aborted) break
    if (!(await breaker.waitForRateLimit(s))) return trouble ?? { end: 'later' }
    const ours = await stillHeld(s, wave, claimedAt)
    const failure = await sendWave(s, unsent, ours)
    if (failure === null) continue
    trouble = failure
    if (!ours.flat().every(isWorn)) return trouble
  }
  return unnoted ?? (leaving.every(isWorn) ? trouble : null)
}

const isWorn = ({ failures }: queue.ClaimedDelivery): boolean => failures >= ALONE_AFTER

const refuseInvalid = async (s: Sender, unsent: Unsent): Promise<void> => {
  const bad = [...unsent].flatMap((delivery): queue.DeliveryResult[] => {
    const [fault] = faultsOf(s, delivery)
    if (fault === undefined) return []
    const { rule, message, field } = fault
    const receipt = { ...makeReceipt(delivery.notice.key, rule, message, { field }), batch: null, row: null }
    const error = `${rule} ${message}`
    return [{ delivery, state: 'REFUSED', receipt, error, dueAt: null, failures: 0, unsent: true }]
  })
  await book(s, unsent, bad)
}

const faultsOf = ({ platform, log }: Sender, delivery: queue.ClaimedDelivery): ReturnType<Platform['check']> => {
  try {
    return platform.check(delivery.notice)
  } catch (error) {
    log.error({ err: error, platform: platform.id, delivery: delivery.id }, 'a row could not be checked')
    return [{ field: '', rule: 'CHECK', message: '报文无法校验。The row could not be checked.' }]
  }
}

const askAboutUnanswered = async (s: Sender, unsent: Unsent): Promise<RoundResult | null> => {
  const silent = [...unsent].filter(isUnanswered)
  if (s.platform.ask === undefined || silent.length === 0) return null
  const notices = silent.map(({ notice }) => notice)
  const called = await call(s, async (to) => (await s.platform.ask?.(notices, to)) ?? [])
  if ('error' in called) return fail(s, unsent, called.error, silent)
  const known = silent.flatMap((delivery, i) => {
    const receipt = receiptFor(delivery, called.value[i])
    const { batch = null, row = null } = delivery.receipt ?? {}
    return receipt.code === NO_RECEIPT_CODE ? [] : [resultOf(s, delivery, { ...receipt, batch, row })]
  })
  // Query answers reset the circuit breaker only when no delivery is left.
  if (known.length === unsent.size) await breaker.noteAnswer(s)
  await book(s, unsent, known)
  return null
}

const isUnanswered = ({ attempts, receipt }: queue.ClaimedDelivery): boolean =>
  attempts > 1 && (receipt === null || receipt.code === WAITING_CODE || receipt.code === NO_RECEIPT_CODE)

const noteHighest = (s: Sender, leaving: readonly queue.ClaimedDelivery[]): RoundResult | null => {
  const last = leaving.toSorted((one, other) => other.id - one.id)[0]
  if (last === undefined) return null
  const { id: deliveryId, subjectId: key, createdAt } = last
  try {
    const number = Math.max(...leaving.map((delivery) => delivery.number))
    s.beforeSending?.({ deliveryId, number, key, at: createdAt.toISOString() })
    return null
  } catch (error) {
    if (!s.unnoted)
      s.log.error({ platform: s.platform.id, reason: reasonOf(error) }, 'nothing can be noted: only removals leave')
    s.unnoted = true
    return leaving.every(({ action }) => action === 'REMOVE') ? null : { end: 'failed', error }
  }
}

const wavesOf = (
  size: number,
  leaving: readonly queue.ClaimedDelivery[],
  width: number,
): queue.ClaimedDelivery[][][] => {
  const byKind = groupBy(
    leaving.filter((delivery) => !isWorn(delivery)),
    ({ kind }) => kind,
  )
  const batches = [...byKind.values()].flatMap((same) => splitIntoPieces(same, size))
  const alone = leaving.filter(isWorn).slice(0, ALONE_PER_ROUND_MAX)
  return [...splitIntoPieces(batches, width), ...alone.map((delivery) => [[delivery]])]
}

/** Renews the lease; drops deliveries meanwhile replaced or claimed by another process. */
const stillHeld = async (
  s: Sender,
  wave: queue.ClaimedDelivery[][],
  claimedAt: Date,
): Promise<queue.ClaimedDelivery[][]> => {
  const at = s.now()
  if (at.getTime() - claimedAt.getTime() <= FRESH_MS) return wave
  const ours = await queue.renewLeases(s.db, wave.flat(), new Date(at.getTime() + DELIVERY_LEASE_MS))
  return wave.map((batch) => batch.filter(({ id }) => ours.has(id))).filter((batch) => batch.length > 0)
}

const sendWave = async (
  s: Sender,
  unsent: Unsent,
  wave: readonly (readonly queue.ClaimedDelivery[])[],
): Promise<RoundResult | null> => {
  const sent = await Promise.all(wave.map((batch) => sendBatch(s, batch)))
  const results = sent.flatMap((one) => ('results' in one ? one.results : []))
  if (results.length > 0) {
    s.counts.sent += results.length
    await breaker.noteAnswer(s)
    await book(s, unsent, results)
  }
  const failures = sent.flatMap((one) => ('error' in one ? [one] : []))
  if (failures[0] === undefined) return null
  return fail(
    s,
    unsent,
    failures[0].error,
    failures.flatMap(({ batch }) => batch),
  )
}

type BatchResult = { results: queue.DeliveryResult[] } | { error: unknown; batch: readonly queue.ClaimedDelivery[] }

const sendBatch = async (s: Sender, batch: readonly queue.ClaimedDelivery[]): Promise<BatchResult> => {
  s.batches += 1
  const id = `${s.run}-${s.batches}`
  const notices = batch.map(({ notice }) => notice)
  const sentAt = s.now().toISOString()
  const called = await call(s, (to) => s.platform.send({ id, sentAt, notices }, to))
  if ('error' in called) return { error: called.error, batch }
  return {
    results: batch.map((delivery, i) =>
      resultOf(s, delivery, { ...receiptFor(delivery, called.value[i]), batch: id, row: i + 1 }),
    ),
  }
}

const call = async <T>(
  { url, secret, signal }: Sender,
  work: (to: PlatformAddress) => Promise<T>,
): Promise<{ value: T } | { error: unknown }> => {
  const bound = new AbortController()
  const reason = `超过 ${CALL_MS} 毫秒未应答 took longer than ${CALL_MS} ms`
  const timer = setTimeout(() => bound.abort(new Refusal('PLATFORM_UNREACHABLE', { reason })), CALL_MS)
  const ended = signal ? AbortSignal.any([signal, bound.signal]) : bound.signal
  try {
    ended.throwIfAborted()
    return { value: await untilAborted(work({ url, secret, signal: ended }), ended) }
  } catch (error) {
    return { error }
  } finally {
    clearTimeout(timer)
  }
}

const receiptFor = ({ notice: { key } }: queue.ClaimedDelivery, receipt: Receipt | undefined): Receipt =>
  receipt?.key === key ? receipt : makeReceipt(key, NO_RECEIPT_CODE, '没有回执 no receipt')

const meaningOf = ({ platform }: Sender, { accepted, code }: Receipt): ReceiptCodeMeaning => {
  if (accepted) return 'ACCEPTED'
  return code === NO_RECEIPT_CODE || code === WAITING_CODE ? 'LATER' : (platform.codes[code]?.meaning ?? 'CORRECT')
}

const STATES = { ACCEPTED: 'CONFIRMED', CORRECT: 'REFUSED', LATER: 'OWED' } as const

const resultOf = (s: Sender, delivery: queue.ClaimedDelivery, receipt: queue.BookedReceipt): queue.DeliveryResult => {
  const state = STATES[meaningOf(s, receipt)]
  const { code, text } = receipt
  const error = state === 'CONFIRMED' ? null : `${code} ${text}`
  const dueAt = state === 'OWED' ? nextTryOf(s, delivery, code) : null
  return { delivery, state, receipt, error, dueAt, failures: 0 }
}

const nextTryOf = (s: Sender, { attempts }: queue.ClaimedDelivery, code: string): Date =>
  code === WAITING_CODE
    ? new Date(s.now().getTime() + ASK_AGAIN_SECONDS * SECOND_MS)
    : scheduleNextDeliveryTry(attempts, s.now(), s.random())

const fail = async (
  s: Sender,
  unsent: Unsent,
  error: unknown,
  rows: readonly queue.ClaimedDelivery[],
): Promise<RoundResult> => {
  const retry = s.signal?.aborted ? retryAtOnce(s) : await retryAfterFailure(s, error)
  const owed = { state: 'OWED', receipt: null, error: reasonOf(error) } as const
  await book(
    s,
    unsent,
    rows.map((delivery) => ({ delivery, ...owed, ...retry(delivery) })),
  )
  return { end: 'failed', error }
}

type Retry = (delivery: queue.ClaimedDelivery) => Pick<queue.DeliveryResult, 'dueAt' | 'failures'>

const retryAtOnce =
  (s: Sender): Retry =>
  ({ failures }) => ({ dueAt: s.now(), failures })

/** After an answered call the deliveries may be at fault, so their own delay grows. */
const retryAfterFailure = async (s: Sender, error: unknown): Promise<Retry> => {
  const retryAfter = isRefusal(error) ? Number(error.details['retryAfterSeconds'] ?? 0) : 0
  s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'platform did not answer')
  const { before, after } = await breaker.noteNoAnswer(s, retryAfter)
  const at = s.now()
  return (delivery) => {
    const isOwnFault = before.failures === 0
    const failures = isOwnFault ? delivery.failures + 1 : delivery.failures
    const wait = scheduleNextDeliveryTry(isOwnFault ? failures : after.failures, at, s.random())
    const dueAt = isOwnFault || after.openUntil === null ? later(wait, after.openUntil) : after.openUntil
    return { dueAt, failures }
  }
}

const later = (a: Date, b: Date | null): Date => (b !== null && b > a ? b : a)

/** Not retried: a late retry could undo another process's claim. */
const putBack = async (s: Sender, rows: readonly queue.ClaimedDelivery[]): Promise<void> => {
  try {
    await queue.putBack(s.db, rows)
  } catch (error) {
    if (!breaker.isTransient(error)) throw error
    s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'claimed rows wait for the end of their lease')
  }
}

const book = async (s: Sender, unsent: Unsent, results: readonly queue.DeliveryResult[]): Promise<void> => {
  for (const { delivery, state } of results) {
    unsent.delete(delivery)
    if (state === 'CONFIRMED') s.counts.accepted += 1
    if (state === 'REFUSED') s.counts.rejected += 1
  }
  await breaker.withRetries(s, () => queue.bookResults(s.db, results, s.now(), s.settleSeconds))
  const newer = results.filter(({ receipt }) => receipt !== null && s.platform.codes[receipt.code]?.newer === true)
  if (newer.length > 0)
    await s.heldNewer?.(
      s.platform.id,
      newer.map(({ delivery }) => delivery.id),
    )
}
