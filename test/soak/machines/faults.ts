/** A seeded plan of faults of the machines; each fault measures how long nobody was answered. */
import { setTimeout as wait } from 'node:timers/promises'
import type { JobDb } from '../../../src/store/db/db.js'
import { rowsOf } from '../../support/world.js'
import type { Random } from '../random.js'
import type { Answered, Client } from './client.js'
import { type Cluster, SYNCHRONOUS, until } from './cluster.js'

/** `stop`: the service of the primary is stopped, as before a machine is restarted. `minority`: one etcd is dead while the primary dies. */
export type FaultKind = 'kill' | 'switchover' | 'stop' | 'split' | 'freeze' | 'pooler' | 'minority' | 'full' | 'upgrade'
export type MachineFaults = Readonly<Record<FaultKind, number>>

/** What is under way when it happens. */
const MOMENTS = ['merge', 'publication', 'removal', 'nothing', 'nothing', 'nothing'] as const
type Moment = (typeof MOMENTS)[number]

const CALM_MS = 2_000
const CALM_RANDOM_MS = 4_000
const MERGE_LASTS_MS = 600
const PUBLICATION_LASTS_MS = 100
const REMOVAL_LASTS_MS = 20
const RUN_WITHIN_MS = 20_000
const POLL_MS = 10
const FROZEN_MS = 60_000
const DOWN_MS = 3_000
const FULL_MS = 20_000
const FILL_AGAIN_MS = 250

export interface Fault {
  kind: FaultKind
  moment: Moment
  /** Whether it still was under way when the fault came. */
  during: boolean
  /** Also no packet told of the death. */
  silent: boolean
  /** Longest time without an answered question, or an acknowledged move. Milliseconds. */
  questionsMs: number
  movesMs: number
  looksMs: number
  asked: number
  /** Codes of what was not answered well, with how often: questions and looks, and moves. */
  failedReads: Record<string, number>
  failedMoves: Record<string, number>
}

export interface FaultGiven {
  cluster: Cluster
  client: Client
  db: JobDb
  random: Random
  /** Lets the agency's stand-in answer with other rows from now on. */
  changeWorld: () => void
  /** Replaces all hubs by those of the next release, and back. */
  upgrade: () => Promise<void>
}

export const planOf = (counts: MachineFaults, random: Random): FaultKind[] => {
  const plan = (Object.keys(counts) as FaultKind[]).flatMap((kind) => Array.from({ length: counts[kind] }, () => kind))
  for (let at = plan.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1)
    ;[plan[at], plan[other]] = [plan[other] as FaultKind, plan[at] as FaultKind]
  }
  return plan
}

export const happen = async (kind: FaultKind, given: FaultGiven): Promise<Fault> => {
  const { cluster, client, random } = given
  await cluster.whole()
  await wait(CALM_MS + random.below(CALM_RANDOM_MS))
  const moment = kind === 'kill' ? random.one(MOMENTS) : 'nothing'
  const silent = kind === 'kill' && random.chance(1 / 2)
  const isUnderWay = await reach(moment, given)
  const from = performance.now()
  const during = isUnderWay()
  await FAULTS[kind](given, silent)
  await answeredAgain(client, performance.now())
  await cluster.whole()
  const window = { from, until: performance.now() }
  const meanwhile = (answers: readonly Answered[]) => answers.filter(({ ended }) => ended >= from)
  const reads = meanwhile([...client.questions, ...client.looks])
  return {
    ...{ kind, moment, during, silent },
    questionsMs: longestWait(client.questions, window),
    movesMs: longestWait(
      client.attempts.map((one) => ({ ...one, hub: 0 })),
      window,
    ),
    looksMs: longestWait(client.looks, window),
    asked: reads.length,
    failedReads: failuresOf(reads),
    failedMoves: failuresOf(meanwhile(client.attempts)),
  }
}

const failuresOf = (answers: readonly Answered[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { code } of answers) if (code !== 'OK') counts[code] = (counts[code] ?? 0) + 1
  return counts
}

/** Returns a look at whether it still is under way. */
const reach = async (moment: Moment, { client, db, random, changeWorld }: FaultGiven): Promise<() => boolean> => {
  if (moment === 'nothing') return () => false
  if (moment === 'removal') {
    const isUnderWay = await client.nextRemoval()
    await wait(random.below(REMOVAL_LASTS_MS))
    return isUnderWay
  }
  const isMerge = moment === 'merge'
  if (isMerge) changeWorld()
  await client.startJob(isMerge ? 'PULL' : 'PUBLISH', isMerge ? 'registry' : null)
  let isRunning = false
  for (const end = performance.now() + RUN_WITHIN_MS; !isRunning && performance.now() < end; await wait(POLL_MS))
    isRunning = (await runsOf(db, isMerge ? 'pull' : 'publish')) > 0
  await wait(random.below(isMerge ? MERGE_LASTS_MS : PUBLICATION_LASTS_MS))
  const still = await runsOf(db, isMerge ? 'pull' : 'publish')
  return () => still > 0
}

