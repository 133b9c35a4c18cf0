/** Passes on the `Date` header of answers from agencies and platforms, a second source for the clock. */
export type DateListener = (host: string, date: Date) => void

const listeners = new Set<DateListener>()

/** Returns a function that unsubscribes. */
export const hearDates = (listener: DateListener): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** An answer with `Age` comes from a cache, so its date is old. */
export const tellDate = (host: string, headers: Headers): void => {
  if (listeners.size === 0 || headers.has('age')) return
  const at = Date.parse(headers.get('date') ?? '')
  if (Number.isFinite(at)) for (const listener of listeners) listener(host, new Date(at))
}
