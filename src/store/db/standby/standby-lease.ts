/**
 * Leases of readers on standbys. The rule and its proof: `hub/README.md`, "Standbys". Its numbers here:
 *
 * beat   counter of a reader's row, raised by the reader each second (1) and by each act (4)
 * grant  a beat and the monotonic time before the statement that raised it (1, 2)
 * seen   greatest beat that the standby has shown to the reader (5)
 * asked  beat that the last act waits for (4)
 * floor  least WAL position of a read (9)
 */
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import pg from 'pg'
import { Refusal, reasonOf } from '../../../foundation/errors.js'
import type { Log } from '../../../foundation/log.js'
import { identifyServer } from '../primary.js'
import { COMMIT_LOCALLY } from '../transaction.js'

export const LEASE_MS = 10_000
const RENEW_MS = 1_000
const LOOK_MS = 100
const PATIENCE_MS = 2_000
const REJOIN_MS = 1_000
const GRANTS_KEPT = 200
const APPLICATION = 'hub standby lease'

/** WAL bytes: not below this statement's snapshot, not above a later statement's. */
export const POSITION_SQL = `(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end - '0/0')::float8`
const STATE = `select coalesce((select beat from standby_readers where reader = $1), 0) as beat,
  coalesce((select asked from standby_readers where reader = $1), 0) as asked, ${POSITION_SQL} as position /* standby.state */`
const VOUCHED = 'not exists (select 1 from database_identity where timeline <> database_timeline())'
const RENEW = `update standby_readers set beat = beat + 1, renewals = renewals + 1, seen = greatest(seen, $2)
  where reader = $1 and ${VOUCHED} returning beat, asked /* standby.renew */`

const LEAVE = `with local as materialized (select ${COMMIT_LOCALLY})
  delete from standby_readers using local where reader = any($1) /* standby.leave */`

/** A commit that waits for a standby does not notice that its client has gone. */
const END_FORMER = `select pg_terminate_backend(pid) from pg_stat_activity
  where pid = $1 and application_name = '${APPLICATION}' and usename = current_user /* standby.endFormer */`

interface StandbyState {
  beat: number
  position: number
}

interface Grant {
  beat: number
  at: number
}

interface Session {
  reader: string
  seen: number
  grants: Grant[]
  over: AbortController
}

class StandbyBehind extends Error {
  override readonly name = 'StandbyBehind'
}

export type StandbyLease = ReturnType<typeof openStandbyLease>

interface LeaseAddresses {
  primaryUrl: string
  standbyUrl: string
  identity: string
  log: Log
}

export const openStandbyLease = (addresses: LeaseAddresses) => {
  const stopping = new AbortController()
  const states = new WeakMap<object, StandbyState & { of: Session }>()
  const servedAt = performance.now()
  const lease: Lease = {
    session: null,
    former: [],
    backend: null,
    floor: 0,
    servedAt,
    lastReason: '',
    stop: stopping.signal,
  }
  const running = hold(lease, addresses)
  return {
    check: async (client: pg.ClientBase): Promise<void> => {
      const own = lease.session
      if (own === null) throw new StandbyBehind('no lease')
      const known = states.get(client)
      if (known?.of === own && covers(lease, own, known)) return
      const [row] = (await client.query({ name: 'standby.state', text: STATE, values: [own.reader] })).rows
      states.set(client, { ...row, of: own })
      if (own !== lease.session || !covers(lease, own, row)) throw new StandbyBehind('the standby is behind')
    },
    over: (): AbortSignal => lease.session?.over.signal ?? AbortSignal.abort(new StandbyBehind('no lease')),
    raise: (position: number): string => {
      lease.floor = Math.max(lease.floor, position)
      return ` ${lease.session?.reader ?? ''}`
    },
    ageSeconds: (): number => (performance.now() - lease.servedAt) / 1_000,
    close: async (): Promise<void> => {
      stopping.abort()
      await running
    },
  }
}

interface Lease {
  session: Session | null
  /** Ended sessions whose rows may still stand. */
  former: string[]
  backend: number | null
  floor: number
  servedAt: number
  lastReason: string
  stop: AbortSignal
}

const covers = ({ floor }: Lease, { seen, grants }: Session, { beat, position }: StandbyState): boolean => {
  const grant = grants.findLast((one) => one.beat <= beat)
  return beat >= seen && position >= floor && grant !== undefined && performance.now() < grant.at + LEASE_MS
}

const hold = async (lease: Lease, addresses: LeaseAddresses): Promise<void> => {
  while (!lease.stop.aborted) {
    const reason = await withConnections(lease, addresses).then(() => '', reasonOf)
    if (!lease.stop.aborted && reason !== lease.lastReason)
      addresses.log.warn({ reason }, 'the primary answers for the standby')
    lease.lastReason = reason
    await after(REJOIN_MS, undefined, { signal: lease.stop }).catch(() => undefined)
  }
}

