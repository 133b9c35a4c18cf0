/** Hub processes that are killed and restarted. Each life has its own name. */
import type { ChildProcess } from 'node:child_process'

/** Milliseconds until a process must be ready. */
const READY_WITHIN_MS = 60_000

export interface Life {
  /** Place in the fleet, from 0. */
  place: number
  name: string
  child: ChildProcess
  ready: boolean
}

export interface Fleet {
  lives(): readonly Life[]
  /** Kills with SIGKILL and starts a replacement. Resolves at death with the instant of the kill. */
  kill(life: Life): Promise<number>
  allReady(): Promise<void>
  /** Throws if a process has ended by itself. */
  check(): void
  stop(): Promise<void>
}

/** `begin` starts a process under this name; `readyWhen` resolves when it works. */
export const makeFleet = (
  size: number,
  begin: (name: string, place: number) => { child: ChildProcess; readyWhen: Promise<unknown> },
): Fleet => {
  let born = 0
  let stopping = false
  const places: Life[] = []
  const waits: Promise<unknown>[] = []
  const endedByItself: string[] = []

  const start = (place: number): void => {
    born += 1
    const name = `hub-${place}-${born}`
    const { child, readyWhen } = begin(name, place)
    const life: Life = { place, name, child, ready: false }
    child.once('exit', (status, signal) => {
      if (!stopping && signal !== 'SIGKILL') endedByItself.push(`${name} ended by itself with ${status ?? signal}`)
    })
    places[place] = life
    waits[place] = within(readyWhen, name).then(
      () => {
        life.ready = true
      },
      // A kill before readiness is expected. Ending by itself is a fault.
      (error: unknown) => {
        if (!stopping && child.signalCode === null) throw error
      },
    )
    waits[place].catch(() => {})
  }
  for (let place = 0; place < size; place += 1) start(place)

  return {
    lives: () => places,
    kill: async ({ place, child }) => {
      const at = Date.now()
      child.kill('SIGKILL')
      await dead(child)
      start(place)
      return at
    },
    allReady: async () => {
      await Promise.all(waits)
    },
    check: () => {
      if (endedByItself.length > 0) throw new Error(endedByItself.join('; '))
    },
    stop: async () => {
      stopping = true
      for (const { child } of places) child.kill('SIGKILL')
      await Promise.all(places.map(({ child }) => dead(child)))
    },
  }
}

const within = async (ready: Promise<unknown>, name: string): Promise<void> => {
  let late: NodeJS.Timeout | undefined
  const lost = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error(`${name} was not ready within ${READY_WITHIN_MS} ms`)), READY_WITHIN_MS)
  })
  try {
    await Promise.race([ready, lost])
  } finally {
    clearTimeout(late)
  }
}

const dead = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()))
