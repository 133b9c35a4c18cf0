/**
 * When a firm divides (分立), records and listings stay with it. If it is or may become listed, a person examines it and
 * each successor.
 */

import { isCaseOver } from '../../domain/listing/case.js'
import { arePartiesDistinct, type MergerParty, refuseBadDivision } from '../../domain/operators/merger.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as concerns from '../../store/listing/concerns.js'
import * as listings from '../../store/listing/listings.js'
import * as decisions from '../../store/operators/identity-decisions.js'
import type { WorkRules } from '../calendar/rules.js'
import { openCaseWithin } from '../listing/listing.js'
import { decideAtNewInstant, findOperatorBearingCode, type IdentityAct } from './identity.js'

export interface LegalDivisionInput extends IdentityAct {
  from: string
  into: readonly string[]
  on: string
  documentNumber: string
}

interface Division extends Pick<LegalDivisionInput, 'on' | 'documentNumber'> {
  from: MergerParty
  successors: readonly MergerParty[]
}

/** Refusals: OPERATOR_UNKNOWN, DIVISION_NOT_ALLOWED, DATE_INVALID, INPUT_INVALID, RUN_BUSY. */
export const divideOperator = (db: Db, rules: WorkRules, made: LegalDivisionInput) =>
  decideAtNewInstant(db, made, rules, async (tx, reason, at) => {
    const { on, by, now } = made
    const documentNumber = redactIdNumbers(made.documentNumber.trim(), rules.pseudonymOf)
    refuseBadDivision({ on, documentNumber, into: made.into }, shanghaiDate(now))
    const from = await findOperatorBearingCode(tx, made.from)
    const successors: MergerParty[] = []
    for (const code of made.into) successors.push(await findOperatorBearingCode(tx, code))
    if (!arePartiesDistinct([from, ...successors]))
      throw notAllowed('各代码须为不同的主体 each code must be of another operator')
    const done: decisions.IdentityDecisionRow[] = []
    for (const successor of successors) {
      const decision = await decisions.addDecision(tx, {
        verdict: 'DIVIDE',
        operatorId: from.id,
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

const ask = async (
  tx: Tx,
  rules: WorkRules,
  { from, successors, on, documentNumber }: Division,
  { at, now }: { at: Date; now: Date },
): Promise<number> => {
  const own = await listings.ofOperators(tx, [from.mergedInto ?? from.id])
  const listed = own.filter(({ state }) => state !== 'LEAD' && !isCaseOver(state))
  let leads = 0
  for (const { id, list } of listed) {
    await concerns.open(tx, { listingId: id, cause: 'DIVIDED', record: null, run: null, at })
    const reason = `分立自被列入或拟列入的主体：${from.name ?? ''}（${from.uscc ?? from.shop ?? ''}），${on}，${documentNumber}`
    for (const successor of successors) {
      const operatorId = successor.mergedInto ?? successor.id
      const lead = { operatorId, list, reason, by: 'division', role: 'clock' as const, on: shanghaiDate(now), now }
      if ((await openCaseWithin(tx, rules, lead, at)) !== null) leads += 1
    }
  }
  return leads
}

const notAllowed = (reason: string): Refusal => new Refusal('DIVISION_NOT_ALLOWED', { reason })
