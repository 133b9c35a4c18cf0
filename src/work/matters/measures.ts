/** Measures are opened, held off and ended in their listing's transaction. */

import { hash, randomUUID } from 'node:crypto'
import type { CaseState } from '../../domain/listing/case.js'
import { maskCode, maskName } from '../../domain/listing/masked-names.js'
import { type MatterKind, OPENING_MOVE } from '../../domain/matters/kind.js'
import { type Matter, type MatterAct, makeNewMatter } from '../../domain/matters/matter.js'
import {
  checkMeasures,
  findCarrier,
  findMeasureMove,
  keyOfMeasure,
  listMeasureRows,
  MEASURE_KIND,
  type MeasureRow,
  type MeasureRules,
  STANDING_STATES,
} from '../../domain/matters/measures.js'
import { attemptMatterMove } from '../../domain/matters/moves.js'
import { findSuccessorSeat, HUB_SEAT, type OrganisationRow } from '../../domain/matters/seats.js'
import { canonicalJson } from '../../domain/records/records.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as store from '../../store/matters/matters.js'
import * as measures from '../../store/matters/measures.js'
import * as proposals from '../../store/office/proposals.js'
import * as operators from '../../store/operators/operators.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { makeRulesReader, type WorkRules } from '../calendar/rules.js'
import { type FoldedMove, formatMatterNumber, keepMoves, type MatterChain } from './keep-move.js'
import { kindAsBegun, organisationOfSeat, readMatterKinds, readOrganisations, versionOfKind } from './kinds.js'
import { linesOn } from './matters.js'

export const readMeasureRules = makeRulesReader<MeasureRules>('rules/measures', 'contracts/measures', (rules) =>
  checkMeasures(rules, (agency) => readOrganisations().some((row) => row.agency === agency)),
)

const LISTING = 'listing'
/** A kind opened by listings is never sealed (checkMeasureKind). */
export const NO_SEAL = {
  seal: () => {
    throw new Error('a measure is not sealed')
  },
}

interface ListingStep {
  before: { state: CaseState | null }
  after: measures.MeasuredEntry & { state: CaseState | null }
  act: { by: string; on: string }
}

type MeasureAct = Pick<MatterAct, 'by' | 'on' | 'at'>

export const applyMovesToMeasures = async (
  tx: Tx,
  rules: WorkRules,
  steps: readonly ListingStep[],
  at: Date,
): Promise<void> => {
  const turns = steps.flatMap(({ before, after, act: { by, on } }) => {
    const move = findMeasureMove(before.state, after.state)
    return move === null ? [] : [{ move, entry: after, act: { by, on, at } }]
  })
  if (turns.length === 0) return
  const turnOf = new Map(turns.map((turn) => [turn.entry.id, turn]))
  const moved: MatterChain[] = []
  for (const stored of await measures.lockOpenMeasures(tx, MEASURE_KIND, [...turnOf.keys()])) {
    const turn = turnOf.get(stored.listingId ?? '')
    const move = turn?.move === OPENING_MOVE ? 'replace' : turn?.move
    const kind = move === undefined ? null : await findKindToMove(tx, stored, move)
    if (turn === undefined || move === undefined || kind === null) continue
    moved.push(foldMeasure(rules, { kind, stored, given: { move, on: turn.act.on } }, turn.act))
  }
  const opened = turns.filter(({ move }) => move === OPENING_MOVE)
  await keepMoves(tx, NO_SEAL, [...moved, ...(await orderMeasures(tx, rules, opened))])
}

/** The newest version serves for what the version of its begin lacks. */
const findKindToMove = async (tx: Tx, stored: store.StoredMatter, move: string): Promise<MatterKind | null> =>
  [await kindAsBegun(tx, stored), readMatterKinds().get(stored.kind)].find((kind) =>
    kind?.moves[move]?.from?.includes(stored.matter.state ?? ''),
  ) ?? null

