import type { AgencyFeed } from '../../agencies/feed.js'
import type { FormColumn } from '../../agencies/form-columns.js'
import { schemaDocument } from '../../foundation/contracts.js'
import { memoByObject } from '../../foundation/memo.js'
import { draftsOfItem } from './read.js'

const EXAMPLE_DAY = '2026-03-02'
const EXAMPLE_CODE = '91220101MA00000000'
const EXAMPLE_TEXT = '（示例）'
const HAN = /\p{Script=Han}/u

export interface SampleColumn extends FormColumn {
  title: string
  isRequired: boolean
  example: string
}

interface ColumnWords {
  titles: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Keys are titles, or feed and title. */
  examples: Readonly<Record<string, string>>
}

/** For each form, columns of a row that the hub takes; none for a form that no plain table can hold. */
export const samplesOfFeed = memoByObject((feed: AgencyFeed): SampleColumn[][] => {
  const { titles, examples } = schemaDocument('words/feed-columns.json') as ColumnWords
  return feed.columns().flatMap((columns) => {
    const described = columns.map((column) => {
      const title = titles[feed.id]?.[column.name] ?? column.name
      return { ...column, title, example: exampleOf(column, examples[`${feed.id} ${title}`] ?? examples[title]) }
    })
    if (!isTaken(feed, described)) return []
    return [
      described.map((column) => ({
        ...column,
        isRequired: !isTaken(
          feed,
          described.filter((other) => other !== column),
        ),
      })),
    ]
  })
})

const exampleOf = ({ name, kind, choices }: FormColumn, given: string | undefined): string => {
  if (given !== undefined && (choices.length === 0 || choices.includes(given))) return given
  if (kind === 'CHOICE') return choices.find((word) => HAN.test(word) === HAN.test(name)) ?? choices[0] ?? ''
  return { DATE: EXAMPLE_DAY, MONEY: '0.5', CODE: EXAMPLE_CODE, TEXT: EXAMPLE_TEXT }[kind]
}

const isTaken = (feed: AgencyFeed, columns: readonly { name: string; example: string }[]): boolean => {
  const fields = Object.fromEntries(columns.map(({ name, example }) => [name, example]))
  return 'drafts' in draftsOfItem(feed, { page: null, row: 1, fields }, { dated: null, today: EXAMPLE_DAY }, () => '')
}
