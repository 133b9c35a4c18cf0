/** What acts of people on an operator have in common: who acts and when, whose the operator is, and their order. */
import { codeOf } from '../../domain/operators/codes.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as operators from '../../store/operators/operators.js'

export interface Acting {
  by: string
  now: Date
}

/** About one operator: whether it is there for whoever acts; absent: it is for all. */
export type MayFor = (operator: operators.Operator) => boolean

/** The operator to which a code leads; one that is not for whoever acts is not there. Refusal OPERATOR_UNKNOWN. */
export const operatorNamed = async (tx: Tx, code: string, mayFor: MayFor = () => true): Promise<operators.Operator> => {
  const asked = codeOf(code)
  const found = asked === null ? undefined : [...(await operators.byCodes(tx, [asked])).values()][0]
  if (found === undefined || !mayFor(found)) throw new Refusal('OPERATOR_UNKNOWN', { code: asked?.code ?? '' })
  return found
}

/** One act after the other, each of an instant of knowledge that no other shares. Refusal RUN_BUSY. */
export const inTurn = async <T>(db: Db, now: Date, act: (tx: Tx, at: Date) => Promise<T>): Promise<T> =>
  inTransaction(db, 'decide', async (tx) => act(tx, await knowledge.tick(tx, now)))
