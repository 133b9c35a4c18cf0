import {
  NO_RECEIPT_CODE,
  nextDeliveryTry,
  type Receipt,
  type ReceiptCodeMeaning,
  WAITING_CODE,
} from '../../../domain/delivery/delivery.js'
import { isRefusal, Refusal, reasonOf } from '../../../foundation/errors.js'
import type { Platform } from '../../../platforms/platform.js'
import * as queue from '../../../store/delivery/delivery-queue.js'
import * as breaker from './circuit-breaker.js'
import { DELIVERY_LEASE_MS, type Sender } from './sender.js'

const CALL_MS = 10_000
const FRESH_MS = 1_000
const ASK_AGAIN_SECONDS = 30
/** A delivery with this many failures is sent alone. */
const ALONE_AFTER = 2
const ALONE_MAX = 10
const SECOND_MS = 1_000

/** `failed`: no answer. `late`: the rate limit allowed no further call. `done`: every delivery has its result. */
export type SendRoundEnd = { end: 'done' | 'late' } | { end: 'failed'; error: unknown }

export const sendClaimedDeliveries = async (
  s: Sender,
  claimed: readonly queue.ClaimedDelivery[],
  width: number,
): Promise<SendRoundEnd> => {
  const claimedAt = s.now()
  const good = await checked(s, claimed)
  const answered = await ask(s, good)
  if ('error' in answered) return { end: 'failed', error: answered.error }
  const crowd = answered.unknown.filter(isWorn).slice(ALONE_MAX)
  await putBack(s, crowd)
  const waves = wavesOf(
    s.platform.batchSize,
    answered.unknown.filter((delivery) => !crowd.includes(delivery)),
    width,
  )
  let trouble: SendRoundEnd | null = null
  let outcome: SendRoundEnd | null = null
  for (const [i, wave] of waves.entries()) {
    const left = () => putBack(s, waves.slice(i).flat(2))
    if (s.signal?.aborted) {
      await left()
      break
    }
    if (!(await breaker.waitForRateLimit(s))) {
      await left()
      return trouble ?? { end: 'late' }
    }
    const ours = await held(s, wave, claimedAt)
    if (ours.length === 0) continue
    const { error, unnoted } = await sendWave(s, ours)
    if (unnoted !== undefined) outcome = { end: 'failed', error: unnoted }
    if (error === undefined) continue
    const alone = ours.flat().every(isWorn)
    trouble = { end: 'failed', error }
    if (alone) continue
    await putBack(s, waves.slice(i + 1).flat(2))
    return trouble
  }
  if (outcome !== null) return outcome
  return trouble !== null && waves.flat(2).every(isWorn) ? trouble : { end: 'done' }
}

const isWorn = ({ failures }: queue.ClaimedDelivery): boolean => failures >= ALONE_AFTER

/** Marks invalid deliveries as refused, so that they block no other subject. */
const checked = async (s: Sender, claimed: readonly queue.ClaimedDelivery[]): Promise<queue.ClaimedDelivery[]> => {
  const bad: queue.DeliveryResult[] = []
  const good = claimed.filter((delivery) => {
    const [fault] = faultsOf(s, delivery)
    if (fault === undefined) return true
    const { notice } = delivery
    const receipt: queue.BookedReceipt = {
      key: notice.key,
      accepted: false,
      code: fault.rule,
      text: fault.message,
      field: fault.field,
      value: null,
      receiverId: null,
      batch: null,
      row: null,
    }
    bad.push({ ...refused(delivery, receipt), unsent: true })
    return false
  })
  s.counts.rejected += bad.length
  await booked(s, bad)
  return good
}

const faultsOf = ({ platform, log }: Sender, delivery: queue.ClaimedDelivery): ReturnType<Platform['check']> => {
  try {
    return platform.check(delivery.notice)
  } catch (error) {
    log.error({ err: error, platform: platform.id, delivery: delivery.id }, 'a row could not be checked')
    return [{ field: '', rule: 'CHECK', message: '报文无法校验。The row could not be checked.' }]
  }
}

