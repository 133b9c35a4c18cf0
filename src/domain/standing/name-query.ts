import { toSimplified } from '../../foundation/text/script.js'
import { maskName } from '../listing/masked-names.js'
import { normalizeName } from '../operators/names.js'

/**
 * DIFFERENT: also short names, branches and typing errors. UNKNOWN: no operator, no name, or a name partly masked for
 * the asker, who must not learn it by guessing.
 */
export type NameAnswer = 'SAME' | 'FORMER' | 'DIFFERENT' | 'UNKNOWN'

const comparedName = (name: string): string => toSimplified(normalizeName(name))

export const comparePresentName = (given: string, present: string | null, inside: boolean): 'SAME' | null => {
  if (present === null) return null
  const shown = inside ? present : maskName(present)
  return given === shown || comparedName(given) === comparedName(shown) ? 'SAME' : null
}

/** `inside`: no names are masked for the asker. */
export const compareNames = (
  given: string,
  { present, former, inside }: { present: string | null; former: readonly string[]; inside: boolean },
): NameAnswer => {
  if (comparePresentName(given, present, inside) !== null) return 'SAME'
  const asked = comparedName(given)
  const plain = inside ? former : former.filter((name) => maskName(name) === name)
  if (plain.some((name) => comparedName(name) === asked)) return 'FORMER'
  const known = present === null ? former.length > 0 : inside || maskName(present) === present
  return known && plain.length === former.length ? 'DIFFERENT' : 'UNKNOWN'
}
