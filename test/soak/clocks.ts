/**
 * The soak of clocks: hubs whose host clocks are shifted by days and years hide and show entries. PostgreSQL's own
 * clock stays right. No entry may end early, be erased or be sent twice.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { shanghaiDate } from '../../src/foundation/time/dates.js'
import { startPlatformStandIns } from '../../src/sandbox/platforms/index.js'
import { connect, type JobDb, migrate } from '../../src/store/db/db.js'
import { joinDatabase as joinEmbedded } from '../../src/store/embedded/index.js'
import type { ClientCredentials } from '../../src/work/access/clients.js'
import { globalOf } from '../api/global-ids.js'
import { confirmedClient } from '../support/accounts.js'
import { endingIn } from '../support/ending.js'
import { followClock } from '../support/faketime.js'
import { rowsOf } from '../support/world.js'
import { isGood, type PlatformVerdict, statesOf, verdictOf } from './push/verdict.js'
import { named } from './push/witness.js'
import { type Random, randomOf } from './random.js'
import { type Verified, verifyAll } from './verified.js'

const HUBS = 2
const SUBJECTS = 12
/** Remaining term in days. A hub's clock may be further ahead than this. */
const ENDS_IN_DAYS = 1
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Clock offsets in libfaketime's syntax. */
const TURNS = ['+2d', '-2d', '+3650d', '-3650d', '+0'] as const
const TURN_EVERY_MS = 20_000
const MOVE_EVERY_MS = 500
const READY_WITHIN_MS = 60_000
const DRAIN_WITHIN_MS = 180_000
/** Share of messages with some trouble. */
const CHAOS_SHARE = 0.1

export interface ClocksSoaked {
  ok: boolean
  turns: number
  hidden: number
  shown: number
  /** These are all 0 in a good run. */
  refused: number
  endedEarly: number
  erased: number
  knowledgeAheadMs: number
  manifestsTooLong: number
  doubts: number
  deliveries: Record<string, number>
  platforms: Record<string, PlatformVerdict>
  verified: Verified
  ms: number
}

export const soakClocks = async (given: {
  forMs: number
  seed: number
  progress: (turns: number, moves: number) => void
}): Promise<ClocksSoaked> => {
  if (followClock('') === null) throw new Error('libfaketime is not installed')
  const built = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
  if (built.status !== 0) throw new Error('the build failed')
  // Imported late, because the import checks that the product is built.
  const { begin, ended, printed } = await import('../support/command.js')
  const startedAt = performance.now()
  const random = randomOf(given.seed)
  const folder = mkdtempSync(join(tmpdir(), 'hub-clocks-'))
  const embedded = await joinEmbedded(join(folder, 'server'))
  const db = connect(embedded.url)
  await migrate(db)
  const platforms = await startPlatformStandIns({}, join(folder, 'platforms'))
  for (const [index, one] of platforms.entries())
    one.behave({ chaos: { seed: given.seed + index, share: CHAOS_SHARE } })
  const shown = new Map((await endingIn(db, ENDS_IN_DAYS, SUBJECTS)).map((id) => [id, true]))
  const officer = await confirmedClient(db, { name: 'soak', role: 'officer' }, [], new Date())

  const clockOf = (place: number): string => join(folder, `clock-${place}`)
  const turn = (place: number, to: string): void => writeFileSync(clockOf(place), `${to}\n`)
  const start = async (place: number) => {
    turn(place, '+0')
    const child = begin(['start'], {
      DATABASE_URL: named(embedded.url, `hub-${place}`),
      DATA_DIR: join(folder, 'data'),
      KEYS_DIR: join(folder, 'keys'),
      PORT: '0',
      LOG_LEVEL: 'warn',
      LOG_FILE: join(folder, `hub-${place}.log`),
      ...followClock(clockOf(place)),
      ...Object.fromEntries(
        platforms.flatMap(({ id, url, secret }) => [
          [`PLATFORM_${id.toUpperCase()}_URL`, url],
          [`PLATFORM_${id.toUpperCase()}_SECRET`, secret],
        ]),
      ),
    })
    const [address = ''] = /http:\S+/.exec(await printed(child, /Serving at http:\S+\n/, READY_WITHIN_MS)) ?? []
    return { child, url: address }
  }

  const count = { turns: 0, hidden: 0, shown: 0, refused: 0, endedEarly: 0, manifestsTooLong: 0, knowledgeAheadMs: 0 }
  const hubs: Awaited<ReturnType<typeof start>>[] = []
  let ok = false
  try {
    // Sequential, because the first hub creates the shared keys.
    for (let place = 0; place < HUBS; place += 1) hubs.push(await start(place))
    let turnedAt = 0
    while (performance.now() - startedAt < given.forMs) {
      if (performance.now() - turnedAt > TURN_EVERY_MS) {
        turnedAt = performance.now()
        turn(random.below(HUBS), random.one(TURNS))
        count.turns += 1
      }
      // One hub issues the token and another, whose clock is years apart, makes the move.
      const [issuer, mover] = [random.one(hubs), random.one(hubs)]
      const moved = await move({ issuer: issuer.url, mover: mover.url, officer, shown, random })
      count[moved] += 1
      await look(db, mover.url, count)
      given.progress(count.turns, count.hidden + count.shown)
      await wait(MOVE_EVERY_MS)
    }
    for (let place = 0; place < HUBS; place += 1) turn(place, '+0')
    for (const one of platforms) one.behave({ chaos: null })
    const drained = await until(async () => (await statesOf(db))['OWED'] === undefined, DRAIN_WITHIN_MS)
    const verdicts = await Promise.all(platforms.map(async (one) => [one.id, await verdictOf(db, one, shown)] as const))
    const [erased] = await rowsOf(db, 'select erased::int as n from trail_progress')
    const [doubts] = await rowsOf(db, 'select count(*)::int as n from clock_doubts')
    const found = { ...count, erased: Number(erased?.['n'] ?? 0), doubts: Number(doubts?.['n'] ?? 0) }
    const faults = ['refused', 'endedEarly', 'manifestsTooLong', 'knowledgeAheadMs', 'erased', 'doubts'] as const
    const verified = await verifyAll({
      DATABASE_URL: embedded.url,
      DATA_DIR: join(folder, 'data'),
      KEYS_DIR: join(folder, 'keys'),
    })
    ok = drained && verified.ok && found.hidden > 0 && faults.every((fault) => found[fault] === 0)
    ok = ok && verdicts.every(([, verdict]) => isGood(verdict))
    return {
      ok,
      ...found,
      deliveries: await statesOf(db),
      platforms: Object.fromEntries(verdicts),
      verified,
      ms: Math.round(performance.now() - startedAt),
    }
  } finally {
    for (const { child } of hubs) child.kill('SIGTERM')
    await Promise.all(hubs.map(({ child }) => ended(child)))
    await Promise.all(platforms.map((one) => one.close()))
    await db.destroy()
    await embedded.leave()
    if (ok) rmSync(folder, { recursive: true, force: true })
    else process.stderr.write(`kept: ${folder}\n`)
  }
}

