import type { Unreadable } from '../../domain/records/records.js'
import type { Rules } from '../calendar/rules.js'

/** A change of records from which consequences for listings follow. */
export interface Changed {
  /** The instant of the transaction's knowledge: what it opened or closed carries it. */
  at: Date
  rules: Rules
  /** By the clock on the wall; `at` where it is not said. */
  now?: Date
  /** The run that changed the records, kept with what a person is asked. */
  run?: number
  /** The feed pulled, or the decision on identity: for whoever reads the call. */
  feed?: string
  decision?: number
  /** Versions that a whole delivery did not repeat; the temporary table `plan` of its merge says which it sent otherwise. */
  unmet?: readonly number[]
  /** What items that were set aside say of their records: these were there, only unreadable. */
  unreadable?: Unreadable
}
