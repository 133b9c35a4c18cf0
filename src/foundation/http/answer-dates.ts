/** The `Date` of answers that agencies and platforms give: a clock that is not the hub's. */
export type DateListener = (host: string, date: Date) => void

const listeners = new Set<DateListener>()

/** Returns what ends the listening. */
export const hearDates = (listener: DateListener): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** An answer that a cache has kept says `Age`; its date is not of now. */
export const tellDate = (host: string, headers: Headers): void => {
  if (listeners.size === 0 || headers.has('age')) return
  const at = Date.parse(headers.get('date') ?? '')
  if (Number.isFinite(at)) for (const listener of listeners) listener(host, new Date(at))
}
