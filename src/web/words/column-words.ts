/** Chinese names of the columns that an agency heads by codes. */
import FEED_COLUMNS from '../../../schema/words/feed-columns.json' with { type: 'json' }
import { chineseHalfOf } from '../../foundation/text/words.js'

const TITLES = new Map(
  Object.entries<Record<string, string>>(FEED_COLUMNS.titles).map(([feed, own]) => [
    feed,
    new Map(Object.entries(own)),
  ]),
)

export type TitleOf = (column: string) => string

export const columnTitles =
  (feed: string): TitleOf =>
  (column) =>
    TITLES.get(feed)?.get(column) ?? column

const COLUMN = /[A-Za-z]\w*/g
const COLON = '：'

export const problemWords = (message: string, titleOf: TitleOf): string => {
  const [said = '', ...sent] = chineseHalfOf(message).split(COLON)
  return [said.replaceAll(COLUMN, (column) => titleOf(column)), ...sent].join(COLON)
}
