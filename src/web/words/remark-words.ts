import ENGLISH_NAMES from '../../../schema/words/feed-columns-english.json' with { type: 'json' }
import { type BilingualText, splitLanguages } from '../../foundation/text/words.js'
import { columnTitles, problemWords } from './column-words.js'

export interface PartyRemark {
  field: string | null
  message: string
}

const NAMES: Readonly<Record<string, string>> = ENGLISH_NAMES
const COLUMNS = /\p{Script=Han}[\p{Script=Han}\d（）()、/║‖|_]*|[A-Za-z]\w*/gu
const ENGLISH_WORD = /^[A-Z]?[a-z]+$/
const COMMA = '、'

export const remarkWords = ({ field, message }: PartyRemark, feed: string): BilingualText => {
  const titleOf = columnTitles(feed)
  const nameOf = (column: string): string => {
    const name = NAMES[titleOf(column)]
    return name === undefined ? column : `“${name}”`
  }
  const namesOf = (found: string): string => {
    if (found !== field && ENGLISH_WORD.test(found)) return found
    return nameOf(found) === found ? found.split(COMMA).map(nameOf).join(COMMA) : nameOf(found)
  }
  return {
    zh: problemWords(message, titleOf),
    en: splitLanguages(message).en.replaceAll(COLUMNS, namesOf).replaceAll(COMMA, ', '),
  }
}
