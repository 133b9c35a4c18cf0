import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { makeScheduler } from '../../../src/work/timetable/occurrences.js'
import { runAlone } from '../../../src/work/timetable/run.js'
import type { ScheduledJob } from '../../../src/work/timetable/timetable.js'
import * as acts from '../../../src/work/timetable/timetable.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { log, rowsOf } from '../../support/world.js'

const ROOT = join(fileURLToPath(import.meta.url), '..', '..', '..', '..')

/** Step at which the process is killed, its time zone, and the resulting runs with their attempts. */
const CASES = [
  ['taken', 'America/New_York', ['DONE 2']],
  ['running', 'Pacific/Apia', ['ABANDONED 1', 'DONE 2']],
  ['ended', 'Europe/Berlin', ['DONE 1']],
] as const

describe('processes of the timetable', () => {
  let test: TestDatabase
  const children: ChildProcess[] = []
  /** All processes start at the same time, because each takes seconds. */
  const keepers = new Map<string, ReturnType<typeof keeper>>()
  before(async () => {
    test = await freshDatabase()
    for (const [step, zone] of CASES) keepers.set(step, keeper(`at ${step}`, step, zone))
  })
  after(async () => {
    for (const child of children) child.kill('SIGKILL')
    await test.drop()
  })

  /** Starts a process in the time zone `TZ`. `line` reads its next line. */
  const keeper = (subject: string, step: string, TZ: string) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(ROOT, 'test', 'support', 'timekeeper.ts'), test.url, subject, step],
      {
        cwd: ROOT,
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    children.push(child)
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
    return { child, line: async () => JSON.parse(String((await lines.next()).value)) }
  }

  /** 02:30 in Shanghai in the two nights of each window around a change of clocks. */
  const NIGHTS = ['2026-03-07', '2026-10-31', '2026-03-28', '2026-10-24', '2011-12-29', '2021-04-03'].flatMap((day) =>
    [18.5, 42.5].map((hours) => new Date(Date.parse(`${day}T00:00:00Z`) + hours * 3_600_000).toISOString()),
  )

  for (const [step, zone, outcomes] of CASES)
    it(`a process in ${zone} killed when its run is ${step} leaves one effective run, and plans by Shanghai time`, async () => {
      const subject = `at ${step}`
      const occasion: ScheduledJob = { job: 'pull', subject, cron: '0 0 1 1 *' }
      const { child, line } = keepers.get(step) ?? keeper(subject, step, zone)
      expect(await line()).to.deep.equal({ planned: NIGHTS, zone })
      const told = { timetable: [occasion], job: 'pull', subject, by: 'officer-1' }
      await acts.requestScheduledJob(test.db, { ...told, now: new Date() })
      expect(await line()).to.deep.equal({ at: step })

      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
      await test.db.raw(
        `update occurrences set lease_until = clock_timestamp() where subject = ? and ended_at is null`,
        [subject],
      )
      const other = makeScheduler(test.db, {
        occasions: () => [occasion],
        now: () => new Date(),
        log,
        act: async (turn) =>
          (await runAlone(test.db, { ...turn, now: () => new Date() }, () => Promise.resolve(true))) === true,
      })
      const open = () => rowsOf(test.db, 'select 1 from occurrences where subject = ? and ended_at is null', [subject])
      // PostgreSQL may notice the dead connection late.
      while ((await open()).length > 0) {
        await other.beat()
        await other.idle()
      }
      const ran = await rowsOf(test.db, 'select outcome, attempt from runs where subject = ? order by id', [subject])
      expect(ran.map(({ outcome, attempt }) => `${outcome} ${attempt}`)).to.deep.equal(outcomes)
    })
})
