export const PASSWORD_MIN_LENGTH = 12
export const PASSWORD_MAX_LENGTH = 128
const DIFFERENT_LEAST = 6
/** Shorter account names may occur in the password. */
const NAME_LEAST = 3
/** PATTERN: at least this share of neighbouring characters are equal or consecutive (abc, 321, 111). */
const ROW_SHARE = 0.6

export type PasswordFault = 'SHORT' | 'LONG' | 'CHARACTERS' | 'PATTERN' | 'NAMED' | 'COMMON' | 'SAME' | 'FORMER'

/** NFKC makes full-width and half-width input the same password. */
export const normalPassword = (password: string): string => password.normalize('NFKC')

/** `common`: in lower case. `before`: the present password. FORMER needs the hashes of former ones. */
export const findPasswordFault = (
  given: string,
  { name, common, before }: { name: string; common: ReadonlySet<string>; before?: string },
): PasswordFault | null => {
  const password = normalPassword(given)
  if (before !== undefined && password === normalPassword(before)) return 'SAME'
  const characters = [...password]
  if (characters.length < PASSWORD_MIN_LENGTH) return 'SHORT'
  if (characters.length > PASSWORD_MAX_LENGTH) return 'LONG'
  if (/[\p{C}\u2028\u2029]/u.test(password)) return 'CHARACTERS'
  const folded = password.toLowerCase()
  if (new Set(folded).size < DIFFERENT_LEAST || isRow(folded)) return 'PATTERN'
  const named = normalPassword(name).toLowerCase()
  if (named.length >= NAME_LEAST && folded.includes(named)) return 'NAMED'
  return isCommon(folded, common) ? 'COMMON' : null
}

const isRow = (text: string): boolean => {
  const codes = [...text].map((each) => each.codePointAt(0) ?? 0)
  const steps = codes.slice(1).filter((code, i) => Math.abs(code - (codes[i] ?? 0)) <= 1).length
  return steps >= (codes.length - 1) * ROW_SHARE
}

const LEET: Record<string, string> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i' }

const isCommon = (folded: string, common: ReadonlySet<string>): boolean => {
  const spelt = respelt(folded)
  const told = [folded, bare(folded), spelt, bare(spelt), respelt(bare(folded)), ...shortened(folded)]
  return told.some((text) => text === '' || common.has(text) || isTwo(text, common))
}

const respelt = (text: string): string => [...text].map((each) => LEET[each] ?? each).join('')

const bare = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')

/** Strips signs one by one: a common password may itself end in digits. */
const shortened = (text: string): string[] => {
  const [front] = /^[^\p{L}]*/u.exec(text) ?? ['']
  const [back] = /[^\p{L}]*$/u.exec(text) ?? ['']
  return [
    ...Array.from({ length: front.length }, (_, i) => text.slice(i + 1)),
    ...Array.from({ length: back.length }, (_, i) => text.slice(0, -i - 1)),
  ]
}

const isTwo = (text: string, common: ReadonlySet<string>): boolean => {
  for (let i = 1; i < text.length; i += 1)
    if (common.has(bare(text.slice(0, i))) && common.has(bare(text.slice(i)))) return true
  return false
}
