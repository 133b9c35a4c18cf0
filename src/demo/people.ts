import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../foundation/errors.js'
import { secretMatches } from '../foundation/keys.js'
import type { Hub } from '../hub/hub.js'
import { readJson } from '../hub/running-demo.js'
import * as confirmations from '../store/access/confirmations.js'
import * as kept from '../store/access/people.js'
import * as people from '../work/access/people.js'

const FILE = 'people.json'
export const DEMO_PEOPLE = [
  { name: 'officer', role: 'officer' },
  { name: 'reviewer', role: 'reviewer' },
  { name: 'superior', role: 'reviewer' },
  { name: 'administrator', role: 'administrator', duty: 'systems' },
  { name: 'security', role: 'administrator', duty: 'security' },
  { name: 'auditor', role: 'auditor' },
] as const
type DemoPerson = (typeof DEMO_PEOPLE)[number]
export const DEMO_AUTHOR = 'demo'
const OF = { agency: 'market-regulator', region: '220000' }

export const addDemoPeople = async (hub: Hub, folder: string): Promise<{ name: string; password: string | null }[]> => {
  const path = join(folder, FILE)
  const before = (readJson(path) ?? {}) as Record<string, string>
  const now = hub.now()
  const told = []
  for (const one of DEMO_PEOPLE) {
    const { name } = one
    const person = await kept.findPerson(hub.db, name)
    if (person !== null && person.oneTimeUntil === null) {
      told.push({ name, password: null })
      continue
    }
    const known = before[name]
    const isInTime = person?.oneTimeUntil != null && person.oneTimeUntil > now
    const works = known !== undefined && isInTime && (await secretMatches(known, person.passwordHash))
    const password = works ? known : await fresh(hub, one, person !== null)
    if (password !== null) told.push({ name, password })
  }
  const passwords = told.flatMap(({ name, password }) => (password === null ? [] : [[name, password]]))
  writeFileSync(path, JSON.stringify(Object.fromEntries(passwords)), { mode: 0o600 })
  return told
}

const fresh = async ({ db, now }: Hub, one: DemoPerson, isThere: boolean): Promise<string | null> => {
  const { name } = one
  const change = { by: DEMO_AUTHOR, byCommand: true, now: now() }
  const register = () => people.registerPerson(db, { ...one, ...OF }, [OF.agency], change)
  const registered = isThere
    ? await people.resetPassword(db, name, change)
    : await nullIfRefused('PERSON_EXISTS', register)
  if (registered?.pending)
    await db.transaction((tx) => confirmations.markAccountConfirmed(tx, 'people', name, DEMO_AUTHOR, now()))
  return registered?.one_time_password ?? null
}

export const nullIfRefused = <T>(code: string, work: () => Promise<T>): Promise<T | null> =>
  work().catch((error: unknown) => {
    if (error instanceof Refusal && error.code === code) return null
    throw error
  })
