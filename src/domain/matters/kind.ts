/**
 * A kind of matter is a file of schema/matters (contract: schema/contracts/matter-kind.json). Only measures, petitions and
 * takedowns are named in code.
 */
import { memoByObject } from '../../foundation/memo.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { SourceCertainty } from '../calendar/dated-rows.js'
import type { TimeSpan, TimeUnit } from '../calendar/time-limits.js'

/** `listing`: the transaction of a listing. `hub`: staff of the hub without a seat. */
export type MatterActor = 'sender' | 'holder' | 'copied' | 'superior' | 'hub' | 'named' | 'listing'

export type WaitedFor = Exclude<MatterActor, 'listing'> | 'nobody'

/**
 * SEATS_ONLY: nobody outside the seats sees that the matter exists, and its fields are sealed. HUB: the hub's staff reads
 * the content, and agencies of the province the envelope.
 */
type MatterVisibility = 'SEATS' | 'SEATS_ONLY' | 'HUB'

export interface MatterField extends BilingualText {
  text?: number
  one_of?: Readonly<Record<string, BilingualText>>
  day?: true
  required?: true
}

interface MatterStateRow extends BilingualText {
  waits_for?: WaitedFor
  /** Code of the outcome; the matter ends in this state. */
  ends?: string
}

/**
 * Checked by moves.ts and guards.ts, as written: `field:purpose`, `in_time:ANSWER`, `all_attachments:[LETTER, TESTS]`.
 */
type MatterRequirement = string
type MatterGuard = string
type MatterEffect = 'hand_to' | 'copy_to' | 'link' | 'back'

export interface MatterMoveRow extends BilingualText {
  /** Absent: any open state; the opening move has none before it. */
  from?: readonly string[]
  /** Absent: the state stays. */
  to?: string
  by: MatterActor | readonly MatterActor[]
  requires?: readonly MatterRequirement[]
  guards?: readonly MatterGuard[]
  effects?: readonly MatterEffect[]
  starts?: readonly string[]
  meets?: readonly string[]
  drops?: readonly string[]
  pauses?: string
  resumes?: string
  extends?: string
  restarts?: string
}

export interface MatterClockRow {
  /** One equality on a field chooses between rows. */
  when?: Readonly<Record<string, string>>
  /** The clock binds this actor; absent: the one who is waited for. */
  of?: Exclude<MatterActor, 'listing'>
  from: string
  to?: string
  /** SET: the least number of days between the move and the stated day. */
  value: number
  unit: TimeUnit
  source: string
  certainty: SourceCertainty
  unitCertainty?: SourceCertainty
  /** An extension that the law fixes. Without it, the mover states a span or a day. */
  extension?: TimeSpan
}

/** Counted when a matter first enters the state; with `in_time` only where that clock was met in time. */
interface MatterFigureRow extends BilingualText {
  state: string
  in_time?: string
}

export interface MatterKind extends BilingualText {
  kind: string
  /** One Chinese character that begins the matter's number. */
  sign: string
  basis: string
  opened_by: readonly string[]
  held_by: readonly string[]
  visibility: MatterVisibility
  /** Fields: of the rows, one a line, and of their answers. */
  answered_by_row?: { rows: string; answers: string }
  /** Another channel decides; its feed alone moves these matters. */
  mirror?: true
  party_sees?: readonly string[]
  fields: Readonly<Record<string, MatterField>>
  attachments: Readonly<Record<string, BilingualText>>
  states: Readonly<Record<string, MatterStateRow>>
  moves: Readonly<Record<string, MatterMoveRow>>
  clocks: Readonly<Record<string, readonly MatterClockRow[]>>
  figures?: Readonly<Record<string, MatterFigureRow>>
}

export const OPENING_MOVE = 'open'
export const PAPER_RECEIPT_MOVE = 'record_receipt'

/** The text of a kind takes precedence. */
const COMMON_MOVES: Readonly<Record<string, MatterMoveRow>> = {
  add_attachment: { zh: '补充材料', en: 'Add an attachment', by: ['sender', 'holder', 'copied'] },
  [PAPER_RECEIPT_MOVE]: {
    zh: '登记收悉',
    en: 'Record the receipt on paper',
    by: ['holder', 'sender'],
    requires: ['reason'],
  },
}

export const movesOfKind = memoByObject(
  ({ moves }: MatterKind): Readonly<Record<string, MatterMoveRow>> => ({ ...moves, ...COMMON_MOVES, ...moves }),
)

export const actorsOf = ({ by }: MatterMoveRow): readonly MatterActor[] => (typeof by === 'string' ? [by] : by)

export const isOpenState = (kind: MatterKind, state: string): boolean => kind.states[state]?.ends === undefined

export const splitWord = (text: string): { word: string; operand: string } => {
  const at = text.indexOf(':')
  return at === -1 ? { word: text, operand: '' } : { word: text.slice(0, at), operand: text.slice(at + 1) }
}

export const operandList = (operand: string): string[] =>
  operand
    .replace(/^\[|\]$/g, '')
    .split(/[,|]/)
    .map((one) => one.trim())
    .filter((one) => one !== '')
