import * as contracts from '../../foundation/contracts.js'

const CALENDAR = 'calendar.json'

export interface RuleTable {
  name: string
  about: { zh: string; en: string }
  sections: { name: string; rows: RuleRow[] }[]
}

export interface RuleRow {
  from: string | null
  to: string | null
  basis: string | null
  /** False: not to be cited as law yet. null: the rule states no certainty. */
  confirmed: boolean | null
  fields: { name: string; value: string }[]
}

type JsonMembers = Record<string, unknown>

let tables: readonly RuleTable[] | null = null

/** Lists the rules in force on day `on`, or all. A rule without dates is always in force. */
export const ruleTables = (on: string | null = null): RuleTable[] => {
  tables ??= contracts
    .schemaFolder('rules')
    .filter((file) => file.endsWith('.json') && file !== CALENDAR)
    .map((file) => tableOf(file.replace(/\.json$/, ''), contracts.schemaDocument(`rules/${file}`) as JsonMembers))
  const holds = ({ from, to }: RuleRow) => on === null || ((from === null || from <= on) && (to === null || on <= to))
  return tables.map((table) => ({
    ...table,
    sections: table.sections.map(({ name, rows }) => ({ name, rows: rows.filter(holds) })),
  }))
}

const tableOf = (name: string, content: JsonMembers): RuleTable => {
  const { about, mark: markOfAll, ...rest } = content
  const sections = Object.entries(rest).flatMap(([section, value]) =>
    Array.isArray(value) ? [{ name: section, rows: value.map((row) => rowOf(row, markOfAll)) }] : [],
  )
  const alone = Object.entries(rest).filter(([, value]) => !Array.isArray(value))
  const single = alone.length === 0 ? [] : [{ name, rows: [rowOf(Object.fromEntries(alone), markOfAll)] }]
  return { name, about: about as RuleTable['about'], sections: [...sections, ...single] }
}

const rowOf = (row: unknown, markOfAll: unknown): RuleRow => {
  const members: JsonMembers = typeof row === 'object' && row !== null ? (row as JsonMembers) : { value: row }
  const { from = null, to = null, basis = null, mark = markOfAll, confirmed, ...rest } = members
  return {
    from: from as string | null,
    to: to as string | null,
    basis: basis as string | null,
    confirmed: typeof confirmed === 'boolean' ? confirmed : mark === undefined ? null : mark === 'F',
    fields: Object.entries(rest).flatMap(([name, value]) =>
      value === null ? [] : [{ name, value: typeof value === 'object' ? JSON.stringify(value) : String(value) }],
    ),
  }
}
