/** Applies legal consequences of changed records to listings at once. In doubt it opens a concern for a person. */

import { upgradeStoredCase } from '../../domain/listing/case.js'
import { groundConsequence } from '../../domain/listing/legal-ground.js'
import { isPublicState } from '../../domain/listing/listing.js'
import type { RemovalReason } from '../../domain/listing/lists.js'
import type { MoveName } from '../../domain/listing/moves.js'
import { type RepairConsequence, type ReportedRepair, repairConsequence } from '../../domain/listing/repair-results.js'
import { isHeavyPenalty } from '../../domain/records/penalty.js'
import type { UnreadableRecords } from '../../domain/records/records.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Tx } from '../../store/db/db.js'
import * as waiting from '../../store/intake/unmatched.js'
import * as concerns from '../../store/listing/concerns.js'
import * as listings from '../../store/listing/listings.js'
import * as repairs from '../../store/listing/repairs.js'
import * as versions from '../../store/records/versions.js'
import { listKindOf, type WorkRules } from '../calendar/rules.js'
import { groundOfListing } from './legal-ground.js'
import { type MoveInput, tryMove } from './listing.js'
import { agreementWithRecords } from './public-entry.js'

export interface ChangedRecords {
  at: Date
  rules: WorkRules
  now?: Date
  run?: number
  feed?: string
  decision?: number
  /** Record versions absent from a whole delivery. The temporary table `plan` holds what the delivery brought. */
  unmet?: readonly number[]
  unreadable?: UnreadableRecords
}

/**
 * Repair decisions (信用修复) match listings by decision number. Grants and refusals apply in the same pull; a revoked
 * repair only opens a concern.
 */
