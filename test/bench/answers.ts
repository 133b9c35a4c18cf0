/**
 * Benches of answers over HTTP. The built hub and a bare server (`asked/bare.js`) answer from the same tables, in turns, to the same
 * connections. `peers` compares other GraphQL servers. BENCH_OPERATORS, BENCH_SECONDS and BENCH_ROUNDS make a run smaller. Load,
 * servers and PostgreSQL share the machine, so each round gives one ratio and the median of these counts.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import * as confirmations from '../../src/store/access/confirmations.js'
import { connect } from '../../src/store/db/db.js'
import * as embedded from '../../src/store/embedded/index.js'
import { mercurius, postgraphile, type Started } from './asked/peers.js'
import { type Made, made, sold } from './asked/world.js'
import { commanded } from './commanded.js'

const OPERATORS = Number(process.env['BENCH_OPERATORS'] ?? 1_000_000)
/** Operators with ten records each. The bench `page` requests only these. */
const PAGED = Math.min(20_000, Math.ceil(OPERATORS / 10))
const CONNECTIONS = 50
/** Codes in one `standings` request. */
const EACH = 500
/** Seconds of one turn of one server, after WARM_SECONDS of load that do not count. */
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 5)
const WARM_SECONDS = 1
/** Turns of each server. */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
/** Ticks per second in /proc/PID/stat. */
const TICKS = 100
const MICROSECONDS = 1_000_000
/** Requests per minute, more than a bench can make. The hub still counts them. */
const QUOTA = '100000000'

const STANDING = 'query ($code: String!) { standing(code: $code) { code uscc name status grade score listed } }'
const STANDINGS = 'query ($codes: [String!]!) { standings(codes: $codes) { code uscc name status grade score listed } }'
const PAGE = `query ($code: String!) { operator(code: $code) { id uscc name kind region registrationStatus
  records(first: 10) { nodes { id kind feed body validFrom knownFrom } }
  score { value grade asOf reasons { rule points zh en } }
  listings { id kind state reason publishedOn endsOn } } }`

const say = (what: string): unknown => process.stdout.write(`${what}\n`)

export const standing = (): Promise<Record<string, number>> =>
  withServers(async ({ compare, codes }) => ({
    ...(await compare('standing', 'anonymous', { what: 'standing', query: STANDING, codes: codes.codes })),
    ...(await compare('standing signed in', 'signedIn', {
      what: 'standing',
      query: STANDING,
      codes: codes.codes,
      as: 'marketplace',
    })),
  }))

export const standings = (): Promise<Record<string, number>> =>
  withServers(({ compare, codes }) =>
    compare(`standings of ${EACH}`, 'ratio', {
      what: 'standings',
      query: STANDINGS,
      codes: codes.codes,
      as: 'marketplace',
      connections: 20,
    }),
  )

export const page = (): Promise<Record<string, number>> =>
  withServers(({ compare, codes }) =>
    compare('operator page', 'ratio', { what: 'page', query: PAGE, codes: codes.withRecords, as: 'officer' }),
  )

/** Compares the hub, without a token, with mercurius and PostGraphile on the same tables. */
export const peers = (): Promise<Record<string, number>> =>
  withServers(async ({ codes, hub, url, started, turns }) => {
    const question = { what: 'standing', query: STANDING, codes: codes.codes } as const
    const asked = [
      { name: 'hub', ...hub },
      { name: 'mercurius', ...(await mercurius(url, started)) },
      { name: 'postgraphile', ...(await postgraphile(url, started)) },
    ]
    const [own, ...others] = await turns(
      asked.map((server) => ({ ...server, hub: true })),
      question,
    )
    return Object.fromEntries(
      others.map(({ name, rounds }) => [name, told('hub', own?.rounds ?? [], name, rounds).ratio]),
    )
  })

type Role = 'marketplace' | 'officer'

