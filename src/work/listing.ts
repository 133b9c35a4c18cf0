/**
 * Listings: each move is one transaction: the event, the state, the public entry, and one delivery per platform that must
 * hear. Whether a move may be made is the table's word (domain/moves); here it is carried out.
 */
import { type Act, type Case, newCase, type Role, type State } from '../domain/case.js'
import { dateIn, isDate } from '../domain/dates.js'
import { type Ground, groundOf } from '../domain/evidence.js'
import { regionIn, usccForm } from '../domain/identity.js'
import { move } from '../domain/listing.js'
import type { RemovalReason } from '../domain/lists.js'
import type { MoveName } from '../domain/moves.js'
import { isHeavy, isWithdrawn } from '../domain/penalty.js'
import { redact } from '../domain/privacy.js'
import { Refusal } from '../errors.js'
import type { Db, Tx } from '../store/db.js'
import * as knowledge from '../store/knowledge.js'
import * as listings from '../store/listings.js'
import * as versions from '../store/versions.js'
import { show } from './entry.js'
import { listOf, type Rules } from './rules.js'

export interface MoveInput {
  /** The legal day of the act. */
  on: string
  documentNumber?: string
  reason?: string
  text?: string
  waived?: boolean
  /** Version of the penalty that is linked. */
  decision?: number
  removal?: RemovalReason
}

/** How long a move waits for another's transaction, milliseconds. */
const LOCK_TIMEOUT_MS = 5_000
/** SQLSTATE of a lock not had in time. */
const LOCK_NOT_AVAILABLE = '55P03'
/** Longest texts of a move, characters; the document number as 双公示 has it. */
const LONGEST = { documentNumber: 128, reason: 1_000, text: 10_000 } as const
/** The list that leads of this stage are opened for: the one kind decided here. */
const LIST_OF_LEADS = 'serious'
/** Division that decided, where the penalty does not say. */
const PROVINCE = '220000'

export interface CaseMade {
  operatorId: number
  list: string
  reason: string
  by: string
  role: Role
  on: string
  now: Date
}

/** A lead: a reason to look, not yet a proposal. */
export const openCase = (db: Db, rules: Rules, made: CaseMade): Promise<listings.Listing> =>
  inTurn(db, async (tx) => {
    const opened = await open(tx, rules, { ...made, now: await knowledge.tick(tx, made.now) })
    if (opened === null)
      throw new Refusal('MOVE_NOT_ALLOWED', {
        move: 'openLead',
        state: '—',
        reason: '该主体已有未结的同类名单记录 one is open already',
      })
    return opened
  })

/** What scores that fell below a line open, thousands at once; nothing where a case is open already. */
export const openLeads = async (
  tx: Tx,
  rules: Rules,
  fallen: readonly { operatorId: number; value: number }[],
  { on, now }: { on: string; now: Date },
): Promise<void> => {
  const made = fallen.map(({ operatorId, value }) => {
    const reason = `信用评分降至 ${value} 分，低于线索线。The score fell to ${value}, below the line of leads.`
    const act: Act = { by: 'score', role: 'clock', on, today: dateIn(now), reason }
    return { operatorId, reason, act, facts: stepped('openLead', newCase(LIST_OF_LEADS, operatorId), act, rules) }
  })
  const opened = await listings.openMany(tx, LIST_OF_LEADS, made, now)
  await listings.recordMany(
    tx,
    opened.flatMap(({ id, operatorId }) => {
      const lead = made.find((one) => one.operatorId === operatorId)
      return lead ? [eventOf({ id, state: lead.facts.state ?? 'LEAD', moves: 1 }, 'openLead', null, lead.act, now)] : []
    }),
  )
}

