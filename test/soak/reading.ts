/** A separate process that reads and maps one document at a time and reports the result. */
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BROKEN_ITEM_FIELD } from '../../src/agencies/readers/shapes.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { context } from '../agencies/samples.js'
import { type Case, caseOf } from './cases.js'
import { marksIn } from './documents.js'

interface Task {
  seed: number
  n: number
}

export type Told =
  | { n: number; began: true; title: string }
  | {
      n: number
      began?: never
      title: string
      ms: number
      /** Longest processor time of all threads without progress, ms. */
      cpuMs: number
      refusal: string | null
      items: number
      broken: number
      faults: string[]
    }

const NAMED = new Set(['CONTENT_UNREADABLE', 'CONTENT_UNKNOWN', 'CONTENT_TOO_LARGE'])
const SHOWN = 5 // marks named in a fault

/** One in so many documents is read from a file, the others from memory. */
const FILE_EVERY = 4
/** Shorter intervals between two items are not measured, ms. */
const PAUSE_MS = 50

const read = async ({ feed }: Case, source: string | Buffer, marks: Set<string> | null) => {
  const faults: string[] = []
  const found = new Set<string>()
  const counts = { items: 0, broken: 0 }
  let refusal: string | null = null
  let last = ''
  let longest = 0
  let since = { wall: performance.now(), cpu: process.cpuUsage() }
  /** Measures the processor time since the last item. A slow large document is no hang. */
  const pulse = (): void => {
    const wall = performance.now()
    if (wall - since.wall > PAUSE_MS) {
      const { user, system } = process.cpuUsage(since.cpu)
      longest = Math.max(longest, (user + system) / 1000)
      since = { wall, cpu: process.cpuUsage() }
    }
  }
  try {
    for await (const item of feed.read(source, {})) {
      pulse()
      counts.items += 1
      if (Object.hasOwn(item.fields, BROKEN_ITEM_FIELD)) counts.broken += 1
      if (marks) for (const mark of marksIn(JSON.stringify(item.fields))) found.add(mark)
      if (!Number.isSafeInteger(item.row) || item.row < 1) faults.push(`row ${item.row}`)
      const place = `${item.page ?? ''}/${item.row}`
      if (place === last) faults.push(`place ${place} twice`)
      last = place
      const mapped = feed.map(item, context)
      if ('problems' in mapped && mapped.problems.length === 0) faults.push(`set aside without a reason: ${place}`)
    }
  } catch (error) {
    if (isRefusal(error) && NAMED.has(error.code)) refusal = error.code
    else faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  pulse()
  // If every row is broken, the header itself is damaged, and the feed's bounds report it.
  const noneWhole = counts.items > 0 && counts.items === counts.broken
  const lost = [...(marks ?? [])].filter((mark) => !found.has(mark))
  if (refusal === null && !noneWhole && lost.length > 0)
    faults.push(`${lost.length} lost: ${lost.slice(0, SHOWN).join(' ')}`)
  return { ...counts, refusal, faults, cpuMs: longest }
}

process.on('message', async ({ seed, n }: Task) => {
  const one = caseOf(seed, n)
  const { bytes, marks } = one.make()
  const tell = (told: Told): void => {
    process.send?.(told)
  }
  tell({ n, began: true, title: one.title })
  const path = n % FILE_EVERY === 0 ? join(tmpdir(), `hub-soak-${process.pid}.dat`) : null
  if (path !== null) writeFileSync(path, bytes)
  const start = performance.now()
  const outcome = await read(one, path ?? bytes, marks)
  const ms = performance.now() - start
  if (path !== null) rmSync(path)
  tell({ n, title: one.title, ms, ...outcome })
})

// The parent process has ended.
process.on('disconnect', () => process.exit())
