/** A party's name and code as anybody may have them: the same beside a public entry as in it. */
import { usccForm } from '../operators/codes.js'
import { mask, PERSONAL_NAMES } from '../records/personal.js'
import { idsIn, NUMERALS } from '../records/resident-ids.js'

/** Of each code unit: 1 where nothing personal is spelt in it, 2 where it is a numeral. Digits, letters, words of an address are neither. */
const plain = new Uint8Array(0x10000)
plain.fill(1, 0x4e00, 0xa000)
for (const sign of '()（） ') plain[sign.charCodeAt(0)] = 1
for (const numeral of NUMERALS.keys()) plain[numeral.charCodeAt(0)] = 2
for (const word of '住居籍址口艾') plain[word.charCodeAt(0)] = 0
/** Fewer numerals are words (as-read.ts). */
const NUMERALS_LEFT = 6

/** Asked by the thousand, hence the quick look: it is never wrong where it says that there is nothing to be masked. */
/** A name is on the licence, the place in it too; what else is somebody's person is masked. */
export const IN_NAMES = PERSONAL_NAMES.filter((what) => what !== 'ADDRESS')

export const publicName = <N extends string | null>(name: N): N =>
  (name === null || isPlain(name) ? name : mask(name, IN_NAMES).text) as N

const isPlain = (name: string): boolean => {
  let numerals = 0
  for (let at = 0; at < name.length; at += 1) {
    const kind = plain[name.charCodeAt(at)]
    if (kind === 0) return false
    if (kind === 2) numerals += 1
  }
  return numerals <= NUMERALS_LEFT
}

/** Null: it reads as a person's number and is no firm's. None of those begins with 9. */
export const publicCode = (uscc: string | null): string | null => {
  if (uscc === null || !usccForm(uscc)) return null
  return uscc.startsWith('9') || idsIn(uscc, 'REPLACED').length === 0 ? uscc : null
}
