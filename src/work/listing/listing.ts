import { type Case, type CaseAct, type CaseState, makeNewCase, upgradeStoredCase } from '../../domain/listing/case.js'
import { needsRepairNotice } from '../../domain/listing/documents.js'
import { computeEntryColumns, type LinkedAndPresentDecision } from '../../domain/listing/entry-columns.js'
import type { LinkedDecision } from '../../domain/listing/legal-ground.js'
import { attemptMove, type MoveDenial } from '../../domain/listing/listing.js'
import {
  checkAndRedactTexts,
  type MoveInput,
  makeCaseAct,
  type RequestedMove,
} from '../../domain/listing/move-input.js'
import { DENIALS, type DenialCode, MOVES, type MoveName } from '../../domain/listing/moves.js'
import { judgeRepairResults } from '../../domain/listing/repair-results.js'
import { findKeeperAfterMove, findKeeperOfNewCase } from '../../domain/worklist/keepers.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as discrepancies from '../../store/delivery/discrepancies.js'
import * as concerns from '../../store/listing/concerns.js'
import * as listings from '../../store/listing/listings.js'
import * as repairs from '../../store/listing/repairs.js'
import { applyAmendmentsToRules } from '../calendar/calendar.js'
import { findListKind, selectMoveRules, type WorkRules } from '../calendar/rules.js'
import { applyMovesToMeasures } from '../matters/measures.js'
import { recordDeadlines } from './deadlines.js'
import { hashServedPaper, readDocumentRules } from './documents.js'
import { type AppliedMove, applyMovesToEntries } from './entry.js'
import { applyGroundToFacts, readGroundOfListing, readLinkableDecision } from './legal-ground.js'
import { findUnconfirmedRules, holdServiceState, unconfirmedWords } from './unconfirmed-rules.js'

export type { MoveInput } from '../../domain/listing/move-input.js'

const WAIT_MS = 5_000
/** Hiding stops publication, so it does not wait for a merge's lock. */
const STOPPING: readonly MoveName[] = ['hideListing']
const RESTORED = '已恢复列入。It has been restored.'

export interface OpenCaseInput extends Pick<CaseAct, 'by' | 'role' | 'on'> {
  operatorId: number
  list: string
  reason: string
  now: Date
}

export const openCase = (db: Db, rules: WorkRules, made: OpenCaseInput): Promise<listings.Listing> =>
  inTurn(db, WAIT_MS, async (tx) => {
    const opened = await openCaseWithin(tx, rules, made, await knowledge.nextInstant(tx, made.now))
    if (opened === null) throw notAllowed('openLead', null, 'ANOTHER_OPEN')
    return opened
  })

/** Null when the operator has an open case. */
export const openCaseWithin = async (tx: Tx, rules: WorkRules, opening: OpenCaseInput, at: Date) => {
  const { list, operatorId, by, role, on, reason, now } = checkAndRedactTexts(opening, rules.pseudonymOf)
  const act = { by, role, on, today: shanghaiDate(now), reason }
  const [listing = null] = await openCases(tx, rules, list, [{ operatorId, act }], at)
  return listing
}

export interface LeadOpening {
  operatorId: number
  reason: string
  decision: LinkedDecision
}

/** Opens leads by the clock, each linked to its penalty. */
export const openLeads = async (
  tx: Tx,
  rules: WorkRules,
  list: string,
  leads: readonly LeadOpening[],
  { on, now }: { on: string; now: Date },
): Promise<void> => {
  if (leads.length === 0) return
  const by = { by: 'score', role: 'clock', on, today: shanghaiDate(now) } as const
  const opened = await openCases(
    tx,
    rules,
    list,
    leads.map(({ operatorId, reason }) => ({ operatorId, act: { ...by, reason } })),
    now,
  )
  const decisions = new Map(leads.map(({ operatorId, decision }) => [operatorId, decision]))
  const steps = opened.map((listing) => {
    const linked = decisions.get(listing.operatorId) ?? null
    const link = { id: listing.id, name: 'linkDecision', by: by.by, role: by.role, input: { on }, now } as const
    return stepOf(listing, link, { linked, standing: null }, rules)
  })
  await keep(tx, rules, steps, { at: now, now })
}

const openCases = async (
  tx: Tx,
  rules: WorkRules,
  list: string,
  leads: readonly { operatorId: number; act: CaseAct & { reason: string } }[],
  at: Date,
): Promise<listings.Listing[]> => {
  const made = leads.map(({ operatorId, act }) => ({
    operatorId,
    reason: act.reason,
    keeper: findKeeperOfNewCase(act),
    facts: stepped('openLead', makeNewCase(list, operatorId), act, rules).after,
  }))
  const opened = await listings.open(tx, list, made, at)
  const acts = new Map(leads.map(({ operatorId, act }) => [operatorId, act]))
  const events = opened.flatMap((listing) => {
    const act = acts.get(listing.operatorId)
    return act ? [eventOf({ name: 'openLead', before: null, after: listing, act }, at)] : []
  })
  await listings.recordEvents(tx, events)
  return opened
}

