/** Checks rules of a kind that JSON Schema cannot express. A broken kind stops the hub at start. */
import { checkRuleRows, type RuleFault } from '../calendar/dated-rows.js'
import { answersRows } from './fields.js'
import { MATTER_GUARDS } from './guards.js'
import {
  actorsOf,
  isOpenState,
  type MatterKind,
  type MatterMoveRow,
  movesOfKind,
  OPENING_MOVE,
  operandList,
  splitWord,
} from './kind.js'

type KindFaultReporter = (place: string, reason: string) => void

export const checkMatterKinds = (kinds: readonly MatterKind[], lines: ReadonlySet<string>): RuleFault[] => {
  const faults: RuleFault[] = []
  for (const kind of kinds) {
    const say: KindFaultReporter = (place, reason) => faults.push({ place: `${kind.kind}.${place}`, reason })
    checkWords(kind, lines, say)
    checkStates(kind, say)
    checkReaders(kind, say)
    checkClockRows(kind, say)
    checkClockEnds(kind, say)
    checkRows(kind, say)
    checkFigures(kind, say)
  }
  return [...faults, ...checkMoveNames(kinds)]
}

const checkWords = (kind: MatterKind, lines: ReadonlySet<string>, say: KindFaultReporter): void => {
  for (const [name, row] of Object.entries(movesOfKind(kind))) {
    const place = `moves.${name}`
    for (const state of [...(row.from ?? []), ...(row.to === undefined ? [] : [row.to])])
      if (kind.states[state] === undefined) say(place, `没有环节 ${state}。There is no state ${state}.`)
    for (const clock of clocksOf(row))
      if (kind.clocks[clock] === undefined) say(place, `没有时限 ${clock}。There is no clock ${clock}.`)
    for (const text of [...(row.requires ?? []), ...(row.guards ?? [])]) checkOperand(kind, place, text, say)
    for (const guard of row.guards ?? []) checkLine(lines, guard, (reason) => say(place, reason))
    if (row.effects?.includes('back') && row.to !== undefined)
      say(place, '既写明去向又写明返回。It says both a state and `back`.')
    if (row.effects?.includes('back') && row.from?.includes(opens(kind)))
      say(place, '发起之前没有可返回的环节。There is no state before the opening to go back to.')
    if (name === OPENING_MOVE && (row.from !== undefined || row.to === undefined))
      say(place, '发起须写明去向、不得写明来自何处。Opening has a state to go to and none to come from.')
    if (name === OPENING_MOVE && actorsOf(row).includes('listing') !== kind.opened_by.includes('listing'))
      say(place, '发起人与种类不符。Opening is not by whom the kind is opened.')
  }
}

const checkLine = (lines: ReadonlySet<string>, guard: string, say: (reason: string) => void): void => {
  const { word, operand } = splitWord(guard)
  if (word === 'holder_line' && !lines.has(operand))
    say(`没有单位属于条线 ${operand}。No organisation is of the line ${operand}.`)
}

const clocksOf = ({ starts = [], meets = [], drops = [], ...row }: MatterMoveRow): string[] => [
  ...starts,
  ...meets,
  ...drops,
  ...[row.pauses, row.resumes, row.extends, row.restarts].filter((name) => name !== undefined),
]

const checkOperand = (kind: MatterKind, place: string, text: string, say: KindFaultReporter): void => {
  const { word, operand } = splitWord(text)
  const named = operand.split('=')[0] ?? ''
  if (word === 'field' && kind.fields[named] === undefined)
    say(place, `没有内容项 ${named}。There is no field ${named}.`)
  if (word === 'field' && operand.includes('='))
    for (const value of operandList(operand.split('=')[1] ?? ''))
      if (kind.fields[named]?.one_of?.[value] === undefined)
        say(place, `${named} 没有取值 ${value}。The field ${named} has no value ${value}.`)
  const types = word === 'attachment' ? [operand] : word === 'all_attachments' ? operandList(operand) : []
  for (const type of types)
    if (kind.attachments[type] === undefined) say(place, `没有材料 ${type}。There is no attachment ${type}.`)
  if (['in_time', 'run_out'].includes(word) && kind.clocks[operand] === undefined)
    say(place, `没有时限 ${operand}。There is no clock ${operand}.`)
  const isKnown = MATTER_GUARDS.includes(word) || ['reason', 'number', 'day', 'attachment'].includes(word)
  if (!isKnown) say(place, `不认识的条件 ${word}。Unknown guard ${word}.`)
}