interface Moving {
  issuer: string
  mover: string
  officer: ClientCredentials
  shown: Map<string, boolean>
  random: Random
}

const MOVE = (name: string) => `mutation($i: MoveInput!) { ${name}(input: $i) { listing { state } } }`

/** Hides a shown entry or shows a hidden one. */
const move = async ({ issuer, mover, officer, shown, random }: Moving): Promise<'hidden' | 'shown' | 'refused'> => {
  const id = random.one([...shown.keys()])
  const isShown = shown.get(id) === true
  const name = isShown ? 'hideListing' : 'unhideListing'
  const given = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...credentials(officer) }),
  })
  const { access_token } = (await given.json()) as { access_token?: string }
  const input = {
    id: globalOf('Listing', id),
    on: shanghaiDate(new Date()),
    reason: '核查',
    ...(isShown && { hiding: 'ERROR' }),
  }
  const answer = await fetch(`${mover}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${access_token}` },
    body: JSON.stringify({ query: MOVE(name), variables: { i: input } }),
  })
  const said = (await answer.json()) as { errors?: { message: string }[] }
  if (said.errors) {
    process.stderr.write(`${name} refused: ${JSON.stringify(said.errors)}\n`)
    return 'refused'
  }
  shown.set(id, !isShown)
  return isShown ? 'hidden' : 'shown'
}

const credentials = ({ client_id, client_secret }: ClientCredentials) => ({ client_id, client_secret })

/** Counts what was sent wrongly or ahead of time. */
const look = async (
  db: JobDb,
  url: string,
  count: { endedEarly: number; manifestsTooLong: number; knowledgeAheadMs: number },
): Promise<void> => {
  const [found] = await rowsOf(
    db,
    `select (select count(*)::int from listings where state not in ('PUBLISHED', 'HIDDEN')) as ended,
       (select greatest(0, extract(epoch from latest - clock_timestamp()) * 1000 - 60000)::float8 from knowledge) as ahead`,
  )
  count.endedEarly = Math.max(count.endedEarly, Number(found?.['ended'] ?? 0))
  count.knowledgeAheadMs = Math.max(count.knowledgeAheadMs, Number(found?.['ahead'] ?? 0))
  const answer = await fetch(`${url}/data/manifest.jws`)
  if (answer.status !== 200) return
  const [, said = ''] = (await answer.text()).split('.')
  const { validUntil } = JSON.parse(Buffer.from(said, 'base64url').toString()) as { validUntil: string }
  if (Date.parse(validUntil) > Date.now() + DAY_MS + HOUR_MS) count.manifestsTooLong += 1
}

/** Returns whether the condition became true in time. */
const until = async (holds: () => Promise<boolean>, withinMs: number): Promise<boolean> => {
  for (const end = performance.now() + withinMs; ; ) {
    if (await holds()) return true
    if (performance.now() > end) return false
    await wait(MOVE_EVERY_MS)
  }
}
