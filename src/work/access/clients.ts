/** A secret is shown once; only its hash is stored. */

import { CLIENT_ROLES, isRole, type Role } from '../../domain/access/viewer.js'
import { redact } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { hashSecret, newSecret, secretMatches, TOKEN_SECONDS } from '../../foundation/keys.js'
import * as clients from '../../store/access/clients.js'
import * as revocations from '../../store/access/revocations.js'
import type { Db } from '../../store/db/db.js'

export interface ClientCredentials {
  client_id: string
  client_secret: string
  role: Role
  agency: string | null
  region: string | null
}

const NAME = /^[^\p{C}\s:\uFFFD]{1,64}$/u
const REGION = /^\d{6}$/

export interface ClientInput {
  name: string
  role: string
  agency?: string
  region?: string
}

/** Author of a change made by a command; never matches a person. */
export const BY_COMMAND = 'command'

/** Pending until a second person confirms. Refusals: USAGE, ROLE_UNKNOWN, AGENCY_UNKNOWN, CLIENT_EXISTS. */
export const add = async (
  db: Db,
  input: ClientInput,
  agencies: readonly string[],
  { by, now }: { by: string; now: Date },
): Promise<ClientCredentials> => {
  const { name, role, agency, region } = checkedGiven(input, agencies)
  const secret = newSecret()
  const client = { id: name, role, agency, region, secretHash: await hashSecret(secret) }
  const added = await clients.add(db, client, { by, now })
  if (!added) throw new Refusal('CLIENT_EXISTS', { name })
  return { client_id: name, client_secret: secret, role, agency, region }
}

/** Refusals: USAGE, ROLE_UNKNOWN, AGENCY_UNKNOWN. */
export const checkedGiven = (
  { name, role, agency, region }: ClientInput,
  agencies: readonly string[],
): { name: string; role: Role; agency: string | null; region: string | null } => {
  if (!NAME.test(name))
    throw new Refusal('USAGE', {
      reason:
        '名称须为 1–64 个可见字符，不含空白、冒号和不可见字符 a name has 1–64 visible characters, no blank, no colon, nothing unseen',
    })
  // The name appears unmasked in logs.
  if (redact(name, () => '') !== name)
    throw new Refusal('USAGE', { reason: '名称不得含证件号码 a name holds no number of a person' })
  if (!isRole(role) || !CLIENT_ROLES.includes(role))
    throw new Refusal('ROLE_UNKNOWN', { role, known: CLIENT_ROLES.join(' ') })
  if (agency !== undefined && !agencies.includes(agency))
    throw new Refusal('AGENCY_UNKNOWN', { agency, known: agencies.join(' ') })
  if (region !== undefined && !REGION.test(region))
    throw new Refusal('USAGE', { reason: `地区须为六位区划代码 a region is a division code of six digits: ${region}` })
  return { name, role, agency: agency ?? null, region: region ?? null }
}

const OVERLAP_MS = 24 * 3_600_000
const OVERLAP_MOST_MS = 30 * 24 * 3_600_000

export interface RotatedSecret extends ClientCredentials {
  /** ISO 8601; null when already invalid. */
  previous_until: string | null
}

/** `leaked` ends the previous secret and its tokens at once. Refusals: CLIENT_UNKNOWN, USAGE. */
export const rotate = async (
  db: Db,
  name: string,
  { by, now, overlapMs = OVERLAP_MS, leaked = false }: { by: string; now: Date; overlapMs?: number; leaked?: boolean },
): Promise<RotatedSecret> => {
  if (!(overlapMs >= 0 && overlapMs <= OVERLAP_MOST_MS))
    throw new Refusal('USAGE', { reason: '重叠时间须为 0–720 小时 an overlap is 0 to 720 hours' })
  const client = await clients.byId(db, name, now)
  if (client === null || client.ended) throw new Refusal('CLIENT_UNKNOWN', { name })
  const secret = newSecret()
  const until = leaked || overlapMs === 0 ? null : new Date(now.getTime() + overlapMs)
  const secretHash = await hashSecret(secret, until && client.secretHash)
  await clients.rotate(db, name, secretHash, { by, now, previousUntil: until })
  if (leaked) await revocations.add(db, allOf(name, now), now)
  const { role, agency, region } = client
  return { client_id: name, client_secret: secret, role, agency, region, previous_until: until?.toISOString() ?? null }
}

/** Revokes its tokens; the name stays reserved. Refusal CLIENT_UNKNOWN. */
export const end = async (db: Db, name: string, now: Date): Promise<void> => {
  if (!(await clients.end(db, name, now))) throw new Refusal('CLIENT_UNKNOWN', { name })
  await revocations.add(db, allOf(name, now), now)
}

const allOf = (sub: string, now: Date): revocations.RevokedTokens => ({
  sub,
  issuedUntil: now,
  endsAt: new Date(now.getTime() + TOKEN_SECONDS * 1_000),
})

export const matches = async (db: Db, name: string, secret: string, now: Date): Promise<boolean> => {
  const client = await clients.byId(db, name, now)
  const is = await secretMatches(secret, client?.secretHash ?? null, client?.previousHash ?? null)
  return client !== null && is && !client.ended && !(await isPending(client, secret))
}

/** The previous secret is never pending. */
export const isPending = async (client: clients.RegisteredClient, secret: string): Promise<boolean> =>
  client.pendingSince !== null &&
  !(client.previousHash !== null && (await secretMatches(secret, client.previousHash, client.previousHash)))
