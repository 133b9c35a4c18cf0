/**
 * The soak of failover: an asynchronous standby is promoted again and again under a running hub, half of the times
 * under load, and rows are lost. Removed entries must stay unlisted, and only removals may leave before the hub
 * notices. Every loss must be named: audit rows, the last delivery that left, entries that differ at platforms. An
 * officer then settles it.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { readConfig } from '../../src/config.js'
import { shanghaiDate } from '../../src/foundation/time/dates.js'
import { makeHub } from '../../src/hub/hub.js'
import { makeLog } from '../../src/hub/log.js'
import { type PlatformStandIn, startPlatformStandIns } from '../../src/sandbox/platforms/index.js'
import { connect, migrate } from '../../src/store/db/db.js'
import { lockReleasable, releaseRestored } from '../../src/work/delivery/restored.js'
import { makeMove } from '../../src/work/listing/listing.js'
import { hub as command } from '../support/command.js'
import {
  cutOff,
  makePrimary,
  makeProxy,
  makeStandby,
  newFolder,
  promote,
  replicated,
  rowAt,
  stop,
} from '../support/postgres-servers.js'
import { OFFICER, rowsOf, rules } from '../support/world.js'
import {
  findsAltered,
  isSaid,
  type LostRows,
  lostActs,
  makeQuestions,
  namesDelivery,
  namesRows,
  unnamed,
} from './failover/named.js'
import { makeSubjects } from './push/subjects.js'
import { randomOf } from './random.js'

const SUBJECTS = 12
/** Moves before the standby is cut off, and moves after it, which are lost. */
const MOVES = 6
const LOST_MOVES = 4
/** Queries before the standby is cut off, and queries after it, whose audit rows are lost. */
const QUESTIONS = 2
const LOST_QUESTIONS = 3
const QUIET_MS = 500
const NOTICED_WITHIN_MS = 10_000
const HIGHEST_DELIVERY = 'select coalesce(max(id), 0)::int as n from deliveries'
/** A folded delivery was never sent, even if its id is noted. */
const LAST_LEFT = 'select coalesce(max(id), 0)::int as n from deliveries where attempts > 0'
const HIGHEST_ROW = 'select coalesce(max(number), 0)::int as n from trail'

export interface FailoverSoaked {
  ok: boolean
  promotions: number
  underLoad: number
  /** Acknowledged moves missing on the promoted standby, without those under load. */
  lost: number
  /** Lost rows of the audit log, and entries that platforms show or hide unlike the database. */
  lostRows: number
  lostActs: number
  noticed: number
  /** Faults, all 0 in a good run. */
  listedThoughRemoved: number
  leftBeforeNoticed: number
  /** Promotions after which the audit log failed to verify or named the wrong rows. */
  rowsNotNamed: number
  /** Promotions after which an officer was not told of the last delivery. */
  deliveryNotNamed: number
  /** Lost acts that no list of discrepancies contains. */
  actsNotNamed: number
  /** Failures of the final command, and altered rows that were not found. */
  commandNotOk: number
  alteredNotFound: number
  ms: number
}

const FAULTS = [
  'listedThoughRemoved',
  'leftBeforeNoticed',
  'rowsNotNamed',
  'deliveryNotNamed',
  'actsNotNamed',
  'commandNotOk',
  'alteredNotFound',
] as const

