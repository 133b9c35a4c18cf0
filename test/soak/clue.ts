/**
 * Floods of `/clue` from many addresses behind a trusted proxy: posts, guessed receipt codes, slow and packed uploads.
 * Turns of flood and of quiet alternate, and the public list is asked in both.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Db } from '../../src/store/db/db.js'
import { freshDatabase } from '../support/database.js'
import { addressOf } from '../support/reporters.js'

const SERVING = fileURLToPath(new URL('../support/serving.ts', import.meta.url))
const AT_ONCE = 20
const TURNS = 10
/** Requests of the public list in each turn. */
const LIST_REQUESTS = 60
const SLOW_BYTES = 100 * 1024 * 1024
const PACKED_BYTES = 200 * 1024 * 1024
const BOUNDARY = 'soak'
/** Clues that the limits admit at once, and more for each further half minute. */
const ADMITTED_AT_ONCE = 60
const REFILL_MS = 30_000

export interface ClueSoaked {
  ok: boolean
  posts: Record<string, number>
  codes: Record<string, number>
  /** Uploads of 100 MB that stay open, by their answer. */
  slow: Record<string, number>
  packed: Record<string, number>
  matters: number
  quietP95Ms: number
  floodP95Ms: number
}

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
  const began = Date.now()
  try {
    const told = { posts: {}, codes: {}, slow: {}, packed: {} } as Pick<
      ClueSoaked,
      'posts' | 'codes' | 'slow' | 'packed'
    >
    const held = Array.from({ length: slow }, (_, n) => hold(hub.url, n))
    for (const one of [gzipSync(Buffer.alloc(PACKED_BYTES)), Buffer.from('PK\u0003\u0004')])
      add(told.packed, await post(hub.url, '/clue', one, 700_000, { 'content-encoding': 'gzip' }))
    const times = { quiet: [] as number[], flood: [] as number[] }
    for (let turn = 0; turn < TURNS; turn += 1) {
      await askList(hub.url, times.quiet)
      const from = Math.floor((turn * posts) / TURNS)
      const until = Math.floor(((turn + 1) * posts) / TURNS)
      await Promise.all([
        flood(until - from, async (n) => add(told.posts, await postClue(hub.url, from + n, addresses))),
        flood(Math.ceil(codes / TURNS), async (n) =>
          add(told.codes, await guess(hub.url, turn * codes + n, addresses)),
        ),
        askList(hub.url, times.flood),
      ])
      progress?.(until)
    }
    for (const one of held) one.destroy()
    for (const one of held) add(told.slow, await one.status)
    const matters = await countMatters(test.db)
    const most = ADMITTED_AT_ONCE + Math.ceil((Date.now() - began) / REFILL_MS)
    const ok =
      matters === (told.posts['201'] ?? 0) &&
      matters <= most &&
      told.codes['200'] === undefined &&
      [told.posts, told.codes, told.packed].every((one) => Object.keys(one).every((status) => Number(status) < 500)) &&
      told.packed['201'] === undefined
    return { ok, ...told, matters, quietP95Ms: p95(times.quiet), floodP95Ms: p95(times.flood) }
  } finally {
    await hub.end()
    await test.drop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const add = (counts: Record<string, number>, status: number | string): void => {
  counts[status] = (counts[status] ?? 0) + 1
}

const serve = async (database: string, folder: string) => {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', SERVING, database, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PROXIES: '1' },
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

const flood = async (count: number, one: (n: number) => Promise<void>): Promise<void> => {
  let next = 0
  const worker = async () => {
    while (next < count) {
      next += 1
      await one(next - 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** The status, or the error of a connection that was cut. */
const post = async (
  url: string,
  path: string,
  body: FormData | URLSearchParams | Buffer,
  address: number,
  headers: Record<string, string> = {},
): Promise<number | string> => {
  try {
    const sent = Buffer.isBuffer(body) ? new Uint8Array(body) : body
    const type = Buffer.isBuffer(body) ? { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` } : {}
    const answer = await fetch(url + path, {
      method: 'POST',
      body: sent,
      headers: { ...addressOf(address), ...type, ...headers },
    })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    return 0
  }
}

const postClue = (url: string, n: number, addresses: number) => {
  const form = new FormData()
  form.set('facts', `虚构线索 ${n}`)
  return post(url, '/clue', form, n % addresses)
}

const guess = (url: string, n: number, addresses: number) => {
  const code = n.toString(32).padStart(25, '0').toUpperCase()
  return post(url, '/clue/state', new URLSearchParams({ code }), n % addresses)
}

/** Announces 100 MB or sends a byte now and then, as the hub lets it. */
const hold = (url: string, n: number) => {
  const length = n % 2 === 0 ? { 'content-length': SLOW_BYTES } : { 'transfer-encoding': 'chunked' }
  const type = `multipart/form-data; boundary=${BOUNDARY}`
  const request = http.request(`${url}/clue`, {
    method: 'POST',
    headers: { ...addressOf(800_000 + n), 'content-type': type, ...length },
  })
  const status = new Promise<number | string>((resolve) => {
    request.on('response', (answer) => resolve(answer.statusCode ?? 0))
    request.on('error', () => resolve(0))
    request.on('close', () => resolve(0))
  })
  request.write(`--${BOUNDARY}\r\n`)
  return { status, destroy: () => request.destroy() }
}

const askList = async (url: string, times: number[]): Promise<void> => {
  for (let n = 0; n < LIST_REQUESTS; n += 1) {
    const began = performance.now()
    await (await fetch(`${url}/blacklist`, { headers: addressOf(900_000 + n) })).arrayBuffer()
    times.push(performance.now() - began)
  }
}

const p95 = (times: readonly number[]): number =>
  Math.round((times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0) * 10) / 10

const countMatters = async (db: Db): Promise<number> =>
  (await db.raw('select count(*)::int as n from matters')).rows[0].n
