import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as concerns from '../../store/listing/concerns.js'
import type { WorkRules } from '../calendar/rules.js'

export interface ConcernDecision {
  id: number
  note: string
  by: string
  rules: WorkRules
  now: Date
}

/** Refusals: INPUT_INVALID, CONCERN_UNKNOWN (not open). */
export const settleOpenConcern = async (
  db: Db,
  { id, note: text, by, rules, now }: ConcernDecision,
): Promise<concerns.Concern> => {
  const note = checkAndRedactText(text, '说明 the note', rules.mark)
  const settled = await concerns.settle(db, id, { by, note, now })
  if (settled === null) throw new Refusal('CONCERN_UNKNOWN')
  return settled
}
