/** Whether a name is that of an operator, now or before. Pure. */

import { simplified } from '../../foundation/text/script.js'
import { publicName } from '../listing/public-name.js'
import { normalizeName } from '../operators/names.js'

/**
 * SAME: the operator's name, but for how it is written: full and half width, kinds of brackets and dots, blanks, case of Latin
 * letters, Traditional or simplified script. FORMER: so, a name that it bore before. DIFFERENT: neither; a short name, a branch or
 * a typing error is another name here. UNKNOWN: the operator is not known, has no name, or has one of which part is masked for
 * the asker, who must not find it out by guessing.
 */
export const NAME_ANSWERS = ['SAME', 'FORMER', 'DIFFERENT', 'UNKNOWN'] as const
export type NameAnswer = (typeof NAME_ANSWERS)[number]

/** The form in which names are compared. */
export const comparedName = (name: string): string => simplified(normalizeName(name))

/** Whether it is plain without knowing former names; null: they have to be asked. */
export const presentAnswer = (given: string, present: string | null, inside: boolean): 'SAME' | null => {
  if (present === null) return null
  const shown = inside ? present : publicName(present)
  return given === shown || comparedName(given) === comparedName(shown) ? 'SAME' : null
}

/** `inside`: nothing of names is masked for whoever asks. */
export const nameAnswer = (
  given: string,
  { present, former, inside }: { present: string | null; former: readonly string[]; inside: boolean },
): NameAnswer => {
  if (presentAnswer(given, present, inside) !== null) return 'SAME'
  const asked = comparedName(given)
  const plain = inside ? former : former.filter((name) => publicName(name) === name)
  if (plain.some((name) => comparedName(name) === asked)) return 'FORMER'
  const known = present === null ? former.length > 0 : inside || publicName(present) === present
  return known && plain.length === former.length ? 'DIFFERENT' : 'UNKNOWN'
}
