/** Deterministic random numbers from a small seeded generator (mulberry32). */

const DAY = 86_400_000 // ms

export interface Chance {
  /** Returns a whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number
  pick<T>(from: readonly T[]): T
  happens(probability: number): boolean
  shuffled<T>(list: readonly T[]): T[]
  /** Returns a day from `first` to `last`, both included. */
  day(first: string, last: string): string
}

/** One generator per label: a further trademark then does not change the names of firms. */
export const chance = (label: string): Chance => {
  let state = seedOf(label)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const whole = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    whole,
    pick: (from) => at(from, whole(0, from.length - 1)),
    happens: (probability) => next() < probability,
    shuffled: (list) => {
      const rest = [...list]
      const drawn: typeof rest = []
      while (rest.length > 0) drawn.push(...rest.splice(whole(0, rest.length - 1), 1))
      return drawn
    },
    day: (first, last) => {
      const days = Math.round((Date.parse(last) - Date.parse(first)) / DAY)
      return plusDays(first, whole(0, Math.max(0, days)))
    },
  }
}

/** Seed of a label: its FNV-1a hash. */
const seedOf = (label: string): number => {
  let hash = 0x811c9dc5
  for (const letter of label) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return hash
}

export const at = <T>(list: readonly T[], n: number): T => {
  const found = list[n]
  if (found === undefined) throw new Error(`the list of ${list.length} has no place ${n}`)
  return found
}

export const plusDays = (date: string, n: number): string =>
  new Date(Date.parse(date) + n * DAY).toISOString().slice(0, 10)

/** The last day of a term of years: the day before the anniversary of its start. */
export const termOf = (date: string, years: number): string => {
  const start = new Date(date)
  return new Date(Date.UTC(start.getUTCFullYear() + years, start.getUTCMonth(), start.getUTCDate() - 1))
    .toISOString()
    .slice(0, 10)
}