const checkStates = (kind: MatterKind, say: KindFaultReporter): void => {
  const moves = Object.values(movesOfKind(kind))
  const reached = reachableStates(kind)
  const ending = statesBeforeAnEnd(kind)
  for (const [state, { waits_for: waited, ends }] of Object.entries(kind.states)) {
    const place = `states.${state}`
    if (!reached.has(state)) say(place, '到达不了的环节。An unreachable state.')
    if ((waited === undefined) === (ends === undefined))
      say(place, '须写明等待谁，或者以何结果办结，二者其一。Either it waits for somebody or it ends.')
    if (ends !== undefined) continue
    const from = moves.filter((row) => row.from?.includes(state) ?? false)
    if (!ending.has(state)) say(place, '没有去向的未办结环节。An open state with no way out.')
    const isSilent = waited === 'nobody' || kind.mirror === true
    if (waited !== undefined && !isSilent && !from.some((row) => actorsOf(row).includes(waited)))
      say(place, `等待 ${waited}，却没有其可办理的步骤。It waits for ${waited}, who has no move.`)
  }
}

const opens = (kind: MatterKind): string => kind.moves[OPENING_MOVE]?.to ?? ''

const checkReaders = (kind: MatterKind, say: KindFaultReporter): void => {
  for (const name of kind.party_sees ?? [])
    if (kind.fields[name] === undefined) say('party_sees', `没有内容项 ${name}。There is no field ${name}.`)
  if (kind.party_sees !== undefined && kind.visibility === 'SEATS_ONLY')
    say('party_sees', '只供席位知悉的事项，当事人不得看到。A matter for its seats only is not shown to the party.')
  if (kind.mirror === true)
    for (const [name, row] of Object.entries(movesOfKind(kind)))
      if (actorsOf(row).join() !== 'sender')
        say(`moves.${name}`, '镜像事项只由来源渠道办理。Only the channel moves a mirrored matter.')
}

/** `back` may lead to any state from which this one is entered. */
const nextStates = (kind: MatterKind, row: MatterMoveRow, state: string): string[] => {
  if (row.effects?.includes('back'))
    return Object.values(kind.moves).flatMap(({ from = [], to }) => (to === state ? from : []))
  return [row.to ?? state]
}

const movesFrom = (kind: MatterKind, state: string): MatterMoveRow[] =>
  Object.entries(kind.moves).flatMap(([name, row]) => {
    const isOffered = row.from?.includes(state) ?? (name !== OPENING_MOVE && isOpenState(kind, state))
    return isOffered ? [row] : []
  })

const reachableStates = (kind: MatterKind): Set<string> => {
  const reached = new Set<string>([opens(kind)])
  for (const state of reached)
    for (const row of movesFrom(kind, state)) for (const next of nextStates(kind, row, state)) reached.add(next)
  return reached
}

const statesBeforeAnEnd = (kind: MatterKind): Set<string> => {
  const states = Object.keys(kind.states)
  const ending = new Set(states.filter((state) => !isOpenState(kind, state)))
  const leads = (state: string) =>
    movesFrom(kind, state).some((row) => nextStates(kind, row, state).some((next) => ending.has(next)))
  for (let found: string | undefined = ''; found !== undefined; ) {
    found = states.find((state) => !ending.has(state) && leads(state))
    if (found !== undefined) ending.add(found)
  }
  return ending
}

