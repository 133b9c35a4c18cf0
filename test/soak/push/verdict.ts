/** Compares every platform's display with the expectation and with the confirmed deliveries. */
import type { PlatformStandIn } from '../../../src/sandbox/platforms/index.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { rowsOf } from '../../support/world.js'

export interface PlatformVerdict {
  shown: number
  /** Messages answered badly, late or not at all. */
  troubles: number
  /** Rows received. `applied`, `repeated` and `late` count some of them. */
  told: number
  applied: number
  repeated: number
  late: number
  /** These are all 0 in a good run. */
  missing: number
  unwanted: number
  /** Subjects whose display is older than the last confirmed message. */
  stale: number
  refused: number
  /** Messages applied twice, or behind a newer one although the platform heeds the sequence. */
  doubled: number
  /** Messages that first arrived behind a newer one at a platform that heeds the sequence, folded ones included. */
  reordered: number
  /** Messages applied behind a newer one at a platform that ignores the sequence. This is no fault. */
  overtaken: number
  overtakenFolded: number
  /** Deliveries that the database has as confirmed, but that never arrived. */
  phantom: number
}

const FAULTS = ['missing', 'unwanted', 'stale', 'refused', 'doubled', 'reordered', 'phantom'] as const

export const isGood = (verdict: PlatformVerdict): boolean => FAULTS.every((fault) => verdict[fault] === 0)

export const verdictOf = async (
  db: JobDb,
  platform: PlatformStandIn,
  wanted: ReadonlyMap<string, boolean>,
  { careless = false }: { careless?: boolean } = {},
): Promise<PlatformVerdict> => {
  const deliveries = await rowsOf(
    db,
    'select subject_id as key, number, state from deliveries where platform = ? order by subject_id, number',
    [platform.id],
  )
  const states = new Map(deliveries.map(({ key, number, state }) => [`${key}/${number}`, String(state)]))
  const confirmed = new Map<string, number>()
  for (const { key, number, state } of deliveries) if (state === 'CONFIRMED') confirmed.set(String(key), Number(number))
  const entries = new Map(platform.entries().map((entry) => [entry.key, entry.sequence]))
  const history = platform.history()
  const of = (effect: string) => history.filter((row) => row.effect === effect).length

  const told = new Set<string>()
  const last = new Map<string, number>()
  let [doubled, reordered, overtaken, overtakenFolded] = [0, 0, 0, 0]
  for (const { key, sequence, effect } of history) {
    const [subject, number, name] = [key ?? '', sequence ?? 0, `${key}/${sequence}`]
    if (effect === 'APPLIED') {
      const before = last.get(subject) ?? 0
      if (number === before || (number < before && !careless)) doubled += 1
      if (number < before && careless) {
        overtaken += 1
        if (states.get(name) === 'FOLDED') overtakenFolded += 1
      }
      last.set(subject, number)
    }
    if (effect === 'LATE' && !told.has(name)) reordered += 1
    told.add(name)
  }
  return {
    shown: entries.size,
    troubles: platform.troubles,
    told: platform.told,
    applied: of('APPLIED'),
    repeated: of('REPEATED'),
    late: of('LATE'),
    missing: [...wanted].filter(([key, shown]) => shown && !entries.has(key)).length,
    unwanted: [...entries.keys()].filter((key) => !wanted.get(key)).length,
    stale: [...entries].filter(([key, sequence]) => sequence !== confirmed.get(key)).length,
    refused: of('REFUSED'),
    doubled,
    reordered,
    overtaken,
    overtakenFolded,
    phantom: [...states].filter(([name, state]) => state === 'CONFIRMED' && !told.has(name)).length,
  }
}

/** Keys whose removal counts as done although the platform displayed the entry before and after. */
export const doneAndShown = async (db: JobDb, platform: PlatformStandIn): Promise<string[]> => {
  const keys = () => platform.entries().map(({ key }) => key)
  const before = keys()
  if (before.length === 0) return []
  const done = await rowsOf(
    db,
    `select key from (select distinct on (subject_id) subject_id as key, action, state, check_due_at from deliveries
       where platform = ? and subject_id = any(?::uuid[]) order by subject_id, number desc) d
     where action = 'REMOVE' and state = 'CONFIRMED' and check_due_at is null`,
    [platform.id, before],
  )
  const after = new Set(keys())
  return done.map(({ key }) => String(key)).filter((key) => after.has(key))
}

/** True if nothing is owed and no removal awaits its check. */
export const isSettled = async (db: JobDb): Promise<boolean> =>
  (await rowsOf(db, `select 1 from deliveries where state = 'OWED' or check_due_at is not null limit 1`)).length === 0

export const statesOf = async (db: JobDb): Promise<Record<string, number>> => {
  const rows = await rowsOf(db, 'select state, count(*)::int as count from deliveries group by state order by state')
  return Object.fromEntries(rows.map(({ state, count }) => [String(state), Number(count)]))
}
