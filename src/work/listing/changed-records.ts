import type { UnreadableRecords } from '../../domain/records/records.js'
import type { WorkRules } from '../calendar/rules.js'

export interface RecordsChange {
  at: Date
  rules: WorkRules
  now?: Date
  run?: number
  feed?: string
  decision?: number
  /** A whole delivery lacked these. The temporary table `plan` holds the rest of that merge. */
  unmet?: readonly number[]
  /** Keys of rejected items, which are present. */
  unreadable?: UnreadableRecords
}
