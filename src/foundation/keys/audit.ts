/**
 * Keys that seal audit rows (HMAC-SHA-256). The `audit-<number>.key` with the highest number seals; all verify. A row names its key by the
 * beginning of the key's hash.
 */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** `mac` returns the HMAC in hexadecimal. */
export interface AuditSeal {
  id: string
  mac: (text: string) => string
}

const FILE = /^audit-(\d+)\.key$/
const ID_CHARACTERS = 8
const FOLDER_LOOK_MS = 1_000

export interface AuditKeys {
  seal(): AuditSeal
  macOf(id: string): AuditSeal['mac'] | null
  fingerprints(): string[]
}

/** `read` creates the key file if it is missing. */
export const loadAuditKeys = (
  folder: string,
  { read, fingerprint }: { read: (path: string) => Buffer; fingerprint: (bytes: Buffer) => string },
): AuditKeys => {
  interface AuditKey extends AuditSeal {
    fingerprint: string
  }
  let seals: AuditKey[] = []
  let lookedAt = Number.NEGATIVE_INFINITY
  const known = new Map<string, AuditKey>()
  const keyIn = (file: string): AuditKey => {
    const bytes = read(join(folder, file))
    return { ...sealOf(bytes), fingerprint: fingerprint(bytes) }
  }
  const look = (): void => {
    const files = auditFiles(folder)
    seals = (files.length === 0 ? [fileOf(1)] : files).map((file) => {
      const seal = known.get(file) ?? keyIn(file)
      known.set(file, seal)
      return seal
    })
    lookedAt = performance.now()
  }
  look()
  return {
    seal: () => {
      if (performance.now() - lookedAt >= FOLDER_LOOK_MS) look()
      const newest = seals.at(-1)
      if (newest === undefined) throw new Error('no key to seal rows with')
      return newest
    },
    macOf: (id) => {
      if (!seals.some((seal) => seal.id === id)) look()
      return seals.find((seal) => seal.id === id)?.mac ?? null
    },
    fingerprints: () => {
      look()
      return seals.map((seal) => seal.fingerprint)
    },
  }
}

export const nextAuditFile = (folder: string): string => fileOf(numberOf(auditFiles(folder).at(-1) ?? '') + 1)

const fileOf = (number: number): string => `audit-${number}.key`
const numberOf = (file: string): number => Number(FILE.exec(file)?.[1] ?? 0)

const auditFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => FILE.test(file))
    .sort((a, b) => numberOf(a) - numberOf(b))

const sealOf = (bytes: Buffer): AuditSeal => {
  const key: KeyObject = createSecretKey(bytes)
  return {
    id: hash('sha256', bytes, 'hex').slice(0, ID_CHARACTERS),
    mac: (text) => createHmac('sha256', key).update(text).digest('hex'),
  }
}
