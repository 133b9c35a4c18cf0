/** What a stand-in platform keeps, and how it judges what it is told. Kept in a file where one is given, so that the demo started again shows what it was told. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { usccValid } from '../../domain/identity.js'

/** One row as told, each field as text or absent. */
export interface Told {
  key: string | null
  sequence: number | null
  action: 'ADD' | 'CHANGE' | 'REMOVE' | null
  uscc: string | null
  regNo: string | null
  name: string | null
  reason: string | null
  authority: string | null
  documentNumber: string | null
  decidedOn: string | null
  removedOn: string | null
}

export type ToldField = keyof Told

export interface Verdict {
  accepted: boolean
  code: string
  text: string
  field: ToldField | null
  value: string | null
  recordId: string | null
}

/** One entry as displayed. */
export interface ShownEntry {
  key: string
  sequence: number
  recordId: string
  uscc: string | null
  regNo: string | null
  name: string
  reason: string
  authority: string
  documentNumber: string
  decidedOn: string
}

export interface Board {
  take(told: Told, refuse: string | null): Verdict
  shown(): ShownEntry[]
  readonly told: number
}

const keep = (file: string, held: Held): void => {
  mkdirSync(dirname(file), { recursive: true })
  // Beside and renamed: a stand-in that is killed while it writes must find a whole file when it starts again.
  writeFileSync(`${file}.new`, JSON.stringify([...held]))
  renameSync(`${file}.new`, file)
}

const REQUIRED = ['key', 'sequence', 'action', 'name', 'reason', 'authority', 'documentNumber', 'decidedOn'] as const

type Held = Map<string, { entry: ShownEntry; removed: boolean }>

export const makeBoard = (prefix: string, file: string | null = null): Board => {
  const held: Held = file !== null && existsSync(file) ? new Map(JSON.parse(readFileSync(file, 'utf8'))) : new Map()
  let rows = 0

  const take = (told: Told, refuse: string | null): Verdict => {
    rows += 1
    const fault = faultOf(told, refuse)
    if (fault) return { accepted: false, recordId: null, ...fault }

    const entry = entryOf(told)
    const before = held.get(entry.key)
    const recordId = before?.entry.recordId ?? `${prefix}-${held.size + 1}`
    if (before && entry.sequence < before.entry.sequence) return accepted('02', '已有更新的版本，本条忽略', recordId)
    // A repeat changes nothing. A removal of what was never told is kept as such: what comes late must not be shown.
    if (before?.entry.sequence !== entry.sequence) {
      held.set(entry.key, { entry: { ...entry, recordId }, removed: told.action === 'REMOVE' })
      if (file !== null) keep(file, held)
    }
    return accepted('00', '成功', recordId)
  }

  return {
    take,
    shown: () => [...held.values()].filter(({ removed }) => !removed).map(({ entry }) => ({ ...entry })),
    get told() {
      return rows
    },
  }
}

type RowFault = Pick<Verdict, 'code' | 'text' | 'field' | 'value'>

const faultOf = (told: Told, refuse: string | null): RowFault | null => {
  const missing = REQUIRED.find((field) => told[field] === null)
  if (missing) return { code: '1002', text: '必填项为空', field: missing, value: null }
  if (told.uscc === null && told.regNo === null) return { code: '1002', text: '必填项为空', field: 'uscc', value: null }
  if (told.action === 'REMOVE' && told.removedOn === null) {
    return { code: '1002', text: '必填项为空', field: 'removedOn', value: null }
  }
  if (told.uscc !== null && !usccValid(told.uscc)) {
    return { code: '1003', text: '行政相对人代码_1(统一社会信用代码)不正确', field: 'uscc', value: told.uscc }
  }
  if (refuse !== null && (told.uscc === refuse || told.name === refuse)) {
    const field = told.uscc === refuse ? 'uscc' : 'name'
    return { code: '1001', text: '未查询到主体或查询到的主体信息不匹配', field, value: refuse }
  }
  return null
}

const accepted = (code: string, text: string, recordId: string): Verdict => ({
  accepted: true,
  code,
  text,
  field: null,
  value: null,
  recordId,
})

const entryOf = (told: Told): Omit<ShownEntry, 'recordId'> => ({
  key: told.key ?? '',
  sequence: told.sequence ?? 0,
  uscc: told.uscc,
  regNo: told.regNo,
  name: told.name ?? '',
  reason: told.reason ?? '',
  authority: told.authority ?? '',
  documentNumber: told.documentNumber ?? '',
  decidedOn: told.decidedOn ?? '',
})
