/** The moves of a listing, carried out by work/listing; what may be moved is the table's word (domain/listing). */
import { codeOf } from '../../domain/identity.js'
import { MOVE_NAMES } from '../../domain/listing.js'
import type { RemovalReason } from '../../domain/lists.js'
import type { MoveName } from '../../domain/moves.js'
import type { Viewer } from '../../domain/viewer.js'
import { Refusal } from '../../errors.js'
import type { Listing } from '../../store/listings.js'
import * as operators from '../../store/operators.js'
import * as work from '../../work/listing.js'
import type { Context } from '../context.js'
import { listingIn, numberIn } from '../ids.js'
import { withoutNul } from '../limits.js'
import { makeLoads } from '../loads.js'
import { allow } from '../viewer.js'
import { caseView } from './listing-view.js'

interface OpenLeadInput {
  code: string
  list: string
  reason: string
  on: string
}

interface MoveInput {
  id: string
  on: string
  documentNumber?: string | null
  reason?: string | null
  text?: string | null
  waived?: boolean | null
  removal?: RemovalReason | null
  record?: string | null
}

const mover = (viewer: Viewer) => {
  allow(viewer, 'move_listing')
  return { by: viewer.sub ?? '', role: viewer.role }
}

/** What was loaded before a move is no longer true after it. */
const payload = (listing: Listing, context: Context) => {
  context.load = makeLoads(context.parts, context.now)
  return { listing: caseView(listing) }
}

const openLead = async (_: unknown, { input }: { input: OpenLeadInput }, context: Context) => {
  const who = mover(context.viewer)
  const { code, list, reason, on } = withoutNul(input)
  const { db, rules } = context.parts
  const asked = codeOf(code)
  const [operator] = asked ? (await operators.byCodes(db, [asked])).values() : []
  if (operator === undefined) throw new Refusal('INPUT_INVALID', { reason: '没有这个主体 no such operator' })
  const made = { operatorId: operator.id, list, reason, on, ...who, now: context.now }
  return payload(await work.openCase(db, rules, made), context)
}

const moveNamed =
  (name: MoveName) =>
  async (_: unknown, { input }: { input: MoveInput }, context: Context) => {
    const who = mover(context.viewer)
    const found = listingIn(input.id)
    if (found === null || !('uuid' in found)) throw new Refusal('LISTING_UNKNOWN')
    const made = { id: found.uuid, name, ...who, input: given(withoutNul(input)), now: context.now }
    return payload(await work.makeMove(context.parts.db, context.parts.rules, made), context)
  }

const given = ({ on, documentNumber, reason, text, waived, removal, record }: MoveInput): work.MoveInput => {
  const decision = record == null ? null : numberIn(record, 'Record')
  if (record != null && decision === null)
    throw new Refusal('INPUT_INVALID', { reason: 'record 不是信用信息的标识 not the id of a record' })
  return {
    on,
    ...(documentNumber != null && { documentNumber }),
    ...(reason != null && { reason }),
    ...(text != null && { text }),
    ...(waived != null && { waived }),
    ...(removal != null && { removal }),
    ...(decision !== null && { decision }),
  }
}

const others = MOVE_NAMES.filter((name) => name !== 'openLead')

export const moves = {
  Mutation: { openLead, ...Object.fromEntries(others.map((name) => [name, moveNamed(name)])) },
}
