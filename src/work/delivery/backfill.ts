/**
 * Queues everything in force for new or wiped platforms, and newly received kinds for others, in idempotent
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
  hearing: PlatformSubjects
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
  const hearing = rules.platforms.find(({ id }) => id === platform)
  const state = await platformStates.of(db, platform)
  if (hearing === undefined) return 0
  const had = state === null || state.filledAt === null ? [] : state.filledKinds
  const kinds = hearing.kinds.filter((kind) => !had.includes(kind))
  // A kind no longer received must be stored as dropped, or its return would not be backfilled.
  if (kinds.length === 0 && had.length === hearing.kinds.length && state?.filledAt != null) return 0
  const filling = { hearing: { ...hearing, kinds }, wipedAt: state?.wipedAt ?? null, now }
  let owed = 0
  const oweInSteps = async (lacking: readonly SubjectInForce[]): Promise<SubjectInForce[]> => {
    const busy: SubjectInForce[] = []
    for (const some of splitIntoPieces(lacking, STEP_SUBJECTS)) {
      signal?.throwIfAborted()
      const step = await db.transaction((tx) => oweStep(tx, rules, filling, some))
      owed += step.owed
      busy.push(...step.busy)
    }
    return busy
  }
  const busy: SubjectInForce[] = []
  for await (const page of subjectsInForce(db, rules, filling.hearing, shanghaiDate(now())))
    busy.push(...(await oweInSteps(await lackingOf(db, filling, page))))
  if ((await oweInSteps(busy)).length === 0)
    await platformStates.noteFilled(db, { platform, kinds: hearing.kinds, wipedAt: filling.wipedAt, at: now() })
  return owed
}

const lackingOf = async (
  db: Db | Tx,
  { hearing, wipedAt }: BackfillTarget,
  page: readonly SubjectInForce[],
): Promise<SubjectInForce[]> => {
  const ids = page.map(({ subjectId }) => subjectId)
  const heard = await deliveries.earlierDeliveries(db, ids, { platform: hearing.id })
  const bySubject = groupBy(heard, ({ subjectId }) => subjectId)
  return page.filter(({ subjectId }) => lacksSubject(bySubject.get(subjectId) ?? [], wipedAt))
}

const oweStep = async (
  tx: Tx,
  rules: WorkRules,
  filling: BackfillTarget,
  lacking: readonly SubjectInForce[],
): Promise<{ owed: number; busy: SubjectInForce[] }> => {
  const held = await hold(tx, lacking, filling.now())
  const ids = lacking.map(({ subjectId }) => subjectId).filter((id) => held.has(id))
  const standing = await noticesOfSubjects(tx, rules, ids)
  const { id: platform } = filling.hearing
  const owed = (await lackingOf(tx, filling, standing)).map(({ kind, subjectId, notice }) => ({
    platform,
    kind,
    subjectId,
    action: 'ADD' as const,
    notice,
    dueAt: filling.now(),
  }))
  // The platform is empty: additions hold the present content and replace unconfirmed deliveries.
  if (filling.wipedAt !== null)
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
