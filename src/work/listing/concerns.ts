import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import * as concerns from '../../store/listing/concerns.js'
import type { WorkRules } from '../calendar/rules.js'

/** Refusals: INPUT_INVALID, CONCERN_UNKNOWN (not open). */
export const settleOpenConcern = async (
  db: Db,
  rules: WorkRules,
  { id, ...made }: { id: number; note: string; by: string; now: Date },
): Promise<concerns.Concern> => {
  const note = checkAndRedactText(made.note, '说明 the note', rules.pseudonymOf)
  const settled = await concerns.settle(db, id, { ...made, note })
  if (settled === null) throw new Refusal('CONCERN_UNKNOWN')
  return settled
}
