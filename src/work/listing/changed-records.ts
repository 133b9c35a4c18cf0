import type { UnreadableRecords } from '../../domain/records/records.js'
import type { WorkRules } from '../calendar/rules.js'

export interface ChangedRecords {
  at: Date
  rules: WorkRules
  now?: Date
  run?: number
  feed?: string
  decision?: number
  /** Record versions absent from a whole delivery. The temporary table `plan` holds what the delivery brought. */
  unmet?: readonly number[]
  unreadable?: UnreadableRecords
}