export const foldMeasure = (
  { calendar }: Pick<WorkRules, 'calendar'>,
  { kind, stored, given }: { kind: MatterKind; stored: Chained; given: FoldedMove['given'] },
  act: MeasureAct & Partial<Pick<MatterAct, 'places' | 'seat'>>,
): MatterChain => {
  const { matter: before, previousHash, ...head } = stored
  const full: MatterAct = { seat: LISTING, places: [LISTING], ...given, ...act, attachments: [] }
  const made = attemptMatterMove(kind, before, full, { calendar, lineOfSeat: linesOn(act.on) })
  if (!made.ok) throw new Error(`measure ${head.id}: ${given.move} is refused because ${made.because}`)
  return { kind, head, previousHash, moves: [{ before, act: full, given, after: made.after }] }
}

type Chained = store.MatterHead & { matter: Matter; previousHash: string | null }

interface Order {
  entry: measures.MeasuredEntry
  row: Pick<MeasureRow, 'agency' | 'item' | 'basis'>
  seat: string
  act: MeasureAct
}

const orderMeasures = async (
  tx: Tx,
  rules: WorkRules,
  turns: readonly { entry: measures.MeasuredEntry; act: MeasureAct; except?: ReadonlySet<string> }[],
): Promise<MatterChain[]> => {
  if (turns.length === 0) return []
  const onlyConfirmed = await proposals.isInService(tx)
  return openOrders(
    tx,
    rules,
    turns.flatMap(({ entry, act, except }) =>
      listMeasureRows(readMeasureRules(rules.confirmations), { list: entry.list, day: act.on, onlyConfirmed }).flatMap(
        (row): Order[] => {
          const isOrganisation = (seat: string) => organisationOfSeat(seat, shanghaiDate(act.at)) !== null
          const seat = except?.has(keyOfMeasure(row)) ? null : findCarrier(row, entry.authorityCode, isOrganisation)
          return seat === null ? [] : [{ entry, row, seat, act }]
        },
      ),
    ),
  )
}

export const openOrders = async (tx: Tx, rules: WorkRules, orders: readonly Order[]): Promise<MatterChain[]> => {
  const [first] = orders
  const kind = readMatterKinds().get(MEASURE_KIND)
  if (first === undefined || kind === undefined) return []
  const version = versionOfKind(kind)
  await store.noteKind(tx, { kind: kind.kind, version, content: kind, now: first.act.at })
  const parties = await operators.operatorsById(tx, [...new Set(orders.map(({ entry }) => entry.operatorId))])
  const numbers = await store.nextNumbers(tx, orders.length)
  return orders.map(({ entry, row, seat, act }, i) => {
    const number = numbers[i] ?? 0
    const reference = `${keyOfMeasure(row)}/${entry.id}/${number}`
    const fields = fieldsOf(entry, row, parties.get(entry.operatorId))
    const stored: Chained = {
      id: randomUUID(),
      kind: kind.kind,
      kindVersion: version,
      number: formatMatterNumber(kind, shanghaiDate(act.at), number),
      openedBy: HUB_SEAT,
      reference,
      requestSha256: hash('sha256', canonicalJson({ reference, seat, ...fields })),
      operatorId: entry.operatorId,
      listingId: entry.id,
      parentId: null,
      openedAt: act.at,
      matter: makeNewMatter({ sender: HUB_SEAT, holder: seat, copied: [], named: null }, {}),
      previousHash: null,
    }
    return foldMeasure(rules, { kind, stored, given: { move: OPENING_MOVE, on: act.on, fields } }, act)
  })
}

const fieldsOf = (
  { authority, documentNumber }: measures.MeasuredEntry,
  { item, basis }: Order['row'],
  party: operators.StoredOperator | undefined,
): Record<string, string> => {
  const named = [maskName(party?.name ?? null), maskCode(party?.uscc ?? null)].filter(Boolean).join(' ')
  const document = [authority, documentNumber].filter(Boolean).join(' ')
  return { item, ground: basis, ...(named !== '' && { party: named }), ...(document !== '' && { document }) }
}

const STEP_ENTRIES = 200
export const PUBLIC_STATES: readonly CaseState[] = ['PUBLISHED', 'REPAIR_APPLIED']

