/** The certificate is verifiable without the hub. */
import type { ManifestKeys } from '../../foundation/keys.js'
import type { RetractionStatus } from '../delivery/retraction.js'

interface RemovedEntry {
  id: string
  list: string
  authority: string | null
  documentNumber: string | null
  decidedOn: string | null
  publishedOn: string | null
  removedOn: string
  removalReason: string
}

export interface CertificateInput {
  issuer: string
  party: { code: string; name: string | null }
  entry: RemovedEntry
  retraction: RetractionStatus | null
  now: Date
}

export type Certificate = ReturnType<typeof makeCertificate>

export const makeCertificate = ({ issuer, party, entry, retraction, now }: CertificateInput) => {
  const hearers = retraction?.hearers ?? []
  return {
    document: 'removal-certificate',
    version: 1,
    issuer,
    issuedAt: now.toISOString(),
    party,
    entry,
    statement: {
      zh: `该条目自 ${entry.removedOn} 起不再公示，此后不得再据此认定当事人在名单之上。本证明只及于该条目，不说明当事人有无其他记录。`,
      en: `Since ${entry.removedOn} this entry is no longer published, and nobody may take the party for listed by it any more. It is about this entry alone, and says nothing of others.`,
    },
    told: {
      platforms: (retraction?.receivers ?? []).map(({ platform, state, toldAt, confirmedAt }) => ({
        platform,
        state,
        toldAt: toldAt?.toISOString() ?? null,
        confirmedAt: confirmedAt?.toISOString() ?? null,
      })),
      // Only counts are stated: where the party sells is its own business.
      marketplaces: {
        all: hearers.length,
        told: hearers.filter(({ toldAt }) => toldAt !== null).length,
        confirmed: hearers.filter(({ confirmedAt }) => confirmedAt !== null).length,
      },
    },
  }
}

/** Compact JWS (RFC 7515). */
export const signCertificate = (
  manifests: Pick<ManifestKeys, 'certify'>,
  certificate: Certificate,
): { kid: string; jws: string } => manifests.certify(JSON.stringify(certificate))
