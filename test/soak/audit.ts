/**
 * The audit log under an adversary who owns the database, but has neither KEYS_DIR nor the heads noted outside. Every cut,
 * rewrite and swap must be found, named and alarmed at the next start. An untouched log must raise no alarm.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.js'
import type { BrokenRow } from '../../src/domain/audit/walk.js'
import { loadKeys } from '../../src/foundation/keys.js'
import type { Log } from '../../src/foundation/log.js'
import { makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { connect, type JobDb, migrate } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import { begin, hub as command } from '../support/command.js'
import { ATTACKS, type Attack, attacked } from './audit-attacks.js'
import { type Random, randomOf } from './random.js'

export interface AuditGiven {
  db: JobDb
  url: string
  /** A folder for DATA_DIR. */
  folder: string
  /** Number of tampered logs. As many logs stay untouched. */
  runs: number
  /** Number of repeats through the command line, each killed or stopped and started three times. */
  commands: number
  seed: number
  progress?: (done: number) => void
}

export interface Audited {
  ok: boolean
  tampered: number
  found: number
  alarmed: number
  untouched: number
  accused: number
  attacks: Record<string, number>
  faults: string[]
}

interface Verified {
  ok: boolean
  breaks?: BrokenRow[]
}

const RESTARTS = 3
/** Most 503 answers to one client before the soak gives up. */
const REFUSED_MOST = 20
const QUESTION = JSON.stringify({ query: '{ standing(code: "91220102MA0Y3X1HXM") { status } }' })

export const soakAudit = async ({ db, url, folder, runs, commands, seed, progress }: AuditGiven): Promise<Audited> => {
  const random = randomOf(seed)
  const env = { PORT: '0', HOST: '127.0.0.1', DATABASE_URL: url, DATA_DIR: folder, LOG_LEVEL: 'silent' }
  const config = readConfig(env)
  const keys = await loadKeys(config.keysDir, config.publicUrl)
  const told: Audited = {
    ok: true,
    tampered: 0,
    found: 0,
    alarmed: 0,
    untouched: 0,
    accused: 0,
    attacks: {},
    faults: [],
  }
  const ask = async (at: string, many: number): Promise<void> => {
    const { token } = keys.sign({ sub: '虚构商城', role: 'marketplace', agency: null, region: null }, Date.now())
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    for (let answered = 0, refused = 0; answered < many; ) {
      const answer = await fetch(`${at}/graphql`, { method: 'POST', headers, body: QUESTION })
      const text = await answer.text()
      if (answer.status === 200) answered += 1
      // On a busy machine the hub may briefly lose its database and answer 503.
      else if (answer.status !== 503 || ++refused > REFUSED_MOST) throw new Error(text)
    }
  }

  /** Runs `many` commands. Returns the verification afterwards. */
  const opened = async (many: number): Promise<Verified> => {
    const hub = await makeHub(config, { log: makeLog({ level: 'silent', file: null }) })
    try {
      for (let n = 0; n < many; n += 1) await hub.recorded('hub client add 虚构商城', async () => undefined)
      return await hub.verifyAuditLog({})
    } finally {
      await hub.close()
    }
  }
  /** Serves `many` answers. Returns whether the start raised an alarm, and the verification before the end. */
  const served = async (many: number): Promise<{ alarm: boolean; found: Verified }> => {
    const { log, looked } = listening()
    const hub = await makeHub(config, { log })
    try {
      await ask(await hub.serve(), many)
      return { alarm: await looked, found: await hub.verifyAuditLog({}) }
    } finally {
      await hub.close()
    }
  }

  const judge = (attack: Attack | null, found: Verified, alarm: boolean): void => {
    if (attack === null) {
      told.untouched += 1
      if (found.ok && !alarm) return
      told.accused += 1
      told.faults.push(`untouched: ${JSON.stringify(found)}`)
      return
    }
    told.tampered += 1
    told.attacks[attack.name] = (told.attacks[attack.name] ?? 0) + 1
    const isNamed = attack.rows.every((row) =>
      (found.breaks ?? []).some(({ number, until = number }) => number <= row && row <= until),
    )
    if (!found.ok && isNamed) told.found += 1
    if (alarm) told.alarmed += 1
    if (found.ok || !isNamed || !alarm)
      told.faults.push(`${JSON.stringify(attack)}: alarm ${alarm}, ${JSON.stringify(found)}`)
  }

  /** Empties the audit log. Signed manifests are deleted too, because they contain heads of the previous log. */
  const fresh = async (): Promise<void> => {
    await db.transaction((tx) =>
      tx.raw(
        'set local session_replication_role = replica; delete from trail; delete from trail_heads; delete from trail_progress; delete from manifests',
      ),
    )
    rmSync(join(folder, 'noted'), { recursive: true, force: true })
  }
  const chosen = (tampered: boolean): (typeof ATTACKS)[number] | null => (tampered ? random.one(ATTACKS) : null)

  for (let n = 0; n < 2 * runs; n += 1) {
    await fresh()
    for (let start = 1 + random.below(2); start > 0; start -= 1) await opened(1 + random.below(4))
    const attack = await attacked(db, chosen(n % 2 === 0), random)
    const { alarm, found } = await served(random.below(3))
    let last = found
    for (let again = random.below(RESTARTS); again > 0; again -= 1) last = await opened(1)
    judge(attack, last, alarm)
    progress?.(n + 1)
  }
  for (let n = 0; n < 2 * commands; n += 1) {
    await fresh()
    await commanded(env, random, (at) => ask(at, 3 + random.below(6)))
    const attack = await attacked(db, chosen(n % 2 === 0), random)
    for (let start = 0; start < RESTARTS; start += 1) await commanded(env, random, (at) => ask(at, 1))
    const { status, json } = await command(['verify', 'audit', '--json'], { ...env, LOG_LEVEL: 'error' })
    judge(attack, { ...json, ok: status === 0 }, attack !== null)
    progress?.(2 * runs + n + 1)
  }
  return { ...told, ok: told.found === told.tampered && told.alarmed === told.tampered && told.accused === 0 }
}