/** Asks a platform that supports it for the receipts of deliveries sent without an answer. */
const ask = async (
  s: Sender,
  claimed: readonly queue.ClaimedDelivery[],
): Promise<{ unknown: queue.ClaimedDelivery[] } | { error: unknown }> => {
  const { platform } = s
  if (platform.ask === undefined) return { unknown: [...claimed] }
  const silent = claimed.filter(isUnanswered)
  if (silent.length === 0) return { unknown: [...claimed] }
  const called = await call(
    s,
    (to) =>
      platform.ask?.(
        silent.map(({ notice }) => notice),
        to,
      ) ?? Promise.resolve([]),
  )
  if ('error' in called) {
    await fail(s, called.error, silent)
    await putBack(
      s,
      claimed.filter((delivery) => !silent.includes(delivery)),
    )
    return called
  }
  const known: queue.DeliveryResult[] = []
  for (const [i, delivery] of silent.entries()) {
    const receipt = receiptFor(delivery, called.value[i])
    if (receipt.code === NO_RECEIPT_CODE) continue
    const { batch = null, row = null } = delivery.receipt ?? {}
    known.push(outcomeOf(s, delivery, { ...receipt, batch, row }))
  }
  const answeredIds = new Set(known.map(({ delivery }) => delivery.id))
  const unknown = claimed.filter(({ id }) => !answeredIds.has(id))
  // Answers to queries reset the circuit breaker only when no delivery is left to send.
  if (unknown.length === 0) await breaker.noteAnswer(s)
  await booked(s, known)
  tally(s, known)
  return { unknown }
}

const isUnanswered = ({ attempts, receipt }: queue.ClaimedDelivery): boolean =>
  attempts > 1 && (receipt === null || receipt.code === WAITING_CODE || receipt.code === NO_RECEIPT_CODE)

/** Groups deliveries into calls of one kind each. Those that failed repeatedly come last, each alone. */
const wavesOf = (
  size: number,
  claimed: readonly queue.ClaimedDelivery[],
  width: number,
): queue.ClaimedDelivery[][][] => {
  const batches: queue.ClaimedDelivery[][] = []
  const [fresh, worn] = [claimed.filter((delivery) => !isWorn(delivery)), claimed.filter(isWorn)]
  for (const kind of new Set(fresh.map((delivery) => delivery.kind))) {
    const same = fresh.filter((delivery) => delivery.kind === kind)
    for (let at = 0; at < same.length; at += size) batches.push(same.slice(at, at + size))
  }
  const waves: queue.ClaimedDelivery[][][] = []
  for (let at = 0; at < batches.length; at += width) waves.push(batches.slice(at, at + width))
  return [...waves, ...worn.map((delivery) => [[delivery]])]
}

/** Renews the lease; drops deliveries meanwhile replaced or claimed by another process. */
const held = async (
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
  wave: readonly (readonly queue.ClaimedDelivery[])[],
): Promise<{ error?: unknown; unnoted?: unknown }> => {
  const results = wave.map((batch) => notedOf(s, batch))
  const unnotedBatches = results.flatMap(({ unnoted }) => (unnoted === null ? [] : [unnoted]))
  await putBack(
    s,
    unnotedBatches.flatMap(({ rows }) => rows),
  )
  const sent = await Promise.all(results.filter(({ rows }) => rows.length > 0).map(({ rows }) => sendBatch(s, rows)))
  const outcomes = sent.flatMap((one) => ('outcomes' in one ? one.outcomes : []))
  if (outcomes.length > 0) {
    s.counts.sent += outcomes.length
    tally(s, outcomes)
    await breaker.noteAnswer(s)
    await booked(s, outcomes)
  }
  const unnoted = unnotedBatches[0] === undefined ? {} : { unnoted: unnotedBatches[0].error }
  const failures = sent.flatMap((one) => ('error' in one ? [one] : []))
  const [first] = failures
  if (first === undefined) return unnoted
  await fail(
    s,
    first.error,
    failures.flatMap(({ batch }) => batch),
  )
  return { ...unnoted, error: first.error }
}