const runsOf = async (db: JobDb, job: string): Promise<number> => {
  const rows = await rowsOf(db, `select 1 from runs where job = ? and outcome = 'RUNNING'`, [job]).catch(() => [])
  return rows.length
}

const leaderOf = async (cluster: Cluster): Promise<string> => {
  const name = await cluster.leader()
  if (name === null) throw new Error('there is no primary')
  return name
}

const nextLeader = (cluster: Cluster, former: string): Promise<void> =>
  until('another primary', async () => ![null, former].includes(await cluster.leader()))

const killPrimary = async (cluster: Cluster, silent: boolean): Promise<void> => {
  const name = await leaderOf(cluster)
  const machine = cluster.machine(name)
  if (silent) await machine.link('down')
  await machine.kill()
  await wait(DOWN_MS)
  await nextLeader(cluster, name)
  if (silent) await machine.link('up')
  cluster.start(name)
}

const FAULTS: Record<FaultKind, (given: FaultGiven, silent: boolean) => Promise<void>> = {
  kill: ({ cluster }, silent) => killPrimary(cluster, silent),
  switchover: async ({ cluster, random }) => {
    const standby = (await cluster.members()).filter(({ role }) => role === SYNCHRONOUS)
    const former = await leaderOf(cluster)
    await cluster.switchover(random.one(standby).name)
    await nextLeader(cluster, former)
  },
  stop: async ({ cluster }) => {
    const name = await leaderOf(cluster)
    await cluster.stop(name)
    await nextLeader(cluster, name)
    cluster.start(name)
  },
  split: async ({ cluster }) => {
    const name = await leaderOf(cluster)
    for (const etcd of cluster.etcds) await cluster.machine(name).cut(etcd)
    try {
      await nextLeader(cluster, name)
    } finally {
      for (const etcd of cluster.etcds) await cluster.machine(name).mend(etcd)
    }
  },
  freeze: async ({ cluster }) => {
    const standby = (await cluster.members()).find(({ role }) => role === SYNCHRONOUS)
    const machine = cluster.machine(standby?.name ?? '')
    await machine.signal('SIGSTOP')
    await wait(FROZEN_MS)
    await machine.signal('SIGCONT')
  },
  pooler: async ({ cluster }) => {
    await cluster.restartPooler()
  },
  minority: async ({ cluster, random }) => {
    const { name } = random.one(cluster.etcds)
    await cluster.machine(name).kill()
    await wait(DOWN_MS)
    await killPrimary(cluster, false)
    cluster.start(name)
  },
  full: async ({ cluster }) => {
    const disk = cluster.disk(await leaderOf(cluster))
    try {
      for (const end = performance.now() + FULL_MS; performance.now() < end; await wait(FILL_AGAIN_MS))
        await disk.fill()
    } finally {
      disk.free()
    }
  },
  upgrade: ({ upgrade }) => upgrade(),
}

/** Each hub answers a question and a look, and one a move, that was asked after the fault. */
const answeredAgain = async (client: Client, from: number): Promise<void> => {
  const isOk = ({ begun, code }: Answered): boolean => begun > from && code === 'OK'
  await until('answers after the fault', async () => {
    const areAnswered = (answers: readonly Answered[]): boolean =>
      [...new Set(answers.map(({ hub }) => hub))].every((hub) => answers.some((one) => one.hub === hub && isOk(one)))
    return areAnswered(client.questions) && areAnswered(client.looks) && client.attempts.some(isOk)
  })
}

/** The longest time between two good answers in the window, over all hubs. */
const longestWait = (answers: readonly Answered[], window: { from: number; until: number }): number => {
  let longest = 0
  for (const hub of new Set(answers.map((one) => one.hub))) {
    const good = answers.filter((one) => one.hub === hub && one.code === 'OK').map(({ ended }) => ended)
    const points = [window.from, ...good.filter((at) => at > window.from && at < window.until)].sort((a, b) => a - b)
    for (let at = 1; at < points.length; at += 1) longest = Math.max(longest, (points[at] ?? 0) - (points[at - 1] ?? 0))
  }
  return Math.round(longest)
}
