/** A matter as its moves have made it. */

import type { MatterDenialCode } from '../../foundation/errors/denials.js'
import type { Calendar } from '../calendar/calendar.js'
import type { CountingPause, DueTime, TimeSpan } from '../calendar/time-limits.js'
import type { MatterActor, MatterClockRow } from './kind.js'
import type { MatterSeats } from './seats.js'

export type { MatterDenialCode }

export interface MatterClock {
  clock: string
  seat: string | null
  row: MatterClockRow
  /** It is null until the holder's receipt. */
  startsAt: Date | null
  extensions: readonly TimeSpan[]
  /** A stated day is not recounted when holidays change. */
  statedDay: string | null
  pauses: readonly CountingPause[]
  /** It is null before the receipt and while paused. */
  due: DueTime | null
  ended: { on: string; at: Date; how: 'MET' | 'DROPPED' | 'RESTARTED' } | null
}

interface PastMatterMove {
  move: string
  seat: string
  by: string
}

export interface Matter {
  state: string | null
  /** The state to which the effect `back` returns. */
  stateBefore: string | null
  fields: Readonly<Record<string, string>>
  seats: MatterSeats
  /** True from the first state on that does not wait for the sender. */
  handed: boolean
  receivedAt: Date | null
  clocks: readonly MatterClock[]
  moves: readonly PastMatterMove[]
  attachments: readonly string[]
  outcome: string | null
}

export interface MatterAct {
  move: string
  /** The seat that acts: of an organisation, or `hub`, `listing` or `receipt`. */
  seat: string
  places: readonly MatterActor[]
  by: string
  at: Date
  /** The day on which it was done: today or before. */
  on: string
  /** Absent for a measure: it may have been applied before the hub ordered it. */
  openedOn?: string
  reason?: string
  number?: string
  /** A stated day: of an extension, or one that a letter sets. */
  day?: string
  extension?: TimeSpan
  fields?: Readonly<Record<string, string>>
  attachments?: readonly string[]
  to?: string
  copyTo?: string
  /** Id of a record, a listing or another matter. */
  link?: string
}

/** A step that happened on a day; `at` points to the member of the row that tells it. */
export interface HistoryStep extends Pick<MatterAct, 'move' | 'on' | 'number' | 'reason' | 'day' | 'fields' | 'to'> {
  at: string
  /** Pointers into what was sent, by a move's. */
  names?: Readonly<Record<string, string>>
}

export interface MatterRules {
  calendar: Calendar
  /** Such as `police`; null for clients. */
  lineOfSeat: (seat: string) => string | null
}

export const makeNewMatter = (seats: MatterSeats, fields: Readonly<Record<string, string>>): Matter => ({
  state: null,
  stateBefore: null,
  fields,
  seats,
  handed: false,
  receivedAt: null,
  clocks: [],
  moves: [],
  attachments: [],
  outcome: null,
})
