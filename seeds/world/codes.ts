/**
 * Makes codes with valid check digits from number blocks that are not in use. `src/domain/operators/codes` only checks codes; tests
 * compare both.
 */

const USCC_LETTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
const ORG_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]
const ORG_BLOCK = 'MAY' // block of organisation codes above those issued by 2026
const ORG_SERIALS = 31 ** 5
const ORG_STRIDE = 1_000_003 // coprime to 31, so every serial gives another code
const RESIDENT_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const RESIDENT_DIGITS = '10X98765432'

/** `department`: 91 enterprise, 92 individual business, 93 cooperative, 11 state organ. */
export const usccOf = (department: '11' | '91' | '92' | '93', region: string, serial: number): string => {
  const front = `${department}${region}${orgCodeOf(serial)}`
  const sum = weighted(front, USCC_WEIGHTS, (letter) => USCC_LETTERS.indexOf(letter))
  return front + USCC_LETTERS.charAt((31 - (sum % 31)) % 31)
}

const orgCodeOf = (serial: number): string => {
  let rest = (serial * ORG_STRIDE) % ORG_SERIALS
  let tail = ''
  for (let i = 0; i < 5; i += 1) {
    tail = USCC_LETTERS.charAt(rest % 31) + tail
    rest = Math.floor(rest / 31)
  }
  const front = ORG_BLOCK + tail
  // GB 11714 counts all 36 digits and letters. The alphabet of the USCC leaves out I, O, S, V and Z.
  const check = 11 - (weighted(front, ORG_WEIGHTS, (letter) => Number.parseInt(letter, 36)) % 11)
  return front + (check === 10 ? 'X' : check === 11 ? '0' : String(check))
}

/** Business registration number (GS15). Serials from 9 million are not in use. */
export const regNoOf = (region: string, individual: boolean, serial: number): string => {
  const front = `${region}${individual ? '69' : '39'}${String(serial).padStart(6, '0')}`
  let p = 10
  for (const digit of front) p = (((p + Number(digit)) % 10 || 10) * 2) % 11
  return front + String((11 - p) % 10)
}

/** ID number of an invented person, born in 1900. `monthDay` is MMDD. */
export const certificateOf = (region: string, monthDay: string, serial: number): string => {
  const front = `${region}1900${monthDay}${String(serial).padStart(3, '0')}`
  return front + RESIDENT_DIGITS.charAt(weighted(front, RESIDENT_WEIGHTS, Number) % 11)
}

const weighted = (text: string, weights: readonly number[], value: (letter: string) => number): number =>
  weights.reduce((sum, weight, i) => sum + weight * value(text.charAt(i)), 0)
