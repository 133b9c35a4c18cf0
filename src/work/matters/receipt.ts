import { RECEIPT_MOVE } from '../../domain/matters/custody.js'
import { isUnreceivedBy, receiveMatter } from '../../domain/matters/moves.js'
import { RECEIPT_SEAT } from '../../domain/matters/seats.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as store from '../../store/matters/matters.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { keepMove, type MatterParts, openFields } from './keep-move.js'
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
      if (locked !== null && isUnreceivedBy(locked.matter, seat)) await keepReceipt(tx, parts, locked, { way, now })
    })
}

/** The caller has locked the matter, and its holder has not received it. */
export const keepReceipt = async (
  tx: Tx,
  parts: MatterParts,
  { previousHash, ...stored }: store.LockedMatter,
  { way, now }: { way: ReceiptWay; now: Date },
): Promise<void> => {
  const { calendar } = await applyAmendmentsToRules(tx, parts.rules)
  const { matter: before } = openFields(parts.keys, stored)
  const on = shanghaiDate(now)
  const received = receiveMatter(before, { on, at: now }, calendar)
  const act = { move: RECEIPT_MOVE, on, at: now, by: way, seat: RECEIPT_SEAT, places: [] }
  const after = { ...received, moves: [...before.moves, { move: act.move, seat: RECEIPT_SEAT, by: way }] }
  const kind = await kindAsBegun(tx, stored)
  const kept = { act, given: { move: act.move, on, reason: way }, after }
  await keepMove(tx, parts.keys, { kind, head: stored, before, previousHash }, kept)
}
