/**
 * `npm run soak [NAME…] [--runs N] [--minutes N] [--seed N]`: the long forms of tests. The last line is one JSON
 * object.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { soakAbsence } from './absence.js'
import { soakAccess } from './access.js'
import { soakAuditAlone } from './audit.js'
import { soakCells } from './cells.js'
import { soakClocks } from './clocks.js'
import { soakClue } from './clue.js'
import { soakData } from './data.js'
import { soakFailover } from './failover.js'
import { soakGeneratedClients } from './generated-clients.js'
import { soakHistoriesAlone } from './histories.js'
import { soakIntakeKilled } from './intake/killed.js'
import { soakIntake } from './intake.js'
import type { MachineFaults } from './machines/faults.js'
import { sumParts } from './machines/verdict.js'
import { soakMatters } from './matters.js'
import { soakNodes } from './nodes.js'
import { soakPushHubs } from './push-hubs.js'
import { soakRestore } from './restore.js'
import { soakScoreAlone } from './score.js'
import { soakScreens } from './screens.js'
import { soakSeries } from './series.js'
import { soakTimes } from './times.js'
import { soakUpgrades } from './upgrades.js'

interface Options {
  runs: number | undefined
  faults: MachineFaults
  /** Files with the last lines of earlier parts, which are added up instead of a new one. */
  sum: readonly string[]
  minutes: number
  operators: number
  nodes: readonly string[]
  tests: readonly string[]
  seed: number
  progress: (name: string, done: number, of: number) => void
}

/** Progress interval, milliseconds. */
const PROGRESS_MS = 10_000

/** Files that are only read, to one that a hub pulls while it is killed, and the fewest of these. */
const FILES_A_KILLED_STEP = 50
const KILLED_STEPS_LEAST = 60

/** One in so many logs is also tested through the command line: fifty of a thousand. */
const COMMANDS_SHARE = 20

