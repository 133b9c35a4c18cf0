import { compactText, trimmedTextOrNull } from '../../foundation/text/values.js'
import type { Examination, FormDraft } from '../examine.js'
import type { FeedForm, MappingContext } from '../feed.js'
import { splitWords } from '../words.js'

export type FieldSpellings<F extends string> = Readonly<Record<F, readonly string[]>>

export const makeSpellings = <F extends string>(others: Readonly<Record<F, string>>): FieldSpellings<F> => {
  const fields = Object.keys(others) as F[]
  const spellings = fields.map((field) => [field, splitWords(`${field} ${others[field]}`)])
  return Object.fromEntries(spellings)
}

export const listSpellings = (spellings: FieldSpellings<string>): string[] => Object.values(spellings).flat()

type FieldSpelling<F extends string> = (field: F) => string

type SpeltMapping<F extends string> = (row: Examination, as: FieldSpelling<F>, context: MappingContext) => FormDraft[]

export const makeSpeltForm = <F extends string>(
  spellings: FieldSpellings<F>,
  drafts: SpeltMapping<F>,
  ignored: readonly string[] = [],
  keyed: readonly NoInfer<F>[] = [],
): FeedForm => ({
  names: [...listSpellings(spellings), ...ignored],
  spellings: Object.values(spellings),
  ...(keyed.length > 0 && { keyed: keyed.flatMap((field) => spellings[field]) }),
  drafts: (row, context) => drafts(row, spellingIn(row, spellings), context),
})

const spellingIn =
  <F extends string>(row: Examination, spellings: FieldSpellings<F>): FieldSpelling<F> =>
  (field) => {
    const there = spellings[field].filter((name) => row.has(name))
    const [first, ...others] = there.filter((name) => !isEmpty(row.value(name)))
    for (const other of others)
      if (plain(row.value(other)) !== plain(row.value(first ?? '')))
        row.problem(
          other,
          'value',
          `${other}与${first}含义相同，内容不同。${other} and ${first} contradict each other.`,
        )
    return first ?? there[0] ?? field
  }

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value !== 'object' && trimmedTextOrNull(value) === null)

const plain = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : compactText(String(value))
