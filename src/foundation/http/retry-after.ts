/** Returns seconds, or null without a readable Retry-After. A date counts from the answer's Date, since clocks may differ. */
export const parseRetryAfter = (headers: Headers): number | null => {
  const wish = headers.get('retry-after')?.trim()
  if (!wish) return null
  const seconds = /^\d+$/.test(wish)
    ? Number(wish)
    : Math.ceil((Date.parse(wish) - Date.parse(headers.get('date') ?? '')) / 1000)
  return Number.isNaN(seconds) ? null : Math.max(seconds, 0)
}
