/**
 * The audit log: what a row holds, and how rows are chained. The frame of a row stays for good: its form, key, number, instant,
 * kind, count and hashes. Its content is hashed with a salt of its own, so that it can be erased and neither be missed by the
 * chain nor be guessed from its hash.
 *
 * Rows of form 1 are sealed with a key that the database does not hold (HMAC-SHA-256), so that its owner cannot make the chain
 * anew. Rows of form 0 are older, and have a hash without a key; the first sealed row binds the last of them.
 */
import { hash } from 'node:crypto'
import type { Seal } from '../../foundation/keys/audit.js'

/**
 * ANSWER: to a question. ACT: something that is about to be done. OUTCOME: the answer to whoever had it done. CHUNK: a piece of a
 * streamed answer. FILE: a file that was fetched. TOKEN: one that was issued, or a sign-in. ATTEMPT: refused attempts to sign in.
 * SIGN_OUT: a session that was ended by its owner. CUT: rows that were noted are not there. RELEASED: a person has answered for
 * a database that was restored from a backup.
 */
export const TRAIL_KINDS = [
  'ANSWER',
  'ACT',
  'OUTCOME',
  'CHUNK',
  'FILE',
  'TOKEN',
  'ATTEMPT',
  'SIGN_OUT',
  'CUT',
  'RELEASED',
] as const
export type TrailKind = (typeof TRAIL_KINDS)[number]

/** Codes in one row of a streamed answer. */
export const CHUNK_CODES_MOST = 1_000
export const SALT_BYTES = 16
/** Form of the rows that are written now. */
export const FORM = 1

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

/** As manifests, notes and commands write it, too. Hashes have 32 bytes, in hexadecimal. */
export interface Head {
  number: number
  hash: string
}

export interface Row extends Frame {
  /** 0: without a key; 1: sealed. */
  form: number
  /** Id of the key of its seal; null for form 0. */
  keyId: string | null
  number: number
  contentHash: string
  previous: string
  hash: string
  /** Its content as it was hashed; null: it is of form 0, or erased. */
  body: string | null
  /** Null: erased, or its body is none that was written here. */
  content: Content | null
}

/** A new row: `body` is its content as one canonical text, which is what is stored and hashed. */
export type Sealed = Row & { content: Content; body: string }

/** The head of a trail that has no row yet. */
export const NO_HEAD: Head = { number: 0, hash: '0'.repeat(64) }

/** The canonical content: a JSON array of its members in one order, bytes as base64. */
export const bodyOf = (c: Content): string =>
  JSON.stringify([c.salt, c.client, c.role, c.agency, c.purpose, c.request, c.asked, c.outcome, c.shown, c.digest])

/** Null for what is no canonical content. */
export const contentIn = (body: string): Content | null => {
  let members: unknown
  try {
    members = JSON.parse(body)
  } catch {
    return null
  }
  if (!Array.isArray(members) || members.length !== MEMBERS) return null
  const [salt, client, role, agency, purpose, request, asked, outcome, shown, digest] = members
  const content = { salt, client, role, agency, purpose, request, asked, outcome, shown, digest }
  return Object.values(content).every((member) => member === null || typeof member === 'string') ? content : null
}
const MEMBERS = 10

/** SHA-256 of the canonical content; the same for both forms. */
export const contentHash = (content: Content): string => hashOf(bodyOf(content))

/** Whether the content is what was hashed when the row was written. */
export const isContentWhole = ({ form, body, content, contentHash: hash }: Row & { content: Content }): boolean =>
  form === 0 ? contentHash(content) === hash : bodyOf(content) === body && hashOf(body) === hash

export const hashOf = (text: string): string => hash('sha256', text, 'hex')

/** The frame as it is hashed: lines of text, hashes in hexadecimal. It ends with the content's hash and the hash of the row before. */
const frameOf = (row: Omit<Row, 'hash' | 'body' | 'content' | 'form' | 'keyId'>): string =>
  `${row.number}\n${row.at.toISOString()}\n${row.kind}\n${row.count}\n${row.contentHash}\n${row.previous}\n`

/** The hash of a row of form 0. */
export const rowHash = (row: Omit<Row, 'hash' | 'body' | 'content' | 'form' | 'keyId'>): string => hashOf(frameOf(row))

/** The hash of a row of form 1. */
export const sealOf = (row: Omit<Row, 'hash' | 'body' | 'content'>, mac: Seal['mac']): string =>
  mac(`${row.form}\n${row.keyId}\n${frameOf(row)}`)

/** SHA-256 of an answer as it leaves, as a row has it. */
export const digestOf = (answer: string | Buffer): string => hash('sha256', answer, 'base64')

export type Link = Frame & { content: Content; body: string; contentHash: string }

/** These as the next rows after `head`, in their order. */
export const chained = (head: Head, links: readonly Link[], { id: keyId, mac }: Seal): Sealed[] => {
  let { number, hash: previous } = head
  // Written out, and of one shape: it is done for every answer.
  return links.map(({ at, kind, count, content, body, contentHash }) => {
    number += 1
    const row = { form: FORM, keyId, at, kind, count, content, body, contentHash, number, previous, hash: '' }
    row.hash = sealOf(row, mac)
    previous = row.hash
    return row
  })
}

/** Of a row that is one, nothing but what is said outside. */
export const headSaid = ({ number, hash }: Head): Head => ({ number, hash })

/** Null for what is no head. */
export const headIn = (said: unknown): Head | null => {
  const { number, hash } = (said ?? {}) as Partial<Head>
  if (!Number.isSafeInteger(number) || Number(number) < 1) return null
  return /^[0-9a-f]{64}$/.test(String(hash)) ? { number: Number(number), hash: String(hash) } : null
}
