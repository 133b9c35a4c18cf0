/** The audit log in tests: a seal, keys, and heads in memory or in a folder. */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import type { AuditKeys, AuditSeal } from '../../src/foundation/keys/audit.js'
import { verifiedPayload } from '../../src/foundation/keys/jws.js'

export const sealOf = (name: string): AuditSeal => ({
  id: name,
  mac: (text) => createHmac('sha256', `虚构密钥 ${name}`).update(text).digest('hex'),
})

export const SEAL = sealOf('0badc0de')

export const auditKeys = (...seals: readonly AuditSeal[]): AuditKeys => {
  const known = seals.length === 0 ? [SEAL] : seals
  return {
    seal: () => known.at(-1) as AuditSeal,
    macOf: (id) => known.find((one) => one.id === id)?.mac ?? null,
    fingerprints: () => known.map(({ id }) => id),
  }
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const SIGNER = { privateKey, publicKey, kid: 'signer-1' }

export const verifyKeys = (...seals: readonly AuditSeal[]) => ({
  audit: auditKeys(...seals),
  manifests: { payloadIn: (jws: string) => verifiedPayload(jws, [SIGNER]) },
})