export interface BackfillOptions {
  now: Date
  signal?: AbortSignal | undefined
}

/** Orders what entries in force lack. Returns how many; a later run continues an interrupted one. */
export const backfillMeasures = (db: Db, rules: WorkRules, options: BackfillOptions): Promise<number> =>
  keepInSteps(db, options, async (tx, after) => {
    const { now } = options
    const act = { by: 'clock', on: shanghaiDate(now), at: now }
    const onlyConfirmed = await proposals.isInService(tx)
    const wanted = rules.lists.map(({ id: list }) => {
      const rows = listMeasureRows(readMeasureRules(rules.confirmations), { list, day: act.on, onlyConfirmed })
      return { list, keys: rows.map(keyOfMeasure) }
    })
    const page = { kind: MEASURE_KIND, states: PUBLIC_STATES, standing: STANDING_STATES, after, limit: STEP_ENTRIES }
    const entries = await measures.lockEntriesWithoutMeasure(tx, wanted, page)
    const ids = entries.map(({ id }) => id)
    const known = await measures.measuresOfListings(tx, MEASURE_KIND, ids)
    const turns = entries.map((entry) => ({ entry, act, except: keysOf(known, entry.id) }))
    const amended = await applyAmendmentsToRules(tx, rules)
    return { last: ids.at(-1) ?? null, moves: await orderMeasures(tx, amended, turns) }
  })

const keysOf = (known: readonly store.StoredMatter[], listingId: string): Set<string> =>
  new Set(
    known
      .filter((one) => one.listingId === listingId && STANDING_STATES.includes(one.matter.state ?? ''))
      .map(({ reference }) => reference.split('/').slice(0, 2).join('/')),
  )

type MeasureStep = (tx: Tx, after: string | null) => Promise<{ last: string | null; moves: MatterChain[] }>

const keepInSteps = async (db: Db, { signal }: BackfillOptions, step: MeasureStep): Promise<number> => {
  let kept = 0
  let after: string | null = null
  do {
    const from: string | null = after
    const { last, moves } = await inTransaction(db, 'move', async (tx) => {
      const made = await step(tx, from)
      await keepMoves(tx, NO_SEAL, made.moves)
      return made
    })
    after = last
    kept += moves.length
  } while (after !== null && !signal?.aborted)
  return kept
}

const STEP_MATTERS = 500
const SUCCEEDED = '原单位已撤销或者更名，由承接单位继续。Its organisation has ended; the successor carries on.'

/** Hands measures of ended organisations to their successors. Returns how many. */
export const handToSuccessors = async (
  db: Db,
  rules: WorkRules,
  options: BackfillOptions & { organisations?: readonly OrganisationRow[] },
): Promise<number> => {
  const { now, organisations = readOrganisations() } = options
  const on = shanghaiDate(now)
  let handed = 0
  for (const { agency, successor, to = on } of organisations)
    if (successor !== undefined && to < on)
      handed += await keepInSteps(db, options, async (tx, after) => {
        const held = await measures.lockMeasuresOfAgency(tx, { kind: MEASURE_KIND, agency, after, limit: STEP_MATTERS })
        const { calendar } = await applyAmendmentsToRules(tx, rules)
        const moves: MatterChain[] = []
        for (const stored of held) {
          const { holder } = stored.matter.seats
          const isThere = (of: string) => organisationOfSeat(of, on, organisations) !== null
          const seat = isThere(holder) ? null : findSuccessorSeat(organisations, holder, isThere)
          const kind = seat === null ? null : await findKindToMove(tx, stored, 'succeed')
          if (seat === null || kind === null) continue
          const given = { move: 'succeed', on, to: seat, reason: SUCCEEDED }
          moves.push(
            foldMeasure(
              { calendar },
              { kind, stored, given },
              { by: 'clock', on, at: now, seat: HUB_SEAT, places: ['hub'] },
            ),
          )
        }
        return { last: held.at(-1)?.id ?? null, moves }
      })
  return handed
}
