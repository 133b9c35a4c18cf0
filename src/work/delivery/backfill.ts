/**
 * Queues all in force for new or wiped platforms, newly received kinds for others, in idempotent
 * transactions.
 */

import { lacksSubject } from '../../domain/delivery/backfill-plan.js'
import type { PlatformSubjects } from '../../domain/delivery/delivery.js'
import { groupBy, splitIntoPieces } from '../../foundation/groups.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import * as listings from '../../store/listing/listings.js'
import type { WorkRules } from '../calendar/rules.js'
import { noticesOfSubjects, type SubjectInForce, subjectsInForce } from './in-force.js'

const STEP_SUBJECTS = 200

interface BackfillTarget {
  receiver: PlatformSubjects
  wipedAt: Date | null
  now: () => Date
}

/** Returns how many deliveries were queued. Locked subjects are left to the next call. */
export const queueBackfill = async (
  db: Db,
  rules: WorkRules,
  platform: string,
  { now, signal }: { now: () => Date; signal?: AbortSignal },
): Promise<number> => {
  const receiver = rules.platforms.find(({ id }) => id === platform)
  const state = await platformStates.of(db, platform)
  if (receiver === undefined) return 0
  const had = state === null || state.filledAt === null ? [] : state.filledKinds
  const kinds = receiver.kinds.filter((kind) => !had.includes(kind))
  // A kind no longer received must be stored as dropped, or its return would not be backfilled.
  if (kinds.length === 0 && had.length === receiver.kinds.length && state?.filledAt != null) return 0
  const target = { receiver: { ...receiver, kinds }, wipedAt: state?.wipedAt ?? null, now }
  let owed = 0
  const oweInSteps = async (lacking: readonly SubjectInForce[]): Promise<SubjectInForce[]> => {
    const busy: SubjectInForce[] = []
    for (const some of splitIntoPieces(lacking, STEP_SUBJECTS)) {
      signal?.throwIfAborted()
      const step = await db.transaction((tx) => oweStep(tx, rules, target, some))
      owed += step.owed
      busy.push(...step.busy)
    }
    return busy
  }
  const busy: SubjectInForce[] = []
  for await (const page of subjectsInForce(db, rules, target.receiver, shanghaiDate(now())))
    busy.push(...(await oweInSteps(await lackingOf(db, target, page))))
  if ((await oweInSteps(busy)).length === 0)
    await platformStates.noteFilled(db, { platform, kinds: receiver.kinds, wipedAt: target.wipedAt, at: now() })
  return owed
}

const lackingOf = async (
  db: Db | Tx,
  { receiver, wipedAt }: BackfillTarget,
  page: readonly SubjectInForce[],
): Promise<SubjectInForce[]> => {
  const ids = page.map(({ subjectId }) => subjectId)
  const earlier = await deliveries.earlierDeliveries(db, ids, { platform: receiver.id })
  const bySubject = groupBy(earlier, ({ subjectId }) => subjectId)
  return page.filter(({ subjectId }) => lacksSubject(bySubject.get(subjectId) ?? [], wipedAt))
}

const oweStep = async (
  tx: Tx,
  rules: WorkRules,
  target: BackfillTarget,
  lacking: readonly SubjectInForce[],
): Promise<{ owed: number; busy: SubjectInForce[] }> => {
  const held = await hold(tx, lacking, target.now())
  const ids = lacking.map(({ subjectId }) => subjectId).filter((id) => held.has(id))
  const standing = await noticesOfSubjects(tx, rules, ids)
  const { id: platform } = target.receiver
  const owed = (await lackingOf(tx, target, standing)).map(({ kind, subjectId, notice }) => ({
    platform,
    kind,
    subjectId,
    action: 'ADD' as const,
    notice,
    dueAt: target.now(),
  }))
  // The platform is empty: additions hold the present content and replace unconfirmed deliveries.
  if (target.wipedAt !== null)
    await deliveries.foldEarlier(
      tx,
      owed.map(({ subjectId }) => ({ subjectId, platform, what: 'unconfirmed' as const })),
    )
  await deliveries.addOwed(tx, owed)
  return { owed: owed.length, busy: lacking.filter(({ subjectId }) => !held.has(subjectId)) }
}

const hold = async (tx: Tx, lacking: readonly SubjectInForce[], now: Date): Promise<Set<string>> => {
  const records = lacking.filter(({ kind }) => kind !== 'listing')
  if (records.length > 0) await knowledge.nextInstant(tx, now)
  const entries = await listings.lockUnlockedForMove(
    tx,
    lacking.filter(({ kind }) => kind === 'listing').map(({ subjectId }) => subjectId),
  )
  return new Set([...records.map(({ subjectId }) => subjectId), ...entries.map(({ id }) => id)])
}
