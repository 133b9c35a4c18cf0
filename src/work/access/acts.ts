import { parseCode } from '../../domain/operators/codes.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as operators from '../../store/operators/operators.js'

export interface ActorAndTime {
  by: string
  now: Date
}

/** Without this function, all operators may be seen. */
export type OperatorAccessCheck = (operator: operators.StoredOperator) => boolean

/** Refusal OPERATOR_UNKNOWN, also when `mayFor` denies access. */
export const findOperator = async (
  tx: Tx,
  code: string,
  mayFor: OperatorAccessCheck = () => true,
): Promise<operators.StoredOperator> => {
  const scheme = parseCode(code)
  const operator = scheme === null ? undefined : [...(await operators.operatorsByCode(tx, [scheme])).values()][0]
  if (operator === undefined || !mayFor(operator)) throw new Refusal('OPERATOR_UNKNOWN', { code: scheme?.code ?? '' })
  return operator
}

/** Runs `act` in a transaction at an instant after all stored changes. Refusal RUN_BUSY. */
export const atNewInstant = async <T>(db: Db, now: Date, act: (tx: Tx, at: Date) => Promise<T>): Promise<T> =>
  inTransaction(db, 'decide', async (tx) => act(tx, await knowledge.nextInstant(tx, now)))
