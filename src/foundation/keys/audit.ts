/**
 * The `audit-<number>.key` with the highest number seals; all verify. A row names its key by the beginning of the
 * key's hash.
 */
import { createHmac, createSecretKey, hash } from 'node:crypto'
import { type KeyRingOptions, openKeyRing } from './key-ring.js'

export interface AuditSeal {
  id: string
  mac: (text: string) => string
}

export const AUDIT_KEY_FILE = /^audit-(\d+)\.key$/
const ID_CHARACTERS = 8

export type AuditKeys = ReturnType<typeof loadAuditKeys>

export const loadAuditKeys = (
  folder: string,
  { make, fingerprint }: Pick<KeyRingOptions<never>, 'make'> & { fingerprint: (bytes: Buffer) => string },
) => {
  const parse = (text: string) => {
    const bytes = Buffer.from(text, 'base64')
    return { ...sealOf(bytes), fingerprint: fingerprint(bytes) }
  }
  const ring = openKeyRing(folder, { pattern: AUDIT_KEY_FILE, first: 'audit-1.key', make, parse })
  const macIn = (seals: readonly AuditSeal[], id: string) => seals.find((seal) => seal.id === id)?.mac ?? null
  return {
    seal: (): AuditSeal => {
      const newest = ring.recent(performance.now()).at(-1)
      if (newest === undefined) throw new Error('no key to seal rows with')
      return newest
    },
    macOf: (id: string): AuditSeal['mac'] | null => macIn(ring.recent(performance.now()), id) ?? macIn(ring.all(), id),
    fingerprints: (): string[] => ring.all().map((seal) => seal.fingerprint),
  }
}

const sealOf = (bytes: Buffer): AuditSeal => {
  const key = createSecretKey(bytes)
  return {
    id: hash('sha256', bytes, 'hex').slice(0, ID_CHARACTERS),
    mac: (text) => createHmac('sha256', key).update(text).digest('hex'),
  }
}
