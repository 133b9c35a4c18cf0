import type { Matter } from '../../domain/matters/matter.js'
import { type Db, queryFirst, queryRows, type Tx } from '../db/db.js'
import { reviveClocks } from './matters.js'

export interface MatterHistoryRow extends Pick<Matter, 'seats' | 'clocks'> {
  id: string
  number: string
  kind: string
  kindVersion: string
  moves: [move: string, state: string, on: string, to: string | null][]
}

export const listHistories = async (
  tx: Tx,
  { since, after, first }: { since: Date; after: string; first: number },
): Promise<MatterHistoryRow[]> =>
  (
    await queryRows<MatterHistoryRow>(
      tx,
      `select m.id, m.number, m.kind, m.kind_version as "kindVersion", m.content->'seats' as seats, m.content->'clocks' as clocks,
         (select json_agg(json_build_array(v.move, v.state, v.on_day, v.input->>'to') order by v.sequence)
          from matter_moves v where v.matter_id = m.id) as moves
       from matters m where m.id > :after::uuid and (m.closed_at is null or m.closed_at >= :since)
       order by m.id limit :first /* figures.histories */`,
      { since, after, first },
    )
  ).map((row) => ({ ...row, clocks: reviveClocks(row.clocks) }))

export interface FigureIssue<Content> {
  month: string
  issue: number
  madeAt: Date
  content: Content
}

const ISSUE_COLUMNS = `month, issue, made_at as "madeAt", content`

/** `issue` null: the newest. */
export const readIssue = <Content>(
  db: Db | Tx,
  { month, issue }: { month: string; issue: number | null },
): Promise<FigureIssue<Content> | null> =>
  queryFirst(
    db,
    `select ${ISSUE_COLUMNS} from matter_figures where month = :month and issue = coalesce(:issue::int, issue)
     order by issue desc limit 1 /* figures.issue */`,
    { month, issue },
  )

export const readIssuesOf = <Content>(db: Db | Tx, month: string): Promise<FigureIssue<Content>[]> =>
  queryRows(db, `select ${ISSUE_COLUMNS} from matter_figures where month = ? order by issue /* figures.issuesOf */`, [
    month,
  ])

/** Years of which every month is frozen; `opened` sums the newest issues. */
export const sumOpenedByYear = (
  db: Db,
  kinds: readonly string[],
): Promise<{ year: string; kind: string; opened: number }[]> =>
  queryRows(
    db,
    `with newest as (select distinct on (month) month, content from matter_figures order by month, issue desc),
     years as (select left(month, 4) as year from newest group by 1 having count(*) = 12)
     select y.year, k.kind, coalesce(sum((c.cell->>'opened')::int), 0)::int as opened
     from years y cross join unnest(:kinds::text[]) as k(kind)
     left join newest n on left(n.month, 4) = y.year
     left join lateral (select cell from jsonb_array_elements(n.content->'cells') cell where cell->>'kind' = k.kind) c on true
     group by 1, 2 order by 1 desc, 2 /* figures.openedByYear */`,
    { kinds: [...kinds] },
  )

export const listIssues = (db: Db, most: number): Promise<Omit<FigureIssue<never>, 'content'>[]> =>
  queryRows(
    db,
    `select month, issue, made_at as "madeAt" from matter_figures order by month desc, issue desc limit ? /* figures.list */`,
    [most],
  )

/** Adds an issue unless the newest counts the same. Returns its number, or null. */
export const addIssue = async (
  tx: Tx,
  { month, madeAt, sha256, content }: { month: string; madeAt: Date; sha256: string; content: object },
): Promise<number | null> => {
  const added = await queryFirst<{ issue: number }>(
    tx,
    `insert into matter_figures (month, issue, made_at, counted_sha256, content)
     select :month, coalesce(l.issue, 0) + 1, :madeAt, :sha256, :content::jsonb
     from (select 1) one left join (select issue, counted_sha256 from matter_figures where month = :month order by issue desc limit 1) l on true
     where l.counted_sha256 is distinct from :sha256 returning issue /* figures.add */`,
    { month, madeAt, sha256, content: JSON.stringify(content) },
  )
  return added?.issue ?? null
}

export interface CheckCoverage {
  /** Division code of a prefecture; null where an operator's region is unknown. */
  prefecture: string | null
  committed: number
  checked: number
}

/** Counts records, not matters: who checked without an order counts too. */
export const coverageOfChecks = (db: Db | Tx, days: { from: string; until: string }): Promise<CheckCoverage[]> =>
  queryRows(
    db,
    `select prefecture, count(*)::int as committed, (count(*) filter (where checked))::int as checked from (
       select rpad(left(o.region, 4), 6, '0') as prefecture, v.operator_id, bool_or(exists (
         select 1 from jsonb_array_elements(v.body->'checks') c
         where c->>'checked_on' >= :from and c->>'checked_on' <= :until)) as checked
       from versions v join operators o on o.id = v.operator_id
       where v.kind = 'commitment' and v.known_to is null and v.body->>'made_on' <= :until
         and coalesce(v.body->>'valid_to', :until) >= :from
       group by 1, 2) n
     group by prefecture order by prefecture /* figures.checks */`,
    days,
  )
