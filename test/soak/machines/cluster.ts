/** Three PostgreSQL under Patroni, etcd, HAProxy and PgBouncer, started with the files of `src/hub/deploy`. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { connect } from '../../../src/store/db/db.js'
import { fillIn } from '../../support/deploy-files.js'
import { endProcess, type Machine, makeNetwork, type Network } from './network.js'

const PROGRAMS = {
  patroni: '/usr/bin/patroni',
  etcd: '/usr/bin/etcd',
  haproxy: '/usr/sbin/haproxy',
  pgbouncer: '/usr/sbin/pgbouncer',
}
const POSTGRESQL = [18, 17, 16, 15].map((version) => `/usr/lib/postgresql/${version}/bin`).find(existsSync)
const DATABASES = ['db1', 'db2', 'db3']
/** Milliseconds: five times etcd's own defaults, because all machines share two cores. */
export const ETCD_TIMES = { heartbeat: 500, election: 5_000 }
const PATRONI_PORT = 8008
const PASSWORD = 'rig'
const AGAIN_MS = 100
const LEADER_WITHIN_MS = 120_000
const ASK_WITHIN_MS = 2_000
const FOLDER_MODE = 0o755
const SECRET_MODE = 0o600

/** The sentence of a rig that cannot run here; null where it can. */
export const missingHere = (): string | null => {
  if (process.geteuid?.() !== 0) return 'network namespaces need root'
  const missing = Object.entries(PROGRAMS).flatMap(([name, path]) => (existsSync(path) ? [] : [name]))
  if (POSTGRESQL === undefined) missing.push('postgresql')
  if (missing.length > 0) return `not installed: ${missing.join(' ')}`
  try {
    execFileSync('ip', ['netns', 'list'])
  } catch {
    return 'ip netns does not work'
  }
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import patroni.dcs.etcd3'], { stdio: 'ignore' })
    return null
  } catch {
    return 'Patroni lacks python3-etcd'
  }
}

interface Member {
  name: string
  role: string
  state: string
  timeline?: number
}

export interface Cluster {
  /** Past PgBouncer, and through it. */
  direct: string
  pooled: string
  machines: readonly Machine[]
  etcd: Machine
  /** Name of the primary by the lock; null while there is none. */
  leader(): Promise<string | null>
  members(): Promise<Member[]>
  /** Resolves when the primary and two streaming standbys, one of them synchronous, are there. */
  whole(): Promise<void>
  /** Starts Patroni again on a machine that was killed. */
  start(name: string): void
  machine(name: string): Machine
  switchover(to: string): Promise<void>
  restartPooler(): Promise<void>
  close(): Promise<void>
}

export const startCluster = async (folder: string): Promise<Cluster> => {
  chmodSync(folder, FOLDER_MODE)
  const network = await makeNetwork()
  const processes: ChildProcess[] = []
  try {
    return await startOn(network, folder, processes)
  } catch (error) {
    await Promise.all(processes.map(endProcess))
    await network.close()
    throw error
  }
}

