/** Known versions in memory: unchanged records are not staged. */
import { to as copyTo } from 'pg-copy-streams'
import { makeRecordTable } from '../../foundation/fingerprints.js'
import { decodeStream } from '../../foundation/text/encodings.js'
import type { Db } from '../db/db.js'
import { withOwnConnection } from '../db/own-connection.js'

/** The operator was found by its own code. Others may belong elsewhere by now and must be staged. */
const OWN = 'operator_id is not null and found_by is null and decision_id is null'

export const loadKnownVersions = (db: Db, feed: string, { whole }: { whole: boolean }): Promise<KnownVersions> =>
  withOwnConnection(db, async (connection) => {
    const sql = `copy (select id, case when ${OWN} then digest end, record_key from versions where feed = ${connection.escapeLiteral(feed)}
      and known_to is null and ended_on is null ${whole ? 'and not partial' : ''}) to stdout /* digest-index.load */`
    await connection.query('begin isolation level repeatable read read only')
    const { rows } = await connection.query<{ latest: Date }>('select latest from knowledge /* digest-index.asOf */')
    const known = makeEmptyKnownVersions(rows[0]?.latest)
    const copied = { head: Buffer.alloc(0), chunks: () => connection.query(copyTo(sql)) }
    let carry = ''
    for await (const piece of decodeStream(copied, 'utf-8')) {
      const lines = (carry + piece).split('\n')
      carry = lines.pop() ?? ''
      for (const line of lines) known.add(line)
    }
    await connection.query('commit')
    return known
  })

export type KnownVersions = ReturnType<typeof makeEmptyKnownVersions>

const MET = 0

/** `asOf`: the instant of knowledge that was read. */
export const makeEmptyKnownVersions = (asOf?: Date) => {
  const table = makeRecordTable('content')
  const ids: number[] = []
  const others: number[] = []
  return {
    asOf,
    /** Columns of `line`: id, digest (null: to be staged), record key. */
    add: (line: string): void => {
      const [id = '', digest = '', key = ''] = line.split('\t')
      if (digest === '\\N') others.push(Number(id))
      else ids[table.add(unescaped(key), digest)] ??= Number(id)
    },
    meets: (key: string, digest: string): boolean => {
      const at = ids.length === 0 ? -1 : table.numberOf(key, digest)
      if (at >= 0) ids[at] = MET
      return at >= 0
    },
    isUnmet: (key: string, digest: string): boolean => {
      const at = ids.length === 0 ? -1 : table.numberOf(key, digest)
      return at >= 0 && ids[at] !== MET
    },
    unmet: (): number[] => [...others, ...ids.filter((id) => id !== MET)],
  }
}

const ESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' }

const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\(.)/g, (_, sign: string) => ESCAPED[sign] ?? sign) : text
