/** Yields results until null, fetching up to `ahead` in advance. */
export async function* prefetched<T>(fetchNext: () => Promise<T | null>, ahead: number): AsyncGenerator<T> {
  const begin = (): Promise<T | null> => {
    const fetching = fetchNext()
    fetching.catch(() => {})
    return fetching
  }
  const fetching = Array.from({ length: ahead }, begin)
  try {
    for (let next = await fetching.shift(); next != null; next = await fetching.shift()) {
      fetching.push(begin())
      yield next
    }
  } finally {
    await Promise.allSettled(fetching)
  }
}
