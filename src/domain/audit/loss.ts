/** Finds rows whose hashes are kept outside the database but which it lacks, and what explains the loss. */
import { parseJsonOr } from '../../foundation/text/json.js'
import { type AuditHead, parseHead } from './audit-log.js'

/** A promoted standby has another timeline, a restored copy another system identifier. */
export interface ServerIdentity {
  timeline: number
  system: string
}

export interface NotedHead extends AuditHead {
  server: ServerIdentity | null
  at: Date | null
}

/** Rows `after` + 1 to `noted` are missing or different. */
export interface AuditLoss {
  after: number
  noted: number
  notedAt: Date | null
  from: ServerIdentity | null
  to: ServerIdentity | null
  /** Hashes, because row numbers are reused after a loss; null from older releases. */
  heads: readonly string[] | null
}

/** FAILOVER: the rows were lost with their server. RELEASED: a restored database was released. */
export type LossExcuse = 'FAILOVER' | 'RELEASED'

export const isSameServer = (one: ServerIdentity, other: ServerIdentity): boolean =>
  one.timeline === other.timeline && one.system === other.system

export const isFailover = ({ from, to }: Pick<AuditLoss, 'from' | 'to'>): boolean =>
  from !== null && to !== null && !isSameServer(from, to)

/** `from` names the present server if it held a missing row: then no failover or restore explains the loss. */
export const findLoss = (
  heads: readonly NotedHead[],
  hashes: ReadonlyMap<number, string>,
  { last, server }: { last: number; server: ServerIdentity | null },
): AuditLoss | null => {
  const isThere = ({ number, hash }: AuditHead): boolean => hashes.get(number) === hash
  const missing = heads.filter((head) => !isThere(head)).sort((a, b) => a.number - b.number)
  const [first] = missing
  const highest = missing.at(-1)
  if (first === undefined || highest === undefined) return null
  const before = heads.filter((head) => head.number < first.number && isThere(head)).map(({ number }) => number)
  const here = missing.find((head) => head.server === null || (server !== null && isSameServer(head.server, server)))
  return {
    // The loss starts after the last row, or after the last row that agrees with its hash outside.
    after: first.number > last ? last : Math.max(0, ...before),
    noted: highest.number,
    notedAt: highest.at,
    from: here === undefined ? highest.server : here.server,
    to: server,
    heads: missing.map(({ hash }) => hash),
  }
}

export const serializeAuditLoss = ({ after, noted, notedAt, from, to, heads }: AuditLoss): string =>
  JSON.stringify({ after, noted, notedAt: notedAt?.toISOString() ?? null, from, to, ...(heads !== null && { heads }) })

/** A CUT row of an older release holds only the last known row. */
export const parseAuditLoss = (said: string, number: number): AuditLoss | null => {
  const told = parseJsonOr(said, null) ?? {}
  const old = parseHead(told)
  const loss: Record<string, unknown> =
    old === null ? { ...told } : { after: Math.min(number, old.number) - 1, noted: old.number }
  const { after, noted, notedAt, from, to, heads } = loss
  if (!Number.isSafeInteger(after) || !Number.isSafeInteger(noted)) return null
  return {
    after: Number(after),
    noted: Number(noted),
    notedAt: typeof notedAt === 'string' ? new Date(notedAt) : null,
    from: serverIn(from),
    to: serverIn(to),
    heads: Array.isArray(heads) ? heads.map(String) : null,
  }
}

const serverIn = (said: unknown): ServerIdentity | null => {
  const { timeline, system } = (said ?? {}) as Partial<ServerIdentity>
  return Number.isSafeInteger(timeline) && typeof system === 'string' ? { timeline: Number(timeline), system } : null
}

/** Without a known server (a client kept the hash, or it is signed), only the number is compared. */
export const explainsLostHead = (
  { after, noted, heads }: Pick<AuditLoss, 'after' | 'noted' | 'heads'>,
  head: NotedHead,
): boolean =>
  head.number > after && head.number <= noted && (heads === null || head.server === null || heads.includes(head.hash))