interface Question {
  what: 'standing' | 'standings' | 'page'
  query: string
  /** File with one code a line. */
  codes: string
  connections?: number
}

interface Asked extends Started {
  name: string
  /** True for a GraphQL server, false for the bare server. */
  hub: boolean
  token?: string | undefined
}

interface Servers {
  url: string
  codes: Made
  hub: Started
  started: ChildProcess[]
  /** Loads each server in turn, ROUNDS times. */
  turns: (servers: readonly Asked[], question: Question) => Promise<{ name: string; rounds: Measured[] }[]>
  compare: (title: string, name: string, question: Question & { as?: Role }) => Promise<Record<string, number>>
}

interface World {
  url: string
  folder: string
  codes: Made
  secrets: Record<Role, Secret>
  leave: () => Promise<void>
}
let world: World | null = null

/** The database, made once for all benches of a run. */
export const theWorld = async (): Promise<World> => {
  if (world !== null) return world
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'))
  const server = await embedded.joinDatabase(join(folder, 'data'))
  const url = new URL(server.url)
  url.pathname = '/bench_answers'
  const admin = connect(server.url)
  await admin.raw('create database bench_answers')
  await admin.destroy()
  const began = performance.now()
  const codes = await made(url.href, folder, OPERATORS, PAGED)
  const marketplace = await client(url.href, folder, 'marketplace')
  await sold(url.href, marketplace.id)
  const secrets = { marketplace, officer: await client(url.href, folder, 'officer') }
  say(`${OPERATORS} operators made in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  world = { url: url.href, folder, codes, secrets, leave: server.leave }
  return world
}

/** Stops the database and deletes its folder. Call it after the last bench. */
export const finished = async (): Promise<void> => {
  if (world === null) return
  await world.leave()
  rmSync(world.folder, { recursive: true, force: true })
}

const withServers = async <T>(act: (servers: Servers) => Promise<T>): Promise<T> => {
  const { url, folder, codes, secrets } = await theWorld()
  const started: ChildProcess[] = []
  try {
    const bare = await bareServer(url, started)
    const hub = await hubServer(url, folder, started)
    const load = loadOf(started)
    const turns: Servers['turns'] = async (servers, question) => {
      const asking = { connections: CONNECTIONS, seconds: SECONDS, warm: WARM_SECONDS, each: EACH, ...question }
      const asked = servers.map((server) => ({ ...server, rounds: [] as Measured[] }))
      for (let round = 0; round < ROUNDS; round += 1)
        for (const server of asked) {
          const { port, hub, token } = server
          server.rounds.push(await measured(server, () => load({ ...asking, port, hub, token })))
        }
      return asked
    }
    const compare: Servers['compare'] = async (title, name, { as, ...question }) => {
      const token = as ? await tokenOf(hub.port, secrets[as]) : undefined
      const [one, two] = await turns(
        [
          { name: 'bare', ...bare, hub: false },
          { name: 'hub', ...hub, hub: true, token },
        ],
        question,
      )
      const { ratio, tail, rate } = told(title, two?.rounds ?? [], 'bare', one?.rounds ?? [])
      return { [name]: ratio, [`${name}Rate`]: rate, [`${name}P99`]: tail }
    }
    return await act({ url, codes, hub, started, turns, compare })
  } finally {
    for (const child of started) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
  }
}

interface Measured {
  /** Answers per second. */
  rate: number
  p50: number
  p99: number
  /** Processor time of the server's process per answer, microseconds. */
  cpu: number
}

const said = (rounds: readonly Measured[]): string => {
  const of = (figure: keyof Measured) => middle(rounds.map((round) => round[figure]))
  return `${of('rate').toFixed(0)}/s, p50 ${of('p50').toFixed(1)} ms, p99 ${of('p99').toFixed(1)} ms, ${of('cpu').toFixed(0)} µs of its processor each`
}

/** Median of the rounds' ratios. Other load on the machine falls on both servers of a round. */
const told = (title: string, own: readonly Measured[], name: string, other: readonly Measured[]) => {
  const each = (figure: 'rate' | 'p99') => middle(own.map((round, n) => round[figure] / (other[n]?.[figure] ?? 0)))
  const ratio = Math.round(each('rate') * 100) / 100
  const tail = Math.round(each('p99') * 10) / 10
  say(`${title}: ${said(own)}; ${name} ${said(other)}: ${ratio} ×, p99 ${tail} ×`)
  return { ratio, tail, rate: Math.round(middle(own.map(({ rate }) => rate))) }
}

const middle = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

const measured = async (
  { child }: Started,
  run: () => Promise<{ count: number; p50: number; p99: number }>,
): Promise<Measured> => {
  const before = ticksOf(child)
  const { count, p50, p99 } = await run()
  // The processor time includes the warm-up, so its answers are counted too.
  const answers = count * ((SECONDS + WARM_SECONDS) / SECONDS)
  const cpu = ((ticksOf(child) - before) / TICKS / answers) * MICROSECONDS
  return { rate: count / SECONDS, p50, p99, cpu }
}

const ticksOf = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

const linesOf = (child: ChildProcess): Interface => {
  if (child.stdout === null) throw new Error('no output')
  return createInterface({ input: child.stdout })
}

const bareServer = async (url: string, started: ChildProcess[]): Promise<Started> => {
  const child = spawn(process.execPath, ['test/bench/asked/bare.js', url], { stdio: ['pipe', 'pipe', 'inherit'] })
  started.push(child)
  const [port] = await once(linesOf(child), 'line')
  return { port: Number(port), child }
}

/** Starts the built hub, with its default log in a file. Resolves when it is healthy. `beside`: how many hubs run already. */
export const hubServer = async (url: string, folder: string, started: ChildProcess[], beside = 0): Promise<Started> => {
  const port = 42_000 + (process.pid % 10_000) + beside
  // Started as an executable, so that the node flags in its first line apply.
  const child = spawn(join(process.cwd(), 'dist/src/cli.js'), ['start'], {
    env: {
      ...process.env,
      DATABASE_URL: url,
      DATA_DIR: join(folder, 'hub'),
      LOG_FILE: join(folder, 'hub.log'),
      PORT: String(port),
      QUOTA_PER_MINUTE: QUOTA,
    },
    stdio: 'ignore',
  })
  started.push(child)
  while (child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)
    if (answer?.ok) return { port, child }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the hub ended with ${child.exitCode}`)
}

