/** What PostgreSQL read for a statement: a handle that explains instead of answering. */
import type { Db, Tx } from '../../src/store/db/db.js'

export interface Plan {
  'Node Type': string
  'Index Name'?: string
  'Relation Name'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  Plans?: Plan[]
}

export const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** Runs each query under `explain (analyze)`, notes its plan and answers with one row of zeros. */
export const explaining = (db: Db): { db: Db; plans: Plan[] } => {
  const plans: Plan[] = []
  const over = (on: Db): Db => ({
    raw: async (sql: string, bindings: unknown) => {
      if (/^\s*set/.test(sql)) return on.raw(sql, bindings)
      const { rows } = await on.raw(`explain (analyze, format json) ${sql}`, bindings as never)
      plans.push(rows[0]['QUERY PLAN'][0].Plan)
      return { rows: [{ n: 0 }] }
    },
    transaction: (act, options) => on.transaction((tx) => act(over(tx) as Tx), options),
  })
  return { db: over(db), plans }
}

/** Rows of a table that the statement looked at. */
export const rowsRead = (plan: Plan, table: string): number =>
  nodesOf(plan)
    .filter((node) => node['Relation Name'] === table)
    .reduce(
      (all, node) =>
        all + ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 1),
      0,
    )
