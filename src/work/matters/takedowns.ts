import {
  dayOfNotice,
  fieldsOfTakedown,
  isCodeOfProvince,
  namesOfTakedown,
  stepsOfTakedown,
  type TakedownRow,
} from '../../domain/matters/takedowns.js'
import { parseCode } from '../../domain/operators/codes.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as store from '../../store/matters/matters.js'
import { moveMatter } from './matters.js'
import { checkMatterInput, findOperatorOfMatter, followHistory, type RowWork } from './rows.js'

/** Refusals as of `openMatter` and `moveMatter`, with the pointer into the row. A refused row changes nothing. */
export const makeTakedownWork =
  (kind: string): RowWork =>
  ({ who, now, ...parts }, sent) => {
    const row = checkMatterInput('TAKEDOWN', sent) as TakedownRow
    const { seat } = who
    if (seat === null) throw new Refusal('MATTER_NOT_YOURS', { pointer: '' })
    return inTransaction(parts.db, 'move', async (tx) => {
      const within = { ...parts, db: tx }
      const of = { openedBy: seat, kind }
      const replaced = row.replaces === undefined ? null : await findReplaced(tx, { ...of, reference: row.replaces })
      const operatorId = await findOperatorOfShop(tx, row.code)
      const on = dayOfNotice(row)
      const opening = {
        ...{ kind, to: row.to ?? seat, reference: row.reference, fields: fieldsOfTakedown(row) },
        ...{ ...(operatorId !== null && { operatorId }), ...(replaced && { parent: replaced.id }), ...(on && { on }) },
      }
      const followed = await followHistory(
        within,
        who,
        { opening, names: namesOfTakedown(row), steps: stepsOfTakedown(row) },
        now(),
      )
      const { id, number, reference, matter } = followed.stored
      const done = { reference, id, number, state: matter.state }
      if (replaced === null || followed.result !== 'created') return { result: followed.result, ...done }
      const correcting = { id: replaced.id, move: 'correct', link: number, reference: `correct ${reference}` }
      await moveMatter(within, who, correcting, now())
      return { result: 'replaces', ...done }
    })
  }

const findReplaced = async (
  db: Db,
  row: Pick<store.MatterHead, 'openedBy' | 'kind' | 'reference'>,
): Promise<store.StoredMatter> => {
  const found = await store.matterByReference(db, row)
  if (found === null) throw new Refusal('MATTER_UNKNOWN', { pointer: '/replaces' })
  return found
}

/** Null for a code of the province that the hub does not know. Refusal INPUT_INVALID for other unknown codes. */
const findOperatorOfShop = async (db: Db, sent: string): Promise<number | null> => {
  try {
    return await findOperatorOfMatter(db, sent)
  } catch (error) {
    const code = parseCode(sent)?.code
    if (isRefusal(error) && error.code === 'INPUT_INVALID' && code !== undefined && isCodeOfProvince(code)) return null
    throw error
  }
}
