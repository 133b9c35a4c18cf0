import type { Draft } from '../../domain/records/records.js'
import { compactText, trimmedTextOrNull } from '../../foundation/text/values.js'
import type { Examination } from '../examine.js'
import type { FeedForm, MappingContext } from '../feed.js'

export type Spellings<F extends string> = Readonly<Record<F, readonly string[]>>
export type FieldSpelling<F extends string> = (field: F) => string

type SpeltMapping<F extends string> = (
  row: Examination,
  as: FieldSpelling<F>,
  context: MappingContext,
) => Omit<Draft, 'remarks'>[]

/** `beside` lists field names to ignore; `keyed` is as in `FeedForm`. */
export const makeSpeltForm = <F extends string>(
  spellings: Spellings<F>,
  drafts: SpeltMapping<F>,
  beside: readonly string[] = [],
  keyed: readonly NoInfer<F>[] = [],
): FeedForm => ({
  names: [...allSpellings(spellings), ...beside],
  ...(keyed.length > 0 && { keyed: keyed.flatMap((field) => [field, ...spellings[field]]) }),
  drafts: (row, context) => drafts(row, speltIn(row, spellings), context),
})

export const allSpellings = <F extends string>(spellings: Spellings<F>): string[] =>
  (Object.keys(spellings) as F[]).flatMap((field) => [field, ...spellings[field]])

const speltIn = <F extends string>(row: Examination, spellings: Spellings<F>): FieldSpelling<F> => {
  return (field) => {
    const there = [field, ...spellings[field]].filter((name) => row.has(name))
    const filled = there.filter((name) => !isEmpty(row.value(name)))
    const [first, ...others] = filled
    for (const other of others) {
      if (said(row.value(other)) === said(row.value(first ?? ''))) continue
      row.problem(other, 'value', `${other}与${first}含义相同，内容不同。${other} and ${first} contradict each other.`)
    }
    return first ?? there[0] ?? field
  }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value !== 'object' && trimmedTextOrNull(value) === null)

const said = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : compactText(String(value))
