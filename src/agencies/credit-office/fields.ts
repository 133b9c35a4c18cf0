/** One meaning, several names: the forms of one kind of record differ in names and in what they always give, not in what it means. */
import type { Examination } from '../examine.js'

/** What each meaning is called in one form, the usual name first; a meaning without a name is not in this form. */
export type Fields<Meaning extends string> = Readonly<Partial<Record<Meaning, readonly string[]>>>

export interface Layout<Meaning extends string> {
  fields: Fields<Meaning>
  /** Known, and never taken: numbers of certificates, an exchange's own marks. */
  left: readonly string[]
  /** Without one of these an item is set aside. */
  needed: readonly Meaning[]
  /** Without one of these it is taken in, with a finding. */
  wanted: readonly Meaning[]
}

export const namesOf = <M extends string>({ fields, left }: Layout<M>): string[] => [
  ...Object.values<readonly string[] | undefined>(fields).flatMap((names) => names ?? []),
  ...left,
]

export type Reading<M extends string> = ReturnType<typeof readAs<M>>

/** An item read by meaning instead of by name; every fault names the field in which it stands. */
export const readAs = <M extends string>(row: Examination, { fields, needed, wanted }: Layout<M>) => {
  const chosen = new Map<M, string | null>()

  /** The field that holds something under one of its names, else its usual name; null: not in this form. */
  const fieldOf = (meaning: M): string | null => {
    const known = chosen.get(meaning)
    if (known !== undefined) return known
    const names = fields[meaning] ?? []
    const filled = names.filter((name) => row.text(name) !== null)
    const [first, ...others] = filled
    for (const other of others) {
      if (row.text(other) !== row.text(first ?? '')) {
        row.finding(other, 'field.twice', `${other}与${first}不一致，取后者。${other} differs from ${first}; not used.`)
      }
    }
    const field = first ?? names[0] ?? null
    chosen.set(meaning, field)
    if (field !== null && first === undefined && wanted.includes(meaning)) {
      row.finding(field, 'required', `缺少${field}。${field} is missing.`)
    }
    return field
  }

  const taken = <T>(
    meaning: M,
    optional: (field: string) => T | null,
    required: (field: string) => T | null = optional,
  ): T | null => {
    const field = fieldOf(meaning)
    if (field === null) return null
    return needed.includes(meaning) ? required(field) : optional(field)
  }

  return {
    row,
    fieldOf,
    text: (meaning: M): string | null => taken(meaning, row.text, row.required),
    name: (meaning: M): string | null => taken(meaning, row.name, row.requiredName),
    date: (meaning: M): string | null => taken(meaning, row.date),
    endDate: (meaning: M): string | null => taken(meaning, row.endDate),
    pastDate: (meaning: M, today: string): string | null =>
      taken(
        meaning,
        (field) => row.pastDate(field, today),
        (field) => row.requiredDate(field, today),
      ),
    choice: <T>(meaning: M, table: Readonly<Record<string, T>>): T | null =>
      taken(
        meaning,
        (field) => (row.text(field) === null ? null : row.choice(field, table)),
        (field) => row.choice(field, table),
      ),
    uscc: (meaning: M): string | null =>
      taken(meaning, row.uscc, (field) => {
        if (row.text(field) === null) row.required(field)
        return row.uscc(field)
      }),
  }
}