interface Secret {
  id: string
  secret: string
}

let clients = 0
export const client = async (
  url: string,
  folder: string,
  role: Role | 'agency',
  more: readonly string[] = [],
): Promise<Secret> => {
  clients += 1
  const { said } = await commanded(
    ['client', 'add', `bench-${clients}`, '--role', role, ...more, '--json'],
    url,
    folder,
  )
  const id = String(said['client_id'])
  const db = connect(url)
  // Confirms the client as a second person would do at the desk.
  await db
    .transaction((tx) => confirmations.markAccountConfirmed(tx, 'clients', id, 'bench-security', new Date()))
    .finally(() => db.destroy())
  return { id, secret: String(said['client_secret']) }
}

export const tokenOf = async (port: number, { id, secret }: Secret): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${port}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

const loadOf = (started: ChildProcess[]) => {
  const child = spawn(process.execPath, ['test/bench/asked/load.js'], { stdio: ['pipe', 'pipe', 'inherit'] })
  started.push(child)
  const lines = linesOf(child)
  const ended = once(child, 'exit').then(() => {
    throw new Error('the load ended')
  })
  // The load process ends with the bench. Its end is an error only for a call that waits for an answer.
  ended.catch(() => undefined)
  return async (asking: object): Promise<{ count: number; p50: number; p99: number }> => {
    child.stdin?.write(`${JSON.stringify(asking)}\n`)
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
    return JSON.parse(line)
  }
}
