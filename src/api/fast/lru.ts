export interface LruCache<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  size(): number
}

export const lruCache = <V>(most: number): LruCache<V> => {
  const kept = new Map<string, V>()
  return {
    get: (key) => {
      const value = kept.get(key)
      if (value === undefined) return undefined
      // Below half capacity uses need no reordering.
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