const followRepairResults = async (tx: Tx, changed: ChangedRecords): Promise<void> => {
  const { at, run = null } = changed
  for (const { listing, told, asked } of await repairs.repairsReportedAt(tx, at, run)) {
    const follows = repairConsequence(upgradeStoredCase(listing.facts), listing.documentNumber ?? '', told)
    if (follows === null) continue
    const { what, told: result } = follows
    const asking = { listingId: listing.id, record: result.record, run, at }
    if (what === 'TOLD') await concerns.open(tx, { ...asking, cause: 'REPAIR_TOLD' })
    else if (what !== 'TAKEN_BACK') await moveBy(tx, listing, what, result, changed)
    else if (!asked) await concerns.open(tx, { ...asking, cause: 'REPAIR_REVOKED' })
  }
  // These repairs were reported in error. Nothing is republished automatically.
  for (const { id, record } of await repairs.unfoundedRemovalsAt(tx, at))
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

/** A missing or returning record only opens a concern (review by an officer). */
export const followChangedRecords = async (tx: Tx, changed: ChangedRecords): Promise<void> => {
  for (const listing of await listings.restingOnRecordsChangedAt(tx, changed.at)) await follow(tx, listing, changed)
  // An identity decision never changes a published text.
  if (changed.decision === undefined)
    for (const listing of await listings.withOperatorRenamedAt(tx, changed.at)) await renewEntry(tx, listing, changed)
  await followRepairResults(tx, changed)
  for (const listing of await listings.endedForRecordsChangedAt(tx, changed.at)) await reconsider(tx, listing, changed)
  const { at, run = null, unmet = [], unreadable } = changed
  if (unmet.length === 0 || unreadable === undefined) return
  for (const { id, record } of await concerns.listingsLackingRecord(tx, unmet, unreadable))
    await concerns.open(tx, { listingId: id, cause: 'ABSENT', record, run, at })
}

const follow = async (tx: Tx, listing: listings.Listing, changed: ChangedRecords): Promise<void> => {
  const ground = await groundOfListing(tx, listing)
  if (ground === null) return
  const consequence = groundConsequence(ground, {
    // A listing for a decision not performed does not rest on the penalty's weight.
    wasHeavy: listing.facts.decisionHeavy === true && listing.facts.ground !== 'DECISION_NOT_PERFORMED',
    isWrong: ground.linked.wrongFrom?.getTime() === changed.at.getTime(),
    isLetGo: ground.state === 'FALLEN' && (await waiting.wasLetGo(tx, ground.linked, changed.at)),
  })
  switch (consequence) {
    case 'REVOKED':
    case 'CORRECTED':
      return endCase(tx, listing, consequence, changed)
    case 'CHANGED_HANDS':
    case 'LIGHTER':
      return hideDoubtful(tx, listing, consequence, ground, changed)
    case 'ABSENT':
      return openConcern(tx, listing, consequence, ground.linked, changed)
    case null:
      if (changed.decision === undefined) await renewEntry(tx, listing, changed)
  }
}

const hideDoubtful = async (
  tx: Tx,
  listing: listings.Listing,
  cause: 'CHANGED_HANDS' | 'LIGHTER',
  { linked }: { linked: versions.RecordVersion },
  changed: ChangedRecords,
): Promise<void> => {
  await openConcern(tx, listing, cause, linked, changed)
  await hide(tx, listing, cause, changed)
}

const reconsider = async (tx: Tx, listing: listings.Listing, changed: ChangedRecords): Promise<void> => {
  const ground = await groundOfListing(tx, listing)
  if (ground?.state !== 'STANDS' || (isHeavyPenalty(ground.linked.body) && !ground.heavy)) return
  await openConcern(tx, listing, 'RESTORED', ground.linked, changed)
}

const HIDDEN_FOR = {
  CHANGED_HANDS:
    '所依据的处罚已归于其他主体或归谁待定，先行暂停公示。The penalty it rests on is another operator’s now, or nobody’s for certain.',
  LIGHTER: '所依据的处罚已减轻，先行暂停公示。The penalty it rests on was made lighter.',
  TAKEN_BACK: '所依据的处罚已撤销或撤回，先行暂停公示。The penalty it rests on was withdrawn or taken back.',
  NOT_PUBLIC: '所依据的信息更正后不得公示，先行暂停公示。As its records say now it may not be public.',
} as const

/** Hides the entry until a second person confirms the hiding or shows the entry again. */
const hide = async (
  tx: Tx,
  { id, state }: listings.Listing,
  cause: keyof typeof HIDDEN_FOR,
  { at, rules, run, now = at }: ChangedRecords,
): Promise<boolean> => {
  if (!isPublicState(state)) return true
  const input = {
    on: shanghaiDate(now),
    hiding: 'ERROR' as const,
    reason: HIDDEN_FOR[cause],
    ...(run !== undefined && { run }),
  }
  return tryMove(tx, rules, { id, name: 'hideListing', by: 'clock', role: 'clock', input, now, at })
}

const RENEWED =
  '所依据的信息已更正，依更正后的信息公示。What it rests on was told otherwise; it is shown as it is told now.'

/** Republishes the entry, or hides it when it may not be public. Returns false when the old text is still shown. */
export const renewEntry = async (tx: Tx, listing: listings.Listing, changed: ChangedRecords): Promise<boolean> => {
  if (!isPublicState(listing.state)) return true
  const { at, rules, now = at } = changed
  const renewed = await agreementWithRecords(tx, listing, shanghaiDate(now))
  if (renewed === 'SAME') return true
  if (renewed === 'WITHHELD') {
    await concerns.open(tx, { listingId: listing.id, cause: 'NOT_PUBLIC', record: null, run: changed.run ?? null, at })
    return hide(tx, listing, 'NOT_PUBLIC', changed)
  }
  const input = { on: shanghaiDate(now), reason: RENEWED }
  const made = { id: listing.id, name: 'renewEntry' as const, by: 'clock', role: 'clock' as const, input, now, at }
  return tryMove(tx, rules, made)
}

const openConcern = async (
  tx: Tx,
  listing: listings.Listing,
  cause: concerns.ConcernCause,
  { feed, key }: versions.RecordVersion,
  { at, run }: ChangedRecords,
): Promise<void> => {
  const record = (await versions.currentVersion(tx, feed, key))?.id ?? null
  await concerns.open(tx, { listingId: listing.id, cause, record, run: run ?? null, at })
}

const REASONS = {
  REVOKED: '所依据的行政处罚决定已被作出机关撤销。The penalty it rests on was withdrawn by its authority.',
  CORRECTED:
    '所依据的行政处罚决定系误报，已查明并撤回。The penalty it rests on was reported in error and has been taken back.',
} as const

/** Ends the case, or opens a concern when its list allows no such removal. */
const endCase = async (
  tx: Tx,
  listing: listings.Listing,
  removal: 'REVOKED' | 'CORRECTED',
  changed: ChangedRecords,
): Promise<void> => {
  const { at, rules, now = at } = changed
  const published = listing.publishedOn !== null
  if (published && !removable(rules, listing.list, removal)) {
    await concerns.open(tx, { listingId: listing.id, cause: 'TAKEN_BACK', record: null, run: changed.run ?? null, at })
    return
  }
  const made = { id: listing.id, by: 'clock', role: 'clock' as const, now, at }
  const input = { on: shanghaiDate(now), reason: REASONS[removal] }
  const moved = published
    ? await tryMove(tx, rules, { ...made, name: 'removeListing', input: { ...input, removal } })
    : await tryMove(tx, rules, { ...made, name: 'dropListing', input })
  // One failing listing must not stop the merge.
  if (!moved) {
    await concerns.open(tx, { listingId: listing.id, cause: 'TAKEN_BACK', record: null, run: changed.run ?? null, at })
    await hide(tx, listing, 'TAKEN_BACK', changed)
    return
  }
  await concerns.settleOfListings(tx, [listing.id], { by: 'clock', note: REASONS[removal], now: at })
}

const removable = (rules: WorkRules, list: string, removal: RemovalReason): boolean =>
  listKindOf(rules, list).removals.some(({ reason }) => reason === removal)
