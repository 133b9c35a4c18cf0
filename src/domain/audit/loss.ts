/** Rows of the audit log that were noted outside the database and are not in it: what a row says of such a loss, and what explains it. */
import { type Head, headIn } from './audit-log.js'

/** Which PostgreSQL server a head was written on. A promoted standby has another timeline, a restored copy another identifier. */
export interface Server {
  timeline: number
  /** Identifier of the database system, decimal digits. */
  system: string
}

/** A head as it is noted outside the database. */
export interface NotedHead extends Head {
  /** Null: noted before servers were. */
  server: Server | null
  /** Instant of the note; null: not noted. */
  at: Date | null
}

/** Rows after `after`, up to `noted`, were noted or published, and are not there, or are others. */
export interface Loss {
  after: number
  /** The highest number that was noted. */
  noted: number
  /** When that was; null: not known. */
  notedAt: Date | null
  /** The server on which they were noted, and the one on which they are missing. */
  from: Server | null
  to: Server | null
  /**
   * Hashes of the noted heads that are missing. Numbers are given again after a loss: what is lost later under one of them is
   * another loss. Null: the row that says so is of a release that did not list them.
   */
  heads: readonly string[] | null
}

/** FAILOVER: the rows were lost with the server that held them. RELEASED: a person has answered for a restored database. */
export type Excuse = 'FAILOVER' | 'RELEASED'

export const sameServer = (one: Server, other: Server): boolean =>
  one.timeline === other.timeline && one.system === other.system

/** Whether the rows were noted on another server than the one that lacks them. */
export const isFailover = ({ from, to }: Pick<Loss, 'from' | 'to'>): boolean =>
  from !== null && to !== null && !sameServer(from, to)

/**
 * The loss that these heads show; null: all are there. `hashes`: the hash of the row of each number that is there. `last`: number
 * of the last row. A head that was noted on this very server decides: no change of server explains that it is not there.
 */
export const lossOf = (
  heads: readonly NotedHead[],
  hashes: ReadonlyMap<number, string>,
  { last, server }: { last: number; server: Server | null },
): Loss | null => {
  const isThere = ({ number, hash }: Head): boolean => hashes.get(number) === hash
  const missing = heads.filter((head) => !isThere(head)).sort((a, b) => a.number - b.number)
  const [first] = missing
  const highest = missing.at(-1)
  if (first === undefined || highest === undefined) return null
  const before = heads.filter((head) => head.number < first.number && isThere(head)).map(({ number }) => number)
  const here = missing.find((head) => head.server === null || (server !== null && sameServer(head.server, server)))
  return {
    // Up to the end of what is there, unless a row that is there is another than was noted.
    after: first.number > last ? last : Math.max(0, ...before),
    noted: highest.number,
    notedAt: highest.at,
    from: here === undefined ? highest.server : here.server,
    to: server,
    heads: missing.map(({ hash }) => hash),
  }
}

/** A loss as its row says it. */
export const lossSaid = ({ after, noted, notedAt, from, to, heads }: Loss): string =>
  JSON.stringify({ after, noted, notedAt: notedAt?.toISOString() ?? null, from, to, ...(heads !== null && { heads }) })

/** Null for what says none. `number`: of the row; rows of form 0 said no more than the head that was noted. */
export const lossIn = (said: string, number: number): Loss | null => {
  const told = parsed(said)
  const old = headIn(told)
  if (old !== null)
    return {
      after: Math.min(number, old.number) - 1,
      noted: old.number,
      notedAt: null,
      from: null,
      to: null,
      heads: null,
    }
  const { after, noted, notedAt, from, to, heads } = told as Record<string, unknown>
  if (!Number.isSafeInteger(after) || !Number.isSafeInteger(noted)) return null
  const at = typeof notedAt === 'string' ? new Date(notedAt) : null
  const listed = Array.isArray(heads) ? heads.map(String) : null
  return {
    after: Number(after),
    noted: Number(noted),
    notedAt: at,
    from: serverIn(from),
    to: serverIn(to),
    heads: listed,
  }
}

export const serverIn = (said: unknown): Server | null => {
  const { timeline, system } = (said ?? {}) as Partial<Server>
  return Number.isSafeInteger(timeline) && typeof system === 'string' ? { timeline: Number(timeline), system } : null
}

const parsed = (text: string): object => {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}

/** A head of which nobody knows on which server it was (one that a client holds, or a signed one) is judged by its number. */
export const covers = ({ after, noted, heads }: Pick<Loss, 'after' | 'noted' | 'heads'>, head: NotedHead): boolean =>
  head.number > after && head.number <= noted && (heads === null || head.server === null || heads.includes(head.hash))
