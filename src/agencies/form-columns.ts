/** The columns of a form, found by mapping an empty row and noting how each field is read. */
import { type Examination, examineItem } from './examine.js'

type ColumnKind = 'TEXT' | 'DATE' | 'MONEY' | 'CODE' | 'CHOICE'

interface ReadableForm {
  names: readonly string[]
  spellings?: readonly (readonly string[])[]
  drafts: (row: Examination, context: { dated: string | null; today: string }) => unknown
}

export interface FormColumn {
  name: string
  kind: ColumnKind
  choices: readonly string[]
}

const ANY_DAY = '2026-03-02'
const HAN = /\p{Script=Han}/u

/** One list of Chinese headings, one of field codes, in the usual spelling; empty lists are left out. */
export const columnsOfForm = (form: ReadableForm): FormColumn[][] => {
  const groups = form.spellings ?? form.names.map((name) => [name])
  return [true, false]
    .map((isChinese) => groups.flatMap((names) => names.filter((name) => HAN.test(name) === isChinese).slice(0, 1)))
    .map((names) => readColumns(form, names))
    .filter((columns) => columns.length > 0)
}

const readColumns = (form: ReadableForm, names: readonly string[]): FormColumn[] => {
  const found = new Map<string, FormColumn>()
  const note = (name: string, kind: ColumnKind, choices: readonly string[] = []): void => {
    const known = found.get(name)
    if (known === undefined || known.kind === 'TEXT') found.set(name, { name, kind, choices })
  }
  const empty = Object.fromEntries(names.map((name) => [name, '']))
  const read = (fields: Readonly<Record<string, string>>): void => {
    const row = examineItem({ page: null, row: 1, fields }, new Set(names))
    form.drafts(watched(row, note), { dated: ANY_DAY, today: ANY_DAY })
  }
  read(empty)
  // Some columns are read for one of the words alone.
  for (const { name, choices } of [...found.values()]) for (const word of choices) read({ ...empty, [name]: word })
  return names.flatMap((name) => found.get(name) ?? [])
}

const watched = (
  row: Examination,
  note: (name: string, kind: ColumnKind, choices?: readonly string[]) => void,
): Examination => {
  const noting =
    <R extends unknown[], T>(kind: ColumnKind, read: (field: string, ...rest: R) => T) =>
    (field: string, ...rest: R): T => {
      note(field, kind)
      return read(field, ...rest)
    }
  return {
    ...row,
    text: noting('TEXT', row.text),
    required: noting('TEXT', row.required),
    name: noting('TEXT', row.name),
    requiredName: noting('TEXT', row.requiredName),
    value: noting('TEXT', row.value),
    date: noting('DATE', row.date),
    pastDate: noting('DATE', row.pastDate),
    requiredDate: noting('DATE', row.requiredDate),
    endDate: noting('DATE', row.endDate),
    money: noting('MONEY', row.money),
    uscc: noting('CODE', row.uscc),
    choice: (field, table) => {
      note(field, 'CHOICE', Object.keys(table))
      return row.choice(field, table)
    },
    optionalChoice: (field, table) => {
      note(field, 'CHOICE', Object.keys(table))
      return row.optionalChoice(field, table)
    },
    codes: (...codes) => {
      for (const { field } of codes) note(field, 'CODE')
      return row.codes(...codes)
    },
  }
}