const SOAKS: Record<string, (options: Options) => Promise<{ ok: boolean }>> = {
  absence: async ({ runs = 10_000, seed, progress }) => ({
    seed,
    ...(await soakAbsence({ items: runs, seed, progress: (done) => progress('absence', done, runs) })),
  }),
  access: async ({ minutes, faults, seed }) => ({
    seed,
    ...(await soakAccess({
      forMs: minutes * 60_000,
      kills: faults.kill,
      seed,
      progress: (done) => process.stderr.write(`access ${JSON.stringify(done)}\n`),
    })),
  }),
  audit: async ({ runs = 1_000, seed, progress }) => {
    const commands = Math.ceil(runs / COMMANDS_SHARE)
    const all = 2 * (runs + commands)
    return {
      seed,
      ...(await soakAuditAlone({ runs, commands, seed, progress: (done) => progress('audit', done, all) })),
    }
  },
  cells: async ({ runs = 100_000, seed, progress }) => ({
    seed,
    ...(await soakCells({ runs, seed, progress: (done) => progress('cells', done, runs) })),
  }),
  clocks: async ({ minutes, seed }) => {
    let said = 0
    return {
      seed,
      ...(await soakClocks({
        forMs: minutes * 60_000,
        seed,
        progress: (turns, moves) => {
          if (Date.now() - said < PROGRESS_MS) return
          said = Date.now()
          process.stderr.write(`clocks: ${turns} turns, ${moves} moves\n`)
        },
      })),
    }
  },
  clue: ({ runs = 50_000, progress }) =>
    soakClue({
      posts: runs,
      addresses: 1_000,
      codes: runs / 5,
      slow: 30,
      progress: (done) => progress('clue', done, runs),
    }),
  failover: async ({ runs = 50, seed }) => ({
    seed,
    ...(await soakFailover({
      promotions: runs,
      seed,
      progress: (done) => process.stderr.write(`failover ${done}/${runs}\n`),
    })),
  }),
  'generated-clients': () => soakGeneratedClients(),
  histories: async ({ runs = 10_000, seed, progress }) => ({
    seed,
    ...(await soakHistoriesAlone({ runs, seed, progress: (done) => progress('histories', done, runs) })),
  }),
  data: async ({ minutes }) => soakData({ forMs: minutes * 60_000 }),
  intake: async ({ runs = 20_000, seed, progress }) => {
    const soaked = await soakIntake({
      runs,
      seed,
      progress: (done) => progress('intake', done, runs),
      found: (fault) => process.stderr.write(`${JSON.stringify(fault)}\n`),
    })
    const steps = Math.max(KILLED_STEPS_LEAST, runs / FILES_A_KILLED_STEP)
    const killed = await soakIntakeKilled({ steps, seed, progress: (done) => progress('intake killed', done, steps) })
    return { ok: soaked.faults.length === 0 && killed.ok, seed, ...soaked, killed }
  },
  machines: async ({ faults, minutes, seed, sum }) => {
    if (sum.length > 0) return sumParts(sum.map((file) => JSON.parse(readFileSync(file, 'utf8')).machines))
    const { soakMachines } = await import('./machines.js')
    return soakMachines({
      counts: faults,
      forMs: minutes * 60_000,
      seed,
      progress: (fault, done, of) => process.stderr.write(`machines ${done}/${of} ${JSON.stringify(fault)}\n`),
    })
  },
  matters: ({ runs = 2_000, progress }) =>
    soakMatters({
      requests: runs,
      kills: 20,
      rows: 10_000,
      bad: 137,
      progress: (sent) => progress('matters', sent, runs),
    }),
  nodes: ({ nodes, tests }) => soakNodes({ versions: nodes, tests }),
  push: async ({ runs = 10_000, seed }) => {
    let said = 0
    const soaked = await soakPushHubs({
      deliveries: runs,
      seed,
      progress: (confirmed, kills) => {
        if (Date.now() - said < PROGRESS_MS) return
        said = Date.now()
        process.stderr.write(`push ${confirmed}/${runs}, ${kills} killed\n`)
      },
    })
    return { seed, ...soaked }
  },
  restore: ({ operators }) =>
    soakRestore({ operators, progress: (step, seconds) => process.stderr.write(`restore: ${step} ${seconds} s\n`) }),
  score: async ({ runs = 80_000, seed }) => {
    const replayed = await soakScoreAlone(runs, seed)
    return { ...replayed, ok: replayed.ok && replayed.found === 1 && replayed.interrupted > 0 }
  },
  screens: () => soakScreens(),
  series: async ({ runs = 20, seed }) => ({ seed, ...(await soakSeries(runs, seed)) }),
  times: async ({ runs, seed, progress }) => ({
    seed,
    ...(await soakTimes({
      ...(runs !== undefined && { requests: runs }),
      seed,
      progress,
      told: (name, found) => process.stderr.write(`${name}: ${JSON.stringify(found)}\n`),
    })),
  }),
  upgrades: ({ runs = 20 }) =>
    soakUpgrades({ cycles: runs, hubs: 2, progress: (done) => process.stderr.write(`upgrades ${done}/${runs}\n`) }),
}

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      kills: { type: 'string', default: '10' },
      switchovers: { type: 'string', default: '2' },
      splits: { type: 'string', default: '2' },
      freezes: { type: 'string', default: '1' },
      poolers: { type: 'string', default: '1' },
      stops: { type: 'string', default: '2' },
      minorities: { type: 'string', default: '1' },
      fulls: { type: 'string', default: '1' },
      upgrades: { type: 'string', default: '1' },
      sum: { type: 'string', multiple: true, default: [] },
      minutes: { type: 'string', default: '10' },
      operators: { type: 'string', default: '1000000' },
      node: { type: 'string', multiple: true, default: ['22', '24'] },
      tests: { type: 'string', multiple: true, default: ['test/api/**/*.test.ts', 'test/hub/*.test.ts'] },
      seed: { type: 'string', default: '20261125' },
    },
  })
  const names = positionals.length > 0 ? positionals : Object.keys(SOAKS)
  const unknown = names.filter((name) => !Object.hasOwn(SOAKS, name))
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(' ')}; there is ${Object.keys(SOAKS).join(' ')}`)
  const figures: Record<string, { ok: boolean }> = {}
  for (const name of names) {
    const soak = SOAKS[name]
    if (soak)
      figures[name] = await soak({
        runs: values.runs === undefined ? undefined : Number(values.runs),
        faults: {
          kill: Number(values.kills),
          switchover: Number(values.switchovers),
          split: Number(values.splits),
          freeze: Number(values.freezes),
          pooler: Number(values.poolers),
          stop: Number(values.stops),
          minority: Number(values.minorities),
          full: Number(values.fulls),
          upgrade: Number(values.upgrades),
        },
        sum: values.sum,
        operators: Number(values.operators),
        nodes: values.node,
        tests: values.tests,
        seed: Number(values.seed),
        minutes: Number(values.minutes),
        progress: (what, done, of) => {
          if (done % 500 === 0 || done === of) process.stderr.write(`${what} ${done}/${of}\n`)
        },
      })
  }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
  if (Object.values(figures).some(({ ok }) => !ok)) process.exitCode = 1
}

await main()
