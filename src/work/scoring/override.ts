/** An override affects the displayed standing only, not leads, listings or scores. */

import { isSamePerson } from '../../domain/access/viewer.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { findConfirmationFault, findOverrideEndFault, findOverrideFault } from '../../domain/scoring/override.js'
import type { Grade } from '../../domain/scoring/scorecard.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as overrides from '../../store/scoring/overrides.js'
import * as scores from '../../store/scoring/scores.js'
import { type ActorAndTime, atNewInstant, findOperator, type OperatorAccessCheck } from '../access/acts.js'
import type { WorkRules } from '../calendar/rules.js'

export interface OverrideProposal extends ActorAndTime {
  mayFor?: OperatorAccessCheck
  operator: string
  grade: Grade
  endsOn: string
  reason: string
}

/** Refusals: INPUT_INVALID, OPERATOR_UNKNOWN, OVERRULE_NOT_ALLOWED, RUN_BUSY. */
export const proposeOverride = async (
  db: Db,
  rules: WorkRules,
  made: OverrideProposal,
): Promise<overrides.OverrideRow> => {
  const reason = checkAndRedactText(made.reason, '理由 the reason', rules.pseudonymOf)
  return atNewInstant(db, made.now, async (tx, at) => {
    const bad = findOverrideEndFault(made.endsOn, shanghaiDate(made.now))
    if (bad !== null) throw new Refusal('INPUT_INVALID', { reason: bad })
    const { id: operatorId } = await findOperator(tx, made.operator, made.mayFor)
    const why = findOverrideFault(made.grade, await findCurrentScore(tx, operatorId, at, made.now))
    if (why !== null) throw notAllowed(why)
    const { grade, endsOn, by } = made
    const id = await overrides.propose(tx, { operatorId, grade, reason, endsOn, by, at })
    if (id === null) throw notAllowed('已有一项调整待复核 another waits to be decided')
    return overrideAt(tx, id, at, made.now)
  })
}

export interface OverrideDecision extends ActorAndTime {
  override: number
  verdict: 'CONFIRM' | 'REFUSE'
  note: string | null
}

/**
 * Confirming ends the previous override. Refusals: OVERRULE_UNKNOWN, OVERRULE_SETTLED, SECOND_PERSON,
 * OVERRULE_NOT_ALLOWED, INPUT_INVALID, RUN_BUSY.
 */
export const decideOverride = async (
  db: Db,
  rules: WorkRules,
  made: OverrideDecision,
): Promise<overrides.OverrideRow> => {
  const { override: id, verdict, by } = made
  const isSilent = made.note === null && verdict === 'CONFIRM'
  const note = isSilent ? null : checkAndRedactText(made.note ?? '', '说明 the note', rules.pseudonymOf)
  return atNewInstant(db, made.now, async (tx, at) => {
    const found = await overrideAt(tx, id, at, made.now)
    if (found.state !== 'PROPOSED') throw new Refusal('OVERRULE_SETTLED')
    if (isSamePerson(found.askedBy, by)) throw new Refusal('SECOND_PERSON')
    if (verdict === 'CONFIRM') {
      const score = await findCurrentScore(tx, found.operatorId, at, made.now)
      const why = findConfirmationFault(found, score, shanghaiDate(made.now))
      if (why !== null) throw notAllowed(why)
    }
    await overrides.decide(tx, { id, state: verdict === 'CONFIRM' ? 'IN_FORCE' : 'REFUSED', note, by, at })
    return overrideAt(tx, id, at, made.now)
  })
}

export interface OverrideWithdrawal extends ActorAndTime {
  override: number
  reason: string
}

/**
 * Ends a pending or active override; the one it replaced does not return. Refusals: OVERRULE_UNKNOWN, OVERRULE_SETTLED,
 * INPUT_INVALID, RUN_BUSY.
 */
export const withdrawOverride = async (
  db: Db,
  rules: WorkRules,
  made: OverrideWithdrawal,
): Promise<overrides.OverrideRow> => {
  const reason = checkAndRedactText(made.reason, '理由 the reason', rules.pseudonymOf).replace(/\s+/g, ' ')
  return atNewInstant(db, made.now, async (tx, at) => {
    const { id, state } = await overrideAt(tx, made.override, at, made.now)
    if (state !== 'PROPOSED' && state !== 'IN_FORCE') throw new Refusal('OVERRULE_SETTLED')
    await overrides.withdraw(tx, { id, reason, by: made.by, at })
    return overrideAt(tx, id, at, made.now)
  })
}

const notAllowed = (reason: string): Refusal => new Refusal('OVERRULE_NOT_ALLOWED', { reason })

const overrideAt = async (tx: Tx, id: number, at: Date, now: Date): Promise<overrides.OverrideRow> => {
  const found = await overrides.byId(tx, id, { asOf: shanghaiDate(now), knownAt: at })
  if (found === null) throw new Refusal('OVERRULE_UNKNOWN')
  return found
}

export const findCurrentScore = async (tx: Tx, operator: number, at: Date, now: Date) =>
  (await scores.latest(tx, [operator], { asOf: shanghaiDate(now), knownAt: at })).get(operator) ?? null
