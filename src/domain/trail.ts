/**
 * The trail: what a row holds, how rows are chained, and how a chain is verified. The frame of a row stays for good: its number,
 * instant, kind, count and hashes. Its content is hashed with a salt of its own, so that it can be erased and neither be missed
 * by the chain nor be guessed from its hash.
 */
import { hash } from 'node:crypto'

/**
 * ANSWER: to a question. ACT: something that is about to be done. OUTCOME: the answer to whoever had it done. CHUNK: a piece of a
 * streamed answer. FILE: a file that was fetched. TOKEN: one that was issued. CUT: the trail was found shorter than it was noted.
 */
export const TRAIL_KINDS = ['ANSWER', 'ACT', 'OUTCOME', 'CHUNK', 'FILE', 'TOKEN', 'CUT'] as const
export type TrailKind = (typeof TRAIL_KINDS)[number]

/** Codes in one row of a streamed answer. */
export const CHUNK_CODES_MOST = 1_000
export const SALT_BYTES = 16

/** Bytes as base64: as they are hashed. */
export interface Content {
  salt: string
  client: string
  role: string
  agency: string | null
  purpose: string | null
  request: string
  asked: string
  /** DONE, or the codes of what was refused; null: it is about to be done. */
  outcome: string | null
  /** Codes shown, packed. */
  shown: string | null
  /** SHA-256 of the answer as it leaves. */
  digest: string | null
}

export interface Frame {
  at: Date
  kind: TrailKind
  /** Codes shown. */
  count: number
}

/** As manifests, notes and commands write it, too. Hashes are SHA-256, in hexadecimal. */
export interface Head {
  number: number
  hash: string
}

export interface Row extends Frame {
  number: number
  contentHash: string
  previous: string
  hash: string
  /** Null: erased. */
  content: Content | null
}

/** The head of a trail that has no row yet. */
export const NO_HEAD: Head = { number: 0, hash: '0'.repeat(64) }

/** SHA-256 of the canonical content: a JSON array of its members in one order, bytes as base64. */
export const contentHash = (c: Content): string =>
  sha256(
    JSON.stringify([c.salt, c.client, c.role, c.agency, c.purpose, c.request, c.asked, c.outcome, c.shown, c.digest]),
  )

/** SHA-256 of the frame, the content's hash and the hash of the row before: lines of text, hashes in hexadecimal. */
export const rowHash = (row: Omit<Row, 'hash' | 'content'>): string =>
  sha256(`${row.number}\n${row.at.toISOString()}\n${row.kind}\n${row.count}\n${row.contentHash}\n${row.previous}\n`)

const sha256 = (text: string): string => hash('sha256', text, 'hex')

/** SHA-256 of an answer as it leaves, as a row has it. */
export const digestOf = (answer: string | Buffer): string => hash('sha256', answer, 'base64')

/** These as the next rows after `head`, in their order. */
export const chained = (
  head: Head,
  links: readonly (Frame & { content: Content; contentHash: string })[],
): (Row & { content: Content })[] => {
  let { number, hash: previous } = head
  // Written out, and of one shape: it is done for every answer.
  return links.map(({ at, kind, count, content, contentHash }) => {
    number += 1
    const row = { at, kind, count, content, contentHash, number, previous, hash: '' }
    row.hash = rowHash(row)
    previous = row.hash
    return row
  })
}

/**
 * MISSING: rows from this number on are gone. ALTERED: it is not what was written. UNLINKED: it does not follow the row before it.
 * ERASED: its content is gone before its time. TAIL_MISSING: a head that was noted or published lies past the end. REPLACED: the
 * row of that number has another hash than was noted or published.
 */
export type TrailFault = 'MISSING' | 'ALTERED' | 'UNLINKED' | 'ERASED' | 'TAIL_MISSING' | 'REPLACED'

export interface Broken {
  number: number
  fault: TrailFault
}

/** A head that somebody has kept elsewhere, and where. */
export interface Anchor extends Head {
  from: string
}

/** The trail was found shorter than it was noted: rows after `after`, up to the noted head, were lost. */
export interface Cut {
  after: number
  noted: number
  at: Date
}

export interface Walked {
  walked: number
  erased: number
  head: Head
  broken: Broken | null
  cuts: Cut[]
}

/**
 * Takes the rows of a trail in their order, page by page, and says whether nothing was altered, left out or put elsewhere. Stops
 * at the first that is broken. `mayErase`: whether a row of that instant may have lost its content by now.
 */
export const makeWalk = (anchors: readonly Anchor[], mayErase: (at: Date) => boolean) => {
  const state: Walked = { walked: 0, erased: 0, head: NO_HEAD, broken: null, cuts: [] }
  const kept = new Map<number, Anchor[]>()
  for (const anchor of anchors) kept.set(anchor.number, [...(kept.get(anchor.number) ?? []), anchor])
  const unmet: Anchor[] = []

  const step = (row: Row): TrailFault | null => {
    if (row.number !== state.head.number + 1) return 'MISSING'
    if (row.hash !== rowHash(row)) return 'ALTERED'
    if (row.previous !== state.head.hash) return 'UNLINKED'
    if (row.content === null) return mayErase(row.at) ? null : 'ERASED'
    return row.contentHash === contentHash(row.content) ? null : 'ALTERED'
  }

  return {
    /** False once something is found broken. */
    add: (rows: readonly Row[]): boolean => {
      for (const row of rows) {
        const fault = step(row)
        if (fault !== null) {
          state.broken = { number: fault === 'MISSING' ? state.head.number + 1 : row.number, fault }
          return false
        }
        state.walked += 1
        if (row.content === null) state.erased += 1
        if (row.kind === 'CUT' && row.content !== null) state.cuts.push(cutIn(row.number, row.at, row.content.asked))
        unmet.push(...(kept.get(row.number) ?? []).filter(({ hash }) => hash !== row.hash))
        state.head = { number: row.number, hash: row.hash }
      }
      return true
    },
    /** `isExcused`: whether a person has answered for rows that a cut lost, as after a restoration from a backup. */
    end: (isExcused: (cut: Cut) => boolean): Walked => {
      if (state.broken !== null) return state
      const past = anchors.filter(({ number }) => number > state.head.number)
      const lost = [...unmet, ...past].filter(
        ({ number }) => !state.cuts.some((cut) => number > cut.after && number <= cut.noted && isExcused(cut)),
      )
      const [first] = lost.sort((a, b) => a.number - b.number)
      if (first !== undefined) {
        const isPast = first.number > state.head.number
        const number = isPast ? state.head.number + 1 : first.number
        state.broken = { number, fault: isPast ? 'TAIL_MISSING' : 'REPLACED' }
      }
      return state
    },
  }
}

/** What a row of a cut says: the head that was noted. */
export const cutSaid = (noted: Head): string => JSON.stringify(headSaid(noted))

const cutIn = (number: number, at: Date, asked: string): Cut => {
  const noted = Number((JSON.parse(asked) as { number?: unknown }).number)
  return { after: number - 1, noted, at }
}

/** Of a row that is one, nothing but what is said outside. */
export const headSaid = ({ number, hash }: Head): Head => ({ number, hash })

/** Null for what is no head. */
export const headIn = (said: unknown): Head | null => {
  const { number, hash } = (said ?? {}) as Partial<Head>
  if (!Number.isSafeInteger(number) || Number(number) < 1) return null
  return /^[0-9a-f]{64}$/.test(String(hash)) ? { number: Number(number), hash: String(hash) } : null
}
