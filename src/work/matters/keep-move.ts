/** Stores moves with links in the hash chains. Content for seats only is sealed. */
import { hash } from 'node:crypto'
import type { RuleConfirmations } from '../../domain/calendar/rule-confirmations.js'
import { isConfirmedClock } from '../../domain/matters/clocks.js'
import type { MatterKind } from '../../domain/matters/kind.js'
import type { Matter, MatterAct } from '../../domain/matters/matter.js'
import { findWaitingSeat } from '../../domain/matters/moves.js'
import { PUBLIC_SEAT } from '../../domain/matters/seats.js'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import type { Keys } from '../../foundation/keys.js'
import { addDays } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { nameFiles } from '../../store/matters/attachments.js'
import * as store from '../../store/matters/matters.js'
import type { WorkRules } from '../calendar/rules.js'

/** Seat of the hub's staff, and the sender of its own matters. */
export const HUB_SEAT = 'hub'

const NUMBER_DIGITS = 8

export const formatMatterNumber = ({ sign }: MatterKind, day: string, number: number): string =>
  `${sign}${day.slice(0, 4)}-${String(number).padStart(NUMBER_DIGITS, '0')}`

/** The hub knows its hash, and its bytes if the seat has sent them. */
export interface MatterAttachment {
  type: string
  name: string
  sha256: string
  bytes: number
}

export interface MatterMoveGiven
  extends Pick<MatterAct, 'reason' | 'number' | 'day' | 'extension' | 'fields' | 'to' | 'copyTo' | 'link'> {
  attachments?: readonly MatterAttachment[]
  /** The mover's own number; a repeated one is the same move. */
  reference?: string
}

export interface MatterParts {
  db: Db
  rules: WorkRules
  keys: Pick<Keys, 'seal' | 'unseal'>
}

export interface MatterBefore {
  kind: MatterKind
  head: store.MatterHead
  before: Matter
  previousHash: string | null
}

export type SentMove = MatterMoveGiven & { move: string; on: string }

export interface KeptMove {
  act: Pick<MatterAct, 'by' | 'at' | 'seat'>
  given: SentMove
  after: Matter
}

export const keepMove = async (
  tx: Tx,
  keys: Pick<Keys, 'seal'>,
  stored: MatterBefore,
  made: KeptMove,
): Promise<store.StoredMatter> => {
  const writing = writingOf(keys, { ...stored, ...made })
  await store.writeMatters(tx, [writing])
  const { act, after, given } = made
  const hashes = (given.attachments ?? []).map(({ sha256 }) => sha256)
  if (hashes.length > 0) await nameFiles(tx, stored.head.id, act.seat, hashes)
  const closedAt = after.outcome === null ? null : act.at
  return { ...stored.head, matter: after, sealedFields: writing.sealedFields, closedAt }
}

export const keepMoves = (
  tx: Tx,
  keys: Pick<Keys, 'seal'>,
  moves: readonly (MatterBefore & KeptMove)[],
): Promise<void> =>
  store.writeMatters(
    tx,
    moves.map((one) => writingOf(keys, one)),
  )

const writingOf = (
  keys: Pick<Keys, 'seal'>,
  { kind, head, before, previousHash, act, given, after }: MatterBefore & KeptMove,
): store.MatterWriting => {
  const isSealed = kind.visibility === 'SEATS_ONLY' || head.openedBy === PUBLIC_SEAT
  const { move, on, ...input } = inputOf(given)
  const text = canonicalJson(input as unknown as Json)
  const sequence = after.moves.length
  const link = {
    head: head.id,
    sequence,
    move,
    state: after.state,
    by: act.by,
    seat: act.seat,
    on,
    input: hash('sha256', text),
  }
  return {
    head,
    matter: isSealed ? { ...after, fields: {} } : after,
    sealedFields: isSealed ? keys.seal(canonicalJson(after.fields as Json), sealedAbout(head.id)) : null,
    waiting: findWaitingSeat(kind, after),
    move: {
      sequence,
      move,
      stateBefore: before.state,
      state: after.state ?? '',
      by: act.by,
      seat: act.seat,
      on,
      at: act.at,
      input: isSealed ? null : input,
      sealedInput: isSealed ? keys.seal(text, sealedAbout(head.id)) : null,
      previousHash,
      hash: hash('sha256', canonicalJson({ previousHash, ...link } as unknown as Json)),
    },
    seats: seatRowsOf(after),
    clocks: clockRowsOf(kind, after),
  }
}

const inputOf = ({
  move,
  on,
  reason,
  number,
  day,
  extension,
  fields,
  to,
  copyTo,
  link,
  attachments,
  reference,
}: SentMove) => ({
  move,
  on,
  ...(reason !== undefined && { reason }),
  ...(number !== undefined && { number }),
  ...(day !== undefined && { day }),
  ...(extension !== undefined && { extension }),
  ...(fields !== undefined && { fields }),
  ...(to !== undefined && { to }),
  ...(copyTo !== undefined && { copyTo }),
  ...(link !== undefined && { link }),
  ...(attachments !== undefined && { attachments }),
  ...(reference !== undefined && { reference }),
})

const sealedAbout = (id: string): string => `matter ${id}`

export const openFields = <M extends store.StoredMatter>(keys: Pick<Keys, 'unseal'>, stored: M): M =>
  stored.sealedFields === null
    ? stored
    : {
        ...stored,
        matter: { ...stored.matter, fields: JSON.parse(keys.unseal(stored.sealedFields, sealedAbout(stored.id))) },
      }

export const openMoveInput = (
  keys: Pick<Keys, 'unseal'>,
  { matterId, input, sealedInput }: Pick<store.StoredMatterMove, 'matterId' | 'input' | 'sealedInput'>,
): MatterMoveGiven =>
  sealedInput === null
    ? ((input ?? {}) as MatterMoveGiven)
    : JSON.parse(keys.unseal(sealedInput, sealedAbout(matterId)))

/** The hub and the public have no queue. */
const seatRowsOf = ({ seats, handed }: Matter): store.MatterWriting['seats'] => [
  ...([HUB_SEAT, PUBLIC_SEAT].includes(seats.sender) ? [] : [{ seat: seats.sender, place: 'sender' as const }]),
  ...(handed ? [{ seat: seats.holder, place: 'holder' as const }] : []),
  ...(handed ? seats.copied.map((seat) => ({ seat, place: 'copied' as const })) : []),
]

export const clockRowsOf = (
  kind: MatterKind,
  { clocks }: Pick<Matter, 'clocks'>,
  confirmations?: RuleConfirmations,
): store.MatterClockColumns[] =>
  clocks.map(({ clock, seat, row, due, ended }, place) => ({
    place,
    clock,
    seat,
    dueOn: due?.on ?? null,
    dueAt: due && (due.at ?? new Date(`${addDays(due.on, 1)}T00:00:00+08:00`)),
    confirmed: isConfirmedClock({ kind, clock, row }, confirmations),
    running: ended === null,
  }))
