/** The rows of one table have the same names in the same order, and so have the bodies of one kind. */

/** Lists longer than this are not kept. */
const MAX_NAMES = 200

/**
 * What `make` makes of a list of names, kept for the list that came last of each length: comparing the names again costs
 * next to nothing. Results are shared, hence read only.
 */
export const byNames = <T>(make: (names: readonly string[]) => T): ((names: readonly string[]) => T) => {
  const kept: ({ names: readonly string[]; result: T } | undefined)[] = []
  return (names) => {
    const last = kept[names.length]
    if (last !== undefined && same(last.names, names)) return last.result
    const result = make(names)
    if (names.length <= MAX_NAMES) kept[names.length] = { names: [...names], result }
    return result
  }
}

const same = (some: readonly string[], others: readonly string[]): boolean => {
  for (let at = 0; at < some.length; at += 1) if (some[at] !== others[at]) return false
  return true
}
