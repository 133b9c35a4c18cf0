/** Memory of a hub in another process. */
import { type ChildProcess, execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** Reads /proc on Linux, `ps` elsewhere. Returns null when the process is gone. */
export const residentMb = ({ pid }: ChildProcess): number | null => {
  try {
    const kb = existsSync('/proc')
      ? /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
    return Number(kb) > 0 ? Number(kb) / 1024 : null
  } catch {
    return null
  }
}

export const heapOf = async (url: string): Promise<{ heapMb: number; committedMb: number }> => {
  const answer = await fetch(`${url}/metrics`)
  const text = await answer.text()
  const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]) / 1_048_576
  const heap = read('nodejs_heap_size_used_bytes')
  if (!(heap > 0)) throw new Error(`/metrics says nothing of memory (${answer.status})`)
  return { heapMb: round(heap), committedMb: round(read('nodejs_heap_size_total_bytes')) }
}

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
}

/** Least squares, MB per millisecond. */
export const slopeOf = (looks: readonly { at: number; mb: number }[]): number => {
  const mean = (read: (look: { at: number; mb: number }) => number) =>
    looks.reduce((sum, look) => sum + read(look), 0) / looks.length
  const [at, mb] = [mean((look) => look.at), mean((look) => look.mb)]
  return mean((look) => (look.at - at) * (look.mb - mb)) / mean((look) => (look.at - at) ** 2)
}

export const round = (value: number): number => Math.round(value * 100) / 100
