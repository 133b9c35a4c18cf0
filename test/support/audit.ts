/** The audit log in tests: a seal, keys, and heads in memory or in a folder. */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import type { AuditKeys, Seal } from '../../src/foundation/keys/audit.js'
import { payloadIn } from '../../src/foundation/keys/jws.js'

export const sealOf = (name: string): Seal => ({
  id: name,
  mac: (text) => createHmac('sha256', `虚构密钥 ${name}`).update(text).digest('hex'),
})

export const SEAL = sealOf('0badc0de')

export const auditKeys = (...seals: readonly Seal[]): AuditKeys => {
  const known = seals.length === 0 ? [SEAL] : seals
  return {
    seal: () => known.at(-1) as Seal,
    macOf: (id) => known.find((one) => one.id === id)?.mac ?? null,
    fingerprints: () => known.map(({ id }) => id),
  }
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const SIGNER = { privateKey, publicKey, kid: 'signer-1' }

export const verifyKeys = (...seals: readonly Seal[]) => ({
  audit: auditKeys(...seals),
  manifests: { payloadIn: (jws: string) => payloadIn(jws, [SIGNER]) },
})
