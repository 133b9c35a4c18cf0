/** Attacks on the audit log by the owner of the database, who can change rows and knows the source, but lacks the key. */
import { createHmac } from 'node:crypto'
import {
  type AuditContent,
  type AuditRow,
  EMPTY_LOG_HEAD,
  hashContent,
  hashUnsealedRow,
  sealRow,
  serializeContent,
  sha256Hex,
} from '../../src/domain/audit/audit-log.js'
import * as store from '../../src/store/audit/audit-log.js'
import type { JobDb, JobTx } from '../../src/store/db/db.js'
import type { Random } from './random.js'

export interface Attack {
  name: string
  /** Row numbers that a verification must name: the altered rows, or an end of the range that was cut. */
  rows: number[]
}

type Chain = 'none' | 'unsealed' | 'hashed' | 'other key'
type Made = { rows: AuditRow[]; named: number[] }
interface Way {
  name: string
  change: (rows: readonly AuditRow[], random: Random) => Made
}

/** Recomputes numbers and links of all rows, as far as possible without the key. */
const chainedAnew = (rows: readonly AuditRow[], chain: Chain): AuditRow[] => {
  if (chain === 'none') return [...rows]
  let { hash: previous } = EMPTY_LOG_HEAD
  const mac = (text: string): string =>
    chain === 'hashed' ? sha256Hex(text) : createHmac('sha256', 'another').update(text).digest('hex')
  return rows.map((row, i) => {
    const made: AuditRow = {
      ...row,
      number: i + 1,
      previous,
      ...(chain === 'unsealed' && { form: 0, keyId: null, body: null }),
    }
    made.hash = chain === 'unsealed' ? hashUnsealedRow(made) : sealRow(made, mac)
    previous = made.hash
    return made
  })
}

const rewritten = (row: AuditRow): AuditRow => {
  const content = { ...(row.content as AuditContent), client: '无辜者' }
  return { ...row, content, body: serializeContent(content), contentHash: hashContent(content) }
}

const cut: Way = {
  name: 'cut',
  change: (rows, random) => {
    const left = random.below(rows.length)
    return { rows: rows.slice(0, left), named: [left + 1, rows.length] }
  },
}
const hole: Way = {
  name: 'hole',
  change: (rows, random) => {
    const at = random.below(rows.length - 1)
    return { rows: rows.filter((_, i) => i !== at), named: [at + 1] }
  },
}
const rewrite = (chain: Chain): Way => ({
  name: `rewrite, chain ${chain}`,
  change: (rows, random) => {
    const at = random.below(rows.length)
    return {
      rows: chainedAnew(
        rows.map((row, i) => (i === at ? rewritten(row) : row)),
        chain,
      ),
      named: [at + 1],
    }
  },
})
const swap = (chain: Chain): Way => ({
  name: `swap, chain ${chain}`,
  change: (rows, random) => {
    const one = random.below(rows.length)
    const other = (one + 1 + random.below(rows.length - 1)) % rows.length
    const moved = rows.map((row, i) => {
      const from = rows[i === one ? other : i === other ? one : i] as AuditRow
      return { ...from, number: row.number }
    })
    return { rows: chainedAnew(moved, chain), named: [one + 1, other + 1] }
  },
})
const refilled = (chain: Exclude<Chain, 'none'>): Way => ({
  name: `cut and filled again, chain ${chain}`,
  change: (rows, random) => {
    const left = random.below(rows.length)
    const filled = rows.map((row, i) => (i < left ? row : rewritten(rows[i % Math.max(1, left)] ?? row)))
    return { rows: chainedAnew(filled, chain), named: [left + 1] }
  },
})

export const ATTACKS: readonly Way[] = [
  cut,
  cut,
  hole,
  ...(['none', 'unsealed', 'hashed', 'other key'] as const).flatMap((chain) => [rewrite(chain), swap(chain)]),
  ...(['unsealed', 'hashed', 'other key'] as const).map(refilled),
]

/** Attacks the log in the given way; null when nothing was done. In half of the cases it also deletes signed heads and runs. */
export const attacked = async (db: JobDb, way: Way | null, random: Random): Promise<Attack | null> => {
  if (way === null) return null
  const { rows, named } = way.change(await store.listRowsAfter(db, 0, 1_000), random)
  await db.transaction(async (tx) => {
    await tx.raw('set local session_replication_role = replica; delete from trail')
    if (random.chance(0.5)) await tx.raw('delete from trail_heads; delete from manifests')
    await put(tx, rows)
  })
  return { name: way.name, rows: named }
}

export const put = async (tx: JobTx, rows: readonly AuditRow[]): Promise<void> => {
  for (const row of rows) {
    const { content } = row
    const sealed = row.form > 0
    await tx('trail').insert({
      form: row.form,
      key_id: row.keyId,
      number: row.number,
      at: row.at,
      kind: row.kind,
      count: row.count,
      content_hash: Buffer.from(row.contentHash, 'hex'),
      previous: Buffer.from(row.previous, 'hex'),
      hash: Buffer.from(row.hash, 'hex'),
      client: content?.client,
      role: content?.role,
      request: content?.request,
      ...(sealed
        ? { body: row.body }
        : {
            salt: Buffer.from(content?.salt ?? '', 'base64'),
            agency: content?.agency,
            purpose: content?.purpose,
            asked: content?.asked,
            outcome: content?.outcome,
            shown: content?.shown == null ? null : Buffer.from(content.shown, 'base64'),
            digest: content?.digest == null ? null : Buffer.from(content.digest, 'base64'),
          }),
    })
  }
}
