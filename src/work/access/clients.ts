/** A secret is shown once; only its hash is stored. */

import { type AccountInput, checkedAccount, refuseAgencyOfOrganisation } from '../../domain/access/accounts.js'
import { Refusal } from '../../foundation/errors.js'
import { hashSecret, newSecret, secretMatches, TOKEN_LIFETIME_SECONDS } from '../../foundation/keys.js'
import * as clients from '../../store/access/clients.js'
import { endAccount } from '../../store/access/confirmations.js'
import * as revocations from '../../store/access/revocations.js'
import type { Db } from '../../store/db/db.js'

export interface ClientCredentials extends Pick<clients.ClientAccount, 'role' | 'agency' | 'region'> {
  client_id: string
  client_secret: string
}

export const BY_COMMAND_LINE = 'command'

/** A second person confirms the client. Refusals: USAGE, ROLE_UNKNOWN, AGENCY_UNKNOWN, CLIENT_EXISTS. */
export const registerClient = async (
  db: Db,
  input: AccountInput,
  agencies: readonly string[],
  { by, now }: { by: string; now: Date },
): Promise<ClientCredentials> => {
  refuseAgencyOfOrganisation(input)
  const { name, role, agency, region } = checkedAccount(input, agencies)
  const secret = newSecret()
  const client = { id: name, role, agency, region, secretHash: await hashSecret(secret) }
  const added = await clients.addClient(db, client, { by, now })
  if (!added) throw new Refusal('CLIENT_EXISTS', { name })
  return { client_id: name, client_secret: secret, role, agency, region }
}

const OVERLAP_MS = 24 * 3_600_000
const OVERLAP_MOST_MS = 30 * 24 * 3_600_000

export interface RotatedSecret extends ClientCredentials {
  /** ISO 8601; null when the previous secret is already invalid. */
  previous_until: string | null
}

interface SecretRotation {
  by: string
  now: Date
  /** Read after the change: tokens that were issued until then are revoked. */
  clock?: () => Date
  overlapMs?: number
  leaked?: boolean
}

/** `leaked` ends the previous secret and its tokens at once. Refusals: CLIENT_UNKNOWN, USAGE. */
export const rotateSecretWithOverlap = async (
  db: Db,
  name: string,
  { by, now, clock = () => now, overlapMs = OVERLAP_MS, leaked = false }: SecretRotation,
): Promise<RotatedSecret> => {
  if (!(overlapMs >= 0 && overlapMs <= OVERLAP_MOST_MS))
    throw new Refusal('USAGE', { reason: '重叠时间须为 0–720 小时 an overlap is 0 to 720 hours' })
  const client = await clients.findClient(db, name, now)
  if (client === null || client.ended) throw new Refusal('CLIENT_UNKNOWN', { name })
  const secret = newSecret()
  const until = leaked || overlapMs === 0 ? null : new Date(now.getTime() + overlapMs)
  const secretHash = await hashSecret(secret, until && client.secretHash)
  const replaced = await clients.replaceSecret(db, name, secretHash, { by, now, previousUntil: until })
  if (replaced === null) throw new Refusal('CLIENT_UNKNOWN', { name })
  if (leaked) await revocations.addRevocation(db, allOf(name, clock()), now)
  const { role, agency, region } = client
  const previous_until = replaced.previousUntil?.toISOString() ?? null
  return { client_id: name, client_secret: secret, role, agency, region, previous_until }
}

/** Revokes the client's tokens; its name stays reserved. Refusal CLIENT_UNKNOWN. */
export const endClient = async (db: Db, name: string, now: Date, clock = () => now): Promise<void> => {
  if (!(await endAccount(db, 'clients', name, now))) throw new Refusal('CLIENT_UNKNOWN', { name })
  await revocations.addRevocation(db, allOf(name, clock()), now)
}

const allOf = (sub: string, now: Date): revocations.RevokedTokens => ({
  sub,
  issuedUntil: now,
  endsAt: new Date(now.getTime() + TOKEN_LIFETIME_SECONDS * 1_000),
})

export const secretMatchesClient = async (db: Db, name: string, secret: string, now: Date): Promise<boolean> => {
  const client = await clients.findClient(db, name, now)
  const is = await secretMatches(secret, client?.secretHash ?? null, client?.previousHash ?? null)
  return client !== null && is && !client.ended && !(await isPending(client, secret))
}

/** False for the previous `secret`, which still works. */
export const isPending = async (client: clients.RegisteredClient, secret: string): Promise<boolean> =>
  client.pendingSince !== null &&
  !(client.previousHash !== null && (await secretMatches(secret, client.previousHash, client.previousHash)))
