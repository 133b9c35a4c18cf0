/** Yields pages until one is empty. `read` gets the last item of the page before. */
export const pagesFrom = async function* <T>(read: (after: T | null) => Promise<T[]>): AsyncGenerator<T[]> {
  for (let page = await read(null); page.length > 0; page = await read(page.at(-1) ?? null)) yield page
}
