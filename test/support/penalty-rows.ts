/** Rows of the credit office's penalty table for firms that the hub knows. */
import type { JobDb } from '../../src/store/db/db.js'

export interface Firm {
  name: string
  code: string
  representative: string
}

export type Line = Record<string, string>

/** Enterprises with a unique name. */
export const firmsOf = async (db: JobDb, many: number): Promise<Firm[]> => {
  const { rows } = await db.raw(
    `select o.name, o.uscc as code, v.body->>'representative' as representative from operators o
     join versions v on v.operator_id = o.id and v.kind = 'registration' and v.known_to is null
     where o.name in (select name from operators group by name having count(*) = 1) and v.body->>'representative' is not null
     order by o.id limit ?`,
    [many],
  )
  return rows
}

/** A rejected row, because rejects keep every field of the table. */
export const rowOf = async (db: JobDb): Promise<Line> =>
  (await db('rejects').where({ feed: 'penalties' }).first('item')).item

/** A copy of `row` with the n-th document number, recent days and the given fields. */
export const line = (row: Line, n: number, fields: Line): Line => ({
  ...row,
  CF_WSH: `测市监处罚〔2026〕${n}号`,
  // Recent, so that it counts in the score.
  CF_JDRQ: '2026-10-20',
  CF_YXQ: '2029-10-19',
  CF_GSJZQ: '2029-10-19',
  ...fields,
})

/** Fields of the party, with or without its code. */
export const of = ({ name, representative, code }: Firm, { coded = false } = {}): Line => ({
  CF_XDR_MC: name,
  CF_FRDB: representative,
  CF_XDR_SHXYM: coded ? code : '',
})

export const csv = (lines: readonly Line[]): Buffer => {
  const names = Object.keys(lines[0] ?? {})
  const cell = (text: unknown) => `"${String(text ?? '').replaceAll('"', '""')}"`
  const all = [names, ...lines.map((one) => names.map((name) => one[name]))]
  return Buffer.from(all.map((cells) => cells.map(cell).join(',')).join('\r\n'))
}
