/**
 * The public files of a large list: the processor time of a range, answers while an entry leaves each second, and the standing of
 * one code beside slow readers. SOAK_ENTRIES makes it shorter.
 */
import { once } from 'node:events'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { makeServer } from '../../src/api/server.js'
import { WAIT_MS } from '../../src/web/published/current.js'
import { makeWorld, uscc, type World } from '../api/world.js'
import { letGo, manyShown } from '../support/public-list.js'
import { rowsOf } from '../support/world.js'

const ENTRIES = Number(process.env['SOAK_ENTRIES'] ?? 200_000)
const RANGES = 20
const READERS = 64
const READER_BYTES_PER_SECOND = 1024 * 1024
const ASKED = 200
const PATHS = ['/data', '/data/manifest.jws', '/data/blacklist.csv', '/data/blacklist.atom', '/data/delta?since=1']
/** What is asked for: a range of it, an answer in all, and how much slower one code may become. */
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
}

/** `forMs`: how long entries leave, one a second. */
export const soakData = async ({ forMs }: { forMs: number }): Promise<DataSoaked> => {
  const world = await makeWorld()
  const { publishWaitMs: _, ...parts } = world.parts
  const server = await makeServer({ ...parts, publishWaitMs: WAIT_MS })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
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
    const rangeCpuMs = await rangeOf(url)
    const removed = await whileLeaving(world, url, forMs)
    await world.publish()
    const alone = await medianOf(url)
    const readers = Array.from({ length: READERS }, () => slowReader(`${url}/data/blacklist.jsonl`))
    await pause(1_000)
    const beside = await medianOf(url)
    for (const end of readers) end()
    const ok = rangeCpuMs <= RANGE_CPU_MS && removed.refused === 0 && removed.named === 0
    return {
      ok: ok && removed.slowestMs <= ANSWER_MS && beside <= alone * SLOWER,
      entries: ENTRIES,
      rangeCpuMs,
      ...removed,
      alone,
      beside,
    }
  } finally {
    server.close()
    server.closeAllConnections()
    await world.close()
  }
}

/** Client and server together. */
const rangeOf = async (url: string): Promise<number> => {
  const ask = async () => (await fetch(`${url}/data/blacklist.csv`, { headers: { range: 'bytes=-1' } })).arrayBuffer()
  await ask()
  const before = process.cpuUsage()
  for (let n = 0; n < RANGES; n += 1) await ask()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / RANGES
}

/** Time to the headers of each answer; the last bytes of a table are looked at too, where the entry stood that left. */
const whileLeaving = async (world: World, url: string, forMs: number) => {
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
      const asked = performance.now()
      const answer = await fetch(`${url}${path}`, { headers })
      told.slowestMs = Math.max(told.slowestMs, performance.now() - asked)
      told.answers += 1
      told.refused += answer.ok ? 0 : 1
      const text = await answer.text()
      told.named += rows.slice(0, told.removals).filter(({ name }) => text.includes(String(name))).length
    }
    await pause(Math.max(0, 1_000 - (performance.now() - began)))
  }
  return told
}

const slowReader = (url: string): (() => void) => {
  const request = http.get(url, { agent: false }, (response) => {
    response.pause()
    const timer = setInterval(() => response.read(READER_BYTES_PER_SECOND / 10), 100)
    response.once('close', () => clearInterval(timer))
  })
  request.on('error', () => undefined)
  return () => void request.destroy()
}

const medianOf = async (url: string): Promise<number> => {
  const times: number[] = []
  for (let n = 0; n < ASKED; n += 1) {
    const began = performance.now()
    await (await fetch(`${url}/v1/standing/${uscc(n)}`)).arrayBuffer()
    times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b)[ASKED / 2] ?? 0
}