const startOn = async (network: Network, folder: string, processes: ChildProcess[]): Promise<Cluster> => {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])))
  const fileOf = (name: string) => join(folder, name)
  const logOf = (name: string): number => openSync(fileOf(`${name}.log`), 'a')
  const write = (name: string, text: string): string => {
    writeFileSync(fileOf(name), text, { mode: SECRET_MODE })
    chownSync(fileOf(name), uid ?? 0, gid ?? 0)
    return fileOf(name)
  }
  const etcd = await network.add('etcd')
  const machines: Machine[] = []
  for (const name of DATABASES) machines.push(await network.add(name))
  const addresses = Object.fromEntries(machines.map((one) => [one.name.toUpperCase(), one.address]))
  const etcdFile = write(
    'etcd.yml',
    fillIn('etcd.yml', {
      NAME: etcd.name,
      ADDRESS: etcd.address,
      DATA: fileOf('etcd'),
      MEMBERS: `${etcd.name}=http://${etcd.address}:2380`,
      HEARTBEAT: String(ETCD_TIMES.heartbeat),
      ELECTION: String(ETCD_TIMES.election),
    }),
  )
  etcd.start(PROGRAMS.etcd, ['--config-file', etcdFile, '--log-level', 'warn'], { log: logOf('etcd') })

  const start = (name: string): void => {
    const machine = machineOf(machines, name)
    machine.start(PROGRAMS.patroni, [fileOf(`${name}.yml`)], {
      log: logOf(name),
      account: 'postgres',
      cwd: fileOf(name),
    })
  }
  for (const { name, address } of machines) {
    mkdirSync(fileOf(name))
    chownSync(fileOf(name), uid ?? 0, gid ?? 0)
    write(
      `${name}.yml`,
      fillIn('patroni.yml', {
        NAME: name,
        ADDRESS: address,
        ETCD: `${etcd.address}:2379`,
        DATA: join(fileOf(name), 'data'),
        SOCKETS: fileOf(name),
        POSTGRESQL: POSTGRESQL ?? '',
        NETWORK: network.range,
        SUPERUSER_PASSWORD: PASSWORD,
        REPLICATION_PASSWORD: PASSWORD,
        REWIND_PASSWORD: PASSWORD,
        REST_PASSWORD: PASSWORD,
      }),
    )
    start(name)
  }

  const own = (name: string, file: string, args: string[]): ChildProcess => {
    const log = logOf(name)
    const child = spawn(file, args, { stdio: ['ignore', log, log] })
    processes.push(child)
    return child
  }
  const balancer = write('haproxy.cfg', fillIn('haproxy.cfg', { LISTEN: network.own, ...addresses }))
  own('haproxy', PROGRAMS.haproxy, ['-db', '-f', balancer])
  const users = write('users.txt', `"hub" "${PASSWORD}"\n`)
  const pooler = write('pgbouncer.ini', fillIn('pgbouncer.ini', { LISTEN: network.own, USERS: users }))
  const pool = (): ChildProcess => own('pgbouncer', PROGRAMS.pgbouncer, ['-u', 'postgres', pooler])
  let pooling = pool()

  const members = async (): Promise<Member[]> => {
    const answers = await Promise.all(
      machines.map(({ address }) =>
        fetch(`http://${address}:${PATRONI_PORT}/cluster`, { signal: AbortSignal.timeout(ASK_WITHIN_MS) })
          .then(async (answer) => ((await answer.json()) as { members: Member[] }).members)
          .catch(() => []),
      ),
    )
    return (
      answers.find((each) => each.some(({ role }) => role === 'leader')) ??
      answers.find((each) => each.length > 0) ??
      []
    )
  }
  const leader = async (): Promise<string | null> => {
    const asked = await Promise.all(
      machines.map(async ({ name, address }) => {
        const url = `http://${address}:${PATRONI_PORT}/primary`
        const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_WITHIN_MS) }).catch(() => null)
        return answer?.status === 200 ? name : null
      }),
    )
    return asked.find((name) => name !== null) ?? null
  }
  const whole = () =>
    until('a whole cluster', async () => {
      const found = await members()
      const isThere = (role: string, state: string) =>
        found.filter((each) => each.role === role && each.state === state).length
      const standbys = isThere('sync_standby', 'streaming') + isThere('replica', 'streaming')
      return isThere('leader', 'running') === 1 && isThere('sync_standby', 'streaming') === 1 && standbys === 2
    })
  const cluster: Cluster = {
    direct: `postgres://hub:${PASSWORD}@${network.own}:5000/hub`,
    pooled: `postgres://hub:${PASSWORD}@${network.own}:6432/hub`,
    machines,
    etcd,
    leader,
    members,
    whole,
    start,
    machine: (name) => machineOf(machines, name),
    switchover: async (to) => {
      const from = await leader()
      const answer = await fetch(`http://${machineOf(machines, to).address}:${PATRONI_PORT}/switchover`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`patroni:${PASSWORD}`).toString('base64')}` },
        body: JSON.stringify({ leader: from, candidate: to }),
      })
      if (!answer.ok) throw new Error(`switchover: ${answer.status} ${await answer.text()}`)
    },
    restartPooler: async () => {
      await endProcess(pooling)
      pooling = pool()
    },
    close: async () => {
      await Promise.all(processes.map(endProcess))
      await network.close()
    },
  }
  await whole()
  const address = machineOf(machines, (await leader()) ?? '').address
  const db = connect(`postgres://postgres:${PASSWORD}@${address}/postgres`)
  await db.raw(`create role hub login password '${PASSWORD}'`)
  await db.raw('create database hub owner hub')
  await db.destroy()
  return cluster
}

const machineOf = (machines: readonly Machine[], name: string): Machine => {
  const found = machines.find((one) => one.name === name)
  if (!found) throw new Error(`there is no machine ${name}`)
  return found
}

export const until = async (
  what: string,
  holds: () => Promise<boolean>,
  withinMs = LEADER_WITHIN_MS,
): Promise<void> => {
  for (const end = performance.now() + withinMs; !(await holds()); await wait(AGAIN_MS))
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
}
