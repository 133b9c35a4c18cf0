/** One invented ID number, the spellings in which it is sent, and functions that find it in a text. */
import { certificateOf } from '../../seeds/world/codes.js'

export const ID = certificateOf('220102', '0517', 361)
/** The 15-digit form issued until 1999: without the century and without the check digit. */
export const OLD = ID.slice(0, 6) + ID.slice(8, 17)
export const grouped = (by: string): string => [ID.slice(0, 6), ID.slice(6, 14), ID.slice(14)].join(by)
const FULL_WIDTH = ID.replace(/[0-9X]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
export const SPELLINGS = {
  plain: ID,
  blanks: grouped(' '),
  'full-width': FULL_WIDTH,
  'full-width blanks': grouped('\u3000'),
  hyphens: grouped('-'),
  dots: grouped('·'),
  'unseen signs': [...ID].join('\u200b'),
  'each digit apart': [...ID].join(' '),
  'a small x': ID.toLowerCase(),
  'the older form': OLD,
}

/** Removes what stands between digits and normalises full-width forms, so that one search finds every spelling. */
const digitsOf = (text: string): string =>
  text.normalize('NFKC').replace(/(?<=\d)[^\p{L}\p{N}"'{}[\]:,|]+(?=[\dXx])/gu, '')
export const isIn = (text: string): boolean =>
  [text, digitsOf(text)].some((each) => each.includes(ID.slice(0, 17)) || each.includes(OLD)) ||
  text.includes(FULL_WIDTH.slice(0, 17))
/** Lines that contain the number, digits masked, 300 characters at most: a failing test must not print it. */
export const placesIn = (text: string): string[] =>
  text
    .split('\n')
    .filter(isIn)
    .map((line) => line.replaceAll(/[\d０-９]/g, '#').slice(0, 300))
