/**
 * Surplus closing characters and paragraph ends would leave the text's bidirectional isolate (UAX #9) and reverse the
 * neighbouring text.
 */

const TURNS =
  /(?![\t\n\r])\p{Cc}|[\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
/** Paragraph ends that HTML does not treat as line ends. */
const ENDS = /(?![\t\n\r])\p{Cc}|\u2029/gu
const [FIRST_OPENING, LAST_OPENING, CLOSING] = ['\u2066', '\u2068', '\u2069']

export interface ContainedText {
  text: string
  closes: string
}

export const mayChangeTextDirection = (text: string): boolean => TURNS.test(text)

export const containDirection = (text: string): ContainedText => {
  if (!mayChangeTextDirection(text)) return { text, closes: '' }
  let result = ''
  let open = 0
  for (const sign of text.replace(ENDS, ' ')) {
    if (sign >= FIRST_OPENING && sign <= LAST_OPENING) open += 1
    else if (sign === CLOSING && open === 0) continue
    else if (sign === CLOSING) open -= 1
    result += sign
  }
  return { text: result, closes: CLOSING.repeat(open) }
}
