/**
 * Floods of `/clue` from addresses of this machine (127.0.0.0/8): posts, harmful pictures, guessed receipt codes, slow and
 * packed uploads, at a steady rate. Another process reads the public list meanwhile. Each turn is quiet first, then floods a bare
 * server of another process (so what the flood takes from a shared machine is known), then the hub; in every second turn the list
 * is read in a closed loop.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Db } from '../../src/store/db/db.js'
import { freshDatabase } from '../support/database.js'
import { SAMPLE_JPEG } from '../support/sample-papers.js'

const SERVING = fileURLToPath(new URL('../support/serving.ts', import.meta.url))
const READING = fileURLToPath(new URL('../bench/asked/pages-load.js', import.meta.url))
const BARE = fileURLToPath(new URL('../bench/asked/pages-bare.js', import.meta.url))
/** Posts and guessed codes together. */
const SENT_PER_SECOND = 240
const PACE_MS = 1
const TURNS = 20
/** A turn's parts without a flood, and beside a flooded bare server, take this long at most. */
const COMPARED_SECONDS_MOST = 5
const WARM_SECONDS = 0.2
/** Connections on which the list is read: at this rate, or (closed loop) without a pause. */
const READERS = 10
const READ_PER_SECOND = 200
const SLOW_BYTES = 100 * 1024 * 1024
const SLOW_CHUNK = Buffer.alloc(64 * 1024)
const SLOW_EVERY_MS = 500
const PACKED_BYTES = 200 * 1024 * 1024
const BOUNDARY = 'soak'
/** Clues that the limits admit at once, and more for each further half minute. */
const ADMITTED_AT_ONCE = 60
const REFILL_MS = 30_000

export interface ClueSoaked {
  ok: boolean
  posts: Record<string, number>
  /** Posts with a page, an archive or a polyglot as picture. */
  harmful: Record<string, number>
  codes: Record<string, number>
  /** Uploads of 100 MB, announced or trickling, by their answer; 0 was cut. */
  slow: Record<string, number>
  packed: Record<string, number>
  matters: number
  /** Middle of the turns, milliseconds from the intended instant to the first byte of the public list. */
  quietP95Ms: number
  besideP95Ms: number
  floodP95Ms: number
  closedQuietP95Ms: number
  closedBesideP95Ms: number
  closedFloodP95Ms: number
}

type Answers = Pick<ClueSoaked, 'posts' | 'harmful' | 'codes' | 'slow' | 'packed'>

interface Given {
  posts: number
  addresses: number
  codes: number
  slow: number
  progress?: (done: number) => void
}

