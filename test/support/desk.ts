/** The desk for tests: a hub with a person per role, a fresh build, and people signed in with Chromium. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { AdministratorDuty } from '../../src/domain/access/accounts.js'
import { ROLES_OF_ORGANISATIONS, type Role } from '../../src/domain/access/viewer.js'
import { confirmedClient, confirmedPerson } from './accounts.js'
import { browser, type Visit } from './browser.js'
import { startHub, type TestHub } from './hub.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BUILT = join(ROOT, 'dist/web/desk/index.html')
/** Lock folder of the build. */
const LOCK = join(ROOT, 'dist/web/desk.building')
const LOCK_LOOK_MS = 200
/** Milliseconds until the lock of a killed build expires. */
const LOCK_STALE_MS = 120_000
/** Synthetic password of test people. */
export const PASSWORD = 'fjord kelp umbra lantern'

/** Roles that use the desk: those of an authority, and those that a person of another organisation signs in with. */
export const DESK_ROLES = [
  'officer',
  'administrator',
  'reviewer',
  'auditor',
  'agency',
  'marketplace',
  'partner',
  'credit_service',
] as const
export type DeskRole = (typeof DESK_ROLES)[number]
/** The client that a person of an organisation belongs to. */
export const systemOf = (role: Role): string => (role === 'partner' ? '虚构合作单位' : '虚构购物平台')
const agencyOf = (role: Role): string | undefined => {
  if (ROLES_OF_ORGANISATIONS.includes(role)) return systemOf(role)
  return role === 'credit_service' ? undefined : 'market-regulator'
}

/** Builds the desk if a source is newer than the build. */
export const deskBuilt = async (): Promise<void> => {
  mkdirSync(join(ROOT, 'dist/web'), { recursive: true })
  while (isOld()) {
    if (!locked()) {
      await sleep(LOCK_LOOK_MS)
      continue
    }
    try {
      if (isOld()) execFileSync('npm', ['run', '--silent', 'build:desk'], { cwd: ROOT, stdio: 'pipe' })
    } finally {
      rmdirSync(LOCK)
    }
  }
}

const isOld = (): boolean => {
  if (existsSync(LOCK) || !existsSync(BUILT)) return true
  const built = statSync(BUILT).mtimeMs
  return ['src/web/desk', 'src/web/words', 'schema/graphql'].some((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:tsx?|css|html|graphql)$/.test(file) && !file.endsWith('.generated.ts'))
      .some((file) => statSync(join(ROOT, folder, file)).mtimeMs > built),
  )
}

const locked = (): boolean => {
  try {
    mkdirSync(LOCK)
    return true
  } catch {
    if (Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > LOCK_STALE_MS) rmdirSync(LOCK)
    return false
  }
}

/** Adds a person with this role who has chosen PASSWORD. Idempotent. */
export const addPerson = async (
  hub: Pick<TestHub, 'hub' | 'url'>,
  role: Role,
  {
    name = role,
    region,
    agency = agencyOf(role),
    duty,
  }: { name?: string; region?: string; agency?: string | undefined; duty?: AdministratorDuty } = {},
): Promise<string> => {
  if (await hub.hub.db('people').where({ id: name }).first('id')) return name
  if (agency === systemOf(role) && !(await hub.hub.db('clients').where({ id: agency }).first('id')))
    await confirmedClient(hub.hub.db, { name: agency, role }, [], hub.hub.now())
  const given = { name, role, ...(agency && { agency }), ...(region && { region }), ...(duty && { duty }) }
  const { one_time_password: password } = await confirmedPerson(
    hub.hub.db,
    given,
    agency ? [agency] : [],
    hub.hub.now(),
  )
  await cookieOf(hub, { name, password, newPassword: PASSWORD })
  return name
}

/** Signs in over HTTP and returns the cookie. */
const cookieOf = async ({ url }: Pick<TestHub, 'url'>, given: object): Promise<string> => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/desk/login`, { method: 'POST', headers, body: JSON.stringify(given) })
  const [, value] = /^__Host-hub=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? []
  if (value === undefined) throw new Error(`cannot sign in: ${await answer.text()}`)
  return value
}

/** The session cookie of a role, for a browser. */
export const cookieFor = async (
  hub: TestHub,
  role: Role,
  given: { name?: string; region?: string; duty?: AdministratorDuty } = {},
) => {
  const name = await addPerson(hub, role, given)
  return {
    name: '__Host-hub',
    value: await cookieOf(hub, { name, password: PASSWORD }),
    domain: new URL(hub.url).hostname,
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'Strict' as const,
  }
}

/** Fills in the sign-in form and waits for the session. */
export const fillSignIn = async (page: Page, name: string, password = PASSWORD): Promise<void> => {
  await page.getByLabel('姓名（登录名）').fill(name)
  await page.getByLabel('密码', { exact: true }).fill(password)
  await page.getByRole('button', { name: /^登\s?录$/ }).click()
}

export interface AtDesk extends Visit {
  /** Opens a page below /desk and waits for its title. */
  open(path: string, title: string | RegExp): Promise<void>
}

/** A browser with a signed-in person. Call `open` for a first page. A test that changes its browser asks for a `fresh` one. */
export const atDesk = async (
  visitor: ReturnType<typeof browser>,
  hub: TestHub,
  role: Role,
  {
    name,
    region,
    duty,
    fresh = false,
    ...options
  }: BrowserContextOptions & { name?: string; region?: string; duty?: AdministratorDuty; fresh?: boolean } = {},
): Promise<AtDesk> => {
  const cookie = await cookieFor(hub, role, { ...(name && { name }), ...(region && { region }), ...(duty && { duty }) })
  const visit = await (fresh ? visitor.visit : visitor.revisit)(hub.url, options)
  await visit.page.context().addCookies([cookie])
  return {
    ...visit,
    open: async (path, title) => {
      await visit.page.goto(`/desk${path}`)
      await visit.page.getByRole('heading', { level: 1, name: title }).waitFor()
    },
  }
}

interface DeskOfHub {
  visitor: ReturnType<typeof browser>
  /** Known once the suite has begun. */
  readonly hub: TestHub
  signIn(role: Role, options?: Parameters<typeof atDesk>[3]): Promise<AtDesk>
}

/** Starts a built desk with its hub before the tests of a suite, and stops it after them. */
export const deskOfHub = (prepare: (hub: TestHub) => Promise<unknown> = async () => {}): DeskOfHub => {
  const visitor = browser()
  let hub: TestHub | undefined
  before(async () => {
    await deskBuilt()
    hub = await startHub()
    await prepare(hub)
  })
  after(() => hub?.stop())
  const running = (): TestHub => {
    if (hub === undefined) throw new Error('the hub starts before the first test')
    return hub
  }
  return {
    visitor,
    get hub() {
      return running()
    },
    signIn: (role, options) => atDesk(visitor, running(), role, options),
  }
}

/** Ends the sessions of a person, as after a night. */
export const endSession = async ({ hub }: Pick<TestHub, 'hub'>, name: string): Promise<void> => {
  await hub.db('sessions').where({ person: name }).del()
}
