/**
 * Rows of the audit log and their hash chain. A row's frame (form, key, number, instant, kind, count, hashes) is permanent. Its content is
 * hashed with a salt of its own, so it can be erased without breaking the chain and cannot be guessed from its hash.
 *
 * Form 1 rows are sealed with a key outside the database (HMAC-SHA-256), so the database owner cannot rebuild the chain. Form 0 rows are
 * older and hashed without a key; the first sealed row binds the last of them.
 */
import { hash } from 'node:crypto'
import type { Seal } from '../../foundation/keys/audit.js'

/**
 * ANSWER: to a question. ACT: about to be done. OUTCOME: the result of an act. CHUNK: part of a streamed answer. FILE: a fetched file.
 * TOKEN: an issued token or a sign-in. ATTEMPT: refused sign-ins. SIGN_OUT: a session ended by its owner. CUT: noted rows are missing.
 * RELEASED: a person released a database restored from a backup.
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

/** Most codes in one row of a streamed answer. */
export const CHUNK_CODES_MOST = 1_000
export const SALT_BYTES = 16
/** Form of newly written rows. */
export const FORM = 1

/** Byte members are base64, the form in which they are hashed. */
export interface AuditContent {
  salt: string
  client: string
  role: string
  agency: string | null
  purpose: string | null
  request: string
  asked: string
  /** DONE, or refusal codes. Null while the act is about to be done. */
  outcome: string | null
  /** Packed codes of the operators shown. */
  shown: string | null
  /** SHA-256 of the answer as sent. */
  digest: string | null
}

export interface Frame {
  at: Date
  kind: TrailKind
  /** Number of operators shown. */
  count: number
}

/** The number and hash of the last row, as manifests and notes write it. Hashes are 32 bytes in hexadecimal. */
export interface AuditHead {
  number: number
  hash: string
}

export interface AuditRow extends Frame {
  /** 0 without a key, 1 sealed. */
  form: number
  /** Id of the sealing key; null for form 0. */
  keyId: string | null
  number: number
  contentHash: string
  previous: string
  hash: string
  /** The content text that was hashed. Null for form 0 or after erasure. */
  body: string | null
  /** Absent (null) after erasure and when the body is not canonical content. */
  content: AuditContent | null
}

/** A new row. `body` is the canonical text that is stored and hashed. */
export type SealedAuditRow = AuditRow & { content: AuditContent; body: string }

/** Head of an empty audit log. */
export const NO_HEAD: AuditHead = { number: 0, hash: '0'.repeat(64) }

/** Canonical content: a JSON array of the members in fixed order, bytes as base64. */
export const bodyOf = (c: AuditContent): string =>
  JSON.stringify([c.salt, c.client, c.role, c.agency, c.purpose, c.request, c.asked, c.outcome, c.shown, c.digest])

/** Returns null for text that is not canonical content. */
export const contentIn = (body: string): AuditContent | null => {
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

export const contentHash = (content: AuditContent): string => hashOf(bodyOf(content))

/** True when the content still matches the hash written with the row. */
export const isContentWhole = ({
  form,
  body,
  content,
  contentHash: hash,
}: AuditRow & { content: AuditContent }): boolean =>
  form === 0 ? contentHash(content) === hash : bodyOf(content) === body && hashOf(body) === hash

export const hashOf = (text: string): string => hash('sha256', text, 'hex')

/** The hashed frame: lines of text, hashes in hexadecimal, ending with the content's hash and the previous row's hash. */
const frameOf = (row: Omit<AuditRow, 'hash' | 'body' | 'content' | 'form' | 'keyId'>): string =>
  `${row.number}\n${row.at.toISOString()}\n${row.kind}\n${row.count}\n${row.contentHash}\n${row.previous}\n`

/** Hash of a form 0 row. */
export const rowHash = (row: Omit<AuditRow, 'hash' | 'body' | 'content' | 'form' | 'keyId'>): string =>
  hashOf(frameOf(row))

/** Hash of a form 1 row. */
export const sealOf = (row: Omit<AuditRow, 'hash' | 'body' | 'content'>, mac: Seal['mac']): string =>
  mac(`${row.form}\n${row.keyId}\n${frameOf(row)}`)

/** SHA-256 of an answer as sent, in base64. */
export const digestOf = (answer: string | Buffer): string => hash('sha256', answer, 'base64')

export type ChainLink = Frame & { content: AuditContent; body: string; contentHash: string }

/** Chains these links after `head`, in order. */
export const chained = (head: AuditHead, links: readonly ChainLink[], { id: keyId, mac }: Seal): SealedAuditRow[] => {
  let { number, hash: previous } = head
  // Written out member by member: this runs for every answer, and one object shape is faster.
  return links.map(({ at, kind, count, content, body, contentHash }) => {
    number += 1
    const row = { form: FORM, keyId, at, kind, count, content, body, contentHash, number, previous, hash: '' }
    row.hash = sealOf(row, mac)
    previous = row.hash
    return row
  })
}

/** Reduces a row to its number and hash, the only members published outside. */
export const headOf = ({ number, hash }: AuditHead): AuditHead => ({ number, hash })

/** Returns null when the value is not a head. */
export const headIn = (said: unknown): AuditHead | null => {
  const { number, hash } = (said ?? {}) as Partial<AuditHead>
  if (!Number.isSafeInteger(number) || Number(number) < 1) return null
  return /^[0-9a-f]{64}$/.test(String(hash)) ? { number: Number(number), hash: String(hash) } : null
}
