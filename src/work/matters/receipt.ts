import type { Calendar } from '../../domain/calendar/calendar.js'
import { RECEIPT_MOVE } from '../../domain/matters/custody.js'
import type { Matter } from '../../domain/matters/matter.js'
import { isUnreceivedBy, receiveMatter } from '../../domain/matters/moves.js'
import { RECEIPT_SEAT } from '../../domain/matters/seats.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as store from '../../store/matters/matters.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { type FoldedMove, keepMoves, type MatterParts, openFields } from './keep-move.js'
import { kindAsBegun } from './kinds.js'

export type ReceiptWay = 'QUEUE' | 'WEBHOOK' | 'FOLDER'

/** Sets each holder's receipt once. */
export const receiveMatters = async (
  parts: MatterParts,
  { seat, ids, way, now }: { seat: string; ids: readonly string[]; way: ReceiptWay; now: Date },
): Promise<void> => {
  for (const id of ids)
    await inTransaction(parts.db, 'move', async (tx) => {
      const locked = await store.lockMatter(tx, id)
      if (locked === null || !isUnreceivedBy(locked.matter, seat)) return
      const { previousHash, ...stored } = openFields(parts.keys, locked)
      const { calendar } = await applyAmendmentsToRules(tx, parts.rules)
      const moves = [foldReceipt(stored.matter, { way, now }, calendar)]
      await keepMoves(tx, parts.keys, [{ kind: await kindAsBegun(tx, stored), head: stored, previousHash, moves }])
    })
}

/** The holder has not received the matter. */
export const foldReceipt = (
  before: Matter,
  { way, now }: { way: ReceiptWay; now: Date },
  calendar: Calendar,
): FoldedMove => {
  const on = shanghaiDate(now)
  const act = { on, at: now, by: way, seat: RECEIPT_SEAT }
  const moves = [...before.moves, { move: RECEIPT_MOVE, seat: RECEIPT_SEAT, by: way }]
  const after = { ...receiveMatter(before, act, calendar), moves }
  return { before, act, given: { move: RECEIPT_MOVE, on, reason: way }, after }
}
