/** Invented rows of the audit log, sealed and unsealed (form 0). */
import {
  type AuditContent,
  type AuditHead,
  type AuditRow,
  type ChainLink,
  chainRows,
  EMPTY_LOG_HEAD,
  hashContent,
  hashUnsealedRow,
  serializeContent,
} from '../../src/domain/audit/audit-log.js'
import type { AuditSeal } from '../../src/foundation/keys/audit.js'
import { SEAL } from './audit.js'

export const AT = new Date('2026-11-25T02:00:00.000Z')

export const contentOf = (n: number): AuditContent => ({
  salt: Buffer.alloc(16, n).toString('base64'),
  client: `client-${n % 3}`,
  role: 'marketplace',
  agency: null,
  purpose: n % 2 ? '入驻审核' : null,
  request: `r-${n}`,
  asked: `{ standing(code: "${n}") }`,
  outcome: 'DONE',
  shown: n % 4 ? Buffer.from([0, n]).toString('base64') : null,
  digest: Buffer.alloc(32, n).toString('base64'),
})

export const linkOf = (content: AuditContent, more: Partial<ChainLink> = {}): ChainLink => ({
  at: AT,
  kind: 'ANSWER',
  count: 1,
  content,
  body: serializeContent(content),
  contentHash: hashContent(content),
  ...more,
})

/** Sealed rows after `head`. */
export const rowsOf = (
  many: number,
  { head = EMPTY_LOG_HEAD, seal = SEAL }: { head?: AuditHead; seal?: AuditSeal } = {},
): AuditRow[] =>
  chainRows(
    head,
    Array.from({ length: many }, (_, i) =>
      linkOf(contentOf(head.number + i + 1), { at: new Date(AT.getTime() + head.number + i) }),
    ),
    seal,
  )

/** Rows of form 0, as older hubs or an attacker without the key write them. */
export const unsealed = (rows: readonly AuditRow[], head: AuditHead = EMPTY_LOG_HEAD): AuditRow[] => {
  let { number, hash: previous } = head
  return rows.map((row) => {
    number += 1
    const made: AuditRow = { ...row, form: 0, keyId: null, body: null, number, previous }
    made.hash = hashUnsealedRow(made)
    previous = made.hash
    return made
  })
}
