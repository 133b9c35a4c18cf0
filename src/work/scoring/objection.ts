import { isSamePerson } from '../../domain/access/viewer.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { findContestedReason } from '../../domain/scoring/objection.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db } from '../../store/db/db.js'
import type { StoredOperator } from '../../store/operators/operators.js'
import * as objections from '../../store/scoring/objections.js'
import { type ActorAndTime, atNewInstant, findOperator } from '../access/acts.js'
import type { WorkRules } from '../calendar/rules.js'
import { republishContested } from '../listing/entry.js'
import { countObjectionTerm } from './objection-terms.js'
import { findCurrentScore } from './override.js'

export interface ObjectionInput extends ActorAndTime {
  operator: string
  record: number
  statement: string
  mayFor: (operator: StoredOperator) => boolean
}

/** Refusals: OPERATOR_UNKNOWN (also without access), OBJECTION_NOT_ALLOWED, INPUT_INVALID, RUN_BUSY. */
export const openObjection = async (db: Db, rules: WorkRules, made: ObjectionInput): Promise<objections.Objection> => {
  const statement = checkAndRedactText(made.statement, '陈述 the statement', rules.pseudonymOf)
  return atNewInstant(db, made.now, async (tx, at) => {
    const operator = await findOperator(tx, made.operator, made.mayFor)
    const record = await objections.findRecordOfVersion(tx, made.record)
    const score = await findCurrentScore(tx, operator.id, at, made.now)
    const reason = record && score && findContestedReason(score.reasons, record.versions)
    if (record === null || reason === null || reason.fact === null)
      throw notAllowed('现行评分没有依据这条信用信息的理由 no reason of the current score rests on this record')
    const about = { operatorId: operator.id, feed: record.feed, recordKey: record.recordKey }
    const { rule, fact } = reason
    const dueOn = await countObjectionTerm(tx, rules, made.now)
    const opened = await objections.open(tx, { ...about, rule, fact, statement, dueOn, by: made.by, at })
    if (opened === null) throw notAllowed('对这条信用信息的异议正在核查 an objection to this record is open already')
    await republishContested(tx, rules, { now: at, dueAt: made.now })
    return opened
  })
}

const notAllowed = (reason: string): Refusal => new Refusal('OBJECTION_NOT_ALLOWED', { reason })

interface SettledObjection extends ActorAndTime {
  objection: number
}

export interface ObjectionDecision extends SettledObjection {
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
  const note = checkAndRedactText(made.note, '说明 the note', rules.pseudonymOf)
  const { verdict: state, senderOf } = made
  return settle(db, rules, made, (open) => {
    if (open === null) throw new Refusal('OBJECTION_UNKNOWN')
    if (isSamePerson(open.openedBy, made.by)) throw new Refusal('SECOND_PERSON')
    return { state, note, referredTo: state === 'UPHELD' ? senderOf(open.feed) : null }
  })
}

/** Only the author may withdraw an objection. Refusals: OBJECTION_UNKNOWN, OBJECTION_SETTLED, RUN_BUSY. */
export const withdrawObjection = (db: Db, rules: WorkRules, made: SettledObjection): Promise<objections.Objection> =>
  settle(db, rules, made, (open) => {
    if (open?.openedBy !== made.by) throw new Refusal('OBJECTION_UNKNOWN')
    return { state: 'WITHDRAWN', note: null, referredTo: null }
  })

const settle = (
  db: Db,
  rules: WorkRules,
  { objection, by, now }: SettledObjection,
  outcomeOf: (open: objections.Objection | null) => Pick<objections.Objection, 'state' | 'note' | 'referredTo'>,
): Promise<objections.Objection> =>
  atNewInstant(db, now, async (tx, at) => {
    const outcome = outcomeOf(await objections.byId(tx, objection))
    const settled = await objections.settle(tx, objection, { ...outcome, by, at })
    if (settled === null) throw new Refusal('OBJECTION_SETTLED')
    await republishContested(tx, rules, { now: at, dueAt: now })
    return settled
  })