export const soakFailover = async (given: {
  promotions: number
  seed: number
  progress: (done: number) => void
}): Promise<FailoverSoaked> => {
  const startedAt = Date.now()
  const folder = newFolder()
  const counts = { promotions: 0, underLoad: 0, lost: 0, lostRows: 0, lostActs: 0, noticed: 0 }
  const faults = Object.fromEntries(FAULTS.map((name) => [name, 0])) as Record<(typeof FAULTS)[number], number>
  let primary = await makePrimary(join(folder, 'pg-0'))
  const proxy = await makeProxy()
  proxy.to(primary.port)
  const url = `postgres://hub@127.0.0.1:${proxy.port}/postgres`
  const migrating = connect(url)
  await migrate(migrating)
  await migrating.destroy()
  const platforms = await startPlatformStandIns()
  const env = { PORT: '0', DATABASE_URL: url, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' }
  const config = readConfig(env)
  const hub = await makeHub(config, {
    log: makeLog(config.log),
    addresses: {
      agencies: {},
      platforms: Object.fromEntries(platforms.map((one) => [one.id, { url: one.url, secret: one.secret }])),
    },
    settleSeconds: 0,
  })
  const web = await hub.serve()
  const questions = makeQuestions(hub, web)
  const asked = async (many: number): Promise<void> => {
    for (let n = 0; n < many; n += 1) await questions.standing()
  }
  const subjects = await makeSubjects(hub.db, SUBJECTS, randomOf(given.seed), hub.now)
  const moved = async (many: number): Promise<void> => {
    for (let n = 0; n < many; n += 1) await subjects.move()
  }
  await hub.push(null, { cause: 'command' })
  await hub.publish({ cause: 'command' })
  /** The losses of all promotions so far. */
  const lostRows: LostRows[] = []
  try {
    for (let n = 1; n <= given.promotions; n += 1) {
      const underLoad = n % 2 === 1
      const standby = await makeStandby(primary, join(folder, `pg-${n}`))
      await moved(MOVES)
      await asked(QUESTIONS)
      await hub.push(null, { cause: 'command' })
      await replicated(primary, standby)
      await cutOff(standby)
      const had = Number((await rowAt(standby, HIGHEST_DELIVERY))['n'])
      const after = Number((await rowAt(standby, HIGHEST_ROW))['n'])
      const answered = questions.answered()
      await moved(LOST_MOVES)
      counts.lost += LOST_MOVES
      await asked(LOST_QUESTIONS)
      await hub.push(null, { cause: 'command' })
      const left = Number((await rowAt(primary, LAST_LEFT))['n'])
      if (!underLoad) await wait(QUIET_MS)
      const load = underLoad ? [repeated(subjects.move), repeated(questions.standing)] : []
      const reading = watched(web, subjects.shown)
      const told = platforms.map((one) => one.history().length)
      if (underLoad) await wait(QUIET_MS)
      await stop(primary, 'SIGQUIT')
      await Promise.all(load.map((one) => one.stop()))
      lostRows.push({ after, noted: after + questions.answered() - answered })
      counts.lostRows += questions.answered() - answered
      await promote(standby)
      proxy.to(standby.port)
      counts.promotions += 1
      if (underLoad) counts.underLoad += 1
      if (await noticed(hub)) counts.noticed += 1
      faults.leftBeforeNoticed += additionsSince(platforms, told)
      faults.listedThoughRemoved += await reading.stop()
      // Checked both before and after a row of the new server reveals the loss.
      const isNamedAtOnce = await namesRows(hub, lostRows)
      if (!(await namesDelivery(questions.ask, { left, had }))) faults.deliveryNotNamed += 1
      if (!isNamedAtOnce || !(await namesRows(hub, lostRows))) faults.rowsNotNamed += 1
      const acts = await lostActs(hub, platforms)
      counts.lostActs += acts.length
      const since = hub.now()
      await hub.reconcile(null, { cause: 'command' })
      faults.actsNotNamed += await unnamed(hub, acts, since)
      await settle(hub, subjects.shown)
      rmSync(primary.data, { recursive: true, force: true })
      primary = standby
      given.progress(n)
    }
    const { status, json } = await command(['verify', 'audit', '--json'], env)
    if (status !== 0 || !isSaid(json?.cuts ?? [], lostRows)) faults.commandNotOk += 1
    if (!(await findsAltered(hub))) faults.alteredNotFound += 1
    const ok =
      counts.promotions === given.promotions &&
      counts.noticed === counts.promotions &&
      counts.lostActs > 0 &&
      FAULTS.every((name) => faults[name] === 0)
    return { ok, ...counts, ...faults, ms: Date.now() - startedAt }
  } finally {
    await hub.close().catch(() => undefined)
    await Promise.all(platforms.map((one) => one.close()))
    proxy.close()
    await stop(primary, 'SIGQUIT').catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Repeats until stopped. It fails while the database is gone. */
const repeated = (act: () => Promise<void>) => {
  let on = true
  const done = (async () => {
    while (on) await act().catch(() => wait(20))
  })()
  return {
    stop: () => {
      on = false
      return done
    },
  }
}

/** Polls public pages and counts answers that list a removed entry. */
const watched = (web: string, shown: ReadonlyMap<string, boolean>) => {
  let on = true
  let faults = 0
  const done = (async () => {
    while (on) {
      const before = new Map(shown)
      const [page, entries] = await Promise.all([
        fetch(`${web}/data/blacklist.json`).then(async (answer) => (answer.ok ? await answer.text() : '')),
        fetch(`${web}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: '{ blacklist(first: 100) { nodes { key: id uuid: id } } }' }),
        }).then((answer) => answer.text()),
      ]).catch(() => ['', ''])
      for (const [id, isShown] of shown)
        if (!isShown && before.get(id) === false && (page.includes(id) || entries.includes(id))) faults += 1
      await wait(20)
    }
    return faults
  })()
  return {
    stop: () => {
      on = false
      return done
    },
  }
}

const noticed = async (hub: Awaited<ReturnType<typeof makeHub>>): Promise<boolean> => {
  for (const end = Date.now() + NOTICED_WITHIN_MS; Date.now() < end; ) {
    await hub.push(null, { cause: 'command' }).catch(() => undefined)
    const open = await rowsOf(hub.db, 'select 1 from database_restored where released_at is null').catch(() => [])
    if (open.length > 0) return true
    await wait(50)
  }
  return false
}

const additionsSince = (platforms: readonly PlatformStandIn[], told: readonly number[]): number =>
  platforms.reduce(
    (all, one, place) =>
      all +
      one
        .history()
        .slice(told[place] ?? 0)
        .filter(({ action }) => action !== 'REMOVE').length,
    0,
  )

/** Repeats the lost moves, compares every platform and releases the database. */
const settle = async (hub: Awaited<ReturnType<typeof makeHub>>, shown: ReadonlyMap<string, boolean>): Promise<void> => {
  const { db, now } = hub
  const move = (id: string, name: 'hideListing' | 'unhideListing') =>
    makeMove(db, rules, {
      id,
      name,
      ...OFFICER,
      input: { on: shanghaiDate(now()), reason: '核查', ...(name === 'hideListing' && { hiding: 'ERROR' as const }) },
      now: now(),
    })
  const again = async () => {
    for (const { id, state } of (await rowsOf(db, 'select id, state from listings')) as {
      id: string
      state: string
    }[]) {
      if (shown.get(id) === false && state === 'PUBLISHED') await move(id, 'hideListing')
      if (shown.get(id) === true && state === 'HIDDEN') await move(id, 'unhideListing')
    }
  }
  await again()
  await hub.push(null, { cause: 'command' })
  await hub.reconcile(null, { cause: 'command' })
  const ids = Object.keys(hub.addresses.platforms)
  const made = {
    proposedBy: 'officer-1',
    by: 'reviewer-1',
    reason: '已逐一核对',
    platforms: ids,
    now: now(),
  }
  await db.transaction(async (tx) => releaseRestored(tx, await lockReleasable(tx, ids), made))
  await again()
  await hub.push(null, { cause: 'command' })
  await hub.push(null, { cause: 'command' })
}
