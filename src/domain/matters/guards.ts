import { isSamePerson } from '../access/persons.js'
import { findRunningClock, instantOf, isRunOut } from './clocks.js'
import { type MatterKind, type MatterMoveRow, movesOfKind, OPENING_MOVE, operandList, splitWord } from './kind.js'
import type { Matter, MatterAct, MatterDenialCode, MatterRules } from './matter.js'

interface GuardedMove {
  kind: MatterKind
  before: Matter
  act: MatterAct
  rules: MatterRules
}

interface StandingMove extends Pick<GuardedMove, 'kind' | 'before'> {
  act: Pick<MatterAct, 'move' | 'fields'>
}

type Guard<M = GuardedMove> = (made: M, operand: string) => MatterDenialCode | null

/** Only the matter decides; a mover cannot change a field that stands. */
const STANDING_GUARDS: Readonly<Record<string, Guard<StandingMove>>> = {
  once: ({ kind, before, act }) => {
    const handed = before.moves.findLastIndex(({ move }) => handsOver(kind, move))
    return before.moves.slice(handed + 1).some(({ move }) => move === act.move) ? 'MADE_BEFORE' : null
  },
  /** 市场监管总局令第2号 art 14: who received it may not hand it on again. */
  not_forwarded_twice: ({ kind, before }) =>
    before.moves.some(({ move }) => handsOver(kind, move)) ? 'FORWARDED_BEFORE' : null,
  field: ({ before, act }, operand) => {
    const [name = '', values = ''] = operand.split('=')
    const value = before.fields[name] ?? act.fields?.[name]
    return value !== undefined && operandList(values).includes(value) ? null : 'FIELD_DIFFERS'
  },
}

const GUARDS: Readonly<Record<string, Guard>> = {
  ...STANDING_GUARDS,
  /** The seat's last move, common moves aside, was another person's. */
  other_person: ({ kind, before, act }) => {
    const last = before.moves.findLast(({ seat, move }) => seat === act.seat && Object.hasOwn(kind.moves, move))
    return last === undefined || isSamePerson(last.by, act.by) ? 'OTHER_PERSON' : null
  },
  /** A holder cannot backdate its extension; a channel reports afterwards. */
  in_time: ({ kind, before, act }, clock) => {
    const running = findRunningClock(before, clock)
    if (running === undefined) return 'CLOCK_NOT_RUNNING'
    return isRunOut(running, kind.mirror === true ? instantOf(act) : act.at) ? 'CLOCK_RUN_OUT' : null
  },
  run_out: ({ before, act }, clock) => {
    const running = findRunningClock(before, clock)
    return running !== undefined && isRunOut(running, instantOf(act)) ? null : 'CLOCK_STILL_RUNS'
  },
  all_attachments: ({ before, act }, operand) => {
    const present = [...before.attachments, ...(act.attachments ?? [])]
    return operandList(operand).every((type) => present.includes(type)) ? null : 'ATTACHMENTS_MISSING'
  },
  holder_line: ({ before, act, rules }, line) =>
    rules.lineOfSeat(act.to ?? before.seats.holder) === line ? null : 'HOLDER_LINE',
  received: ({ before }) => (before.receivedAt === null ? 'NOT_RECEIVED' : null),
}

export const MATTER_GUARDS = Object.keys(GUARDS)

export const handsOver = (kind: MatterKind, move: string): boolean =>
  movesOfKind(kind)[move]?.effects?.includes('hand_to') ?? false

/** The receiver of a matter may not send it on as a further one of its kind. */
export const findParentDenial = (
  kind: MatterKind,
  parent: { kind: string; matter: Pick<Matter, 'seats'> },
  seat: string,
): MatterDenialCode | null =>
  parent.kind === kind.kind && parent.matter.seats.holder === seat && isGuarded(kind) ? 'FORWARDED_BEFORE' : null

const isGuarded = (kind: MatterKind): boolean =>
  kind.moves[OPENING_MOVE]?.guards?.includes('not_forwarded_twice') ?? false

/** True for a move that would be refused whatever is sent with it. */
export const isRuledOut = (
  kind: MatterKind,
  before: Matter,
  move: string,
  { guards = [] }: Pick<MatterMoveRow, 'guards'>,
): boolean =>
  guards.some((guard) => {
    const { word, operand } = splitWord(guard)
    const isOpenField = word === 'field' && before.fields[operand.split('=')[0] ?? ''] === undefined
    return !isOpenField && (STANDING_GUARDS[word]?.({ kind, before, act: { move } }, operand) ?? null) !== null
  })

export const findGuardDenial = (made: GuardedMove, guards: readonly string[]): MatterDenialCode | null => {
  for (const guard of guards) {
    const { word, operand } = splitWord(guard)
    const denial = GUARDS[word]?.(made, operand) ?? null
    if (denial !== null) return denial
  }
  return null
}
