/** Undoing an identity decision reverses its effects and keeps its row. */

import { makeSubjectKey } from '../../domain/intake/matching.js'
import { parseCode } from '../../domain/operators/codes.js'
import { findMergerFault, type MergerCause, type MergerParty } from '../../domain/operators/merger.js'
import { newOperator } from '../../domain/operators/new-operator.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as orphanedRows from '../../store/intake/orphaned-rows.js'
import * as proposals from '../../store/intake/proposals.js'
import { relearnAfterUndoneMerger } from '../../store/intake/relearn.js'
import { forgetOperators } from '../../store/intake/rollback/unfounded-operators.js'
import * as unmatched from '../../store/intake/unmatched.js'
import * as leads from '../../store/listing/leads.js'
import * as decisions from '../../store/operators/identity-decisions.js'
import * as mergers from '../../store/operators/mergers.js'
import * as names from '../../store/operators/names.js'
import * as operators from '../../store/operators/operators.js'
import * as sameDecision from '../../store/records/same-decision.js'
import * as objections from '../../store/scoring/objections.js'
import * as rescoringQueue from '../../store/scoring/rescoring-queue.js'
import * as watchEntries from '../../store/scoring/watch-entries.js'
import type { WorkRules } from '../calendar/rules.js'
import { queueChangedRecords } from '../delivery/published-records.js'
import { followChangedRecords } from '../listing/consequences.js'
import { republishContested } from '../listing/entry.js'

const NOBODY = '建档的认定已撤销。The decision that made this operator was undone.'

export interface IdentityAct {
  reason: string
  by: string
  now: Date
}

export interface SubjectDecisionInput extends IdentityAct {
  /** Id of an unmatched record. The decision covers its feed's records with the same subject key. */
  unmatched: number
  verdict: 'ATTACH' | 'NEW_OPERATOR' | 'NOT_OURS'
  /** ATTACH: any code of the operator. NEW_OPERATOR: the new operator's code. */
  operator?: string
}

export interface IdentityResult {
  decision: decisions.IdentityDecisionRow
  records: number
}

/**
 * Refusals: UNMATCHED_UNKNOWN, UNMATCHED_SETTLED, OPERATOR_UNKNOWN, OPERATOR_KNOWN, OPERATOR_CODE_INVALID,
 * INPUT_INVALID, RUN_BUSY.
 */
export const decideSubject = (db: Db, rules: WorkRules, made: SubjectDecisionInput): Promise<IdentityResult> =>
  decideAtNewInstant(db, made, rules, async (tx, reason, at) => {
    const attaches = made.verdict !== 'NOT_OURS'
    if (attaches !== (made.operator !== undefined))
      throw invalid(
        '归入主体、新建主体的须写明主体，与本省无关的不得写 operator goes with ATTACH and NEW_OPERATOR alone',
      )
    const found = await unmatched.lockForDecision(tx, made.unmatched)
    if (found === null) throw new Refusal('UNMATCHED_UNKNOWN')
    if (found.state !== 'OPEN') throw new Refusal('UNMATCHED_SETTLED')
    const isNew = made.verdict === 'NEW_OPERATOR'
    const operator =
      made.operator === undefined
        ? null
        : isNew
          ? await founded(tx, made.operator, found, at)
          : await findOperatorBearingCode(tx, made.operator)
    const key = await keyOf(tx, found)
    const { subject, nameKey, proposedOperator, evidence } = found
    const decision = await decisions.addDecision(tx, {
      verdict: attaches ? 'ATTACH' : 'NOT_OURS',
      feed: found.feed,
      subjectKey: key,
      operatorId: operator?.id ?? null,
      evidence: {
        unmatched: found.id,
        subject,
        nameKey,
        reason: found.reason,
        proposed: proposedOperator,
        ...evidence,
        ...(isNew && { madeOperator: true }),
      },
      reason,
      by: made.by,
      at,
    })
    // A concurrent decision came first.
    if (decision === null) throw new Refusal('UNMATCHED_SETTLED')
    const reach = { decision: decision.id, feed: found.feed, subjectKey: key, at }
    const records = await unmatched.settle(tx, reach, attaches ? 'MATCHED' : 'NOT_OURS')
    const touched = await unmatched.closeEarlierVersions(tx, reach, attaches ? 'CHANGED' : 'ENDED')
    if (operator !== null) {
      const owner = operator.mergedInto ?? operator.id
      await unmatched.attachRecords(tx, reach, owner)
      await sameDecision.shareFacts(tx, { decision: reach.decision }, reach.at)
      touched.push(owner)
      if (isNew) await proposals.proposeForSameName(tx, owner)
    }
    await rescoringQueue.markDirty(tx, touched, at)
    await followChangedRecords(tx, { decision: decision.id, at, now: made.now, rules })
    await republishContested(tx, rules, { now: at, dueAt: made.now })
    await queueChangedRecords(tx, rules, { operators: touched }, { at, dueAt: made.now })
    return { decision, records }
  })

