/** The listed party's door: codes issued, the token for one, and what the party then reads of itself; the deeds are work/door's. */
import { wholeCase } from '../../domain/case.js'
import { PARTYS } from '../../domain/deadlines.js'
import { allowedMoves } from '../../domain/listing.js'
import { stepsTold } from '../../domain/party.js'
import { may } from '../../domain/viewer.js'
import type * as store from '../../store/access-codes.js'
import * as work from '../../work/door.js'
import { type Context, viewerOn } from '../context.js'
import { withoutNul } from '../limits.js'
import { makeLoads } from '../loads.js'
import { allow, allowOn } from '../viewer.js'
import { deadlineView } from './deadlines.js'
import { listing } from './listing.js'
import type { ListingView } from './listing-view.js'
import { type OperatorView, operator, operatorById, operatorNamed } from './operator.js'

/** The limit comes before all else, so that it says nothing of the code. */
const partyToken = async (_: unknown, { accessCode }: { accessCode: string }, context: Context): Promise<string> => {
  const { parts, limits, address, now } = context
  const giveBack = limits.party.take([address], now)
  const token = await work.partyToken(parts.db, parts.keys, accessCode, now)
  giveBack()
  const { sub } = parts.keys.verify(token, now.getTime())
  context.asking.issuedTo = sub
  context.shown(sub)
  return token
}

interface CodeInput {
  operator: string
  reason: string
}

const asked = async (input: CodeInput, context: Context): Promise<work.CodeAsked> => {
  await allowOn(context.viewer, 'issue_access_code', operatorNamed(context, input.operator))
  return { ...withoutNul(input), by: context.viewer.sub ?? '', now: context.now }
}

const issueAccessCode = async (_: unknown, { input }: { input: CodeInput }, context: Context) => {
  const made = await asked(input, context)
  const { db, rules, keys } = context.parts
  const { code, accessCode } = await work.issueAccessCode(db, rules, keys, made)
  context.load = makeLoads(context.parts, context.now)
  return { code, accessCode: codeView(context, accessCode) }
}

const revokeAccessCode = async (_: unknown, { input }: { input: CodeInput }, context: Context) => {
  const made = await asked(input, context)
  const revoked = await work.revokeAccessCode(context.parts.db, context.parts.rules, made)
  context.load = makeLoads(context.parts, context.now)
  return codeView(context, revoked)
}

const codeView = (context: Context, code: store.AccessCode) => {
  const named = may(context.viewer, 'see_access_codes')
  return {
    ...code,
    good: code.ended === null,
    operator: () => operatorById(context, code.operatorId),
    issuedBy: named ? code.issuedBy : null,
    endedBy: named ? code.endedBy : null,
  }
}

const accessCodes = async ({ operator: one }: OperatorView, _: unknown, context: Context) => {
  const own = may(viewerOn(context, one), 'see_own_file')
  if (!own && !may(context.viewer, 'see_access_codes')) return []
  return (await context.load.accessCodes(one.id)).map((code) => codeView(context, code))
}

const myFile = (_: unknown, __: unknown, context: Context): Promise<OperatorView | null> => {
  allow(context.viewer, 'see_own_file')
  return operator.Query.operator(null, { code: context.viewer.sub ?? '' }, context)
}

const proceedings = async (view: ListingView, _: unknown, context: Context) => {
  if (view.uuid === null || !(await seesProceedings(context, view.uuid))) return []
  const told = stepsTold(await context.load.moves(view.uuid))
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
  return told.map(({ move, on, stateAfter, act }) => ({
    move,
    on,
    stateAfter,
    documentNumber: text(act['documentNumber']),
    reason: text(act['reason']),
    text: text(act['text']),
  }))
}

/** Of its own case a party is shown the times that it has itself to keep. */
const deadlines = async (view: ListingView, args: unknown, context: Context) => {
  if (!may(context.viewer, 'see_own_file')) return listing.Listing.deadlines(view, args, context)
  if (view.uuid === null || !(await seesProceedings(context, view.uuid))) return []
  const kept = await context.load.deadlines(view.uuid)
  return kept.filter(({ name }) => PARTYS.includes(name)).map((each) => deadlineView(context, each))
}

/** A party is told which moves are open to itself. */
const movesAllowed = async (view: ListingView, args: unknown, context: Context) => {
  if (!may(context.viewer, 'move_own_listing')) return listing.Listing.allowedMoves(view, args, context)
  if (view.uuid === null || !(await seesProceedings(context, view.uuid))) return []
  const found = await context.load.listing(view.uuid)
  return allowedMoves(found && wholeCase(found.facts), context.viewer.role)
}

const seesProceedings = async (context: Context, uuid: string): Promise<boolean> => {
  if (may(context.viewer, 'see_moves')) return true
  if (!may(context.viewer, 'see_own_file')) return false
  const found = await context.load.listing(uuid)
  const owner = found && (await context.load.operator(found.operatorId))
  return may(viewerOn(context, owner), 'see_own_file')
}

export const door = {
  Query: { myFile },
  Mutation: { partyToken, issueAccessCode, revokeAccessCode },
  Operator: { accessCodes },
  Listing: { proceedings, deadlines, allowedMoves: movesAllowed },
}
