/** A list whose length need not be exact is counted up to here. */
export const LIST_COUNTED_MOST = 10_000

/** `read` gets the last item of the page before; an empty page ends. */
export const pagesFrom = async function* <T>(read: (after: T | null) => Promise<T[]>): AsyncGenerator<T[]> {
  for (let page = await read(null); page.length > 0; page = await read(page.at(-1) ?? null)) yield page
}
