/** What every platform shows and was told, held against what the public ought to see and what the database says was confirmed. */
import type { PlatformStandIn } from '../../../src/sandbox/platforms/index.js'
import type { Db } from '../../../src/store/db.js'
import { rowsOf } from '../../support/world.js'

export interface PlatformVerdict {
  shown: number
  /** Messages that it answered badly, late or not at all. */
  troubles: number
  /** Rows that it was told of, and of these: */
  told: number
  applied: number
  repeated: number
  late: number
  /** All of these are 0 where all is well. */
  missing: number
  unwanted: number
  /** Shown as an older message than the last that was confirmed. */
  stale: number
  refused: number
  /** Messages that took effect twice, or behind a newer one. */
  doubled: number
  /** Messages that first arrived behind a newer one of their subject, although no removal had set them aside. */
  reordered: number
  /** Confirmed in the database, never told to the platform. */
  phantom: number
}

const FAULTS = ['missing', 'unwanted', 'stale', 'refused', 'doubled', 'reordered', 'phantom'] as const

export const isGood = (verdict: PlatformVerdict): boolean => FAULTS.every((fault) => verdict[fault] === 0)

export const verdictOf = async (
  db: Db,
  platform: PlatformStandIn,
  wanted: ReadonlyMap<string, boolean>,
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
  let [doubled, reordered] = [0, 0]
  for (const { key, sequence, effect } of history) {
    const [subject, number, name] = [key ?? '', sequence ?? 0, `${key}/${sequence}`]
    if (effect === 'APPLIED') {
      if (number <= (last.get(subject) ?? 0)) doubled += 1
      last.set(subject, number)
    }
    if (effect === 'LATE' && !told.has(name) && states.get(name) !== 'FOLDED') reordered += 1
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
    phantom: [...states].filter(([name, state]) => state === 'CONFIRMED' && !told.has(name)).length,
  }
}

/** Deliveries by state. */
export const statesOf = async (db: Db): Promise<Record<string, number>> => {
  const rows = await rowsOf(db, 'select state, count(*)::int as count from deliveries group by state order by state')
  return Object.fromEntries(rows.map(({ state, count }) => [String(state), Number(count)]))
}
