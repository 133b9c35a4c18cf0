import { setTimeout as rest } from 'node:timers/promises'
import { type AuditHead, parseHead } from '../../domain/audit/audit-log.js'
import { findErasureInstant } from '../../domain/audit/audit-rules.js'
import type { NotedHead } from '../../domain/audit/loss.js'
import { type AuditAnchor, type BrokenRow, type LogCut, makeAuditWalk } from '../../domain/audit/walk.js'
import type { Keys } from '../../foundation/keys.js'
import * as store from '../../store/audit/audit-log.js'
import * as heads from '../../store/audit/heads.js'
import type { Db } from '../../store/db/db.js'
import { readerOf } from './archive-files.js'
import { readAuditRules } from './audit-rules.js'

const PAGE_ROWS = 2_000

export interface LogCutReport extends Omit<LogCut, 'foundAt' | 'notedAt' | 'heads'> {
  at: string
  notedAt: string | null
}

export interface AuditVerification {
  walked: number
  ok: boolean
  head: AuditHead | null
  erased: number
  cuts: LogCutReport[]
  compared: number
  broken?: BrokenRow
  breaks?: BrokenRow[]
  faults?: number
  ms: number
}

export interface AuditVerifyOptions {
  archiveDir?: string
  held?: readonly AuditHead[]
  progress?: (rows: number) => void
  gently?: boolean
  now: () => Date
  noted: readonly NotedHead[]
  keys: Pick<Keys, 'audit'> & { manifests: Pick<Keys['manifests'], 'payloadIn'> }
}

export const verifyAuditLog = async (
  db: Db,
  { now, noted, keys, archiveDir, held = [], progress, gently = false }: AuditVerifyOptions,
): Promise<AuditVerification> => {
  const startedAt = now()
  const rules = readAuditRules()
  const signed = await signedHeads(db, keys.manifests)
  const anchors: AuditAnchor[] = [
    ...noted.map((head) => ({ ...head, from: 'note' })),
    ...held.map((head) => ({ ...head, server: null, at: null, from: 'held' })),
    ...signed.anchors,
  ]
  const { macOf } = keys.audit
  const walk = makeAuditWalk({ anchors, macOf, mayErase: (at) => findErasureInstant(rules, at) <= startedAt })
  const files = archiveDir === undefined ? null : readerOf(db, archiveDir)
  for (let number = 0; ; ) {
    const began = performance.now()
    const rows = await store.listRowsAfter(db, number, PAGE_ROWS)
    const last = rows.at(-1)
    if (last === undefined) break
    walk.add(files === null ? rows : await files.fillAll(rows))
    number = last.number
    progress?.(number)
    if (gently && rows.length === PAGE_ROWS) await rest(performance.now() - began)
  }
  const server = await store.readServerIdentity(db)
  const releasedOld = await heads.findLastRelease(db)
  const { walked, erased, head, cuts, ...found } = walk.end({ server, now: startedAt, releasedOld })
  const broken = [...signed.forged, ...found.broken]
  const [first] = broken
  return {
    walked,
    ok: first === undefined,
    head: head.number === 0 ? null : head,
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

const signedHeads = async (
  db: Db,
  { payloadIn }: Pick<Keys['manifests'], 'payloadIn'>,
): Promise<{ anchors: AuditAnchor[]; forged: BrokenRow[] }> => {
  const anchors: AuditAnchor[] = []
  const forged: BrokenRow[] = []
  const take = (jws: string, from: string, head: (payload: { trail?: unknown }) => unknown, number: number): void => {
    const read = payloadIn(jws)
    if (read === 'UNKNOWN') return
    if (read === 'FORGED') return void forged.push({ number, fault: 'FORGED' })
    const noted = parseHead(head(JSON.parse(read.payload)))
    if (noted !== null) anchors.push({ ...noted, server: null, at: null, from })
  }
  for (const { number, jws } of await heads.listSigned(db)) take(jws, `signed ${number}`, (payload) => payload, number)
  for (const { sequence, jws } of await heads.listSignedManifests(db))
    take(jws, `manifest ${sequence}`, ({ trail }) => trail, 0)
  return { anchors, forged }
}
