/** Who is the same person: of a name alone, so that a browser may ask it too. */

/** "Another person" is another `sub`, however it is spelt: an upper-case or full-width twin is the same one. */
export const samePerson = (one: string, other: string): boolean => folded(one) === folded(other)

const folded = (name: string): string => name.normalize('NFKC').toLowerCase()