/** Runs the soak on a database server of its own. */
export const soakAuditAlone = async (given: Omit<AuditGiven, 'db' | 'url' | 'folder'>): Promise<Audited> => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-soak-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  const db = connect(server.url)
  try {
    await migrate(db)
    return await soakAudit({ db, url: server.url, folder: join(folder, 'hub'), ...given })
  } finally {
    await db.destroy()
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs `hub start`, stopped or killed once it has answered. */
const commanded = async (
  env: Record<string, string>,
  random: Random,
  use: (at: string) => Promise<void>,
): Promise<void> => {
  const child = begin(['start'], env)
  const ended = once(child, 'exit')
  try {
    await use(await addressOf(child))
  } finally {
    child.kill(random.chance(0.5) ? 'SIGKILL' : 'SIGTERM')
    await ended
  }
}

const addressOf = async (child: ChildProcess): Promise<string> => {
  let said = ''
  for await (const chunk of child.stdout ?? []) {
    said += chunk
    const [, at] = /Serving at (http:\S+)/.exec(said) ?? []
    if (at !== undefined) return at
  }
  throw new Error(`the hub did not start: ${said}`)
}

/** Captures the check of the audit log at start; `looked` resolves to true when it raised an alarm. */
const listening = (): { log: Log; looked: Promise<boolean> } => {
  const silent = makeLog({ level: 'silent', file: null })
  let hear: (alarm: boolean) => void
  const looked = new Promise<boolean>((resolve) => {
    hear = resolve
  })
  const heard = (_: unknown, said: unknown): void => {
    if (/^the audit log is (?:not )?as it was written/.test(String(said))) hear(String(said).includes(' not '))
  }
  const log = new Proxy(silent, {
    get: (target, name) => (name === 'error' || name === 'info' ? heard : Reflect.get(target, name)),
  })
  return { log, looked }
}