export const soakClue = async ({ posts, addresses, codes, slow, progress }: Given): Promise<ClueSoaked> => {
  const test = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'hub-clue-'))
  const hub = await serve(test.url, folder)
  const port = Number(new URL(hub.url).port)
  const list = readList(port)
  const bare = await serveBare(port)
  const began = Date.now()
  try {
    const told = noAnswers()
    const held = Array.from({ length: slow }, (_, n) => trickle(hub.url, n))
    for (const body of [gzipSync(Buffer.alloc(PACKED_BYTES)), Buffer.from('PK\u0003\u0004')])
      add(
        told.packed,
        await send(hub.url, { path: '/clue', body, from: PACKER, headers: { 'content-encoding': 'gzip' } }),
      )
    const all = posts + codes
    const sendTo =
      (url: string, { posts, harmful, codes: guessed }: Answers) =>
      async (n: number): Promise<void> => {
        const from = addressOf(n % addresses)
        if (Math.floor(((n + 1) * codes) / all) > Math.floor((n * codes) / all))
          return add(guessed, await guess(url, n, from))
        const isHarmful = n % HARMFUL_EVERY === 0
        add(isHarmful ? harmful : posts, await sendClue(url, { n, from, isHarmful }))
      }
    const [sendOne, sendBare] = [sendTo(hub.url, told), sendTo(bare.url, noAnswers())]
    const [open, closed] = [noTimes(), noTimes()]
    for (let turn = 0; turn < TURNS; turn += 1) {
      const [from, until] = [Math.round((turn * all) / TURNS), Math.round(((turn + 1) * all) / TURNS)]
      const seconds = (until - from) / SENT_PER_SECOND
      const [times, rate] = turn % 2 === 0 ? [open, READ_PER_SECOND] : [closed, 0]
      const compared = Math.min(seconds, COMPARED_SECONDS_MOST)
      times.quiet.push(await list.p95(compared, rate))
      const few = from + Math.round(compared * SENT_PER_SECOND)
      const [beside] = await Promise.all([list.p95(compared, rate), flood(from, few, sendBare)])
      times.beside.push(beside)
      const [during] = await Promise.all([list.p95(seconds, rate), flood(from, until, sendOne)])
      times.flood.push(during)
      progress?.(Math.round((until * posts) / all))
    }
    for (const one of held) add(told.slow, await one.end())
    const matters = await countMatters(test.db)
    const most = ADMITTED_AT_ONCE + Math.ceil((Date.now() - began) / REFILL_MS)
    const { slow: _, ...answered } = told
    const ok =
      matters === (told.posts['201'] ?? 0) &&
      matters <= most &&
      [told.harmful, told.packed].every((one) => one['201'] === undefined) &&
      told.codes['200'] === undefined &&
      Object.values(answered).every((one) => Object.keys(one).every((status) => Number(status) < 500))
    return {
      ...{ ok, ...told, matters },
      ...{ quietP95Ms: middleOf(open.quiet), besideP95Ms: middleOf(open.beside), floodP95Ms: middleOf(open.flood) },
      closedQuietP95Ms: middleOf(closed.quiet),
      closedBesideP95Ms: middleOf(closed.beside),
      closedFloodP95Ms: middleOf(closed.flood),
    }
  } finally {
    list.end()
    bare.end()
    await hub.end()
    await test.drop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const noAnswers = (): Answers => ({ posts: {}, harmful: {}, codes: {}, slow: {}, packed: {} })
const noTimes = () => ({ quiet: [] as number[], beside: [] as number[], flood: [] as number[] })

const add = (counts: Record<string, number>, status: number): void => {
  counts[status] = (counts[status] ?? 0) + 1
}

const middleOf = (figures: readonly number[]): number =>
  Math.round((figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0) * 100) / 100

const serve = async (database: string, folder: string) => {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', SERVING, database, folder], {
    // The reader of the list asks more than a client may.
    env: { ...process.env, QUOTA_PER_MINUTE: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')
  return {
    url: String(said).trim(),
    end: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** A server that sends the form of the hub from memory, whatever comes. */
const serveBare = async (port: number) => {
  const child = spawn(process.execPath, [BARE], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.write(`${JSON.stringify({ port, paths: ['/clue'] })}\n`)
  const [said] = await once(child.stdout, 'data')
  return { url: `http://127.0.0.1:${String(said).trim()}`, end: () => child.kill('SIGKILL') }
}

const readList = (port: number) => {
  const child = spawn(process.execPath, [READING], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    p95: async (seconds: number, rate: number): Promise<number> => {
      const asked = {
        port,
        paths: ['/blacklist'],
        connections: READERS,
        seconds,
        rate,
        warm: Math.min(seconds, WARM_SECONDS),
      }
      child.stdin.write(`${JSON.stringify(asked)}\n`)
      return JSON.parse((await answers.next()).value).p95
    },
    end: () => child.kill('SIGKILL'),
  }
}

/** Sends at the same rate however long answers take. */
const flood = async (from: number, until: number, sendOne: (n: number) => Promise<void>): Promise<void> => {
  const began = performance.now()
  const sent: Promise<void>[] = []
  await new Promise<void>((resolve) => {
    const pace = setInterval(() => {
      const due = Math.min(until - from, Math.ceil(((performance.now() - began) / 1_000) * SENT_PER_SECOND))
      while (sent.length < due) sent.push(sendOne(from + sent.length))
      if (sent.length < until - from) return
      clearInterval(pace)
      resolve()
    }, PACE_MS)
  })
  await Promise.all(sent)
}

interface Sent {
  path: string
  body: Buffer
  from: string
  headers?: Record<string, string>
}

const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }

/** The status, or 0 for a connection that was cut. A plain socket, because the sender shares the machine with the hub. */
const send = (url: string, { path, body, from, headers = {} }: Sent): Promise<number> =>
  new Promise((resolve) => {
    const own = Object.entries({ ...FORM, 'content-length': body.length, ...headers })
    const head = own.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const { hostname, port } = new URL(url)
    const socket = net.connect({ host: hostname, port: Number(port), localAddress: from })
    let status = 0
    socket.once('data', (answer) => {
      status = Number(answer.toString('latin1', STATUS_AT, STATUS_AT + 3))
      socket.resume()
    })
    socket.on('error', () => undefined).on('close', () => resolve(status))
    socket.write(`POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n${head}\r\n`)
    socket.write(body)
  })
const STATUS_AT = 'HTTP/1.1 '.length

const addressOf = (n: number): string => `127.1.${n >> 8}.${n & 255}`
const PACKER = '127.2.0.1'

const within = (more: string): Buffer =>
  Buffer.concat([SAMPLE_JPEG.subarray(0, -2), Buffer.from(more, 'latin1'), SAMPLE_JPEG.subarray(-2)])
const HARMFUL_EVERY = 5
const HARMFUL = [
  Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
  within('<script>alert(1)</script>'),
  within(`PK\u0005\u0006${'\0'.repeat(18)}`),
  gzipSync(Buffer.alloc(PACKED_BYTES)),
]

const sendClue = (url: string, { n, from, isHarmful }: { n: number; from: string; isHarmful: boolean }) => {
  const picture = isHarmful ? (HARMFUL[n % HARMFUL.length] ?? SAMPLE_JPEG) : SAMPLE_JPEG
  const part = (head: string): Buffer =>
    Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`)
  const body = Buffer.concat([
    ...[part('name="facts"'), Buffer.from(`虚构线索 ${n}`)],
    ...[part('name="pictures"; filename="1.jpg"\r\nContent-Type: image/jpeg'), picture],
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ])
  return send(url, { path: '/clue', body, from })
}

const guess = (url: string, n: number, from: string) => {
  const code = n.toString(32).padStart(25, '0').toUpperCase()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return send(url, { path: '/clue/state', body: Buffer.from(`code=${code}`), from, headers })
}

/** Announces 100 MB, or sends them at 1 Mbit/s as long as the hub lets it. */
const trickle = (url: string, n: number) => {
  const length = n % 2 === 0 ? { 'content-length': SLOW_BYTES } : { 'transfer-encoding': 'chunked' }
  const own = { method: 'POST', agent: false, localAddress: addressOf(SLOW_FROM + n), headers: { ...FORM, ...length } }
  const request = http.request(`${url}/clue`, own)
  const dripping = setInterval(() => request.write(SLOW_CHUNK), SLOW_EVERY_MS)
  const status = new Promise<number>((resolve) => {
    request.on('response', (answer) => resolve(answer.statusCode ?? 0))
    request.on('error', () => resolve(0))
    request.on('close', () => resolve(0))
  }).finally(() => clearInterval(dripping))
  request.write(`--${BOUNDARY}\r\n`)
  return {
    /** The answer so far; a body that still arrives is cut. */
    end: (): Promise<number> => {
      request.destroy()
      return status
    },
  }
}
const SLOW_FROM = 40_000

const countMatters = async (db: Db): Promise<number> =>
  (await db.raw('select count(*)::int as n from matters')).rows[0].n