const founded = async (tx: Tx, code: string, { subject, run }: unmatched.UnmatchedRecord, at: Date) => {
  const made = newOperator(code, subject.name)
  if (made === null) throw new Refusal('OPERATOR_CODE_INVALID')
  const scheme = made.uscc === null ? 'shop' : 'uscc'
  const asked = { scheme, code: made.uscc ?? made.shop ?? '' }
  if ((await mergers.partyOfBearer(tx, asked)) !== null) throw new Refusal('OPERATOR_KNOWN', { code: asked.code })
  const { id } = await operators.createOperator(tx, made, { run, at })
  await names.indexNamesOf(tx, [id])
  return { id, mergedInto: null }
}

/** Records of early releases get their subject key with the first decision. */
const keyOf = async (tx: Tx, found: unmatched.UnmatchedRecord): Promise<string> => {
  if (found.subjectKey !== null) return found.subjectKey
  const nobody = { uscc: null, orgCode: null, regNo: null, shop: null, name: null }
  const { key: record, subject, body } = found
  const key = makeSubjectKey({ key: record, subject, body }) ?? makeSubjectKey({ key: record, subject: nobody, body })
  if (key === null) throw new Error(`unmatched ${found.id} has no key`)
  await unmatched.setSubjectKey(tx, found.id, key)
  return key
}

/** Refusals: DECISION_UNKNOWN, DECISION_UNDONE, INPUT_INVALID, RUN_BUSY. */
export const undoDecision = (
  db: Db,
  rules: WorkRules,
  made: IdentityAct & { decision: number },
): Promise<IdentityResult> =>
  decideAtNewInstant(db, made, rules, async (tx, reason, at) => {
    const found = await decisions.lockForUndo(tx, made.decision)
    if (found === null) throw new Refusal('DECISION_UNKNOWN')
    if (found.undoneAt !== null) throw new Refusal('DECISION_UNDONE')
    const decision = await decisions.markDecisionUndone(tx, found.id, { reason, by: made.by, at })
    const { records, touched } = await undone(tx, found, at)
    await rescoringQueue.markDirty(tx, touched, at)
    await followChangedRecords(tx, { decision: found.id, at, now: made.now, rules })
    for (const id of [found.operatorId, found.mergedId, found.successorId])
      await forgetIfUnfounded(tx, id, { at, now: made.now })
    await republishContested(tx, rules, { now: at, dueAt: made.now })
    await queueChangedRecords(tx, rules, { operators: touched }, { at, dueAt: made.now })
    return { decision, records }
  })

interface UndoResult {
  records: number
  touched: number[]
}

const undone = (tx: Tx, decision: decisions.IdentityDecisionRow, at: Date): UndoResult | Promise<UndoResult> => {
  // A division moved no records.
  if (decision.verdict === 'DIVIDE') return { records: 0, touched: [] }
  return decision.verdict === 'MERGE' ? undoMerger(tx, decision, at) : detach(tx, decision, at)
}

const detach = async (tx: Tx, decision: decisions.IdentityDecisionRow, at: Date): Promise<UndoResult> => {
  const { id, feed, subjectKey: key, evidence, decidedAt } = decision
  const reach = { decision: id, feed: feed ?? '', subjectKey: key ?? '', at }
  const said = evidence as unknown as Pick<unmatched.UnmatchedRecord, 'subject' | 'nameKey' | 'reason'>
  const returned =
    decision.verdict === 'ATTACH'
      ? await unmatched.unmatchAttached(tx, reach, said)
      : await unmatched.reopenNotOurs(tx, reach)
  const touched = await unmatched.markVersionsWrong(tx, id, at)
  touched.push(...(await unmatched.reopenEarlierVersions(tx, returned, decidedAt, at)))
  await proposals.proposeForRecords(tx, returned)
  return { records: returned.length, touched }
}

