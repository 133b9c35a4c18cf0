import { hasUsccForm } from '../operators/codes.js'
import { maskPersonalData, PERSONAL_DATA_KINDS } from '../records/personal-data.js'
import { findResidentIds, NUMERALS } from '../records/resident-ids.js'

/** Class of each UTF-16 unit: 1 for harmless characters, 2 for numerals, 0 for digits, letters and address words. */
const plain = new Uint8Array(0x10000)
plain.fill(1, 0x4e00, 0xa000)
for (const sign of '()（） ') plain[sign.charCodeAt(0)] = 1
for (const numeral of NUMERALS.keys()) plain[numeral.charCodeAt(0)] = 2
for (const word of '住居籍址口艾') plain[word.charCodeAt(0)] = 0
/** Up to this many numerals count as ordinary words (records/normalised-view.ts). */
const NUMERALS_LEFT = 6

/** Places stay, because they are part of the licensed name. */
export const KINDS_MASKED_IN_NAMES = PERSONAL_DATA_KINDS.filter((what) => what !== 'ADDRESS')

export const maskName = <N extends string | null>(name: N): N =>
  (name === null || isPlain(name) ? name : maskPersonalData(name, KINDS_MASKED_IN_NAMES).text) as N

const isPlain = (name: string): boolean => {
  let numerals = 0
  for (let at = 0; at < name.length; at += 1) {
    const kind = plain[name.charCodeAt(at)]
    if (kind === 0) return false
    if (kind === 2) numerals += 1
  }
  return numerals <= NUMERALS_LEFT
}

/** Null when the code reads as a person's ID number. No such number begins with 9. */
export const maskCode = (uscc: string | null): string | null => {
  if (uscc === null || !hasUsccForm(uscc)) return null
  return uscc.startsWith('9') || findResidentIds(uscc, 'REPLACED').length === 0 ? uscc : null
}
