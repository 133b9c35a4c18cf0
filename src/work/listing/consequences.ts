/** Applies legal consequences of changed records to listings at once; in doubt, opens a concern. */

import { upgradeStoredCase } from '../../domain/listing/case.js'
import { decideGroundConsequence } from '../../domain/listing/legal-ground.js'
import { isPublicState } from '../../domain/listing/listing.js'
import type { MoveName } from '../../domain/listing/moves.js'
import { judgeRepairResults } from '../../domain/listing/repair-results.js'
import { isHeavyPenalty } from '../../domain/records/penalty.js'
import type { UnreadableRecords } from '../../domain/records/records.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Tx } from '../../store/db/db.js'
import * as unmatched from '../../store/intake/unmatched.js'
import * as concerns from '../../store/listing/concerns.js'
import * as leads from '../../store/listing/leads.js'
import * as listings from '../../store/listing/listings.js'
import * as repairs from '../../store/listing/repairs.js'
import * as versions from '../../store/records/versions.js'
import { findListKind, type WorkRules } from '../calendar/rules.js'
import { readGroundOfListing } from './legal-ground.js'
import { CLOCK_ACTOR, type MoveInput, tryMove } from './listing.js'
import { compareEntryWithRecords } from './public-entry.js'

export interface ChangedRecords {
  at: Date
  rules: WorkRules
  now?: Date
  run?: number
  feed?: string
  decision?: number
  /** Record versions absent from a whole delivery, whose content the temporary table `plan` holds. */
  unmet?: readonly number[]
  unreadable?: UnreadableRecords
}

/**
 * Repair decisions (信用修复) match listings by decision number. Grants and refusals apply at once; revocations only open a
 * concern.
 */
const followRepairResults = async (tx: Tx, changed: ChangedRecords): Promise<void> => {
  for (const { told, asked, ...listing } of await repairs.listRepairsReportedAt(tx, changed.at, changed.run ?? null)) {
    const follows = judgeRepairResults(upgradeStoredCase(listing.facts), listing.documentNumber ?? '', told)
    if (follows === null) continue
    const { what, told: result } = follows
    if (what === 'TOLD') await openConcern(tx, listing.id, 'REPAIR_TOLD', changed, result.record)
    else if (what !== 'TAKEN_BACK') {
      const number = result.body['document_number']
      const documentNumber = typeof number === 'string' ? number : (listing.documentNumber ?? '')
      const { name, input } = MOVE_AFTER_REPAIR[what]
      // The transition is refused when only this hub may grant the repair.
      await moveByClock(tx, listing, name, { ...input, result: result.record, documentNumber }, changed)
    } else if (!asked) await openConcern(tx, listing.id, 'REPAIR_REVOKED', changed, result.record)
  }
  // These repairs were reported in error. Their entries are not republished automatically.
  for (const { id, record } of await repairs.listUnfoundedRemovalsAt(tx, changed.at))
    await openConcern(tx, id, 'RESTORED', changed, record)
}

const MOVE_AFTER_REPAIR = {
  GRANTED: {
    name: 'removeListing',
    input: { removal: 'REPAIRED', reason: '信用修复入口已办结修复。Repaired at its entrance.' },
  },
  REFUSED: {
    name: 'refuseRepair',
    input: { reason: '信用修复入口不予修复。The repair was refused at its entrance.' },
  },
} as const

const moveByClock = (
  tx: Tx,
  { id }: listings.Listing,
  name: MoveName,
  input: Omit<MoveInput, 'on'>,
  { at, rules, now = at }: ChangedRecords,
): Promise<boolean> =>
  tryMove(tx, rules, { ...CLOCK_ACTOR, id, name, input: { ...input, on: shanghaiDate(now) }, now, at })

const openConcern = (
  tx: Tx,
  listingId: string,
  cause: concerns.ConcernCause,
  { at, run }: ChangedRecords,
  record: number | null = null,
): Promise<void> => concerns.open(tx, { listingId, cause, record, run: run ?? null, at })

/** A missing or returning record only opens a concern (review by an officer). */
export const followChangedRecords = async (tx: Tx, changed: ChangedRecords): Promise<void> => {
  for (const listing of await listings.listRestingOnRecordsChangedAt(tx, changed.at)) await follow(tx, listing, changed)
  if (changed.decision === undefined)
    for (const listing of await listings.listWithOperatorRenamedAt(tx, changed.at))
      await renewEntry(tx, listing, changed)
  await followRepairResults(tx, changed)
  for (const listing of await listings.listEndedForRecordsChangedAt(tx, changed.at))
    await reconsider(tx, listing, changed)
  const { unmet = [], unreadable } = changed
  if (unmet.length === 0 || unreadable === undefined) return
  for (const { id, record } of await concerns.listThoseLackingRecord(tx, unmet, unreadable))
    await openConcern(tx, id, 'ABSENT', changed, record)
}

