import type { Unreadable } from '../../domain/records/records.js'
import type { Rules } from '../calendar/rules.js'

/** A change of records that may have consequences for listings. */
export interface RecordsChange {
  /** Knowledge instant of the transaction. */
  at: Date
  rules: Rules
  /** Wall-clock time; default `at`. */
  now?: Date
  /** The run that changed the records, kept with any concern opened. */
  run?: number
  /** The feed pulled, or the identity decision. */
  feed?: string
  decision?: number
  /** Versions that a whole delivery lacked. The temporary table `plan` holds the rest of that merge. */
  unmet?: readonly number[]
  /** Keys of rejected items: their records are present but unreadable. */
  unreadable?: Unreadable
}
