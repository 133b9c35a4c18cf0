/**
 * Reads mutated documents in separate processes. Each must end in time, as items or as a named refusal, and no surviving
 * record may be lost.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Told } from './reading.js'

/** Longest processor time of one document, ms. */
const SLOW_MS = 5_000
/** Time after which a document counts as hung, on any machine, ms. */
const HANG_MS = 180_000
/** Time after which a process counts as lost, ms. Creating the largest documents takes time. */
const LOST_MS = 300_000
/** Heap limit of a reading process, MB. The bytes of the document come on top. */
const HEAP_MB = 512
const PROCESSES = 2

export interface Soaking {
  runs: number
  seed: number
  progress?: (done: number) => void
  /** Reports each fault at once. */
  found?: (fault: Fault) => void
}

interface Fault {
  n: number
  title: string
  fault: string
}

export interface Soaked {
  files: number
  items: number
  broken: number
  refused: Record<string, number>
  slowest: { title: string; ms: number; cpuMs: number }
  faults: Fault[]
}

export const soakIntake = async ({ runs, seed, progress = () => {}, found = () => {} }: Soaking): Promise<Soaked> => {
  const sum: Soaked = {
    files: 0,
    items: 0,
    broken: 0,
    refused: {},
    slowest: { title: '', ms: 0, cpuMs: 0 },
    faults: [],
  }
  let next = 0
  const note = (fault: Fault): void => {
    sum.faults.push(fault)
    found(fault)
  }
  const add = (n: number, told: Exclude<Told, { began: true }>): void => {
    sum.files += 1
    sum.items += told.items
    sum.broken += told.broken
    if (told.refusal) sum.refused[told.refusal] = (sum.refused[told.refusal] ?? 0) + 1
    const { title, ms, cpuMs } = told
    if (cpuMs > sum.slowest.cpuMs) sum.slowest = { title, ms: Math.round(ms), cpuMs: Math.round(cpuMs) }
    const slow = cpuMs > SLOW_MS ? [`took ${Math.round(cpuMs)} ms`] : []
    for (const fault of [...told.faults, ...slow]) note({ n, title: told.title, fault })
    progress(sum.files)
  }
  const work = async (): Promise<void> => {
    let child = start()
    for (let n = next++; n < runs; n = next++) {
      const told = await ask(child, { seed, n })
      if ('lost' in told) {
        sum.files += 1
        note({ n, title: told.title, fault: told.lost })
        child.kill('SIGKILL')
        child = start()
      } else add(n, told)
    }
    child.kill('SIGKILL')
  }
  await Promise.all(Array.from({ length: PROCESSES }, work))
  return sum
}

/** The loader is needed from source only. */
const [READING, LOADER] = import.meta.url.endsWith('.ts') ? ['./reading.ts', ['--import', 'tsx']] : ['./reading.js', []]

const start = (): ChildProcess =>
  fork(fileURLToPath(new URL(READING, import.meta.url)), {
    execArgv: [...LOADER, `--max-old-space-size=${HEAP_MB}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })

const ask = (
  child: ChildProcess,
  task: { seed: number; n: number },
): Promise<Exclude<Told, { began: true }> | { lost: string; title: string }> =>
  new Promise((resolve) => {
    let title = ''
    let timer: NodeJS.Timeout
    const end = (told: Exclude<Told, { began: true }> | { lost: string; title: string }): void => {
      clearTimeout(timer)
      child.off('message', hear).off('exit', left)
      resolve(told)
    }
    const watch = (ms: number, what: string): void => {
      clearTimeout(timer)
      timer = setTimeout(() => end({ lost: `${what} after ${ms} ms`, title }), ms)
    }
    const hear = (told: Told): void => {
      title = told.title
      if (told.began) watch(HANG_MS, 'hangs')
      else end(told)
    }
    const left = (code: number | null, signal: string | null): void => end({ lost: `died: ${signal ?? code}`, title })
    watch(LOST_MS, 'never began')
    child.on('message', hear).on('exit', left)
    child.send(task)
  })