const open = async (tx: Tx, rules: Rules, given: CaseMade): Promise<listings.Listing | null> => {
  const made = cleaned(given, rules)
  const before = newCase(made.list, made.operatorId)
  const act: Act = { by: made.by, role: made.role, on: made.on, today: dateIn(made.now), reason: made.reason }
  const after = stepped('openLead', before, act, rules)
  const listing = await listings.open(tx, {
    list: made.list,
    operatorId: made.operatorId,
    facts: after,
    reason: made.reason,
    now: made.now,
  })
  if (listing === null) return null
  await record(tx, { ...listing, moves: 1 }, 'openLead', null, act, made.now)
  await listings.save(tx, { ...listing, moves: 1 })
  return { ...listing, moves: 1 }
}

export interface MoveMade {
  id: string
  name: MoveName
  by: string
  role: Role
  input: MoveInput
  now: Date
}

/** Refusals: LISTING_UNKNOWN, MOVE_NOT_ALLOWED with the reason that the table gives. */
export const makeMove = (db: Db, rules: Rules, made: MoveMade): Promise<listings.Listing> =>
  // The order of knowledge first, the listing then: a merge that makes moves holds them in this order too.
  inTurn(db, async (tx) => moveWithin(tx, rules, { ...made, at: await knowledge.tick(tx, made.now) }))

/** A move in the transaction of what causes it; `at` is that transaction's instant of knowledge. */
export const moveWithin = async (tx: Tx, rules: Rules, made: MoveMade & { at: Date }): Promise<listings.Listing> => {
  const found = await listings.forMove(tx, made.id)
  if (found === null) throw new Refusal('LISTING_UNKNOWN')
  const before = { ...found, facts: await renewed(tx, found) }
  const linked = made.name === 'linkDecision' ? await decisionOf(tx, before, made.input) : null
  const act = actOf(made, dateIn(made.now), linked, rules)
  const facts = stepped(made.name, before.facts, act, rules)
  const after = { ...follow(before, facts, made, act, linked, rules), moves: before.moves + 1 }
  await listings.save(tx, after)
  await record(tx, after, made.name, before.state, act, made.at)
  await show(tx, rules, { before: before.state, after, act, now: made.at, dueAt: made.now })
  return after
}

/** Whoever moves waits for a pull's merge only so long, and is then told to come again. */
const inTurn = async <T>(db: Db, act: (tx: Tx) => Promise<T>): Promise<T> => {
  try {
    return await db.transaction(async (tx) => {
      await tx.raw(`set local lock_timeout = ${LOCK_TIMEOUT_MS} /* work.listing */`)
      return act(tx)
    })
  } catch (error) {
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error
    throw new Refusal('RUN_BUSY', { job: 'move', subject: '' })
  }
}

/** The linked decision as it stands now, over all its sources: an agency may have changed or withdrawn it since. */
const renewed = async (tx: Tx, listing: listings.Listing): Promise<Case> => {
  const ground = await groundUnder(tx, listing)
  if (ground === null) return listing.facts
  const stands = ground.state === 'STANDS'
  return { ...listing.facts, decisionLinked: stands, decisionHeavy: stands && ground.heavy }
}

/** Null: no decision is linked. */
export const groundUnder = async (
  tx: Tx,
  { decisionVersion, operatorId }: listings.Listing,
): Promise<(Ground & { linked: versions.Version }) | null> => {
  const linked = decisionVersion === null ? null : await versions.byId(tx, decisionVersion)
  if (linked === null) return null
  const sources = await versions.sourcesOfGround(tx, linked, operatorId)
  const said = sources.map((source) => ({
    ...source,
    linked: source.feed === linked.feed && source.key === linked.key,
  }))
  return { ...groundOf(said, operatorId), linked }
}

const actOf = ({ by, role, input: sent }: MoveMade, today: string, linked: Linked | null, rules: Rules): Act => {
  const input = cleaned(sent, rules)
  if (!isDate(input.on)) throw new Refusal('DATE_INVALID', { value: input.on })
  const { decision: _, ...given } = input
  return {
    ...given,
    by,
    role,
    today,
    ...(linked ? { documentNumber: linked.documentNumber, heavy: linked.heavy, decisionOn: linked.decidedOn } : {}),
  }
}

