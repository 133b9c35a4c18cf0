import type { UnreadableRecords } from '../../domain/records/records.js'
import type { WorkRules } from '../calendar/rules.js'

export interface RecordsChange {
  at: Date
  rules: WorkRules
  now?: Date
  run?: number
  feed?: string
  decision?: number
  /** Versions that a whole delivery lacked. The temporary table `plan` holds what it brought. */
  unmet?: readonly number[]
  /** Keys of rejected items: their records are not absent. */
  unreadable?: UnreadableRecords
}
