/** The `Date` header of answers is a second source for the clock. */
export type DateListener = (host: string, date: Date) => void

const listeners = new Set<DateListener>()

export const onAnswerDate = (listener: DateListener): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Ignores answers with an `Age` header: a cached answer's date is old. */
export const reportAnswerDate = (host: string, headers: Headers): void => {
  if (listeners.size === 0 || headers.has('age')) return
  const at = Date.parse(headers.get('date') ?? '')
  if (Number.isFinite(at)) for (const listener of listeners) listener(host, new Date(at))
}