interface NotedBatch {
  rows: readonly queue.ClaimedDelivery[]
  unnoted: { rows: readonly queue.ClaimedDelivery[]; error: unknown } | null
}

/**
 * Holds back deliveries that cannot be noted outside the database, except removals: after a restore, a comparison with
 * the platform finds them.
 */
const notedOf = (s: Sender, batch: readonly queue.ClaimedDelivery[]): NotedBatch => {
  try {
    const last = batch.reduce((one, other) => (other.id > one.id ? other : one))
    s.beforeSending?.({
      deliveryId: last.id,
      number: Math.max(...batch.map((delivery) => delivery.number)),
      key: last.subjectId,
      at: last.createdAt.toISOString(),
    })
    return { rows: batch, unnoted: null }
  } catch (error) {
    if (!s.unnoted)
      s.log.error({ platform: s.platform.id, reason: reasonOf(error) }, 'nothing can be noted: only removals leave')
    s.unnoted = true
    const held = batch.filter(({ action }) => action !== 'REMOVE')
    return {
      rows: batch.filter(({ action }) => action === 'REMOVE'),
      unnoted: held.length === 0 ? null : { rows: held, error },
    }
  }
}

type BatchResult = { outcomes: queue.DeliveryResult[] } | { error: unknown; batch: readonly queue.ClaimedDelivery[] }

const sendBatch = async (s: Sender, batch: readonly queue.ClaimedDelivery[]): Promise<BatchResult> => {
  s.batches += 1
  const id = `${s.run}-${s.batches}`
  const notices = batch.map(({ notice }) => notice)
  const sentAt = s.now().toISOString()
  const called = await call(s, (to) => s.platform.send({ id, sentAt, notices }, to))
  if ('error' in called) return { error: called.error, batch }
  return {
    outcomes: batch.map((delivery, i) =>
      outcomeOf(s, delivery, { ...receiptFor(delivery, called.value[i]), batch: id, row: i + 1 }),
    ),
  }
}

/** Enforces the timeout even when the transport ignores its signal. */
const call = async <T>(
  { url, secret, signal }: Sender,
  work: (to: { url: string; secret: string; signal: AbortSignal }) => Promise<T>,
): Promise<{ value: T } | { error: unknown }> => {
  const bound = new AbortController()
  const reason = `超过 ${CALL_MS} 毫秒未应答 took longer than ${CALL_MS} ms`
  const timer = setTimeout(() => bound.abort(new Refusal('PLATFORM_UNREACHABLE', { reason })), CALL_MS)
  const ended = signal ? AbortSignal.any([signal, bound.signal]) : bound.signal
  const late = new Promise<never>((_, reject) => {
    ended.addEventListener('abort', () => reject(ended.reason), { once: true })
  })
  try {
    ended.throwIfAborted()
    return { value: await Promise.race([work({ url, secret, signal: ended }), late]) }
  } catch (error) {
    return { error }
  } finally {
    clearTimeout(timer)
  }
}

const receiptFor = ({ notice }: queue.ClaimedDelivery, receipt: Receipt | undefined): Receipt =>
  receipt?.key === notice.key
    ? receipt
    : {
        key: notice.key,
        accepted: false,
        code: NO_RECEIPT_CODE,
        text: '没有回执 no receipt',
        field: null,
        value: null,
        receiverId: null,
      }

const meaningOf = ({ platform }: Sender, { accepted, code }: Receipt): ReceiptCodeMeaning =>
  accepted
    ? 'ACCEPTED'
    : code === NO_RECEIPT_CODE || code === WAITING_CODE
      ? 'LATER'
      : (platform.codes[code]?.meaning ?? 'CORRECT')

