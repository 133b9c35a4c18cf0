import { createHash } from 'node:crypto'
import { entryActionAfter, entryNotice, entryRemoval } from '../../domain/delivery/entry-notice.js'
import type { CaseAct } from '../../domain/listing/case.js'
import type { MoveName } from '../../domain/listing/moves.js'
import { MASKING_VERSION, WITHHOLDING_REASONS, withPublishedParty } from '../../domain/listing/public-entry.js'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Tx } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import * as objections from '../../store/scoring/objections.js'
import * as rescoringQueue from '../../store/scoring/rescoring-queue.js'
import { listKindOf, type WorkRules } from '../calendar/rules.js'
import { queueForPlatforms, type SubjectChange } from '../delivery/outbox.js'
import { publicEntryOf } from './public-entry.js'

export interface EntryMove {
  name: MoveName
  before: Pick<listings.Listing, 'state' | 'endsOn'>
  after: listings.Listing
  act: CaseAct
}

export interface EntryInstants {
  now: Date
  /** Wall-clock time: knowledge instants may run ahead, and deliveries must not wait. */
  dueAt: Date
}

export const applyMovesToEntries = async (
  tx: Tx,
  rules: WorkRules,
  shown: readonly EntryMove[],
  { now, dueAt }: EntryInstants,
): Promise<void> => {
  const turned = shown.flatMap((one) => {
    const change = entryActionAfter(one.name, one.before, one.after)
    return change === null ? [] : [{ ...one, change }]
  })
  if (turned.length === 0) return
  const parties = await operators.byIds(
    tx,
    turned.map(({ after }) => after.operatorId),
  )
  const leaving = turned.filter(({ change }) => change === 'REMOVE').map(({ after }) => after.id)
  // An entry that is removed, or gets only a new end, keeps its published text.
  const stays = turned.filter(({ change }) => change !== 'ADD').map(({ after }) => after.id)
  const shownBefore = await listings.publicBodies(tx, stays)
  const changes: SubjectChange[] = []
  for (const { name, before, after, act, change } of turned) {
    const operator = parties.get(after.operatorId)
    if (operator === undefined) throw new Error(`operator ${after.operatorId} of listing ${after.id} is gone`)
    const known = shownBefore.get(after.id)
    const present = name === 'renewEntry' ? undefined : known
    const body =
      change === 'REMOVE'
        ? known
        : {
            ...(present ??
              (await publicOf(tx, { name, before, after }, withPublishedParty(operator, known), shanghaiDate(now)))),
            endsOn: after.endsOn,
          }
    if (change !== 'REMOVE' && body) await publish(tx, body, act.on, present === undefined ? MASKING_VERSION : null)
    const list = listKindOf(rules, after.list)
    const notice = entryNotice(list, after, operator, entryRemoval(list, after, act), body)
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

/** The caller holds the listings' locks. */
const republishEntries = async (
  tx: Tx,
  rules: WorkRules,
  said: readonly { listing: listings.Listing; body: listings.PublicBody }[],
  { now, dueAt }: EntryInstants,
): Promise<void> => {
  const parties = await operators.byIds(
    tx,
    said.map(({ listing }) => listing.operatorId),
  )
  const changes: SubjectChange[] = []
  for (const { listing, body } of said) {
    const operator = parties.get(listing.operatorId)
    if (operator === undefined) throw new Error(`operator ${listing.operatorId} of listing ${listing.id} is gone`)
    await publish(tx, body, shanghaiDate(now), null)
    changes.push({
      kind: 'listing',
      subjectId: listing.id,
      change: 'CHANGE',
      notice: entryNotice(listKindOf(rules, listing.list), listing, operator, null, body),
    })
  }
  await queueForPlatforms(tx, rules, changes, dueAt)
}

const publicOf = async (
  tx: Tx,
  { name, before, after }: Pick<EntryMove, 'name' | 'before' | 'after'>,
  operator: operators.StoredOperator,
  on: string,
): Promise<listings.PublicBody> => {
  const { body, withheld } = await publicEntryOf(tx, after, operator, on, after.facts.ofAge ?? null)
  if (body === null) {
    const reason = withheld === null ? '' : `${WITHHOLDING_REASONS[withheld].zh} ${WITHHOLDING_REASONS[withheld].en}`
    throw new Refusal('MOVE_NOT_ALLOWED', { move: name, state: before.state, reason, because: withheld })
  }
  return body
}

const publish = async (tx: Tx, body: listings.PublicBody, on: string, masks: number | null): Promise<void> => {
  const bodyHash = createHash('sha256')
    .update(canonicalJson(body as unknown as Json))
    .digest('hex')
  await listings.putPublicEntry(tx, body, { bodyHash, on, masks })
}

/** An entry says whether an objection is open, so it is republished when that changes. */
export const republishContested = async (tx: Tx, rules: WorkRules, at: EntryInstants): Promise<void> => {
  const ids = await objections.entriesMisstatingContest(tx)
  if (ids.length === 0) return
  const held: listings.Listing[] = []
  for (const id of ids) {
    const listing = await listings.lockForMove(tx, id)
    if (listing !== null) held.push(listing)
  }
  const bodies = await listings.publicBodies(tx, ids)
  const contested = await objections.contestedListings(tx, ids)
  const entries = held.flatMap((listing) => {
    const body = bodies.get(listing.id)
    return body ? [{ listing, body: { ...body, contested: contested.has(listing.id) } }] : []
  })
  await republishEntries(tx, rules, entries, at)
}
