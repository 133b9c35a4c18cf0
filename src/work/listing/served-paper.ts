import { needsRepairNotice } from '../../domain/listing/documents.js'
import type { MoveInput } from '../../domain/listing/move-input.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Tx } from '../../store/db/db.js'
import * as concerns from '../../store/listing/concerns.js'
import * as documents from '../../store/listing/documents.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import * as versions from '../../store/records/versions.js'
import type { WorkRules } from '../calendar/rules.js'
import { documentRules, draftDocument } from './documents.js'

/** Returns the hash of the served decision: the named file, else the issued document, else the draft. */
export const hashOfServedPaper = async (
  tx: Tx,
  rules: WorkRules,
  listing: listings.Listing,
  { input, now }: { input: MoveInput; now: Date },
): Promise<Pick<MoveInput, 'fileHash' | 'paper'>> => {
  if (input.fileHash !== undefined) return { fileHash: input.fileHash, paper: 'NAMED' }
  const entered = await documents.ofListings(tx, [listing.id])
  const issued = entered.filter(({ kind }) => kind === 'DECISION').at(-1)
  if (issued !== undefined) return { fileHash: issued.sha256, paper: 'ISSUED' }
  const operator = (await operators.byIds(tx, [listing.operatorId])).get(listing.operatorId)
  if (operator === undefined) throw new Error(`operator ${listing.operatorId} is gone`)
  const decision = listing.decisionVersion === null ? null : await versions.byId(tx, listing.decisionVersion)
  const moves = await listings.eventsOf(tx, [listing.id])
  const of = { listing, operator, decision: decision?.body ?? null, moves, issued: null, today: shanghaiDate(now) }
  return { fileHash: draftDocument(rules, 'DECISION', of, 'PARTY').sha256, paper: 'DRAFT' }
}

/** Opens a concern unless the repair notice is known to have been served. */
export const openRepairNoticeConcern = async (
  tx: Tx,
  listingId: string,
  { repairNotice, on }: Pick<MoveInput, 'repairNotice' | 'on'>,
  at: Date,
): Promise<void> => {
  if (repairNotice === true || !needsRepairNotice(documentRules(), on)) return
  await concerns.open(tx, { listingId, cause: 'REPAIR_NOTICE_UNSERVED', record: null, run: null, at })
}