const outcomeOf = (s: Sender, delivery: queue.ClaimedDelivery, receipt: queue.BookedReceipt): queue.DeliveryResult => {
  const meaning = meaningOf(s, receipt)
  if (meaning === 'ACCEPTED') return { delivery, state: 'CONFIRMED', receipt, error: null, dueAt: null, failures: 0 }
  if (meaning === 'CORRECT') return refused(delivery, receipt)
  const error = `${receipt.code} ${receipt.text}`
  if (receipt.code === WAITING_CODE) {
    const dueAt = new Date(s.now().getTime() + ASK_AGAIN_SECONDS * SECOND_MS)
    return { delivery, state: 'OWED', receipt, error, dueAt, failures: 0 }
  }
  return {
    delivery,
    state: 'OWED',
    receipt,
    error,
    dueAt: nextDeliveryTry(delivery.attempts, s.now(), s.random()),
    failures: 0,
  }
}

const refused = (delivery: queue.ClaimedDelivery, receipt: queue.BookedReceipt): queue.DeliveryResult => ({
  delivery,
  state: 'REFUSED',
  receipt,
  error: `${receipt.code} ${receipt.text}`,
  dueAt: null,
  failures: 0,
})

const tally = ({ counts }: Sender, outcomes: readonly queue.DeliveryResult[]): void => {
  for (const { state } of outcomes) {
    if (state === 'CONFIRMED') counts.accepted += 1
    if (state === 'REFUSED') counts.rejected += 1
  }
}

/**
 * If the previous call was answered, the deliveries may be at fault, so their own delay grows. Otherwise they wait for
 * the platform.
 */
const fail = async (s: Sender, error: unknown, rows: readonly queue.ClaimedDelivery[]): Promise<void> => {
  if (s.signal?.aborted) {
    await booked(
      s,
      rows.map((delivery) => stillOwed(delivery, s.now(), reasonOf(error), delivery.failures)),
    )
    return
  }
  const retryAfter = isRefusal(error) ? Number(error.details['retryAfterSeconds'] ?? 0) : 0
  s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'platform did not answer')
  const { before, after } = await breaker.noteNoAnswer(s, retryAfter)
  const at = s.now()
  await booked(
    s,
    rows.map((delivery) => {
      const failures = before.failures === 0 ? delivery.failures + 1 : delivery.failures
      const wait = nextDeliveryTry(before.failures === 0 ? failures : after.failures, at, s.random())
      const dueAt = before.failures === 0 || after.openUntil === null ? later(wait, after.openUntil) : after.openUntil
      return stillOwed(delivery, dueAt, reasonOf(error), failures)
    }),
  )
}

const stillOwed = (
  delivery: queue.ClaimedDelivery,
  dueAt: Date,
  error: string,
  failures: number,
): queue.DeliveryResult => ({
  delivery,
  state: 'OWED',
  receipt: null,
  error,
  dueAt,
  failures,
})

const later = (a: Date, b: Date | null): Date => (b !== null && b > a ? b : a)

/**
 * Returns deliveries to the queue, without counting an attempt. Not retried: a late retry could undo another process's
 * claim.
 */
const putBack = async (s: Sender, rows: readonly queue.ClaimedDelivery[]): Promise<void> => {
  try {
    await queue.putBack(s.db, rows)
  } catch (error) {
    if (!breaker.isTransient(error)) throw error
    s.log.warn({ platform: s.platform.id, reason: reasonOf(error) }, 'claimed rows wait for the end of their lease')
  }
}

const booked = async (s: Sender, outcomes: readonly queue.DeliveryResult[]): Promise<void> => {
  await breaker.withRetries(s, () => queue.bookResults(s.db, outcomes, s.now(), s.settleSeconds))
  const newer = outcomes.filter(({ receipt }) => receipt !== null && s.platform.codes[receipt.code]?.newer === true)
  if (newer.length > 0)
    await s.heldNewer?.(
      s.platform.id,
      newer.map(({ delivery }) => delivery.id),
    )
}
