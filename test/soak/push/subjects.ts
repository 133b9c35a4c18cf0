/** Listings under ordinary moves. The expected public view of each is kept outside the database. */

import type { MoveName } from '../../../src/domain/listing/moves.js'
import { isRefusal } from '../../../src/foundation/errors.js'
import { shanghaiDate } from '../../../src/foundation/time/dates.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import { OFFICER, published, rules } from '../../support/world.js'
import type { Random } from '../random.js'

const CLOCK = { by: 'clock', role: 'clock' } as const
/** Shares of moves that hide and that remove. The others change the entry. */
const HIDE_SHARE = 0.35
const REMOVE_SHARE = 0.01

export interface Subjects {
  /** Whether the public sees the entry, by its key. */
  shown: ReadonlyMap<string, boolean>
  moves: Readonly<Record<string, number>>
  move(): Promise<void>
}

export const makeSubjects = async (db: JobDb, count: number, random: Random, now: () => Date): Promise<Subjects> => {
  const shown = new Map<string, boolean>()
  for (let n = 1; n <= count; n += 1) shown.set((await published(db, n)).id, true)
  /** Entries that are not removed for good. */
  const moving = [...shown.keys()]
  const moves: Record<string, number> = { publishListing: count }

  const make = async (id: string, name: MoveName): Promise<void> => {
    const input = {
      on: shanghaiDate(now()),
      reason: '核查',
      ...(name === 'hideListing' && { hiding: 'ERROR' as const }),
      ...(name === 'removeListing' && { removal: 'REVOKED' as const }),
    }
    const who = name === 'renewEntry' ? CLOCK : OFFICER
    await inTime(() => makeMove(db, rules, { id, name, ...who, input, now: now() }))
    moves[name] = (moves[name] ?? 0) + 1
  }

  return {
    shown,
    moves,
    move: async () => {
      const id = random.one(moving)
      if (!shown.get(id)) {
        await make(id, 'unhideListing')
        shown.set(id, true)
      } else if (random.chance(HIDE_SHARE)) {
        await make(id, 'hideListing')
        shown.set(id, false)
      } else if (moving.length > count / 2 && random.chance(REMOVE_SHARE)) {
        await make(id, 'removeListing')
        shown.set(id, false)
        moving.splice(moving.indexOf(id), 1)
      } else await make(id, 'renewEntry')
    },
  }
}

/** Retries a move that another transaction blocks. */
const inTime = async (act: () => Promise<unknown>): Promise<void> => {
  for (;;) {
    try {
      await act()
      return
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'RUN_BUSY') throw error
    }
  }
}
