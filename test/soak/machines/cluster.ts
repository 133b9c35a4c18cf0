/** Three PostgreSQL under Patroni, etcd, HAProxy and PgBouncer, started with the files of `src/hub/deploy`. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { connect } from '../../../src/store/db/db.js'
import { fillIn } from '../../support/deploy-files.js'
import { rowsOf } from '../../support/world.js'
import { type Disk, makeDisk } from './disk.js'
import { endProcess, type Machine, makeNetwork, type Network } from './network.js'

const PROGRAMS = {
  patroni: '/usr/bin/patroni',
  etcd: '/usr/bin/etcd',
  haproxy: '/usr/sbin/haproxy',
  pgbouncer: '/usr/sbin/pgbouncer',
}
const POSTGRESQL = [18, 17, 16].map((version) => `/usr/lib/postgresql/${version}/bin`).find(existsSync)
const DATABASES = ['db1', 'db2', 'db3']
const STANDBYS = DATABASES.length - 1
const ETCDS = ['etcd1', 'etcd2', 'etcd3']
/**
 * Milliseconds: two and a half times etcd's own defaults, because all machines share two cores. An election takes once
 * to twice the second; Patroni's `retry_timeout` must outlast it.
 */
export const ETCD_TIMES = { heartbeat: 250, election: 2_500 }
const ETCD_PORTS = { clients: 2379, peers: 2380 }
const PRIMARY_PORT = 5000
const STANDBYS_PORT = 5001
const POOLER_PORT = 6432
const POSTGRESQL_PORT = 5432
const READERS = `select count(*) as n from pg_stat_activity where application_name like 'hub answers%'`
const PATRONI_PORT = 8008
/** Role of the standbys one of which a commit waits for. */
export const SYNCHRONOUS = 'quorum_standby'
const PASSWORD = 'rig'
const AGAIN_MS = 100
const LEADER_WITHIN_MS = 120_000
const STOP_WITHIN_MS = 60_000
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
  /** Past PgBouncer, through it, and to the standbys. */
  direct: string
  pooled: string
  standbys: string
  machines: readonly Machine[]
  etcds: readonly Machine[]
  /** Name of the primary by the lock; null while there is none. */
  leader(): Promise<string | null>
  members(): Promise<Member[]>
  /** Resolves when the primary and two streaming standbys are there, and a commit may wait for either. */
  whole(): Promise<void>
  /** Connections of answers to all standbys. */
  readers(): Promise<number>
  /** Starts Patroni, or etcd, again on a machine that was killed. */
  start(name: string): void
  /** Stops Patroni and its server as the service manager does before a machine is restarted. */
  stop(name: string): Promise<void>
  disk(name: string): Disk
  machine(name: string): Machine
  switchover(to: string): Promise<void>
  restartPooler(): Promise<void>
  close(): Promise<void>
}

export const startCluster = async (folder: string): Promise<Cluster> => {
  chmodSync(folder, FOLDER_MODE)
  const owned: Owned = { network: await makeNetwork(), processes: [], disks: new Map() }
  try {
    return await startOn(owned, folder)
  } catch (error) {
    await closeAll(owned)
    throw error
  }
}

interface Owned {
  network: Network
  processes: ChildProcess[]
  disks: Map<string, Disk>
}

const closeAll = async ({ network, processes, disks }: Owned): Promise<void> => {
  await Promise.all(processes.map((one) => endProcess(one)))
  await network.close()
  await Promise.all([...disks.values()].map((one) => one.close()))
}

const startOn = async (owned: Owned, folder: string): Promise<Cluster> => {
  const { network, processes, disks } = owned
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])))
  const fileOf = (name: string) => join(folder, name)
  const logOf = (name: string): number => openSync(fileOf(`${name}.log`), 'a')
  const write = (name: string, text: string): string => {
    writeFileSync(fileOf(name), text, { mode: SECRET_MODE })
    chownSync(fileOf(name), uid ?? 0, gid ?? 0)
    return fileOf(name)
  }
  const etcds: Machine[] = []
  for (const name of ETCDS) etcds.push(await network.add(name))
  const machines: Machine[] = []
  for (const name of DATABASES) machines.push(await network.add(name))
  const addresses = Object.fromEntries(machines.map((one) => [one.name.toUpperCase(), one.address]))
  const all = [...etcds, ...machines]
  for (const { name } of all) disks.set(name, await makeDisk(fileOf(name), { uid: uid ?? 0, gid: gid ?? 0 }))

  const services = new Map<string, ChildProcess>()
  const start = (name: string): void => {
    const [machine, log] = [machineOf(all, name), logOf(name)]
    const service = etcds.includes(machine)
      ? machine.start(PROGRAMS.etcd, ['--config-file', fileOf(`${name}.yml`), '--log-level', 'warn'], { log })
      : machine.start(PROGRAMS.patroni, [fileOf(`${name}.yml`)], { log, account: 'postgres', cwd: fileOf(name) })
    services.set(name, service)
  }
  for (const { name, address } of etcds) {
    write(
      `${name}.yml`,
      fillIn('etcd.yml', {
        NAME: name,
        ADDRESS: address,
        DATA: join(fileOf(name), 'data'),
        MEMBERS: etcds.map((one) => `${one.name}=http://${one.address}:${ETCD_PORTS.peers}`).join(','),
        HEARTBEAT: String(ETCD_TIMES.heartbeat),
        ELECTION: String(ETCD_TIMES.election),
      }),
    )
    start(name)
  }
  for (const { name, address } of machines) {
    write(
      `${name}.yml`,
      fillIn('patroni.yml', {
        NAME: name,
        ADDRESS: address,
        ETCD: etcds.map((one) => `${one.address}:${ETCD_PORTS.clients}`).join(','),
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
  const pooler = write(
    'pgbouncer.ini',
    fillIn('pgbouncer.ini', {
      LISTEN: network.own,
      PORT: String(POOLER_PORT),
      PRIMARY_PORT: String(PRIMARY_PORT),
      USERS: users,
    }),
  )
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
      return isThere('leader', 'running') === 1 && isThere(SYNCHRONOUS, 'streaming') === STANDBYS
    })
  const urlAt = (address: string, port: number): string => `postgres://hub:${PASSWORD}@${address}:${port}/hub`
  const urlOf = (port: number): string => urlAt(network.own, port)
  const cluster: Cluster = {
    direct: urlOf(PRIMARY_PORT),
    pooled: urlOf(POOLER_PORT),
    standbys: urlOf(STANDBYS_PORT),
    machines,
    etcds,
    leader,
    members,
    whole,
    readers: async () => {
      const primary = await leader()
      let count = 0
      for (const { address } of machines.filter(({ name }) => name !== primary)) {
        const db = connect(urlAt(address, POSTGRESQL_PORT))
        const [row] = await rowsOf(db, READERS).catch(() => [])
        count += Number(row?.['n'] ?? 0)
        await db.destroy()
      }
      return count
    },
    start,
    stop: async (name) => {
      const service = services.get(name)
      if (service !== undefined) await endProcess(service, STOP_WITHIN_MS)
    },
    disk: (name) => {
      const found = disks.get(name)
      if (found === undefined) throw new Error(`there is no disk of ${name}`)
      return found
    },
    machine: (name) => machineOf(all, name),
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
    close: () => closeAll(owned),
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