const join = async (lease: Lease, { identity }: LeaseAddresses, connections: Connections): Promise<void> => {
  const { primary, standby } = connections
  if ((await identifyStandby(standby)) !== identity) throw new Refusal('STANDBY_DIFFERS')
  const began = await rowOf<{ position: number; vouched: boolean }>(
    primary,
    `select ${POSITION_SQL} as position, ${VOUCHED} as vouched`,
  )
  if (!began?.vouched) throw new StandbyBehind('nobody vouched for the primary')
  const own: Session = { reader: randomUUID(), seen: 0, grants: [], over: new AbortController() }
  setMaxListeners(0, own.over.signal)
  for (const end = performance.now() + PATIENCE_MS; ; await after(LOOK_MS)) {
    const state = await rowOf<StandbyState>(standby, STATE, [own.reader])
    if (state !== null && state.position >= began.position) break
    if (performance.now() > end) throw new StandbyBehind('the standby is behind')
  }
  try {
    // Committed before the first grant: an act after it finds this reader.
    await primary.query('insert into standby_readers (reader) values ($1) /* standby.register */', [own.reader])
    lease.session = own
    lease.lastReason = ''
    await follow(lease, own, connections)
  } finally {
    lease.session = null
    own.over.abort(new StandbyBehind('the standby was left'))
    lease.former.push(own.reader)
    await leaveFormer(lease, primary).catch(() => undefined)
  }
}

/** Acts would wait for the row of a lease that ended. */
const leaveFormer = async (lease: Lease, primary: pg.Client): Promise<void> => {
  if (lease.former.length === 0) return
  await primary.query(LEAVE, [lease.former])
  lease.former = []
}

const follow = async (lease: Lease, own: Session, { primary, standby }: Connections): Promise<void> => {
  let [renewedAt, reported, asked, lateSince] = [Number.NEGATIVE_INFINITY, 0, 0, 0]
  for (; ; await after(LOOK_MS, undefined, { signal: lease.stop })) {
    const state = await rowOf<StandbyState & { asked: number }>(standby, STATE, [own.reader])
    own.seen = Math.max(own.seen, state?.beat ?? 0)
    const now = performance.now()
    if ((state?.asked ?? 0) > reported || now - renewedAt >= RENEW_MS) {
      const seen = own.seen
      const renewed = await rowOf<Grant & { asked: number }>(primary, RENEW, [own.reader, seen])
      if (renewed === null) throw new StandbyBehind('the reader was cut off, or nobody vouched for the primary')
      own.grants = [...own.grants.slice(-GRANTS_KEPT), { beat: renewed.beat, at: now }]
      ;[renewedAt, reported, asked] = [now, seen, renewed.asked]
    }
    if (asked <= own.seen) lateSince = now
    if (now - lateSince > PATIENCE_MS) throw new StandbyBehind('the standby is behind')
    if (state !== null && covers({ ...lease, floor: 0 }, own, state)) lease.servedAt = now
  }
}

interface Connections {
  primary: pg.Client
  standby: pg.Client
}

const rowOf = async <R extends object>(on: pg.Client, sql: string, values: unknown[] = []): Promise<R | null> =>
  (await on.query<R>(sql, values)).rows[0] ?? null

const connectWithin = (connectionString: string): pg.Client => {
  const limits = { connectionTimeoutMillis: PATIENCE_MS, query_timeout: PATIENCE_MS, lock_timeout: PATIENCE_MS }
  const client = new pg.Client({ connectionString, application_name: APPLICATION, ...limits })
  client.on('error', () => undefined)
  return client
}

const withConnections = async (lease: Lease, addresses: LeaseAddresses): Promise<void> => {
  const { primaryUrl, standbyUrl } = addresses
  const connections = { primary: connectWithin(primaryUrl), standby: connectWithin(standbyUrl) }
  try {
    await connections.primary.connect()
    await connections.primary.query(END_FORMER, [lease.backend])
    lease.backend = (connections.primary as unknown as { processID: number }).processID
    await leaveFormer(lease, connections.primary)
    await connections.standby.connect()
    await join(lease, addresses, connections)
  } finally {
    for (const one of Object.values(connections))
      (one as unknown as { connection: { stream: Socket } }).connection.stream.destroy()
  }
}

/** A pooler's connection may change its server between two statements. */
const identifyStandby = async (connection: pg.ClientBase): Promise<string> => {
  const { pooled, identity } = await identifyServer(connection)
  if (pooled) throw new Refusal('STANDBY_POOLED')
  return identity
}

export const checkServesReaders = async (standbyUrl: string, identity: string): Promise<void> => {
  const client = connectWithin(standbyUrl)
  try {
    await client.connect()
    if ((await identifyStandby(client)) !== identity) throw new Refusal('STANDBY_DIFFERS')
  } catch (error) {
    // An unreachable standby does not stop the start: the primary answers until a lease begins.
    if (error instanceof Refusal) throw error
  } finally {
    ;(client as unknown as { connection: { stream: Socket } }).connection.stream.destroy()
  }
}
