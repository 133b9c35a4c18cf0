/**
 * A row's frame (form, key, number, instant, kind, count, hashes) is permanent. Its content is hashed with its own
 * salt, so it can be erased without breaking the chain and cannot be guessed. Form 1 rows are sealed (HMAC-SHA-256)
 * with a key outside the database. Form 0 rows are older and unkeyed; the first sealed row holds the last one's hash.
 */
import { hash } from 'node:crypto'
import type { AuditSeal } from '../../foundation/keys/audit.js'
import { parseJsonOr } from '../../foundation/text/json.js'
import { parseCode } from '../operators/codes.js'

/**
 * CHUNK: part of a streamed answer. TOKEN: issued, or somebody signed in. ATTEMPT: refused sign-ins. CUT: rows known
 * outside the database are missing in it. RELEASED: a restored database was released.
 */
export type AuditLogKind =
  | 'ANSWER'
  | 'ACT'
  | 'OUTCOME'
  | 'CHUNK'
  | 'FILE'
  | 'TOKEN'
  | 'ATTEMPT'
  | 'SIGN_OUT'
  | 'CUT'
  | 'RELEASED'

export const AUDIT_ROW_CODES_MOST = 1_000
export const SALT_BYTES = 16
export const AUDIT_ROW_FORM = 1

/** Bytes (`salt`, `shown`, `digest`) are base64, also when hashed. */
export interface AuditContent {
  salt: string
  client: string
  role: string
  agency: string | null
  purpose: string | null
  request: string
  asked: string
  /** DONE, or refusal codes; null before the act is done. */
  outcome: string | null
  /** Codes, as `packCodes` returns them. */
  shown: string | null
  /** SHA-256 of the answer as sent. */
  digest: string | null
}

interface Frame {
  at: Date
  kind: AuditLogKind
  count: number
}

/** Number and hash (32 bytes, hexadecimal) of the log's last row. */
export interface AuditHead {
  number: number
  hash: string
}

export interface AuditRow extends Frame {
  form: number
  keyId: string | null
  number: number
  contentHash: string
  previous: string
  hash: string
  /** The hashed content; null in old rows (form 0) or after erasure. */
  body: string | null
  /** Missing after erasure and for a body that is not canonical. */
  content: AuditContent | null
  /** The columns that stay while the content is in a file. */
  inFile?: Pick<AuditContent, 'client' | 'role' | 'agency' | 'purpose' | 'request'> | null
}

export type SealedAuditRow = AuditRow & { content: AuditContent; body: string }

export const EMPTY_LOG_HEAD: AuditHead = { number: 0, hash: '0'.repeat(64) }

export const serializeContent = (c: AuditContent): string =>
  JSON.stringify([c.salt, c.client, c.role, c.agency, c.purpose, c.request, c.asked, c.outcome, c.shown, c.digest])

export const parseContent = (body: string): AuditContent | null => {
  const members = parseJsonOr(body, null)
  if (!Array.isArray(members) || members.length !== MEMBERS) return null
  const [salt, client, role, agency, purpose, request, asked, outcome, shown, digest] = members
  const content = { salt, client, role, agency, purpose, request, asked, outcome, shown, digest }
  return Object.values(content).every((member) => member === null || typeof member === 'string') ? content : null
}
const MEMBERS = 10

export const hashContent = (content: AuditContent): string => sha256Hex(serializeContent(content))

export const isContentIntact = (row: AuditRow, content: AuditContent): boolean =>
  hashContent(content) === row.contentHash && (row.form === 0 || serializeContent(content) === row.body)

export const sha256Hex = (text: string): string => hash('sha256', text, 'hex')

const frameOf = (row: Omit<AuditRow, 'hash' | 'body' | 'content' | 'form' | 'keyId'>): string =>
  `${row.number}\n${row.at.toISOString()}\n${row.kind}\n${row.count}\n${row.contentHash}\n${row.previous}\n`

export const hashUnsealedRow = (row: Parameters<typeof frameOf>[0]): string => sha256Hex(frameOf(row))

export const sealRow = (row: Omit<AuditRow, 'hash' | 'body' | 'content'>, mac: AuditSeal['mac']): string =>
  mac(`${row.form}\n${row.keyId}\n${frameOf(row)}`)

export const digestAnswer = (answer: string | Buffer): string => hash('sha256', answer, 'base64')

export type ChainLink = Frame & { content: AuditContent; body: string; contentHash: string }

export const chainRows = (
  head: AuditHead,
  links: readonly ChainLink[],
  { id: keyId, mac }: AuditSeal,
): SealedAuditRow[] => {
  let { number, hash: previous } = head
  return links.map(({ at, kind, count, content, body, contentHash }) => {
    number += 1
    const row = { form: AUDIT_ROW_FORM, keyId, at, kind, count, content, body, contentHash, number, previous, hash: '' }
    row.hash = sealRow(row, mac)
    previous = row.hash
    return row
  })
}

export const parseHead = (said: unknown): AuditHead | null => {
  const { number, hash } = (said ?? {}) as Partial<AuditHead>
  if (!Number.isSafeInteger(number) || Number(number) < 1) return null
  return /^[0-9a-f]{64}$/.test(String(hash)) ? { number: Number(number), hash: String(hash) } : null
}

export const ITEM_CODES_MOST = 100

/** Codes by form and check digit, which other numbers rarely pass. Viewers of the item see them. */
export const findCodesInItem = (item: unknown): string[] => {
  const codes = new Set<string>()
  const look = (value: unknown): void => {
    if (codes.size >= ITEM_CODES_MOST) return
    if (value !== null && typeof value === 'object') for (const member of Object.values(value)) look(member)
    else {
      const found = parseCode(value)
      if (found?.valid) codes.add(found.code)
    }
  }
  look(item)
  return [...codes]
}