/** What people write is bounded, and no ID number in it is kept. */
const cleaned = <I extends Partial<Record<keyof typeof LONGEST, string>>>(input: I, { mark }: Rules): I => {
  for (const [field, most] of Object.entries(LONGEST)) {
    const length = input[field as keyof typeof LONGEST]?.length ?? 0
    if (length > most)
      throw new Refusal('INPUT_INVALID', { reason: `${field} 不得超过 ${most} 个字符 has at most ${most} characters` })
  }
  return redact(input, mark)
}

const stepped = (name: MoveName, before: Case, act: Act, rules: Rules): Case => {
  const list = listOf(rules, before.list)
  const moved = move(name, before, act, { list, calendar: rules.calendar })
  if (moved.ok) return moved.after
  const { code, zh, en } = moved.reason
  throw new Refusal('MOVE_NOT_ALLOWED', {
    move: name,
    state: before.state ?? '—',
    reason: `${zh} ${en}`,
    because: code,
  })
}

interface Linked {
  version: number
  documentNumber: string
  heavy: boolean
  decidedOn: string
  violation: string
  authority: string
  authorityCode: string
}

/** The penalty must be this operator's own and must still stand. */
const decisionOf = async (tx: Tx, listing: listings.Listing, input: MoveInput): Promise<Linked> => {
  const version = input.decision === undefined ? null : await versions.byId(tx, input.decision)
  const sources = version && (await versions.sourcesOfGround(tx, version, listing.operatorId))
  if (
    version === null ||
    version.kind !== 'penalty' ||
    version.operatorId !== listing.operatorId ||
    !sources?.some(({ id }) => id === version.id)
  ) {
    throw new Refusal('INPUT_INVALID', {
      reason: '所关联的处罚决定不存在或不属于该主体 no such penalty of this operator',
    })
  }
  if (sources.some(({ body }) => isWithdrawn(body)))
    throw new Refusal('INPUT_INVALID', { reason: '所关联的处罚决定已被撤销 the penalty has been withdrawn' })
  const text = (field: string): string =>
    typeof version.body[field] === 'string' ? (version.body[field] as string) : ''
  const code = text('authority_code')
  return {
    version: version.id,
    documentNumber: text('document_number'),
    heavy: isHeavy(version.body),
    decidedOn: text('decided_on'),
    violation: text('violation'),
    authority: text('authority'),
    authorityCode: usccForm(code) ? regionIn(code) : PROVINCE,
  }
}

/** The listing's own columns after a move, from the case and what the act brought. */
const follow = (
  before: listings.Listing,
  facts: Case,
  made: MoveMade,
  act: Act,
  linked: Linked | null,
  rules: Rules,
): listings.Listing => {
  const basis = listOf(rules, before.list).legalBasis[0]
  return {
    ...before,
    facts,
    state: facts.state ?? before.state,
    publishedOn: facts.publishedOn,
    endsOn: facts.endsOn,
    ...(linked && {
      decisionVersion: linked.version,
      reason: linked.violation,
      authority: linked.authority,
      authorityCode: linked.authorityCode,
      basis: basis ? [basis.title, basis.number, basis.articles].filter(Boolean).join(' ') : '',
    }),
    ...(made.name === 'decideListing' && { documentNumber: act.documentNumber ?? null }),
    ...(made.name === 'removeListing' && { removalReason: act.removal ?? null, removedOn: act.on }),
  }
}

const record = (
  tx: Tx,
  after: listings.Listing,
  name: MoveName,
  before: State | null,
  act: Act,
  now: Date,
): Promise<void> => listings.recordMany(tx, [eventOf(after, name, before, act, now)])

const eventOf = (
  after: Pick<listings.Listing, 'id' | 'moves' | 'state'>,
  name: MoveName,
  before: State | null,
  act: Act,
  now: Date,
): listings.Event => {
  const { by, role, on, today: _, ...said } = act
  return {
    listingId: after.id,
    number: after.moves,
    move: name,
    by,
    role,
    on,
    recordedAt: now,
    stateBefore: before,
    stateAfter: after.state,
    act: said,
  }
}
