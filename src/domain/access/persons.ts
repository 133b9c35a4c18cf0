/** This file has no imports, so the browser can use it too. */

/** "Another person" means another `sub`. Upper-case and full-width spellings are the same person. */
export const isSamePerson = (one: string, other: string): boolean => folded(one) === folded(other)

const folded = (name: string): string => name.normalize('NFKC').toLowerCase()
