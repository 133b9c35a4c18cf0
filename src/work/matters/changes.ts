/** Every move is a change for the matter's seats and those that cover them. A change holds no content. */

import { listCoveringSeats } from '../../domain/matters/seats.js'
import { MATTER_CHANGES } from '../../store/db/change-ledger.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/matters/changes.js'
import { numberInSteps, tidyChanges } from '../standing/changes/number.js'
import type { MatterNumbering } from '../standing/changes/run.js'
import type { MatterMessages } from '../standing/changes/send.js'
import { type MatterParts, receiveMatters } from './keep-move.js'

const STEP_MARKS = 1_000
const STEPS_MOST = 20

export const numberMatterChanges = (db: Db, now: Date, steps = STEPS_MOST): Promise<number> =>
  numberInSteps(db, MATTER_CHANGES, {
    ...{ steps, now },
    isDue: () => store.hasMarks(db),
    number: async (tx) => {
      const marked = await store.lockMarks(tx, STEP_MARKS)
      const readers = marked.flatMap(({ id, seats }) =>
        [...new Set(seats.flatMap(listCoveringSeats))].map((seat) => ({ mark: id, seat })),
      )
      return store.numberMarks(tx, { marks: marked.map(({ id }) => id), readers, now })
    },
  })

export const matterNumbering: MatterNumbering = {
  number: numberMatterChanges,
  tidy: (db, now) => tidyChanges(db, now, MATTER_CHANGES),
}

/** An accepted message is the receipt of the matters that its seat holds. */
export const makeMatterMessages = (
  parts: Pick<MatterParts, 'rules' | 'keys'>,
  globalIdOf: (id: string) => string,
): MatterMessages => ({
  bodies: async (db, seat, sequences) => {
    const changes = await store.listChangesBySequence(db, seat, sequences)
    return new Map(
      changes.map(({ sequence, at, matterId, ...told }) => {
        const data = { sequence, id: globalIdOf(matterId), ...told }
        return [sequence, JSON.stringify({ type: 'matter.moved', timestamp: at.toISOString(), data })]
      }),
    )
  },
  accepted: async (db, seat, sequences, now) => {
    const ids = await store.listHeldMatters(db, seat, sequences)
    await receiveMatters({ ...parts, db }, { seat, ids, way: 'WEBHOOK', now })
  },
})
