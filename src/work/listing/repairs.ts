/**
 * Repair decisions (信用修复) match listings by decision number. Grants and refusals apply in the same pull; a revoked
 * repair only opens a concern.
 */
import { upgradeStoredCase } from '../../domain/listing/case.js'
import type { MoveName } from '../../domain/listing/moves.js'
import { type RepairConsequence, type ReportedRepair, repairConsequence } from '../../domain/listing/repair-results.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Tx } from '../../store/db/db.js'
import * as concerns from '../../store/listing/concerns.js'
import type * as listings from '../../store/listing/listings.js'
import * as store from '../../store/listing/repairs.js'
import type { ChangedRecords } from './changed-records.js'
import { type MoveInput, tryMove } from './listing.js'

export const followRepairResults = async (tx: Tx, changed: ChangedRecords): Promise<void> => {
  const { at, run = null } = changed
  for (const { listing, told, asked } of await store.repairsReportedAt(tx, at, run)) {
    const follows = repairConsequence(upgradeStoredCase(listing.facts), listing.documentNumber ?? '', told)
    if (follows === null) continue
    const { what, told: result } = follows
    const asking = { listingId: listing.id, record: result.record, run, at }
    if (what === 'TOLD') await concerns.open(tx, { ...asking, cause: 'REPAIR_TOLD' })
    else if (what !== 'TAKEN_BACK') await moveBy(tx, listing, what, result, changed)
    else if (!asked) await concerns.open(tx, { ...asking, cause: 'REPAIR_REVOKED' })
  }
  // These repairs were reported in error. Nothing is republished automatically.
  for (const { id, record } of await store.unfoundedRemovalsAt(tx, at))
    await concerns.open(tx, { listingId: id, cause: 'RESTORED', record, run, at })
}

const MADE: Record<
  Exclude<RepairConsequence, 'TAKEN_BACK' | 'TOLD'>,
  { name: MoveName; input: Omit<MoveInput, 'on'> }
> = {
  GRANTED: {
    name: 'removeListing',
    input: { removal: 'REPAIRED', reason: '信用修复入口已办结修复。Repaired at its entrance.' },
  },
  REFUSED: {
    name: 'refuseRepair',
    input: { reason: '信用修复入口不予修复。The repair was refused at its entrance.' },
  },
}

const moveBy = async (
  tx: Tx,
  { id, documentNumber }: listings.Listing,
  what: keyof typeof MADE,
  { body, record }: ReportedRepair,
  { at, rules, now = at }: ChangedRecords,
): Promise<void> => {
  const { name, input: fixed } = MADE[what]
  const number = body['document_number']
  const input = {
    ...fixed,
    on: shanghaiDate(now),
    result: record,
    documentNumber: typeof number === 'string' ? number : (documentNumber ?? ''),
  }
  // The move is refused for lists that only this hub repairs.
  await tryMove(tx, rules, { id, name, by: 'clock', role: 'clock', input, now, at })
}
