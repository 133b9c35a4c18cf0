const MAX_NAMES = 200

/** One result per count of names: consecutive rows have equal names. Callers must not change it. */
export const memoByNames = <T>(make: (names: readonly string[]) => T): ((names: readonly string[]) => T) => {
  const results: ({ names: readonly string[]; result: T } | undefined)[] = []
  return (names) => {
    const last = results[names.length]
    if (last !== undefined && same(last.names, names)) return last.result
    const result = make(names)
    if (names.length <= MAX_NAMES) results[names.length] = { names: [...names], result }
    return result
  }
}

const same = (some: readonly string[], others: readonly string[]): boolean => {
  for (let at = 0; at < some.length; at += 1) if (some[at] !== others[at]) return false
  return true
}

export const makeOnce = <T>(make: () => T): (() => T) => {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

export const memoByObject = <K extends object, T>(make: (of: K) => T): ((of: K) => T) => {
  const results = new WeakMap<K, T>()
  return (of) => {
    const known = results.get(of)
    if (known !== undefined) return known
    const result = make(of)
    results.set(of, result)
    return result
  }
}
