import type { Examination } from '../examine.js'

/** The usual name comes first. */
type FieldsByMeaning<Meaning extends string> = Readonly<Partial<Record<Meaning, readonly string[]>>>

export interface FormLayout<Meaning extends string> {
  fields: FieldsByMeaning<Meaning>
  ignored: readonly string[]
  needed: readonly Meaning[]
  wanted: readonly Meaning[]
}

export const listFieldNames = <M extends string>({ fields, ignored }: FormLayout<M>): string[] => [
  ...Object.values<readonly string[] | undefined>(fields).flatMap((names) => names ?? []),
  ...ignored,
]

export const listSpellingsOfFields = <M extends string>({ fields }: FormLayout<M>): (readonly string[])[] =>
  Object.values<readonly string[] | undefined>(fields).flatMap((names) => (names ? [names] : []))

export type MeaningReader<M extends string> = ReturnType<typeof makeMeaningReader<M>>

export const makeMeaningReader = <M extends string>(row: Examination, { fields, needed, wanted }: FormLayout<M>) => {
  const chosen = new Map<M, string | null>()

  const fieldOf = (meaning: M): string | null => {
    const names = fields[meaning] ?? []
    if (names.length <= 1 && !wanted.includes(meaning)) return names[0] ?? null
    const known = chosen.get(meaning)
    if (known !== undefined) return known
    const filled = names.filter((name) => row.text(name) !== null)
    const [first, ...others] = filled
    for (const other of others) {
      if (row.text(other) !== row.text(first ?? ''))
        row.remark(other, 'field.twice', `${other}与${first}不一致，取后者。${other} differs from ${first}; not used.`)
    }
    const field = first ?? names[0] ?? null
    chosen.set(meaning, field)
    if (field !== null && first === undefined && wanted.includes(meaning))
      row.remark(field, 'required', `缺少${field}。${field} is missing.`)
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
        (field) => row.optionalChoice(field, table),
        (field) => row.choice(field, table),
      ),
    uscc: (meaning: M): string | null =>
      taken(meaning, row.uscc, (field) => {
        if (row.text(field) === null) row.required(field)
        return row.uscc(field)
      }),
  }
}