const checkClockRows = (kind: MatterKind, say: KindFaultReporter): void => {
  for (const [clock, rows] of Object.entries(kind.clocks)) {
    const dated = rows.map(({ from, to = null, certainty: mark, when = {} }) => ({
      from,
      to,
      mark,
      when: JSON.stringify(when),
    }))
    for (const { place, reason } of checkRuleRows(dated, `clocks.${clock}`, (a, b) => a.when === b.when))
      say(place, reason)
    const moves = Object.values(kind.moves)
    const isPaused = moves.some(({ pauses }) => pauses === clock)
    if (isPaused !== moves.some(({ resumes }) => resumes === clock))
      say(`clocks.${clock}`, '中止和恢复须成对。It is paused without being resumed, or the other way round.')
    rows.forEach(({ when = {}, unit, extension }, i) => {
      const place = `clocks.${clock}[${i}]`
      for (const [field, value] of Object.entries(when))
        if (kind.fields[field]?.one_of?.[value] === undefined)
          say(place, `没有 ${field}=${value}。There is no ${field}=${value}.`)
      if (isPaused && !['WORKDAYS', 'DAYS'].includes(unit))
        say(place, '只有按日的时限可以中止。Only a clock in days can be paused.')
      if (extension !== undefined && (unit === 'SET' || (extension.unit === 'HOURS') !== (unit === 'HOURS')))
        say(place, '延长的单位与时限不符。The extension has another unit.')
    })
    if (!moves.some((row) => row.starts?.includes(clock)))
      say(`clocks.${clock}`, '没有步骤起算该时限。No move starts this clock.')
  }
}

const checkClockEnds = (kind: MatterKind, say: KindFaultReporter): void => {
  const openStates = Object.keys(kind.states).filter((state) => isOpenState(kind, state))
  for (const clock of Object.keys(kind.clocks)) {
    const running = new Set<string>()
    const starts = ({ starts = [], restarts }: MatterMoveRow) => starts.includes(clock) || restarts === clock
    const ends = ({ meets = [], drops = [] }: MatterMoveRow) => meets.includes(clock) || drops.includes(clock)
    for (const row of Object.values(kind.moves).filter(starts)) {
      const from = row.from ?? (row === kind.moves[OPENING_MOVE] ? [''] : openStates)
      for (const state of from) for (const next of nextStates(kind, row, state)) running.add(next)
    }
    for (const state of running) {
      if (!isOpenState(kind, state)) {
        say(`clocks.${clock}`, `办结于 ${state} 时仍未了结。It is neither met nor dropped at the end ${state}.`)
        continue
      }
      for (const row of movesFrom(kind, state)) {
        if (ends(row)) continue
        if (row.starts?.includes(clock))
          say(`clocks.${clock}`, `在 ${state} 尚在计算时又起算。It is started again while it runs in ${state}.`)
        for (const next of nextStates(kind, row, state)) running.add(next)
      }
    }
  }
}

const checkRows = (kind: MatterKind, say: KindFaultReporter): void => {
  const { rows, answers } = kind.answered_by_row ?? {}
  if (rows === undefined || answers === undefined) return
  const [listed, answered] = [kind.fields[rows], kind.fields[answers]]
  const isText = listed?.text !== undefined && answered?.text !== undefined && rows !== answers
  if (!isText || listed.one_of !== undefined || answered.one_of === undefined || answered.required)
    say(
      'answered_by_row',
      '须有列出各项的文字，和发起后填写、有可选结果的答复。It needs a text of rows and later answers with outcomes.',
    )
  const answering = Object.values(kind.moves).filter((row) => answersRows(kind, row))
  const isEnd = ({ to = '', by }: MatterMoveRow) => by === 'holder' && kind.states[to]?.ends !== undefined
  if (answering.length === 0 || !answering.every(isEnd) || kind.visibility !== 'SEATS')
    say(
      'answered_by_row',
      '须由承办方以办结的步骤答复，且不密封。Moves of the holder that end the matter answer the rows; it is not sealed.',
    )
}

const checkFigures = (kind: MatterKind, say: KindFaultReporter): void => {
  for (const [code, { state, in_time: clock }] of Object.entries(kind.figures ?? {})) {
    if (kind.states[state] === undefined) say(`figures.${code}`, `没有环节 ${state}。There is no state ${state}.`)
    if (clock !== undefined && kind.clocks[clock] === undefined)
      say(`figures.${code}`, `没有时限 ${clock}。There is no clock ${clock}.`)
  }
}

const checkMoveNames = (kinds: readonly MatterKind[]): RuleFault[] => {
  const words = new Map<string, string>()
  return kinds.flatMap((kind) =>
    Object.entries(movesOfKind(kind)).flatMap(([name, { zh, en }]) => {
      const known = words.get(name) ?? `${zh} ${en}`
      words.set(name, known)
      const place = `${kind.kind}.moves.${name}`
      return known === `${zh} ${en}`
        ? []
        : [{ place, reason: '同名步骤含义不同。Two kinds use one move name with different meanings.' }]
    }),
  )
}
