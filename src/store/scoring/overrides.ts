import type { Grade } from '../../domain/scoring/scorecard.js'
import { andFitsWordsSql, type IdPage, type OperatorWords, pageByIdSql } from '../access/list-filter.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { type Db, queryCount, queryFirst, queryRows, type Tx } from '../db/db.js'
import type { PointInTime } from '../records/versions.js'

export type OverrideState = 'PROPOSED' | 'IN_FORCE' | 'REPLACED' | 'ENDED' | 'REFUSED' | 'WITHDRAWN'

export interface OverrideRow {
  id: number
  operatorId: number
  grade: Grade
  reason: string
  endsOn: string
  state: OverrideState
  askedBy: string
  askedAt: Date
  decidedBy: string | null
  decidedAt: Date | null
  note: string | null
  withdrawnBy: string | null
  withdrawnAt: Date | null
  withdrawnReason: string | null
  replacedAt: Date | null
}

const confirmed = (alias: string): string =>
  `${alias}.decided_at is not null and ${alias}.state in ('IN_FORCE', 'WITHDRAWN')`

const firstDay = (alias: string): string => `(${alias}.decided_at at time zone 'Asia/Shanghai')::date`

/** Ignores vetoes. */
export const selectOverrideInForceSql = (operator: string, knownAt: string): string => `
  select h.id, h.grade from (
    select r.* from overrules r where r.operator_id = ${operator} and ${confirmed('r')} and r.decided_at <= ${knownAt}
    order by r.decided_at desc limit 1) h
  where (h.withdrawn_at is null or h.withdrawn_at > ${knownAt}) and ${firstDay('h')} <= :asOf::date and h.ends_on >= :asOf::date`

/** True unless a veto in score `s` forbids the better grade of override `h`. */
export const IS_NOT_VETOED_SQL = `not (h.grade < s.grade and s.reasons::jsonb @> '[{"why": "VETO"}]')`

export const SHOWN_GRADE_SQL = `coalesce((select h.grade from (${selectOverrideInForceSql('o.id', "'infinity'")}) h where ${IS_NOT_VETOED_SQL}), s.grade)`

const AS_KNOWN = `
  select r.id, r.operator_id as "operatorId", r.grade, r.reason, r.ends_on as "endsOn", r.asked_by as "askedBy", r.asked_at as "askedAt",
    d.by as "decidedBy", d.at as "decidedAt", d.note, w.by as "withdrawnBy", w.at as "withdrawnAt", w.reason as "withdrawnReason",
    n.at as "replacedAt",
    case when w.at is not null then 'WITHDRAWN' when d.at is null then 'PROPOSED' when r.state = 'REFUSED' then 'REFUSED'
      when n.at is not null then 'REPLACED' when r.ends_on < :asOf::date then 'ENDED' else 'IN_FORCE' end as state
  from overrules r
  left join lateral (select r.withdrawn_by as by, r.withdrawn_at as at, r.withdrawn_reason as reason where r.withdrawn_at <= :knownAt) w on true
  left join lateral (select r.decided_by as by, r.decided_at as at, r.note where r.decided_at <= :knownAt) d on true
  left join lateral (select min(l.decided_at) as at from overrules l where l.operator_id = r.operator_id and ${confirmed('r')}
    and ${confirmed('l')} and l.decided_at > r.decided_at and l.decided_at <= :knownAt) n on true
  where r.asked_at <= :knownAt`

export const propose = async (
  tx: Tx,
  made: Pick<OverrideRow, 'operatorId' | 'grade' | 'reason' | 'endsOn'> & { by: string; at: Date },
): Promise<number | null> => {
  const added = await queryFirst<{ id: number }>(
    tx,
    `insert into overrules (operator_id, grade, reason, ends_on, asked_by, asked_at)
     values (:operatorId, :grade, :reason, :endsOn, :by, :at) on conflict do nothing returning id /* overrides.propose */`,
    made,
  )
  return added?.id ?? null
}

export const decide = async (
  tx: Tx,
  made: { id: number; state: 'IN_FORCE' | 'REFUSED'; note: string | null; by: string; at: Date },
): Promise<void> => {
  await tx.raw(
    `update overrules set state = :state, note = :note, decided_by = :by, decided_at = :at where id = :id /* overrides.decide */`,
    made,
  )
}

export const withdraw = async (tx: Tx, made: { id: number; reason: string; by: string; at: Date }): Promise<void> => {
  await tx.raw(
    `update overrules set state = 'WITHDRAWN', withdrawn_by = :by, withdrawn_at = :at, withdrawn_reason = :reason where id = :id
     /* overrides.withdraw */`,
    made,
  )
}

export const byId = (db: Db, id: number, when: PointInTime): Promise<OverrideRow | null> =>
  queryFirst(db, `${AS_KNOWN} and r.id = :id /* overrides.byId */`, { ...when, id })

export const ofOperators = (db: Db, operators: readonly number[], when: PointInTime): Promise<OverrideRow[]> =>
  queryRows(db, `${AS_KNOWN} and r.operator_id = any(:operators) order by r.id desc /* overrides.ofOperators */`, {
    ...when,
    operators,
  })

export interface OverrideFilter extends PointInTime, OperatorWords {
  grade: Grade | null
  state: OverrideState
  sight: RegionSight
}

const fromOverridesSql = ({ sight, region, name }: OverrideFilter): string =>
  `from (${AS_KNOWN} ${andIsWithinSightSql(sight, 'r.operator_id')} ${andFitsWordsSql({ region, name }, 'r.operator_id')}) r
   where r.state = :state and (:grade::text is null or r.grade = :grade::text)`

export const list = (db: Db, filter: OverrideFilter, page: IdPage) =>
  queryRows<OverrideRow>(db, `select * ${fromOverridesSql(filter)} ${pageByIdSql(page, 'r.id')} /* overrides.list */`, {
    ...filter,
    ...page,
  })

export const countOf = (db: Db, filter: OverrideFilter, most: number | null): Promise<number> =>
  queryCount(db, `${fromOverridesSql(filter)} /* overrides.countOf */`, { ...filter }, most)
