/** Verify audit: the whole audit log walked, page by page, and compared with the heads that were kept outside of it. */
import { setTimeout as rest } from 'node:timers/promises'
import { type Head, headIn, headSaid } from '../../domain/audit/audit-log.js'
import { keptUntil } from '../../domain/audit/audit-rules.js'
import type { NotedHead } from '../../domain/audit/loss.js'
import { type Anchor, type Broken, type Cut, makeWalk } from '../../domain/audit/walk.js'
import type { Keys } from '../../foundation/keys.js'
import * as store from '../../store/audit/audit-log.js'
import * as heads from '../../store/audit/heads.js'
import type { Db } from '../../store/db/db.js'
import { trailRules } from './audit-rules.js'

/** Rows read at once. */
const PAGE_ROWS = 2_000

/** Rows that were noted or published and are not there, or are others. */
export interface CutSaid {
  after: number
  noted: number
  /** When it was found. */
  at: string
  /** When the last of them was noted; null: not known. */
  notedAt: string | null
  /** FAILOVER: they were lost with the server that held them. RELEASED: a person has answered for it. Null: nothing explains it. */
  excuse: Cut['excuse']
  /** Missing at the end of what was there; otherwise others stand in their place. */
  isEnd: boolean
  /** Servers on which they were noted, and on which they are missing. */
  from: Cut['from']
  to: Cut['to']
}

export interface TrailVerified {
  walked: number
  ok: boolean
  /** Null: there is no row. */
  head: Head | null
  /** Rows whose content was erased when its time was past. */
  erased: number
  cuts: CutSaid[]
  /** Heads kept elsewhere with which it was compared. */
  compared: number
  /** The first row that is not as it was written; absent where all are. */
  broken?: Broken
  /** All of them, as far as they are told one by one, and how many there are; absent where all rows are as they were written. */
  breaks?: Broken[]
  faults?: number
  ms: number
}

export interface Held {
  /** Heads that somebody has kept, as from a manifest. */
  held?: readonly Head[]
  progress?: (rows: number) => void
  /** After each page it rests for as long as that took: whoever asks meanwhile should hardly feel it. */
  gently?: boolean
}

export interface VerifyOptions extends Held {
  now: () => Date
  /** Heads as they are noted outside the database. */
  noted: readonly NotedHead[]
  keys: Pick<Keys, 'audit'> & { manifests: Pick<Keys['manifests'], 'payloadIn'> }
}

/** Signed heads and the head in the signed manifest of the list are compared too. */
export const verifyTrail = async (
  db: Db,
  { now, noted, keys, held = [], progress, gently = false }: VerifyOptions,
): Promise<TrailVerified> => {
  const startedAt = now()
  const rules = trailRules()
  // Read before the rows: what is signed or noted while they are read may lie past the last of them.
  const signed = await signedHeads(db, keys.manifests)
  const anchors: Anchor[] = [
    ...noted.map((head) => ({ ...head, from: 'note' })),
    ...held.map((head) => ({ ...head, server: null, at: null, from: 'held' })),
    ...signed.anchors,
  ]
  const { macOf } = keys.audit
  const walk = makeWalk({ anchors, macOf, mayErase: (at) => keptUntil(rules, at) <= startedAt })
  for (let number = 0; ; ) {
    const began = performance.now()
    const rows = await store.after(db, number, PAGE_ROWS)
    const last = rows.at(-1)
    if (last === undefined) break
    walk.add(rows)
    number = last.number
    progress?.(number)
    if (gently && rows.length === PAGE_ROWS) await rest(performance.now() - began)
  }
  const server = await store.server(db)
  const releasedOld = await heads.lastRelease(db)
  const { walked, erased, head, cuts, ...found } = walk.end({ server, now: startedAt, releasedOld })
  const broken = [...signed.forged, ...found.broken]
  const [first] = broken
  return {
    walked,
    ok: first === undefined,
    head: head.number === 0 ? null : headSaid(head),
    erased,
    cuts: cuts.map(({ foundAt, notedAt, heads: _, ...cut }) => ({
      ...cut,
      at: foundAt.toISOString(),
      notedAt: notedAt?.toISOString() ?? null,
    })),
    compared: anchors.length,
    ...(first !== undefined && { broken: first, breaks: broken, faults: signed.forged.length + found.faults }),
    ms: now().getTime() - startedAt.getTime(),
  }
}

/** One whose key is not here can be compared no more than one that was never signed: it is left out. */
const signedHeads = async (
  db: Db,
  { payloadIn }: Pick<Keys['manifests'], 'payloadIn'>,
): Promise<{ anchors: Anchor[]; forged: Broken[] }> => {
  const anchors: Anchor[] = []
  const forged: Broken[] = []
  const take = (jws: string, from: string, head: (said: { trail?: unknown }) => unknown, number: number): void => {
    const read = payloadIn(jws)
    if (read === 'UNKNOWN') return
    if (read === 'FORGED') return void forged.push({ number, fault: 'FORGED' })
    const found = headIn(head(JSON.parse(read.payload)))
    if (found !== null) anchors.push({ ...found, server: null, at: null, from })
  }
  for (const { number, jws } of await heads.signed(db)) take(jws, `signed ${number}`, (said) => said, number)
  for (const { sequence, jws } of await heads.manifests(db)) take(jws, `manifest ${sequence}`, ({ trail }) => trail, 0)
  return { anchors, forged }
}
