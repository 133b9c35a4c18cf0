/** Clients: the systems that may ask. A secret is shown once, when it is made, and kept only as its hash. */
import { CLIENT_ROLES, isRole, type Role } from '../domain/viewer.js'
import { Refusal } from '../errors.js'
import { hashSecret, newSecret, secretMatches } from '../keys.js'
import * as clients from '../store/clients.js'
import type { Db } from '../store/db.js'

export interface Registered {
  client_id: string
  client_secret: string
  role: Role
  agency: string | null
  region: string | null
}

const NAME = /^[^\p{C}\s:]{1,64}$/u
const REGION = /^\d{6}$/

export interface ClientGiven {
  name: string
  role: string
  agency?: string
  region?: string
}

/** `agencies`: ids that `--agency` may name. */
export const add = async (db: Db, given: ClientGiven, agencies: readonly string[], now: Date): Promise<Registered> => {
  const { name, role, agency = null, region = null } = given
  if (!NAME.test(name))
    throw new Refusal('USAGE', {
      reason: '名称须为 1–64 个可见字符，不含空白和冒号 a name has 1–64 visible characters, no blank, no colon',
    })
  if (!isRole(role) || !CLIENT_ROLES.includes(role))
    throw new Refusal('ROLE_UNKNOWN', { role, known: CLIENT_ROLES.join(' ') })
  if (agency !== null && !agencies.includes(agency))
    throw new Refusal('AGENCY_UNKNOWN', { agency, known: agencies.join(' ') })
  if (region !== null && !REGION.test(region))
    throw new Refusal('USAGE', { reason: `地区须为六位区划代码 a region is a division code of six digits: ${region}` })
  const secret = newSecret()
  const added = await clients.add(db, { id: name, role, agency, region, secretHash: await hashSecret(secret) }, now)
  if (!added) throw new Refusal('CLIENT_EXISTS', { name })
  return { client_id: name, client_secret: secret, role, agency, region }
}

export const rotate = async (db: Db, name: string, now: Date): Promise<Registered> => {
  const client = await clients.byId(db, name)
  if (client === null) throw new Refusal('CLIENT_UNKNOWN', { name })
  const secret = newSecret()
  await clients.rotate(db, name, await hashSecret(secret), now)
  return { client_id: name, client_secret: secret, role: client.role, agency: client.agency, region: client.region }
}

export const matches = async (db: Db, name: string, secret: string): Promise<boolean> =>
  secretMatches(secret, (await clients.byId(db, name))?.secretHash ?? null)
