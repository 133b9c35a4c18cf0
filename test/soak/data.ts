/**
 * The public files of a large list: processor time of a range, answers while an entry leaves each second, and standings
 * beside slow readers. Clients run in another process, because in this one they would be measured as the hub.
 * SOAK_ENTRIES shortens it.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeServer } from '../../src/server/server.js'
import { PUBLICATION_WAIT_MS } from '../../src/web/published/current.js'
import { uscc } from '../api/record-drafts.js'
import { makeWorld, type World } from '../api/world.js'
import { processorMs } from '../support/processor.js'
import { letGo, manyShown } from '../support/public-list.js'
import { rowsOf } from '../support/world.js'
import type { Act, Acts } from './data-clients.js'

const ENTRIES = Number(process.env['SOAK_ENTRIES'] ?? 200_000)
const RANGES = 20
const READERS = 64
const READER_BYTES_PER_SECOND = 1024 * 1024
const ASKED = 200
/** Milliseconds until the slow readers have a steady rate. */
const BEGINNING_MS = 2_000
const PATHS = ['/data', '/data/manifest.jws', '/data/blacklist.csv', '/data/blacklist.atom', '/data/delta?since=1']
/** Bounds: processor ms of a range request, ms of an answer, and the factor by which slow readers may delay a standing. */
const RANGE_CPU_MS = 10
const ANSWER_MS = 1_000
const SLOWER = 2

export interface DataSoaked {
  ok: boolean
  entries: number
  rangeCpuMs: number
  removals: number
  answers: number
  refused: number
  named: number
  slowestMs: number
  alone: number
  beside: number
  /** Bytes per second that all readers took during the standings. */
  readBytesPerSecond: number
}

/** `forMs` is for how long entries leave the list, one a second, in milliseconds. */
export const soakData = async ({ forMs }: { forMs: number }): Promise<DataSoaked> => {
  const world = await makeWorld()
  const { publishWaitMs: _, ...parts } = world.parts
  const server = await makeServer({ ...parts, publishWaitMs: PUBLICATION_WAIT_MS })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  const [client, readers] = [startClients(), startClients()]
  try {
    await manyShown(world.database.db, {
      first: 1,
      count: ENTRIES,
      publishedOn: '2026-02-01',
      endsOn: '2029-02-01',
      reason: 40,
    })
    await world.database.db.raw('vacuum analyze')
    await world.publish()
    const rangeCpuMs = await rangeOf(client, url)
    const removed = await whileLeaving(world, client, url, forMs)
    await world.publish()
    await encoded(url)
    // Warm-up, so that the measured requests meet compiled code.
    await medianOf(client, url)
    const before = await medianOf(client, url)
    await readers('read', `${url}/data/blacklist.jsonl`, READERS, READER_BYTES_PER_SECOND)
    await pause(BEGINNING_MS)
    await readers('bytesTaken')
    const began = performance.now()
    const beside = await medianOf(client, url)
    const readBytesPerSecond = ((await readers('bytesTaken')) / (performance.now() - began)) * 1_000
    readers.end()
    // Other load may disturb one of the two measurements, so the smaller counts.
    const alone = Math.min(before, await medianOf(client, url))
    const ok = rangeCpuMs <= RANGE_CPU_MS && removed.refused === 0 && removed.named === 0
    return {
      ok: ok && removed.slowestMs <= ANSWER_MS && beside <= alone * SLOWER,
      entries: ENTRIES,
      rangeCpuMs,
      ...removed,
      alone,
      beside,
      readBytesPerSecond,
    }
  } finally {
    client.end()
    readers.end()
    server.close()
    server.closeAllConnections()
    await world.close()
  }
}

interface Clients {
  <A extends Act>(act: A, ...given: Parameters<Acts[A]>): ReturnType<Acts[A]>
  end: () => void
}

const startClients = (): Clients => {
  const child: ChildProcess = fork(fileURLToPath(new URL('./data-clients.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  })
  const ask = async (act: Act, ...given: unknown[]) => {
    const answered = once(child, 'message')
    child.send({ act, given })
    const [{ told, fault }] = await answered
    if (fault !== undefined) throw new Error(fault)
    return told
  }
  return Object.assign(ask as Omit<Clients, 'end'>, { end: () => void child.kill() }) as Clients
}

/** Processor time of the hub's process only. */
const rangeOf = async (client: Clients, url: string): Promise<number> => {
  const ask = (times: number) =>
    client('times', Array(times).fill(`${url}/data/blacklist.csv`), { headers: { range: 'bytes=-1' } })
  await ask(1)
  return (await processorMs(() => ask(RANGES))) / RANGES
}

/** Measures the time to the headers of each answer while entries leave. It also reads the end of the CSV, where the removed entry was. */
const whileLeaving = async (world: World, client: Clients, url: string, forMs: number) => {
  const { db } = world.database
  const told = { removals: 0, answers: 0, refused: 0, named: 0, slowestMs: 0 }
  const rows = await rowsOf(
    db,
    "select listing_id as id, body->>'name' as name from public_entries order by 1 desc limit 300",
  )
  for (const end = performance.now() + forMs; performance.now() < end; ) {
    const began = performance.now()
    const gone = rows[told.removals]
    if (gone === undefined) break
    await letGo(db, String(gone['id']))
    told.removals += 1
    for (const path of PATHS) {
      const headers = path.endsWith('.csv') ? { range: 'bytes=-20000' } : {}
      const { ok, ms, text } = await client('get', `${url}${path}`, { headers })
      told.slowestMs = Math.max(told.slowestMs, ms)
      told.answers += 1
      told.refused += ok ? 0 : 1
      told.named += rows.slice(0, told.removals).filter(({ name }) => text.includes(String(name))).length
    }
    await pause(Math.max(0, 1_000 - (performance.now() - began)))
  }
  return told
}

/** Waits until the files are compressed, which happens in the background. The last form is finished last. */
const encoded = async (url: string): Promise<void> => {
  const ask = () => fetch(`${url}/data/blacklist.json`, { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } })
  while ((await ask()).headers.get('content-encoding') === null) await pause(1_000)
}

const medianOf = async (client: Clients, url: string): Promise<number> => {
  const times = await client(
    'times',
    Array.from({ length: ASKED }, (_, n) => `${url}/v1/standing/${uscc(n)}`),
  )
  return times.sort((a, b) => a - b)[ASKED / 2] ?? 0
}
