/**
 * Queues additions: everything in force for platforms that are new or lost their content (were wiped), newly received
 * kinds for other platforms. Steps are idempotent transactions.
 */

import { type EarlierMessage, lacksSubject } from '../../domain/delivery/backfill-plan.js'
import type { Notice, PlatformSubjects } from '../../domain/delivery/delivery.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as desk from '../../store/delivery/delivery-desk.js'
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

/** Returns how many additions were queued. Locked subjects are left to the next call. */
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
  // A kind that a platform stops receiving must be stored as dropped, or its return would not be backfilled.
  if (kinds.length === 0 && had.length === hearing.kinds.length && state?.filledAt != null) return 0
  const filling = { hearing: { ...hearing, kinds }, wipedAt: state?.wipedAt ?? null, now }
  const busy: SubjectInForce[] = []
  let owed = 0
  const owe = async (lacking: readonly SubjectInForce[]): Promise<SubjectInForce[]> => {
    signal?.throwIfAborted()
    const step = await db.transaction((tx) => oweStep(tx, rules, filling, lacking))
    owed += step.owed
    return step.busy
  }
  for await (const page of subjectsInForce(db, rules, filling.hearing, shanghaiDate(now())))
    for (const step of stepsOf(await lackingOf(db, filling, page))) busy.push(...(await owe(step)))
  const still: SubjectInForce[] = []
  for (const step of stepsOf(busy)) still.push(...(await owe(step)))
  if (still.length === 0)
    await platformStates.noteFilled(db, { platform, kinds: hearing.kinds, wipedAt: filling.wipedAt, at: now() })
  return owed
}

const stepsOf = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / STEP_SUBJECTS) }, (_, i) =>
    all.slice(i * STEP_SUBJECTS, (i + 1) * STEP_SUBJECTS),
  )

const lackingOf = async (
  db: Db | Tx,
  filling: BackfillTarget,
  page: readonly SubjectInForce[],
): Promise<SubjectInForce[]> => {
  const heard = await heardBy(db, filling, page)
  return page.filter(({ subjectId }) => lacksSubject(heard.get(subjectId) ?? [], filling.wipedAt))
}

/** Skips locked subjects to avoid deadlocks. Rereads the others: a removal may have withdrawn them. */
const oweStep = async (
  tx: Tx,
  rules: WorkRules,
  filling: BackfillTarget,
  lacking: readonly SubjectInForce[],
): Promise<{ owed: number; busy: SubjectInForce[] }> => {
  const held = await hold(tx, lacking, filling.now())
  const ids = lacking.map(({ subjectId }) => subjectId).filter((id) => held.has(id))
  const standing = await noticesOfSubjects(tx, rules, ids)
  const heard = await heardBy(tx, filling, standing)
  const floor = (await platformStates.sequenceFloors(tx)).get(filling.hearing.id) ?? 0
  const owed = standing.flatMap(({ kind, subjectId, notice }) => {
    const earlier = heard.get(subjectId) ?? []
    if (!lacksSubject(earlier, filling.wipedAt)) return []
    const number = Math.max(earlier.at(-1)?.number ?? 0, floor) + 1
    const numbered = { ...notice, sequence: number, action: 'ADD' } as Notice
    const { id: platform } = filling.hearing
    return [{ platform, kind, subjectId, number, action: 'ADD' as const, notice: numbered, dueAt: filling.now() }]
  })
  // The platform lost its content: each addition holds the present content and replaces unconfirmed deliveries.
  if (filling.wipedAt !== null)
    await deliveries.foldEarlier(
      tx,
      owed.map(({ subjectId, platform }) => ({ subjectId, platform, what: 'unconfirmed' as const })),
    )
  await deliveries.addOwed(tx, owed)
  return { owed: owed.length, busy: lacking.filter(({ subjectId }) => !held.has(subjectId)) }
}

/**
 * Locks the listings that nobody else has locked, and the row of `knowledge` for records. Returns the subjects locked.
 */
const hold = async (tx: Tx, lacking: readonly SubjectInForce[], now: Date): Promise<Set<string>> => {
  const records = lacking.filter(({ kind }) => kind !== 'listing')
  if (records.length > 0) await knowledge.nextInstant(tx, now)
  const entries = await listings.lockUnlockedForMove(
    tx,
    lacking.filter(({ kind }) => kind === 'listing').map(({ subjectId }) => subjectId),
  )
  return new Set([...records.map(({ subjectId }) => subjectId), ...entries.map(({ id }) => id)])
}

const heardBy = async (
  db: Db | Tx,
  { hearing }: BackfillTarget,
  page: readonly SubjectInForce[],
): Promise<Map<string, (EarlierMessage & { number: number })[]>> => {
  const heard = new Map<string, (EarlierMessage & { number: number })[]>(page.map(({ subjectId }) => [subjectId, []]))
  for (const row of await desk.earlierMessagesOf(db, hearing.id, [...heard.keys()])) heard.get(row.subjectId)?.push(row)
  return heard
}
