/**
 * A platform that is new, or was declared wiped, is owed everything in force; one that is to hear of another kind, everything of
 * that. Step by step, each its own transaction: broken
 * off anywhere it is done again from the start, and owes nothing twice.
 */

import { type Heard, lacks } from '../../domain/delivery/backfill-plan.js'
import type { Hearing, Notice } from '../../domain/delivery/delivery.js'
import { dateIn } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import * as listings from '../../store/listing/listings.js'
import type { Rules } from '../calendar/rules.js'
import { inForce, noticesOf, type Standing } from './in-force.js'

/** Subjects of one transaction: a move of one of them waits for it. */
const STEP_SUBJECTS = 200

interface Filling {
  hearing: Hearing
  wipedAt: Date | null
  now: () => Date
}

/**
 * To be called before a platform is sent anything; at once done where it has been filled. Returns how many additions it has
 * owed. Where a subject is in another's hands all the time, the platform stays unfilled, and the next call goes on.
 */
export const fill = async (
  db: Db,
  rules: Rules,
  platform: string,
  { now, signal }: { now: () => Date; signal?: AbortSignal },
): Promise<number> => {
  const hearing = rules.platforms.find(({ id }) => id === platform)
  const state = await platformStates.of(db, platform)
  if (hearing === undefined) return 0
  const had = state === null || state.filledAt === null ? [] : state.filledKinds
  const kinds = hearing.kinds.filter((kind) => !had.includes(kind))
  // What it hears of no more it is not told of, and lacks when it hears of it again.
  if (kinds.length === 0 && had.length === hearing.kinds.length && state?.filledAt != null) return 0
  const filling = { hearing: { ...hearing, kinds }, wipedAt: state?.wipedAt ?? null, now }
  const busy: Standing[] = []
  let owed = 0
  const owe = async (lacking: readonly Standing[]): Promise<Standing[]> => {
    signal?.throwIfAborted()
    const step = await db.transaction((tx) => oweStep(tx, rules, filling, lacking))
    owed += step.owed
    return step.busy
  }
  for await (const page of inForce(db, rules, filling.hearing, dateIn(now())))
    for (const step of stepsOf(await lackingOf(db, filling, page))) busy.push(...(await owe(step)))
  const still: Standing[] = []
  for (const step of stepsOf(busy)) still.push(...(await owe(step)))
  if (still.length === 0)
    await platformStates.filled(db, { platform, kinds: hearing.kinds, wipedAt: filling.wipedAt, at: now() })
  return owed
}

const stepsOf = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / STEP_SUBJECTS) }, (_, i) =>
    all.slice(i * STEP_SUBJECTS, (i + 1) * STEP_SUBJECTS),
  )

/** Those that it has to be told of, as far as can be seen without holding them. */
const lackingOf = async (db: Db | Tx, filling: Filling, page: readonly Standing[]): Promise<Standing[]> => {
  const heard = await heardBy(db, filling, page)
  return page.filter(({ subjectId }) => lacks(heard.get(subjectId) ?? [], filling.wipedAt))
}

/**
 * What is in another's hands is left for later, so that this waits for nobody and nobody for it in a circle. What is held is
 * looked at again: a removal made meanwhile has taken it off, and one that comes after this finds what is owed here.
 */
const oweStep = async (
  tx: Tx,
  rules: Rules,
  filling: Filling,
  lacking: readonly Standing[],
): Promise<{ owed: number; busy: Standing[] }> => {
  const held = await hold(tx, lacking, filling.now())
  const ids = lacking.map(({ subjectId }) => subjectId).filter((id) => held.has(id))
  const standing = await noticesOf(tx, rules, ids)
  const heard = await heardBy(tx, filling, standing)
  const floor = (await platformStates.floors(tx)).get(filling.hearing.id) ?? 0
  const owed = standing.flatMap(({ kind, subjectId, notice }) => {
    const earlier = heard.get(subjectId) ?? []
    if (!lacks(earlier, filling.wipedAt)) return []
    const number = Math.max(earlier.at(-1)?.number ?? 0, floor) + 1
    const numbered = { ...notice, sequence: number, action: 'ADD' } as Notice
    const { id: platform } = filling.hearing
    return [{ platform, kind, subjectId, number, action: 'ADD' as const, notice: numbered, dueAt: filling.now() }]
  })
  // What was on its way to one that was wiped says less than the addition, and must not hold it up.
  if (filling.wipedAt !== null)
    await deliveries.fold(
      tx,
      owed.map(({ subjectId, platform }) => ({ subjectId, platform, what: 'unconfirmed' as const })),
    )
  await deliveries.owe(tx, owed)
  return { owed: owed.length, busy: lacking.filter(({ subjectId }) => !held.has(subjectId)) }
}

/** Entries one by one; records by the order of knowledge, in which merges change them. */
const hold = async (tx: Tx, lacking: readonly Standing[], now: Date): Promise<Set<string>> => {
  const records = lacking.filter(({ kind }) => kind !== 'listing')
  if (records.length > 0) await knowledge.tick(tx, now)
  const entries = await listings.freeForMove(
    tx,
    lacking.filter(({ kind }) => kind === 'listing').map(({ subjectId }) => subjectId),
  )
  return new Set([...records.map(({ subjectId }) => subjectId), ...entries.map(({ id }) => id)])
}

const heardBy = async (
  db: Db | Tx,
  { hearing }: Filling,
  page: readonly Standing[],
): Promise<Map<string, (Heard & { number: number })[]>> => {
  const heard = new Map<string, (Heard & { number: number })[]>(page.map(({ subjectId }) => [subjectId, []]))
  for (const row of await desk.heardOf(db, hearing.id, [...heard.keys()])) heard.get(row.subjectId)?.push(row)
  return heard
}
