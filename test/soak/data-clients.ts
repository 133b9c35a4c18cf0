/** HTTP clients in another process. A message requests one act and gets an answer when it is done. */
import { once } from 'node:events'
import http from 'node:http'

/** Interval of a slow reader, milliseconds. */
const TURN_MS = 100

/** `ms` is the time to the headers. */
const get = async (url: string, asked: RequestInit = {}) => {
  const began = performance.now()
  const answer = await fetch(url, asked)
  const ms = performance.now() - began
  return { ok: answer.ok, ms, text: await answer.text() }
}

/** Milliseconds of each request, one after another. */
const times = async (urls: readonly string[], asked: RequestInit = {}): Promise<number[]> => {
  const told: number[] = []
  for (const url of urls) {
    const began = performance.now()
    await get(url, asked)
    told.push(performance.now() - began)
  }
  return told
}

let taken = 0

/** Runs `count` downloads at once, each restarted at its end. Resolves when all are running. */
const read = async (url: string, count: number, bytesPerSecond: number): Promise<void> => {
  await Promise.all(Array.from({ length: count }, () => slowReader(url, (bytesPerSecond * TURN_MS) / 1_000)))
}

const slowReader = async (url: string, bytesPerTurn: number): Promise<void> => {
  const [response] = (await once(http.get(url, { agent: false }), 'response')) as [http.IncomingMessage]
  let left = 0
  const turn = setInterval(() => {
    left = Math.min(left, 0) + bytesPerTurn
    if (left > 0) response.resume()
  }, TURN_MS)
  response.on('data', (bytes: Buffer) => {
    taken += bytes.length
    left -= bytes.length
    if (left <= 0) response.pause()
  })
  response.once('close', () => {
    clearInterval(turn)
    void slowReader(url, bytesPerTurn)
  })
}

/** Bytes that the slow readers took since the last call. */
const bytesTaken = async (): Promise<number> => {
  const told = taken
  taken = 0
  return told
}

const ACTS = { get, times, read, bytesTaken }
export type Acts = typeof ACTS
export type Act = keyof Acts

process.on('message', async ({ act, given }: { act: Act; given: never[] }) => {
  try {
    process.send?.({ told: await (ACTS[act] as (...given: never[]) => Promise<unknown>)(...given) })
  } catch (error) {
    process.send?.({ fault: String(error) })
  }
})
