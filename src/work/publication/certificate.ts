/** The certificate is verifiable without the hub. */
import { hash, randomBytes } from 'node:crypto'
import type { Keys, ManifestKeys } from '../../foundation/keys.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { Db } from '../../store/db/db.js'
import * as certificates from '../../store/publication/certificates.js'
import type { RetractionStatus } from '../delivery/retraction.js'

interface RemovedEntry {
  id: string
  list: string
  listName: BilingualText
  authority: string | null
  documentNumber: string | null
  decidedOn: string | null
  publishedOn: string | null
  removedOn: string
  removalReason: string
}

export interface UnliftedMeasure {
  organisation: BilingualText
  item: string
  stateName: BilingualText
  dueOn: string | null
}

export interface CertificateInput {
  issuer: string
  party: { code: string; name: string | null }
  entry: RemovedEntry
  retraction: RetractionStatus | null
  measures: readonly UnliftedMeasure[]
  platformNames: ReadonlyMap<string, BilingualText>
  now: Date
}

export type Certificate = ReturnType<typeof makeCertificate> & { issuedAt: string; code: string }

const makeCertificate = ({
  issuer,
  party,
  entry,
  retraction,
  measures,
  platformNames,
}: Omit<CertificateInput, 'now'>) => {
  const listeners = retraction?.listeners ?? []
  return {
    document: 'removal-certificate',
    version: 1,
    issuer,
    party,
    entry,
    statement: {
      zh: `该条目自 ${entry.removedOn} 起不再公示，此后不得再据此认定当事人在名单之上。本证明只及于该条目，不说明当事人有无其他记录。`,
      en: `Since ${entry.removedOn} this entry is no longer published, and nobody may take the party for listed by it any more. It is about this entry alone, and says nothing of others.`,
    },
    told: {
      platforms: (retraction?.receivers ?? []).map(({ platform, state, toldAt, confirmedAt }) => ({
        platform,
        name: platformNames.get(platform) ?? { zh: platform, en: platform },
        state,
        toldAt: toldAt?.toISOString() ?? null,
        confirmedAt: confirmedAt?.toISOString() ?? null,
      })),
      // Only counts are stated: where the party sells is its own business.
      marketplaces: {
        all: listeners.length,
        told: listeners.filter(({ toldAt }) => toldAt !== null).length,
        confirmed: listeners.filter(({ confirmedAt }) => confirmedAt !== null).length,
      },
      measures: measures.map(({ organisation, item, stateName, dueOn }) => ({ organisation, item, stateName, dueOn })),
    },
  }
}

const CODE_BYTES = 10

type CertificateKeys = Pick<Keys, 'seal' | 'unseal'> & { manifests: Pick<ManifestKeys, 'certify'> }

/** The same content is issued once, so its code stays good. */
export const issueCertificate = async (db: Db, keys: CertificateKeys, { now, ...of }: CertificateInput) => {
  const content = makeCertificate(of)
  const contentSha256 = hash('sha256', JSON.stringify(content))
  const known = await certificates.findByContent(db, of.entry.id, contentSha256)
  const issued = known ?? (await certificates.add(db, newCertificate(keys, { content, contentSha256, now })))
  const jws = keys.unseal(issued.jws, issued.code)
  return { jws, kid: partOf<{ kid: string }>(jws, 0).kid, certificate: partOf<Certificate>(jws, 1) }
}

const newCertificate = (
  keys: CertificateKeys,
  { content, contentSha256, now }: { content: ReturnType<typeof makeCertificate>; contentSha256: string; now: Date },
): certificates.IssuedCertificate => {
  const code = randomBytes(CODE_BYTES).toString('hex')
  const { jws } = keys.manifests.certify(JSON.stringify({ ...content, issuedAt: now.toISOString(), code }))
  return { code, listingId: content.entry.id, contentSha256, jws: keys.seal(jws, code), issuedAt: now }
}

const partOf = <T>(jws: string, part: 0 | 1): T =>
  JSON.parse(Buffer.from(jws.split('.')[part] ?? '', 'base64url').toString())

export const formatCertificateCode = (code: string): string => (code.match(/.{4}/g) ?? []).join('-')

/** UNKNOWN: also another hub's. FORGED: signed by this hub, but altered. */
export type CertificateCheck = { certificate: Certificate } | 'UNKNOWN' | 'FORGED'

export const checkCertificateCode = async (
  db: Db,
  keys: Pick<Keys, 'unseal'>,
  text: string,
): Promise<CertificateCheck> => {
  const issued = await certificates.findByCode(db, text.toLowerCase().replace(/[^0-9a-f]/g, ''))
  return issued === null ? 'UNKNOWN' : { certificate: partOf<Certificate>(keys.unseal(issued.jws, issued.code), 1) }
}

/** Begins at a word’s start: a long word without a dot is read once. */
const JWS = /(?<![\w-])[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/

export const checkCertificateFile = (
  manifests: Pick<ManifestKeys, 'certificateIn'>,
  file: Buffer,
): CertificateCheck => {
  const jws = JWS.exec(file.toString('latin1'))?.[0]
  if (jws === undefined) return 'UNKNOWN'
  const found = manifests.certificateIn(jws)
  return typeof found === 'string' ? found : { certificate: JSON.parse(found.payload) }
}
