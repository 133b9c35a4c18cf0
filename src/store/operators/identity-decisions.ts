import { type Db, queryFirst, queryOne, type Tx } from '../db/db.js'

type IdentityVerdict = 'ATTACH' | 'NOT_OURS' | 'MERGE' | 'DIVIDE'

export interface IdentityDecisionRow {
  id: number
  verdict: IdentityVerdict
  feed: string | null
  subjectKey: string | null
  operatorId: number | null
  mergedId: number | null
  successorId: number | null
  evidence: Record<string, unknown>
  reason: string
  decidedBy: string
  decidedAt: Date
  undoneAt: Date | null
  undoneBy: string | null
  undoneReason: string | null
}

const COLUMNS = `d.id, d.verdict, d.feed, d.subject_key as "subjectKey", d.operator_id as "operatorId", d.merged_id as "mergedId", d.successor_id as "successorId",
  d.evidence, d.reason, d.decided_by as "decidedBy", d.decided_at as "decidedAt", d.undone_at as "undoneAt", d.undone_by as "undoneBy",
  d.undone_reason as "undoneReason"`

export interface NewIdentityDecision
  extends Pick<IdentityDecisionRow, 'verdict' | 'evidence' | 'reason'>,
    Partial<Pick<IdentityDecisionRow, 'feed' | 'subjectKey' | 'operatorId' | 'mergedId' | 'successorId'>> {
  by: string
  at: Date
}

export const addDecision = (tx: Tx, made: NewIdentityDecision): Promise<IdentityDecisionRow | null> =>
  queryFirst(
    tx,
    `insert into identity_decisions as d (verdict, feed, subject_key, operator_id, merged_id, successor_id, evidence, reason, decided_by, decided_at)
     values (:verdict, :feed, :subjectKey, :operatorId, :mergedId, :successorId, :evidence::jsonb, :reason, :by, :at)
     on conflict do nothing returning ${COLUMNS} /* identity-decisions.add */`,
    { ...WITHOUT_SUBJECT, ...made, evidence: JSON.stringify(made.evidence) },
  )

const WITHOUT_SUBJECT = { feed: null, subjectKey: null, operatorId: null, mergedId: null, successorId: null }

export const lockForUndo = (tx: Tx, id: number): Promise<IdentityDecisionRow | null> =>
  queryFirst(
    tx,
    `select ${COLUMNS} from identity_decisions d where d.id = ? for update /* identity-decisions.forUndo */`,
    [id],
  )

export const markDecisionUndone = (
  tx: Tx,
  id: number,
  { reason, by, at }: { reason: string; by: string; at: Date },
): Promise<IdentityDecisionRow> =>
  queryOne(
    tx,
    `update identity_decisions d set undone_at = :at, undone_by = :by, undone_reason = :reason where d.id = :id
     returning ${COLUMNS} /* identity-decisions.undo */`,
    { id, reason, by, at },
  )

export const decisionsById = async (db: Db | Tx, ids: readonly number[]): Promise<Map<number, IdentityDecisionRow>> => {
  const answer = await db.raw(
    `select ${COLUMNS} from identity_decisions d where d.id = any(?::bigint[]) /* identity-decisions.byIds */`,
    [[...ids]],
  )
  return new Map(answer.rows.map((row: IdentityDecisionRow) => [row.id, row]))
}

export const decisionsOfOperators = async (
  db: Db,
  operators: readonly number[],
): Promise<{ operatorId: number; decision: IdentityDecisionRow }[]> => {
  const answer = await db.raw(
    `select a.id as operator, ${COLUMNS} from unnest(?::int[]) as a(id)
     join identity_decisions d on d.operator_id = a.id or d.merged_id = a.id or d.successor_id = a.id order by d.id desc /* identity-decisions.ofOperators */`,
    [[...operators]],
  )
  return answer.rows.map(({ operator, ...decision }: IdentityDecisionRow & { operator: number }) => ({
    operatorId: operator,
    decision,
  }))
}