const follow = async (tx: Tx, listing: listings.Listing, changed: ChangedRecords): Promise<void> => {
  const ground = await readGroundOfListing(tx, listing)
  if (ground === null) return
  const consequence = decideGroundConsequence(ground, {
    // A listing for a decision not performed does not rest on the penalty's weight.
    wasHeavy: listing.facts.decisionHeavy === true && listing.facts.ground !== 'DECISION_NOT_PERFORMED',
    isWrong: ground.linked.wrongFrom?.getTime() === changed.at.getTime(),
    isLetGo: ground.state === 'FALLEN' && (await unmatched.becameUnmatchedAt(tx, ground.linked, changed.at)),
  })
  switch (consequence) {
    case 'REVOKED':
    case 'CORRECTED':
      return endCase(tx, listing, consequence, changed)
    case 'CHANGED_HANDS':
    case 'LIGHTER':
      await openGroundConcern(tx, listing, consequence, ground.linked, changed)
      await hide(tx, listing, consequence, changed)
      return
    case 'ABSENT':
      return openGroundConcern(tx, listing, consequence, ground.linked, changed)
    case null:
      if (changed.decision === undefined) await renewEntry(tx, listing, changed)
  }
}

const reconsider = async (tx: Tx, listing: listings.Listing, changed: ChangedRecords): Promise<void> => {
  const ground = await readGroundOfListing(tx, listing)
  if (ground?.state !== 'STANDS' || (isHeavyPenalty(ground.linked.body) && !ground.heavy)) return
  await openGroundConcern(tx, listing, 'RESTORED', ground.linked, changed)
}

/** The concern names the current version of the decision's record. */
const openGroundConcern = async (
  tx: Tx,
  { id }: listings.Listing,
  cause: concerns.ConcernCause,
  { feed, key }: versions.RecordVersion,
  changed: ChangedRecords,
): Promise<void> => openConcern(tx, id, cause, changed, (await versions.findCurrentVersion(tx, feed, key))?.id)

const HIDDEN_FOR = {
  CHANGED_HANDS:
    '所依据的处罚已归于其他主体或归谁待定，先行暂停公示。The penalty it rests on is another operator’s now, or nobody’s for certain.',
  LIGHTER: '所依据的处罚已减轻，先行暂停公示。The penalty it rests on was made lighter.',
  TAKEN_BACK: '所依据的处罚已撤销或撤回，先行暂停公示。The penalty it rests on was withdrawn or taken back.',
  NOT_PUBLIC: '所依据的信息更正后不得公示，先行暂停公示。As its records say now it may not be public.',
} as const

/** Hides the entry until a second person confirms or undoes it. */
const hide = async (tx: Tx, listing: listings.Listing, cause: keyof typeof HIDDEN_FOR, changed: ChangedRecords) => {
  if (!isPublicState(listing.state)) return true
  const { run } = changed
  const input = { hiding: 'ERROR' as const, reason: HIDDEN_FOR[cause], ...(run !== undefined && { run }) }
  return moveByClock(tx, listing, 'hideListing', input, changed)
}

const RENEWED =
  '所依据的信息已更正，依更正后的信息公示。What it rests on was told otherwise; it is shown as it is told now.'

/** Republishes the entry, or hides it if it may not be public. False when the old text remains. */
export const renewEntry = async (tx: Tx, listing: listings.Listing, changed: ChangedRecords): Promise<boolean> => {
  if (!isPublicState(listing.state)) return true
  const renewed = await compareEntryWithRecords(tx, changed.rules, listing, shanghaiDate(changed.now ?? changed.at))
  if (renewed === 'SAME') return true
  if (renewed === 'OTHER') return moveByClock(tx, listing, 'renewEntry', { reason: RENEWED }, changed)
  await openConcern(tx, listing.id, 'NOT_PUBLIC', changed)
  return hide(tx, listing, 'NOT_PUBLIC', changed)
}

const REASONS = {
  REVOKED: '所依据的行政处罚决定已被作出机关撤销。The penalty it rests on was withdrawn by its authority.',
  CORRECTED:
    '所依据的行政处罚决定系误报，已查明并撤回。The penalty it rests on was reported in error and has been taken back.',
} as const

/** Opens a concern instead when the list allows no such removal. */
const endCase = async (
  tx: Tx,
  listing: listings.Listing,
  removal: 'REVOKED' | 'CORRECTED',
  changed: ChangedRecords,
): Promise<void> => {
  const { at, rules } = changed
  const isPublished = listing.publishedOn !== null
  if (isPublished && !findListKind(rules, listing.list).removals.some((row) => row.reason === removal))
    return openConcern(tx, listing.id, 'TAKEN_BACK', changed)
  const reason = REASONS[removal]
  if (removal === 'CORRECTED' && listing.state === 'LEAD') {
    const on = shanghaiDate(changed.now ?? at)
    if (await leads.dropLeads(tx, [listing.id], { on, reason, at })) return
  }
  const moved = isPublished
    ? await moveByClock(tx, listing, 'removeListing', { reason, removal }, changed)
    : await moveByClock(tx, listing, 'dropListing', { reason }, changed)
  if (moved) return concerns.settleOfListings(tx, [listing.id], { by: 'clock', note: reason, now: at })
  // One failing listing must not stop the merge.
  await openConcern(tx, listing.id, 'TAKEN_BACK', changed)
  await hide(tx, listing, 'TAKEN_BACK', changed)
}
