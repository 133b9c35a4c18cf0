/**
 * Records and listings stay with the original (分立). If it is or may become listed, a person examines it and each
 * successor.
 */

import { redact } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { dateIn, isDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as concerns from '../../store/listing/concerns.js'
import * as listings from '../../store/listing/listings.js'
import * as decisions from '../../store/operators/identity-decisions.js'
import type * as mergers from '../../store/operators/mergers.js'
import type { WorkRules } from '../calendar/rules.js'
import { openWithin } from '../listing/listing.js'
import { type IdentityAct, inTurn, named } from './identity.js'

const SUCCESSORS_MOST = 20
const NUMBER_LONGEST = 128

export interface DivisionInput extends IdentityAct {
  from: string
  into: readonly string[]
  on: string
  documentNumber: string
}

export interface DivisionResult {
  decisions: decisions.IdentityDecisionRow[]
  leads: number
}

/** Refusals: OPERATOR_UNKNOWN, DIVISION_NOT_ALLOWED, DATE_INVALID, INPUT_INVALID, RUN_BUSY. */
export const divideOperator = (db: Db, rules: WorkRules, made: DivisionInput): Promise<DivisionResult> =>
  inTurn(db, made, rules, async (tx, reason, at) => {
    const { on, by, now } = made
    const documentNumber = redact(made.documentNumber.trim(), rules.mark)
    if (!isDate(on)) throw new Refusal('DATE_INVALID', { value: on })
    if (on > dateIn(now)) throw invalid('分立之日晚于今天 the day of the division lies after today')
    if (documentNumber === '' || documentNumber.length > NUMBER_LONGEST)
      throw invalid(`文号须为 1–${NUMBER_LONGEST} 个字符 the number has 1 to ${NUMBER_LONGEST} characters`)
    if (made.into.length === 0 || made.into.length > SUCCESSORS_MOST)
      throw invalid(`承继主体须为 1–${SUCCESSORS_MOST} 个 1 to ${SUCCESSORS_MOST} successors`)
    const from = await named(tx, made.from)
    const successors: mergers.MergerParty[] = []
    for (const code of made.into) successors.push(await named(tx, code))
    const ids = new Set([from.id, ...successors.map(({ id }) => id)])
    if (ids.size <= successors.length) throw notAllowed('各代码须为不同的主体 each code must be of another operator')
    const done: decisions.IdentityDecisionRow[] = []
    for (const successor of successors) {
      const decision = await decisions.add(tx, {
        verdict: 'DIVIDE',
        feed: null,
        subjectKey: null,
        operatorId: from.id,
        mergedId: null,
        successorId: successor.id,
        evidence: { on, documentNumber, from: from.uscc ?? from.shop, into: successor.uscc ?? successor.shop },
        reason,
        by,
        at,
      })
      if (decision === null) throw notAllowed('该分立已登记且有效 this division is in force already')
      done.push(decision)
    }
    const leads = await ask(tx, rules, { from, successors, on, documentNumber }, { at, now })
    return { decisions: done, leads }
  })

/** No listing passes to a successor automatically. */
const ask = async (
  tx: Tx,
  rules: WorkRules,
  division: {
    from: mergers.MergerParty
    successors: readonly mergers.MergerParty[]
    on: string
    documentNumber: string
  },
  { at, now }: { at: Date; now: Date },
): Promise<number> => {
  const { from, successors, on, documentNumber } = division
  const own = await listings.ofOperators(tx, [from.mergedInto ?? from.id])
  const listed = own.filter(({ state }) => state !== 'LEAD' && state !== 'REMOVED' && state !== 'NOT_LISTED')
  let leads = 0
  for (const { id, list } of listed) {
    await concerns.open(tx, { listingId: id, cause: 'DIVIDED', record: null, run: null, at })
    const reason = `分立自被列入或拟列入的主体：${from.name ?? ''}（${from.uscc ?? from.shop ?? ''}），${on}，${documentNumber}`
    for (const successor of successors) {
      const operatorId = successor.mergedInto ?? successor.id
      const lead = { operatorId, list, reason, by: 'division', role: 'clock' as const, on: dateIn(now), now }
      if ((await openWithin(tx, rules, lead, at)) !== null) leads += 1
    }
  }
  return leads
}

const invalid = (reason: string): Refusal => new Refusal('INPUT_INVALID', { reason })
const notAllowed = (reason: string): Refusal => new Refusal('DIVISION_NOT_ALLOWED', { reason })
