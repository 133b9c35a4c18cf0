/**
 * The chain hash needs only (id, hash, from, to) of each entry, so it can be verified after bodies and salts are
 * erased.
 */
import { createHash } from 'node:crypto'
import { isDatedAhead } from '../../foundation/time/clock-doubt.js'
import type { AuditHead } from '../audit/audit-log.js'
import { canonicalJson, type Json } from '../records/records.js'

/** A new version makes a new snapshot, even of an unchanged list. */
export const SNAPSHOT_FORM = 4
export const HASH_BEFORE_FIRST = '0'.repeat(64)
const VALID_MS = 86_400_000
const RENEW_MS = VALID_MS / 2
const ZONE = '+08:00'

export const sealEntry = (body: Record<string, unknown>, salt: string): { line: string; hash: string } => {
  const text = canonicalJson({ ...body, salt } as Record<string, Json>)
  const hash = createHash('sha256').update(text).digest('hex')
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}`, hash }
}

export interface SnapshotMember {
  id: string
  hash: string
  /** First and last public day. `to` is null without a fixed end. */
  from: string
  to: string | null
}

/** First lines of the hashed text. One line per entry follows, in order of id. */
export const writeChainHead = (sequence: number, previousHash: string): string => `${sequence}\n${previousHash}\n`
export const writeChainLine = ({ id, hash, from, to }: SnapshotMember): string => `${id} ${hash} ${from} ${to ?? '-'}\n`

export interface ManifestFile {
  path: string
  sha256: string
  bytes: number
  entries: number
}

export interface Manifest {
  sequence: number
  previousHash: string
  publishedAt: string
  validUntil: string
  /** Last row of the audit log at signing. Null for an empty log or the manifest of a single answer. */
  trail: AuditHead | null
  files: readonly ManifestFile[]
  /** The office is not in service yet: the entries are tests. */
  trial?: true
}

/** Reads the payload of a manifest that this hub signed. */
export const isTrialManifest = (jws: string): boolean => {
  const { trial } = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as Partial<Manifest>
  return trial === true
}

/** Valid for one day at most, never past the last day of the entry that ends first. */
export const limitManifestValidity = (now: Date, firstEnd: string | null): Date => {
  const latest = now.getTime() + VALID_MS
  const end = firstEnd === null ? latest : Date.parse(`${firstEnd}T24:00:00${ZONE}`)
  return new Date(Math.min(latest, end))
}

export const outlastsNewManifest = (until: Date, now: Date): boolean =>
  isDatedAhead(until, new Date(now.getTime() + VALID_MS))

export const isManifestRenewalDue = (until: Date, now: Date, firstEnd: string | null): boolean =>
  outlastsNewManifest(until, now) ||
  (until.getTime() - now.getTime() < RENEW_MS && limitManifestValidity(now, firstEnd).getTime() > until.getTime())
