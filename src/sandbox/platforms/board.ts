import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import { findFaultInRow, type JudgingOptions, makeReceiverFault, type ReceiverFault } from './judgement.js'
import {
  type HistoryRow,
  type ReceivedRow,
  type RowEffect,
  type RowForm,
  type RowPart,
  type RowVerdict,
  readRowAction,
  readRowPart,
  readRowSequence,
  type ShownEntry,
} from './received-rows.js'

const openJournal = <T>(file: string) => {
  mkdirSync(dirname(file), { recursive: true })
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  const whole = bytes.lastIndexOf('\n') + 1
  if (whole < bytes.length) truncateSync(file, whole)
  const before = bytes
    .subarray(0, whole)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): T => JSON.parse(line))
  const handle = openSync(file, 'a')
  let open = true
  return {
    before,
    write: (line: T): void => void writeSync(handle, `${JSON.stringify(line)}\n`),
    close: (): void => {
      if (!open) return
      open = false
      fsyncSync(handle)
      closeSync(handle)
    },
  }
}

const HISTORY_ROWS = 100_000

interface HeldEntry {
  entry: ShownEntry
  removed: boolean
  digest: string
}

type JournalLine = HistoryRow & { held?: HeldEntry }

export const makeReceiverBoard = (prefix: string, file: string | null = null) => {
  const journal = file === null ? null : openJournal<JournalLine>(file)
  const held = new Map<string, HeldEntry>()
  let sorted: ShownEntry[] | null = null
  let history: HistoryRow[] = []
  let rows = 0

  const keep = ({ held: now, ...row }: JournalLine): void => {
    rows = row.number
    history.push(row)
    if (history.length > HISTORY_ROWS) history = history.slice(-HISTORY_ROWS / 2)
    if (now === undefined) return
    held.set(now.entry.key, now)
    sorted = null
  }
  for (const line of journal?.before ?? []) keep(line)

  const foresee = (row: ReceivedRow, form: RowForm, judging: JudgingOptions): RowVerdict => {
    const fault = findFaultInRow(row, form, judging)
    if (fault !== null) return { accepted: false, recordId: null, ...fault }
    return { accepted: true, code: CODES.APPLIED, text: '成功', field: null, value: null, recordId: null }
  }

  const take = (
    row: ReceivedRow,
    form: RowForm,
    judging: JudgingOptions,
    at: Date,
    ignoresSequence = false,
  ): RowVerdict => {
    const key = readRowPart(row, form, 'key')
    const before = key === null ? undefined : held.get(key)
    const judged = judge(row, form, judging, before, ignoresSequence)
    const recordId = before?.entry.recordId ?? `${prefix}-${held.size + 1}`
    const line: JournalLine = {
      number: rows + 1,
      at: at.toISOString(),
      kind: form.kind,
      key,
      sequence: readRowSequence(row, form),
      action: readRowAction(row, form),
      effect: judged.effect,
      code: judged.fault?.code ?? CODES[judged.effect],
      ...(judged.effect === 'APPLIED' && {
        held: {
          entry: { ...entryOf(row, form), recordId },
          removed: readRowAction(row, form) === 'REMOVE',
          digest: digestOf(row, form),
        },
      }),
    }
    // Written before the answer: a confirmed row survives a crash.
    journal?.write(line)
    keep(line)
    if (judged.fault) return { accepted: false, recordId: null, ...judged.fault }
    const text = judged.effect === 'LATE' ? '已有更新的版本，本条忽略' : '成功'
    return { accepted: true, code: line.code, text, field: null, value: null, recordId }
  }

  const visible = () => [...held.values()].filter(({ removed }) => !removed).map(({ entry }) => entry)
  const inOrder = () => {
    sorted ??= visible().sort((a, b) => (a.key < b.key ? -1 : 1))
    return sorted
  }
  return {
    take,
    foresee,
    shown: (): ShownEntry[] => visible().map((entry) => ({ ...entry })),
    page: (after: string | null, limit: number): ShownEntry[] => {
      const all = inOrder()
      const from = after === null ? 0 : firstAfter(all, after)
      return all.slice(from, from + limit)
    },
    of: (keys: readonly string[]): ShownEntry[] =>
      keys.flatMap((key) => {
        const found = held.get(key)
        return found && !found.removed ? [found.entry] : []
      }),
    history: (): readonly HistoryRow[] => history,
    get told() {
      return rows
    },
    close: (): void => journal?.close(),
  }
}

const CODES: Record<RowEffect, string> = { APPLIED: '00', REPEATED: '00', LATE: '02', REFUSED: '' }

const judge = (
  row: ReceivedRow,
  form: RowForm,
  judging: JudgingOptions,
  before: HeldEntry | undefined,
  ignoresSequence: boolean,
): { effect: RowEffect; fault?: ReceiverFault } => {
  const fault = findFaultInRow(row, form, judging)
  if (fault !== null) return { effect: 'REFUSED', fault }
  if (before === undefined) return { effect: 'APPLIED' }
  const isSame = digestOf(row, form) === before.digest
  if (ignoresSequence) return { effect: isSame ? 'REPEATED' : 'APPLIED' }
  const sequence = readRowSequence(row, form) ?? 0
  if (sequence < before.entry.sequence) return { effect: 'LATE' }
  if (sequence === before.entry.sequence)
    return isSame ? { effect: 'REPEATED' } : refused(row, form, '1005', 'sequence')
  return before.removed && readRowAction(row, form) === 'CHANGE'
    ? refused(row, form, '1006', 'action')
    : { effect: 'APPLIED' }
}

const refused = (
  row: ReceivedRow,
  form: RowForm,
  code: '1005' | '1006',
  part: RowPart,
): { effect: RowEffect; fault: ReceiverFault } => ({
  effect: 'REFUSED',
  fault: makeReceiverFault(code, form.names[part], readRowPart(row, form, part)),
})

const digestOf = (row: ReceivedRow, { passing }: RowForm): string => {
  const lasting = Object.entries(row).filter(([name]) => !passing.includes(name))
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(lasting) as Json))
    .digest('base64')
}

const firstAfter = (entries: readonly ShownEntry[], key: string): number => {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle]?.key ?? '') <= key) low = middle + 1
    else high = middle
  }
  return low
}

const entryOf = (row: ReceivedRow, form: RowForm): Omit<ShownEntry, 'recordId'> => {
  const text = (part: RowPart) => readRowPart(row, form, part)
  return {
    kind: form.kind,
    key: text('key') ?? '',
    sequence: readRowSequence(row, form) ?? 0,
    uscc: text('uscc'),
    regNo: text('regNo'),
    name: text('name') ?? '',
    reason: text('what') ?? '',
    authority: text('authority') ?? '',
    documentNumber: text('documentNumber') ?? '',
    decidedOn: text('decidedOn') ?? '',
  }
}
