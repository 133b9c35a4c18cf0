import { isLateByLaw } from '../../domain/matters/clocks.js'
import type { MatterKind } from '../../domain/matters/kind.js'
import type { MatterClock } from '../../domain/matters/matter.js'
import { findWaitingSeat, listAllowedMoves } from '../../domain/matters/moves.js'
import { coversSeat, hasSeatIn, placesOfSeat, seatOf } from '../../domain/matters/seats.js'
import type * as store from '../../store/matters/matters.js'
import { readCustody } from '../../work/matters/attachments.js'
import { type MatterAttachment, openFields, openMoveInput } from '../../work/matters/keep-move.js'
import { kindAsBegun } from '../../work/matters/kinds.js'
import type { GraphqlContext } from '../request/context.js'
import { makeGlobalId } from '../request/ids.js'
import { clockRuleView, moveKindView } from './kinds.js'

const clockView = (kind: MatterKind, clock: MatterClock, { now, parts: { rules } }: GraphqlContext) => ({
  clock: clock.clock,
  seat: clock.seat,
  startsAt: clock.startsAt,
  dueOn: clock.due?.on ?? null,
  dueAt: clock.due?.at ?? null,
  provisional: clock.due?.provisional ?? false,
  uncounted: clock.due?.uncounted ?? [],
  makeUp: clock.due?.makeUp ?? [],
  rule: clockRuleView({ kind, ...clock }, rules.confirmations),
  late: isLateByLaw(kind, clock, now, rules.confirmations),
  ended: clock.ended?.how ?? null,
})

const KEPT_BY_HUB = 'hub'

const moveView = (context: GraphqlContext, made: store.StoredMatterMove, kept: ReadonlySet<string>) => {
  const input = openMoveInput(context.parts.keys, made)
  const attachmentView = (attachment: MatterAttachment) => {
    const isKept = kept.has(attachment.sha256)
    const url = `/v1/matters/${makeGlobalId('Matter', made.matterId)}/attachments/${attachment.sha256}`
    return { ...attachment, keeper: isKept ? KEPT_BY_HUB : made.seat, url: isKept ? url : null }
  }
  const { sequence, move, stateBefore, state: stateAfter, by, seat, on, at } = made
  return {
    ...{ sequence, move, stateBefore, stateAfter, by, seat, on, at },
    reason: input.reason ?? null,
    documentNumber: input.number ?? null,
    attachments: (input.attachments ?? []).map(attachmentView),
  }
}

/** True for a seat and its superiors; for hub staff too, except in kinds for seats only, whose fields are sealed. */
export const seesMatter = ({ viewer }: GraphqlContext, { matter, sealedFields }: store.StoredMatter): boolean => {
  const seat = seatOf(viewer)
  return seat === null ? sealedFields === null : hasSeatIn(matter.seats, matter.handed, seat)
}

export const makeMatterView = async (context: GraphqlContext, stored: store.StoredMatter) => {
  const { parts, viewer } = context
  const { matter, ...head } = stored
  const { seats, handed, state, clocks } = matter
  const kind = await kindAsBegun(parts.db, stored)
  const seat = seatOf(viewer)
  const seesHolder = handed || (seat !== null && coversSeat(seat, seats.sender))
  const { zh = '', en = '' } = kind.states[state ?? ''] ?? {}
  return {
    __typename: 'Matter' as const,
    operatorId: head.operatorId,
    id: makeGlobalId('Matter', head.id),
    number: head.number,
    kind: head.kind,
    state,
    stateName: { zh, en },
    waitingFor: findWaitingSeat(kind, matter),
    sender: seats.sender,
    holder: seesHolder ? seats.holder : null,
    copied: seesHolder ? seats.copied : [],
    openedAt: head.openedAt,
    receivedAt: matter.receivedAt,
    outcome: matter.outcome,
    clocks: clocks.map((clock) => clockView(kind, clock, context)),
    moveCount: matter.moves.length,
    content: async () => {
      if (seat === null || !hasSeatIn(seats, handed, seat)) return null
      const { fields } = openFields(parts.keys, stored).matter
      const [moves, files] = await Promise.all([context.load.matterMoves(head.id), context.load.keptFiles(head.id)])
      const kept = new Set(files.map(({ sha256 }) => sha256))
      return {
        reference: head.reference,
        fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
        moves: moves.map((made) => moveView(context, made, kept)),
        handovers: readCustody(parts.keys, kind, stored, moves).handovers.map(({ received, ...handed }) => ({
          ...handed,
          receivedAt: received?.at ?? null,
          receivedBy: received?.way ?? null,
        })),
        parent: head.parentId && makeGlobalId('Matter', head.parentId),
      }
    },
    allowedMoves: () => {
      const places = seat === null ? (['hub'] as const) : placesOfSeat(seats, seat)
      return listAllowedMoves(kind, matter, { places }).map(moveKindView)
    },
  }
}