export interface MoveRequest extends RequestedMove {
  id: string
  now: Date
  waitMs?: number
}

/** Refusals: LISTING_UNKNOWN, LISTING_MOVED_ON, MOVE_NOT_ALLOWED with its reason. */
export const makeMove = (db: Db, rules: WorkRules, made: MoveRequest): Promise<listings.Listing> =>
  // Lock order: the row of table `knowledge`, then the listing, as in an intake merge.
  inTurn(db, made.waitMs ?? WAIT_MS, async (tx) => {
    const instant = STOPPING.includes(made.name) ? knowledge.nextInstantBesideMerge : knowledge.nextInstant
    return makeMoveWithin(tx, rules, { ...made, at: await instant(tx, made.now) })
  })

/** Returns false on a refusal; the savepoint undoes changes made before it. */
export const tryMove = async (tx: Tx, rules: WorkRules, made: MoveRequest & { at: Date }): Promise<boolean> =>
  (await unlessRefused(() => tx.transaction((within) => makeMoveWithin(within, rules, made)))) !== null

const unlessRefused = async <T>(act: () => T | Promise<T>): Promise<T | null> => {
  try {
    return await act()
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}

export const makeMoveWithin = async (
  tx: Tx,
  base: WorkRules,
  request: MoveRequest & { at: Date },
): Promise<listings.Listing> => {
  const stored = await listings.lockForMove(tx, request.id)
  if (stored === null) throw new Refusal('LISTING_UNKNOWN')
  if (request.input.seen !== undefined && request.input.seen !== stored.moves) throw new Refusal('LISTING_MOVED_ON')
  const rules = await applyAmendmentsToRules(tx, base)
  const ground = await readGroundOfListing(tx, stored)
  const before = { ...stored, facts: applyGroundToFacts(stored.facts, ground) }
  const paper =
    request.name === 'serveListing' && before.state === 'DECIDED'
      ? await hashServedPaper(tx, rules, before, request)
      : {}
  const { usualText } = MOVES[request.name]
  const opinion = usualText !== undefined && !request.input.text?.trim() ? { text: usualText } : {}
  const made = { ...request, input: { ...request.input, ...paper, ...opinion } }
  const linked = made.name === 'linkDecision' ? await readLinkableDecision(tx, before, made.input.decision) : null
  const standing = SHOWING.includes(made.name) ? (ground?.decisionInForce ?? null) : null
  const step = stepOf(before, made, { linked, standing }, rules)
  const isSameGround = step.after.facts.ground === before.facts.ground
  if (linked !== null && linked.version === before.decisionVersion && isSameGround)
    throw notAllowed(made.name, before.state, 'ALREADY_LINKED')
  const denied = await findDenialBeyondCase(tx, made.name, before)
  if (denied !== null) throw notAllowed(made.name, before.state, denied)
  await refuseUnconfirmedRules(tx, rules, made, before)
  await keep(tx, rules, [step], made)
  if (made.name === 'restoreListing')
    for (const cause of ['REPAIR_REVOKED', 'RESTORED'] as const)
      await concerns.settleOfListings(tx, [made.id], { by: made.by, note: RESTORED, now: made.at, cause })
  // A repair decision may have arrived before this document number was known.
  if (made.name === 'decideListing' && (await repairedAlready(tx, step.after)))
    await concerns.open(tx, { listingId: made.id, cause: 'REPAIR_TOLD', at: made.at })
  const { repairNotice, on } = made.input
  if (
    made.name === 'serveListing' &&
    repairNotice !== true &&
    needsRepairNotice(readDocumentRules(rules.confirmations), on)
  )
    await concerns.open(tx, { listingId: made.id, cause: 'REPAIR_NOTICE_UNSERVED', at: made.at })
  return step.after
}

const refuseUnconfirmedRules = async (
  tx: Tx,
  rules: WorkRules,
  { name: move, input: { on } }: MoveRequest,
  listing: listings.Listing,
): Promise<void> => {
  await holdServiceState(tx, move)
  const rows = await findUnconfirmedRules(tx, rules, { move, listing, on })
  if (rows.length === 0) return
  throw refusal(move, listing.state, { code: 'RULES_UNCONFIRMED', from: null, ...unconfirmedWords(rows) })
}

export const findDenialBeyondCase = async (
  db: Db | Tx,
  move: MoveName,
  listing: listings.Listing,
): Promise<DenialCode | null> => {
  if (move === 'publishListing' && (await concerns.hasOpenConcern(db, listing.id, 'REPAIR_TOLD')))
    return 'REPAIRED_ELSEWHERE'
  return move === 'restoreListing' && (await listings.hasAnotherOpen(db, listing)) ? 'ANOTHER_OPEN' : null
}

const repairedAlready = async (tx: Tx, listing: listings.Listing): Promise<boolean> => {
  const results = await repairs.listRepairsReportedFor(tx, listing.operatorId)
  return judgeRepairResults(listing.facts, listing.documentNumber ?? '', results)?.what === 'TOLD'
}

/** Skips locked or refused listings, which the caller may retry singly. */
export const makeMoves = (
  db: Db,
  base: WorkRules,
  made: {
    ids: readonly string[]
    name: MoveName
    inputOf: (listing: listings.Listing) => MoveInput
    now: Date
    waitMs?: number
  },
): Promise<string[]> =>
  inTurn(db, made.waitMs ?? WAIT_MS, async (tx) => {
    const at = await knowledge.nextInstant(tx, made.now)
    const rules = await applyAmendmentsToRules(tx, base)
    const steps: AppliedMove[] = []
    for (const stored of await listings.lockUnlockedForMove(tx, made.ids)) {
      const before = { ...stored, facts: upgradeStoredCase(stored.facts) }
      const one = { id: stored.id, name: made.name, ...CLOCK_ACTOR, input: made.inputOf(before), now: made.now }
      const step = await unlessRefused(() => stepOf(before, one, { linked: null, standing: null }, rules))
      if (step !== null) steps.push(step)
    }
    await keep(tx, rules, steps, { at, now: made.now })
    return steps.map(({ after }) => after.id)
  })

export const CLOCK_ACTOR = { by: 'clock', role: 'clock' } as const

const SHOWING: readonly MoveName[] = ['publishListing', 'unhideListing', 'restoreListing', 'renewEntry']

const stepOf = (before: listings.Listing, made: MoveRequest, ground: LinkedAndPresentDecision, rules: WorkRules) => {
  const { name } = made
  const given = makeCaseAct(made, shanghaiDate(made.now), ground.linked, rules.pseudonymOf)
  const { after: facts, act } = stepped(name, before.facts, given, rules)
  const { publishedOn, endsOn } = facts
  const after = {
    ...before,
    facts,
    state: facts.state ?? before.state,
    publishedOn,
    endsOn,
    ...computeEntryColumns(name, act, facts, ground, findListKind(rules, before.list)),
    moves: before.moves + 1,
    keeper: findKeeperAfterMove(before.keeper, made),
  }
  return { name, before, after, act }
}

const keep = async (tx: Tx, rules: WorkRules, steps: readonly AppliedMove[], { at, now }: { at: Date; now: Date }) => {
  if (steps.length === 0) return
  await listings.save(
    tx,
    steps.map(({ after }) => after),
  )
  await listings.recordEvents(
    tx,
    steps.map((step) => eventOf(step, at)),
  )
  await applyMovesToEntries(tx, rules, steps, { now: at, dueAt: now })
  await recordDeadlines(tx, rules, steps, at)
  await applyMovesToMeasures(tx, rules, steps, at)
  const settled = steps.filter(({ before, after }) => before.state === 'HIDDEN' && after.state !== 'HIDDEN')
  const moved = settled.map(({ name, after, act }) => ({ listingId: after.id, by: act.by, note: name }))
  await discrepancies.settleHidden(tx, moved, at)
}

const inTurn = async <T>(db: Db, waitMs: number, act: (tx: Tx) => Promise<T>): Promise<T> => {
  try {
    return await inTransaction(db, 'move', act, waitMs)
  } catch (error) {
    if (listings.isSecondOpenCase(error)) throw notAllowed('restoreListing', 'REMOVED', 'ANOTHER_OPEN')
    throw error
  }
}

const stepped = (name: MoveName, before: Case, act: CaseAct, rules: WorkRules): { after: Case; act: CaseAct } => {
  const moved = attemptMove(name, before, act, selectMoveRules(rules, before.list))
  if (moved.ok) return moved
  throw refusal(name, before.state, moved.reason)
}

const notAllowed = (move: MoveName, state: CaseState | null, because: DenialCode): Refusal =>
  refusal(move, state, { code: because, from: null, ...DENIALS[because] })

const refusal = (move: MoveName, state: CaseState | null, { code, from, zh, en }: MoveDenial): Refusal =>
  new Refusal('MOVE_NOT_ALLOWED', {
    move,
    state: state ?? '—',
    reason: `${zh} ${en}`,
    because: code,
    ...(from !== null && { from }),
  })

const eventOf = (
  { name, before, after, act }: Omit<AppliedMove, 'before'> & { before: listings.Listing | null },
  at: Date,
): listings.ListingEvent => {
  const { by, role, on, today: _, ...rest } = act
  const [endBefore, decisionBefore] = [before?.endsOn ?? null, before?.decisionVersion ?? null]
  const { endsOn, decisionVersion } = after
  return {
    listingId: after.id,
    number: after.moves,
    move: name,
    by,
    role,
    on,
    recordedAt: at,
    stateBefore: before?.state ?? null,
    stateAfter: after.state,
    act: {
      ...rest,
      ...(endsOn !== endBefore && { endsOn }),
      ...(decisionVersion !== decisionBefore && { decisionVersion, decisionBefore }),
    },
  }
}
