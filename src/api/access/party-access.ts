import { may, mayInRegion } from '../../domain/access/viewer.js'
import { selectStepsForParty, upgradeStoredCase } from '../../domain/listing/case.js'
import { DEADLINES_TOLD_TO_PARTY } from '../../domain/listing/deadlines.js'
import { allowedMoves } from '../../domain/listing/listing.js'
import { describeContact } from '../../domain/office/authorities.js'
import { isRefusal } from '../../foundation/errors.js'
import { writePdf } from '../../foundation/papers/pdf.js'
import type * as store from '../../store/access/access-codes.js'
import type { StoredOperator } from '../../store/operators/operators.js'
import { makeAccessSlip } from '../../work/access/access-slip.js'
import * as work from '../../work/access/party-access.js'
import { makeDeadlineView } from '../listing/deadlines.js'
import type { ListingView } from '../listing/listing-view.js'
import { listingResolvers } from '../listing/listings.js'
import { operatorResolvers } from '../operators/operator.js'
import { auditRefusedSignIn } from '../request/audit-rows.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'
import { type OperatorAtTime, operatorById } from '../request/operator-at-time.js'

/** Checks the rate limit first, so a refusal reveals nothing about the code. */
const partyToken = async (_: unknown, { accessCode }: { accessCode: string }, context: GraphqlContext) => {
  const { parts, limits, address, now } = context
  const token = await taken(context, async () => {
    const giveBack = limits.party.take([address], parts.now())
    const made = await work.issuePartyToken(parts.db, parts.keys, accessCode, now)
    giveBack()
    return made
  })
  const { sub } = parts.keys.verify(token, now.getTime())
  context.auditNotes.issuedTo = sub
  context.shown(sub)
  return token
}

/** A wrong code names nobody, so it is audited under the caller's address. */
const taken = async (context: GraphqlContext, work: () => Promise<string>): Promise<string> => {
  try {
    return await work()
  } catch (error) {
    if (!isRefusal(error)) throw error
    await auditRefusedSignIn(context.parts, context, { door: 'partyToken', name: '', known: false, code: error.code })
    throw error
  }
}

interface AccessCodeInput {
  operator: string
  reason: string
}

const asked = (input: AccessCodeInput, context: GraphqlContext): work.AccessCodeRequest => {
  const { viewer, now } = context
  const mayFor = ({ region }: StoredOperator) => mayInRegion(viewer, 'issue_access_code', region)
  return { ...refuseUnstorableText(input), mayFor, by: viewer.sub ?? '', now }
}

const issueAccessCode = async (_: unknown, { input }: { input: AccessCodeInput }, context: GraphqlContext) => {
  const made = asked(input, context)
  const { db, rules, keys } = context.parts
  const { code, accessCode } = await work.issueAccessCode(db, rules, keys, made)
  renewLoaders(context)
  const slip = async () => {
    const operator = await context.load.operator(accessCode.operatorId)
    const cases = await context.load.listings(accessCode.operatorId)
    const { authority = '' } = cases.findLast((each) => each.authority !== '') ?? {}
    const held = authority === '' ? null : await context.load.authority(authority)
    const office = authority === '' ? null : { name: authority, contact: held && describeContact(held) }
    const to = { name: operator?.name ?? null, code: operator?.uscc ?? operator?.shop ?? made.operator, office }
    const paper = makeAccessSlip({ site: keys.manifests.issuer, accessCode: code, ...to, now: made.now })
    return (await writePdf(paper)).toString('base64')
  }
  return { code, accessCode: codeView(context, accessCode), slip }
}

const revokeAccessCode = async (_: unknown, { input }: { input: AccessCodeInput }, context: GraphqlContext) => {
  const made = asked(input, context)
  const revoked = await work.revokeAccessCode(context.parts.db, context.parts.rules, made)
  renewLoaders(context)
  return codeView(context, revoked)
}

const codeView = (context: GraphqlContext, code: store.AccessCode) => {
  return {
    ...code,
    good: code.ended === null,
    operator: () => operatorById(context, code.operatorId),
  }
}

const accessCodes = async ({ operator: one }: OperatorAtTime, _: unknown, context: GraphqlContext) =>
  (await context.load.accessCodes(one.id)).map((code) => codeView(context, code))

const myFile = (_: unknown, __: unknown, context: GraphqlContext): Promise<OperatorAtTime | null> => {
  return operatorResolvers.Query.operator(null, { code: context.viewer.sub ?? '' }, context)
}

const proceedings = async (view: ListingView, _: unknown, context: GraphqlContext) => {
  if (view.uuid === null) return []
  const told = selectStepsForParty(await context.load.moves(view.uuid))
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

const deadlines = async (view: ListingView, args: unknown, context: GraphqlContext) => {
  if (!may(context.viewer, 'see_own_file')) return listingResolvers.Listing.deadlines(view, args, context)
  if (view.uuid === null) return []
  const kept = await context.load.deadlines(view.uuid)
  return kept
    .filter(({ name }) => DEADLINES_TOLD_TO_PARTY.includes(name))
    .map((each) => makeDeadlineView(context, each))
}

const movesAllowed = async (view: ListingView, args: unknown, context: GraphqlContext) => {
  if (!may(context.viewer, 'move_own_listing')) return listingResolvers.Listing.allowedMoves(view, args, context)
  if (view.uuid === null) return []
  const found = await context.load.listing(view.uuid)
  return allowedMoves(found && upgradeStoredCase(found.facts), context.viewer.role)
}

export const partyAccessResolvers = {
  Query: { myFile },
  Mutation: { partyToken, issueAccessCode, revokeAccessCode },
  Operator: { accessCodes },
  Listing: { proceedings, deadlines, allowedMoves: movesAllowed },
}