const forgetIfUnfounded = async (tx: Tx, id: number | null, { at, now }: { at: Date; now: Date }): Promise<void> => {
  if (id === null || !(await operators.hasNoBasis(tx, id))) return
  const untouched = (await leads.lockUntouchedLeads(tx, [id])).map((lead) => lead.id)
  await leads.dropLeads(tx, untouched, { on: shanghaiDate(now), reason: NOBODY, at })
  if ((await forgetOperators(tx, [id], { at })) === 0) return
  await watchEntries.close(tx, [id], { on: shanghaiDate(now), at })
  await orphanedRows.detachRecords(tx, { codes: [], operators: [id] }, { by: null, at })
}

/** Moves back the merged operator's records, also those that its codes brought since. */
const undoMerger = async (tx: Tx, decision: decisions.IdentityDecisionRow, at: Date): Promise<UndoResult> => {
  const from = decision.mergedId ?? 0
  const owner = (await mergers.partyById(tx, from))?.mergedInto ?? null
  if (owner === null) throw new Error(`merger ${decision.id} is in force and ${from} stands by itself`)
  const parts = await mergers.undoMergerOf(tx, from)
  const by = [decision.id, ...(await mergers.effectiveDecisionsOf(tx, parts))]
  const records = await mergers.moveRecords(tx, { owner, to: from, decision: decision.id, by, at })
  const only = (decision.evidence['listings'] ?? []) as string[]
  await mergers.moveListings(tx, { from: owner, to: from, only })
  await objections.moveWithRecords(tx, { from: owner, to: from })
  await relearnAfterUndoneMerger(tx, { parts, owner }, at)
  return { records, touched: [owner, from] }
}

export interface OperatorMergeInput extends IdentityAct {
  /** `from` and `into`: the operators' own codes. */
  from: string
  into: string
  cause: MergerCause
}

/** Refusals: OPERATOR_UNKNOWN, MERGE_NOT_ALLOWED with advice, INPUT_INVALID, RUN_BUSY. */
export const mergeOperators = (db: Db, rules: WorkRules, made: OperatorMergeInput): Promise<IdentityResult> =>
  decideAtNewInstant(db, made, rules, async (tx, reason, at) => {
    const from = await findOperatorBearingCode(tx, made.from)
    const into = await findOperatorBearingCode(tx, made.into)
    const whole = into.mergedInto === null ? null : await mergers.partyById(tx, into.mergedInto)
    const bothOpen = await mergers.listsOpenForBoth(tx, from.id, into.id)
    const why = findMergerFault({ from, into, whole, cause: made.cause, bothOpen })
    if (why !== null) throw new Refusal('MERGE_NOT_ALLOWED', { reason: why })
    const listings = await mergers.moveListings(tx, { from: from.id, to: into.id, only: null })
    const decision = await decisions.addDecision(tx, {
      verdict: 'MERGE',
      operatorId: into.id,
      mergedId: from.id,
      evidence: { cause: made.cause, from: from.uscc ?? from.shop, into: into.uscc ?? into.shop, listings },
      reason,
      by: made.by,
      at,
    })
    if (decision === null) throw new Error(`a merger of ${from.id} is in force already`)
    await mergers.joinOperators(tx, from.id, into.id)
    await watchEntries.close(tx, [from.id], { on: shanghaiDate(made.now), at })
    const records = await mergers.moveRecords(tx, { owner: from.id, to: into.id, decision: decision.id, by: null, at })
    await rescoringQueue.markDirty(tx, [into.id], at)
    await followChangedRecords(tx, { decision: decision.id, at, now: made.now, rules })
    await republishContested(tx, rules, { now: at, dueAt: made.now })
    await queueChangedRecords(tx, rules, { operators: [from.id, into.id] }, { at, dueAt: made.now })
    return { decision, records }
  })

export const findOperatorBearingCode = async (tx: Tx, code: string): Promise<MergerParty> => {
  const asked = parseCode(code)
  const found = asked === null ? null : await mergers.partyOfBearer(tx, asked)
  if (found === null) throw new Refusal('OPERATOR_UNKNOWN', { code: asked?.code ?? '' })
  return found
}

const invalid = (reason: string): Refusal => new Refusal('INPUT_INVALID', { reason })

/** Runs `act` after all stored changes, with ID numbers in the reason replaced. Refusal RUN_BUSY. */
export const decideAtNewInstant = async <T>(
  db: Db,
  { reason, now }: IdentityAct,
  { pseudonymOf }: WorkRules,
  act: (tx: Tx, reason: string, at: Date) => Promise<T>,
): Promise<T> => {
  const kept = checkAndRedactText(reason, '理由 the reason', pseudonymOf)
  return inTransaction(db, 'decide', async (tx) => act(tx, kept, await knowledge.nextInstant(tx, now)))
}
