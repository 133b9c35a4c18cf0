import DIVISION_NAMES from '../../../schema/words/divisions.json' with { type: 'json' }

const JILIN = '22'

/** 220102 is 长春市南关区, 370200 is 山东省: outside Jilin only provinces have names. Null for an unknown code. */
export const nameOfDivision = (code: string): string | null => {
  const named = (digits: number): string => (DIVISION_NAMES as Record<string, string>)[code.slice(0, digits)] ?? ''
  return (
    (code.startsWith(JILIN) && code.length > 2 ? named(4) + (code.length > 4 ? named(6) : '') : '') || named(2) || null
  )
}
