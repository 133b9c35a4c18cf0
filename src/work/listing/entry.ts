import { hash } from 'node:crypto'
import { findEntryActionAfter, makeEntryNotice, makeEntryRemoval } from '../../domain/delivery/entry-notice.js'
import type { CaseAct } from '../../domain/listing/case.js'
import type { MoveName } from '../../domain/listing/moves.js'
import { keepPartyListedBeforeMerger, MASKING_VERSION, WITHHOLDING_REASONS } from '../../domain/listing/public-entry.js'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Tx } from '../../store/db/db.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import * as objections from '../../store/scoring/objections.js'
import * as rescoringQueue from '../../store/scoring/rescoring-queue.js'
import { findListKind, type WorkRules } from '../calendar/rules.js'
import { queueForPlatforms, type SubjectChange } from '../delivery/outbox.js'
import { composePublicEntry } from './public-entry.js'

export interface AppliedMove {
  name: MoveName
  before: listings.Listing
  after: listings.Listing
  act: CaseAct
}

export interface EntryInstants {
  now: Date
  /** Wall-clock time. `now`, the instant of the change, may lie ahead and would delay the delivery. */
  dueAt: Date
}

export const applyMovesToEntries = async (
  tx: Tx,
  rules: WorkRules,
  moves: readonly AppliedMove[],
  { now, dueAt }: EntryInstants,
): Promise<void> => {
  await deliveries.restateRemovals(tx, moves.flatMap(endedWhileHidden(rules)))
  const turned = moves.flatMap((one) => {
    const change = findEntryActionAfter(one.name, one.before, one.after)
    return change === null ? [] : [{ ...one, change }]
  })
  if (turned.length === 0) return
  const operatorOf = await makeOperatorLookup(
    tx,
    turned.map(({ after }) => after),
  )
  const leaving = turned.filter(({ change }) => change === 'REMOVE').map(({ after }) => after.id)
  // A removed entry, or one with only a new end date, keeps its published text.
  const stays = turned.filter(({ change }) => change !== 'ADD').map(({ after }) => after.id)
  const shownBefore = await listings.readPublicEntries(tx, stays)
  const changes: SubjectChange[] = []
  for (const one of turned) {
    const { name, after, act, change } = one
    const operator = operatorOf(after)
    const known = shownBefore.get(after.id)
    const kept = name === 'renewEntry' ? undefined : known
    let body = known
    if (change !== 'REMOVE') {
      const text =
        kept ?? (await publicOf(tx, rules, one, keepPartyListedBeforeMerger(operator, known), shanghaiDate(now)))
      body = { ...text, endsOn: after.endsOn }
      await publish(tx, body, act.on, kept === undefined ? MASKING_VERSION : null)
    }
    const list = findListKind(rules, after.list)
    const notice = makeEntryNotice(list, after, operator, makeEntryRemoval(list, after, act), body)
    changes.push({ kind: 'listing', subjectId: after.id, change, notice })
  }
  await listings.deletePublicEntries(tx, leaving)
  await queueForPlatforms(tx, rules, changes, dueAt)
  await rescoringQueue.markDirty(
    tx,
    turned.map(({ after }) => after.operatorId),
    now,
  )
}

/** No platform is told of it, unless its removal has to be sent again. */
const endedWhileHidden =
  (rules: WorkRules) =>
  ({ before, after, act }: AppliedMove) =>
    before.state === 'HIDDEN' && after.state === 'REMOVED'
      ? [{ subjectId: after.id, removal: makeEntryRemoval(findListKind(rules, after.list), after, act) }]
      : []

const makeOperatorLookup = async (tx: Tx, of: readonly listings.Listing[]) => {
  const parties = await operators.operatorsById(
    tx,
    of.map(({ operatorId }) => operatorId),
  )
  return ({ id, operatorId }: listings.Listing): operators.StoredOperator => {
    const operator = parties.get(operatorId)
    if (operator === undefined) throw new Error(`operator ${operatorId} of listing ${id} is gone`)
    return operator
  }
}

const publicOf = async (
  tx: Tx,
  rules: WorkRules,
  { name, before, after }: AppliedMove,
  operator: operators.StoredOperator,
  on: string,
): Promise<listings.PublicBody> => {
  const { body, withheld } = await composePublicEntry(tx, rules, { listing: after, operator, on })
  if (withheld === null) return body
  const { zh, en } = WITHHOLDING_REASONS[withheld]
  throw new Refusal('MOVE_NOT_ALLOWED', { move: name, state: before.state, reason: `${zh} ${en}`, because: withheld })
}

const publish = async (tx: Tx, body: listings.PublicBody, on: string, masks: number | null): Promise<void> => {
  const bodyHash = hash('sha256', canonicalJson(body as unknown as Json))
  await listings.putPublicEntry(tx, body, { bodyHash, on, masks })
}

/** Republishes entries when an objection opens or closes, because they say so. */
export const republishContested = async (tx: Tx, rules: WorkRules, { now, dueAt }: EntryInstants): Promise<void> => {
  const ids = await objections.findEntriesWithWrongContestFlag(tx)
  if (ids.length === 0) return
  const held: listings.Listing[] = []
  for (const id of ids) {
    const listing = await listings.lockForMove(tx, id)
    if (listing !== null) held.push(listing)
  }
  const bodies = await listings.readPublicEntries(tx, ids)
  const contested = await objections.findContestedListings(tx, ids)
  const operatorOf = await makeOperatorLookup(tx, held)
  const changes: SubjectChange[] = []
  for (const listing of held) {
    const known = bodies.get(listing.id)
    if (known === undefined) continue
    const body = { ...known, contested: contested.has(listing.id) }
    await publish(tx, body, shanghaiDate(now), null)
    const notice = makeEntryNotice(findListKind(rules, listing.list), listing, operatorOf(listing), null, body)
    changes.push({ kind: 'listing', subjectId: listing.id, change: 'CHANGE', notice })
  }
  await queueForPlatforms(tx, rules, changes, dueAt)
}
