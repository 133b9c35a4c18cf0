/**
 * Which way a text runs stays within it (UAX #9). An isolate, as an element or as signs, holds what was opened in it and not
 * closed; but what closes more than was opened, or ends a paragraph, gets out, and then turns round what stands beside it.
 */

/** What may make a text run from right to left, or let it out of its isolate: signs, and letters of scripts that do. */
const TURNS =
  /(?![\t\n\r])\p{Cc}|[\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
/** Ends of a paragraph that HTML takes for no line end, among the controls that it shows nothing of. */
const ENDS = /(?![\t\n\r])\p{Cc}|\u2029/gu
const [FIRST_OPENING, LAST_OPENING, CLOSING] = ['\u2066', '\u2068', '\u2069']

export interface Contained {
  text: string
  /** Stands behind the isolate: closes what was opened in the text and not closed. */
  closes: string
}

export const turns = (text: string): boolean => TURNS.test(text)

export const contained = (text: string): Contained => {
  if (!turns(text)) return { text, closes: '' }
  let kept = ''
  let open = 0
  for (const sign of text.replace(ENDS, ' ')) {
    if (sign >= FIRST_OPENING && sign <= LAST_OPENING) open += 1
    // It would close the isolate around the text.
    else if (sign === CLOSING && open === 0) continue
    else if (sign === CLOSING) open -= 1
    kept += sign
  }
  return { text: kept, closes: CLOSING.repeat(open) }
}
