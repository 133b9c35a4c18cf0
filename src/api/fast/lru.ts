/** A store of bounded size: what was used longest ago goes first, of what came while it was less than half full what came first. */

export interface Bounded<V> {
  /** A use. */
  get(key: string): V | undefined
  set(key: string, value: V): void
  size(): number
}

export const bounded = <V>(most: number): Bounded<V> => {
  const kept = new Map<string, V>()
  return {
    get: (key) => {
      const value = kept.get(key)
      if (value === undefined) return undefined
      // While there is room for as many again nothing goes, and each use is spared the writing.
      if (kept.size * 2 > most) {
        kept.delete(key)
        kept.set(key, value)
      }
      return value
    },
    set: (key, value) => {
      kept.delete(key)
      if (kept.size >= most) kept.delete(kept.keys().next().value ?? '')
      kept.set(key, value)
    },
    size: () => kept.size,
  }
}
