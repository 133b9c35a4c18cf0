/** A hub for tests: real PostgreSQL, real stand-ins, real HTTP on a free port. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type World, world } from '../../seeds/world.js'
import { type Config, readConfig } from '../../src/config.js'
import type { SecondFactorPolicy } from '../../src/domain/access/sign-in.js'
import type { Role } from '../../src/domain/access/viewer.js'
import { type Hub, makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { type AgencyStandIn, startAgencyStandIns } from '../../src/sandbox/agencies/index.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../src/sandbox/platforms/index.js'
import { confirmedClient } from './accounts.js'
import { freshDatabase } from './database.js'
import { startPoolerIfAsked } from './pooler.js'

export interface TestHub {
  hub: Hub
  url: string
  agencies: AgencyStandIn[]
  platforms: PlatformStandIn[]
  /** Data of the stand-in agencies, read by the next pull. */
  world: World
  /** An access token for this role, obtained over HTTP. */
  token(role: Role, name?: string): Promise<string>
  ask(query: string, variables?: object, token?: string): Promise<Answer>
  stop(): Promise<void>
}

interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its question
  data: any
  errors?: { message: string; extensions: { code: string } }[]
}

export const startHub = async (
  options: {
    now?: () => Date
    demo?: boolean
    settleSeconds?: number
    mail?: Config['mail']
    /** Default `nobody`, so that administrators sign in by password alone. */
    secondFactor?: SecondFactorPolicy
    /** Without a port, any; passkeys need to know theirs. */
    port?: number
    world?: World
    /** Further settings. */
    env?: Record<string, string>
  } = {},
): Promise<TestHub> => {
  const test = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'hub-flow-'))
  const pooler = await startPoolerIfAsked(test.url)
  const here = options.world ?? world()
  const agencies = await startAgencyStandIns(() => here)
  const platforms = await startPlatformStandIns({}, null, { now: options.now ?? (() => new Date()) })
  const read = readConfig({
    PORT: String(options.port ?? 0),
    DATABASE_URL: pooler?.url ?? test.url,
    ...(pooler && { DATABASE_URL_DIRECT: test.url }),
    DATA_DIR: folder,
    LOG_LEVEL: 'silent',
    ...options.env,
  })
  const hub = await makeHub(read, {
    log: makeLog(read.log),
    addresses: {
      agencies: Object.fromEntries(agencies.map(({ id, url }) => [id, url])),
      platforms: Object.fromEntries(platforms.map(({ id, url, secret }) => [id, { url, secret }])),
      mail: options.mail ?? null,
    },
    ...(options.now ? { now: options.now } : {}),
    ...(options.settleSeconds !== undefined && { settleSeconds: options.settleSeconds }),
  })
  const url = await hub.serve({ demo: options.demo ?? false, secondFactor: options.secondFactor ?? 'nobody' })
  return {
    hub,
    url,
    agencies,
    platforms,
    world: here,
    token: async (role, name = `client-of-${role}`) => {
      const { client_id, client_secret } = await confirmedClient(hub.db, { name, role }, [], hub.now())
      const answer = await fetch(`${url}/oauth/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
      const { access_token } = (await answer.json()) as { access_token: string }
      return access_token
    },
    ask: async (query, variables = {}, token) => {
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
        body: JSON.stringify({ query, variables }),
      })
      return { status: answer.status, ...((await answer.json()) as object) } as Answer
    },
    stop: async () => {
      await hub.close()
      await pooler?.close()
      await Promise.all([...agencies, ...platforms].map((one) => one.close()))
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
