import { isSamePerson } from '../../domain/access/viewer.js'
import { checkedText } from '../../domain/records/privacy.js'
import { contestedReason } from '../../domain/scoring/objection.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import type { StoredOperator } from '../../store/operators/operators.js'
import * as objections from '../../store/scoring/objections.js'
import { type ActContext, atNewInstant, findOperator } from '../access/acts.js'
import type { WorkRules } from '../calendar/rules.js'
import { republishContested } from '../listing/entry.js'
import { currentScore } from './override.js'

export interface ObjectionInput extends ActContext {
  operator: string
  /** Any version of the contested record. */
  record: number
  statement: string
  mayFor: (operator: StoredOperator) => boolean
}

/** Refusals: OPERATOR_UNKNOWN (also without access), OBJECTION_NOT_ALLOWED, INPUT_INVALID, RUN_BUSY. */
export const openObjection = async (db: Db, rules: WorkRules, made: ObjectionInput): Promise<objections.Objection> => {
  const statement = checkedText(made.statement, '陈述 the statement', rules.mark)
  return atNewInstant(db, made.now, async (tx, at) => {
    const operator = await findOperator(tx, made.operator, made.mayFor)
    const record = await objections.recordOfVersion(tx, made.record)
    const score = await currentScore(tx, operator.id, at, made.now)
    const reason = record && score && contestedReason(score.reasons, record.versions)
    if (record === null || reason === null || reason.fact === null)
      throw notAllowed('现行评分没有依据这条信用信息的理由 no reason of the current score rests on this record')
    const { feed, recordKey } = record
    const { rule, fact } = reason
    const opened = await objections.open(tx, {
      operatorId: operator.id,
      feed,
      recordKey,
      rule,
      fact,
      statement,
      by: made.by,
      at,
    })
    if (opened === null) throw notAllowed('对这条信用信息的异议正在核查 an objection to this record is open already')
    await republishContested(tx, rules, { now: at, dueAt: made.now })
    return opened
  })
}

const notAllowed = (reason: string): Refusal => new Refusal('OBJECTION_NOT_ALLOWED', { reason })

export interface ObjectionDecision extends ActContext {
  objection: number
  verdict: 'UPHELD' | 'REJECTED'
  note: string
  senderOf: (feed: string) => string | null
}

/** Refusals: OBJECTION_UNKNOWN, OBJECTION_SETTLED, SECOND_PERSON, INPUT_INVALID, RUN_BUSY. */
export const decideObjection = async (
  db: Db,
  rules: WorkRules,
  made: ObjectionDecision,
): Promise<objections.Objection> => {
  const note = checkedText(made.note, '说明 the note', rules.mark)
  const { verdict: state, by } = made
  return atNewInstant(db, made.now, async (tx, at) => {
    const open = await objections.byId(tx, made.objection)
    if (open === null) throw new Refusal('OBJECTION_UNKNOWN')
    if (isSamePerson(open.openedBy, by)) throw new Refusal('SECOND_PERSON')
    const referredTo = state === 'UPHELD' ? made.senderOf(open.feed) : null
    const decided = settled(await objections.settle(tx, open.id, { state, note, referredTo, by, at }))
    await republishContested(tx, rules, { now: at, dueAt: made.now })
    return decided
  })
}

export interface ObjectionWithdrawal extends ActContext {
  objection: number
}

/** Only the author may withdraw an objection. Refusals: OBJECTION_UNKNOWN, OBJECTION_SETTLED, RUN_BUSY. */
export const withdrawObjection = async (
  db: Db,
  rules: WorkRules,
  made: ObjectionWithdrawal,
): Promise<objections.Objection> =>
  atNewInstant(db, made.now, async (tx, at) => {
    const open = await objections.byId(tx, made.objection)
    if (open === null || open.openedBy !== made.by) throw new Refusal('OBJECTION_UNKNOWN')
    const withdrawn = { state: 'WITHDRAWN' as const, note: null, referredTo: null, by: made.by, at }
    const ended = settled(await objections.settle(tx, open.id, withdrawn))
    await republishContested(tx, rules, { now: at, dueAt: made.now })
    return ended
  })

const settled = (objection: objections.Objection | null): objections.Objection => {
  if (objection === null) throw new Refusal('OBJECTION_SETTLED')
  return objection
}
