/** Outcome of an entry's measures, and measures of entries removed before measures were followed. */

import { findClockRow, isLateByLaw, startClock } from '../../domain/matters/clocks.js'
import type { MatterKind } from '../../domain/matters/kind.js'
import {
  findMeasuresWithoutCarrier,
  isConfirmedLifted,
  listMeasureRows,
  MEASURE_KIND,
  type MeasureWithoutCarrier,
} from '../../domain/matters/measures.js'
import { findSuccessorSeat, type OrganisationRow, splitSeat } from '../../domain/matters/seats.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import type * as store from '../../store/matters/matters.js'
import * as measures from '../../store/matters/measures.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import type { WorkRules } from '../calendar/rules.js'
import { keepMoves, type MatterParts } from './keep-move.js'
import { kindAsBegun, nameOfDivision, organisationOfSeat, readMatterKinds, readOrganisations } from './kinds.js'
import { type MatterPerson, refuseFieldFault } from './matters.js'
import { foldMeasure, NO_SEAL, openOrders, PUBLIC_STATES, readMeasureRules } from './measures.js'

export interface MeasureStatus {
  id: string
  listingId: string
  item: string
  ground: string
  seat: string
  organisation: BilingualText
  state: string
  stateName: BilingualText
  dueOn: string | null
  late: boolean
  /** Confirmed by its organisation, or never applied. */
  lifted: boolean
}

export const listMeasures = async (db: Db | Tx, listingIds: readonly string[], now: Date): Promise<MeasureStatus[]> => {
  const found = await measures.measuresOfListings(db, MEASURE_KIND, listingIds)
  return Promise.all(found.map(async (stored) => statusOf(stored, await kindAsBegun(db, stored), now)))
}

const statusOf = (stored: store.StoredMatter, kind: MatterKind, now: Date): MeasureStatus => {
  const { state, fields, seats, clocks } = stored.matter
  const clock = clocks.at(-1)
  const named = (day: Date) => organisationOfSeat(seats.holder, shanghaiDate(day))
  const { zh, en } = named(now) ?? named(stored.openedAt) ?? { zh: seats.holder, en: seats.holder }
  return {
    id: stored.id,
    listingId: stored.listingId ?? '',
    item: fields['item'] ?? '',
    ground: fields['ground'] ?? '',
    seat: seats.holder,
    organisation: { zh, en },
    state: state ?? '',
    stateName: kind.states[state ?? ''] ?? { zh: '', en: '' },
    dueOn: clock?.due?.on ?? null,
    late: clock !== undefined && clock.ended === null && isLateByLaw(kind, clock, now),
    lifted: isConfirmedLifted(state ?? ''),
  }
}

export const findLiftDay = async (
  { db, rules }: Pick<MatterParts, 'db' | 'rules'>,
  now: Date,
): Promise<string | null> => {
  const kind = readMatterKinds().get(MEASURE_KIND)
  const on = shanghaiDate(now)
  const [name = ''] = kind?.moves['lift_due']?.starts ?? []
  const row = kind && findClockRow(kind, name, {}, on)
  if (row === undefined) return null
  const { calendar } = await applyAmendmentsToRules(db, rules)
  return startClock({ name, row, seat: null, waitsForReceipt: false }, { on, at: now }, calendar).due?.on ?? null
}

export interface StillAppliedReport {
  listing: string
  item: string
  /** Document by which the organisation applies it. */
  number: string
  limited: string
}

/**
 * Opens a measure of an entry removed before measures were followed, which an organisation still applies. Its lift is
 * due in three working days; a repeat is the same matter. Refusals: MATTER_NOT_YOURS, MATTER_FIELD_INVALID,
 * LISTING_UNKNOWN (also of an entry that stands).
 */
export const reportStillApplied = async (
  { db, rules }: Pick<MatterParts, 'db' | 'rules'>,
  { by, seat }: MatterPerson,
  report: StillAppliedReport,
  now: Date,
): Promise<string> => {
  const { listing: id, item, number, limited } = redactIdNumbers(report, rules.pseudonymOf)
  const kind = readMatterKinds().get(MEASURE_KIND)
  const { items, organisations } = readMeasureRules(rules.confirmations)
  if (seat === null || kind === undefined || organisationOfSeat(seat, shanghaiDate(now)) === null)
    throw new Refusal('MATTER_NOT_YOURS')
  if (!items.includes(item))
    throw new Refusal('MATTER_FIELD_INVALID', {
      pointer: '/item',
      reason: '不是基础清单中的一项 not on the basic list',
    })
  refuseFieldFault(kind, { number, fields: { limited } }, false)
  return inTransaction(db, 'move', async (tx) => {
    const entry = await measures.lockRemovedEntry(tx, id)
    if (entry === null) throw new Refusal('LISTING_UNKNOWN')
    const known = await measures.measuresOfListings(tx, MEASURE_KIND, [id])
    const open = known.find(
      ({ matter, closedAt }) => closedAt === null && matter.seats.holder === seat && matter.fields['item'] === item,
    )
    if (open !== undefined) return open.id
    const act = { by, on: shanghaiDate(now), at: now }
    const agency = splitSeat(seat).agency
    const ruled = organisations.find((row) => row.agency === agency && row.item === item)
    const row = { agency, item, basis: ruled?.basis ?? number }
    const amended = await applyAmendmentsToRules(tx, rules)
    const [opened] = await openOrders(tx, amended, [{ entry, row, seat, act }])
    if (opened === undefined) throw new Error('the measure was not opened')
    const [first] = opened.moves
    if (first === undefined) throw new Error('the measure has no opening')
    const given = { move: 'still_applied', on: act.on, number, fields: { limited } }
    const stored = { ...opened.head, matter: first.after, previousHash: null }
    const further = foldMeasure(amended, { kind, stored, given }, { ...act, seat })
    await keepMoves(tx, NO_SEAL, [{ ...opened, moves: [first, ...further.moves] }])
    return opened.head.id
  })
}

export interface UnreachedMeasures {
  withoutCarrier: (MeasureWithoutCarrier & { line: string; place: string })[]
  /** Open measures whose organisation has ended and has no successor. */
  stranded: { seat: string; measures: number }[]
}

export const listUnreachedMeasures = async (
  db: Db,
  rules: WorkRules,
  { now, onlyConfirmed, organisations = readOrganisations() }: UnreachedOptions,
): Promise<UnreachedMeasures> => {
  const day = shanghaiDate(now)
  const isOrganisation = (seat: string) => organisationOfSeat(seat, day, organisations) !== null
  const rowsOfList = (list: string) =>
    listMeasureRows(readMeasureRules(rules.confirmations), { list, day, onlyConfirmed })
  const lineOf = (agency: string) => organisations.find((row) => row.agency === agency)?.line ?? agency
  const entries = await measures.countEntriesInForce(db, PUBLIC_STATES)
  const open = await measures.countOpenMeasures(db, MEASURE_KIND)
  return {
    withoutCarrier: findMeasuresWithoutCarrier(entries, rowsOfList, isOrganisation).map((one) => ({
      ...one,
      line: lineOf(one.agency),
      place: nameOfDivision(one.region) ?? '',
    })),
    stranded: open.filter(
      ({ seat }) => !isOrganisation(seat) && findSuccessorSeat(organisations, seat, isOrganisation) === null,
    ),
  }
}

interface UnreachedOptions {
  now: Date
  onlyConfirmed: boolean
  organisations?: readonly OrganisationRow[]
}
