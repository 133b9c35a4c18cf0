/**
 * Measures what a row of a register costs from disk to the stage, in microseconds per step: `npx tsx test/bench/reading.ts [ROWS]
 * [PATH]`. Only ratios within one run are comparable, because the machine is shared. tsx names every closure that it makes and tsc
 * does not, so mapping is slower here than in the product.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { feeds } from '../../src/agencies/index.js'
import { sealBody } from '../../src/domain/records/digest.js'
import { redactIdNumbers } from '../../src/domain/records/privacy.js'
import type { DraftsOrProblems, RecordDraft, SourceItem } from '../../src/domain/records/records.js'
import { chunksOfItems } from '../../src/foundation/chunks.js'
import { contractCheck } from '../../src/foundation/contracts.js'
import { registerCsv } from './register.js'

const ROWS = Number(process.argv[2] ?? 100_000)
const BATCH = 100 // items, few enough to stay in the processor's cache as they do in a pull
const TODAY = '2026-11-25'

const STEPS = ['read', 'redact', 'map', 'redact again', 'contract', 'seal'] as const
type Step = (typeof STEPS)[number]

const wall: Record<string, number> = {}
const cpu: Record<string, number> = {}

const timed = <T>(step: Step, work: () => T): T => {
  const [began, used] = [performance.now(), process.cpuUsage()]
  const result = work()
  count(step, began, used)
  return result
}
const count = (step: Step, began: number, used: NodeJS.CpuUsage): void => {
  const { user, system } = process.cpuUsage(used)
  wall[step] = (wall[step] ?? 0) + (performance.now() - began) * 1000
  cpu[step] = (cpu[step] ?? 0) + user + system
}

const pseudonymOf = (id: string): string => `${id.length}`
const REGISTRATION_NUMBERS = new Set(['reg_no', 'regNo'])

export const reading = async (path: string): Promise<number> => {
  const feed = feeds.get('registry')
  if (!feed) throw new Error('no feed registry')
  let rows = 0
  let batch: SourceItem[] = []
  const onwards = (): void => {
    const items = timed('redact', () =>
      batch.map((item) => ({ ...item, fields: redactIdNumbers(item.fields, pseudonymOf, feed.exempt) })),
    )
    const mapped = timed('map', () => items.map((item) => feed.map(item, { dated: null, today: TODAY })))
    const clean: DraftsOrProblems[] = timed('redact again', () =>
      mapped.map((one) => redactIdNumbers(one, pseudonymOf, REGISTRATION_NUMBERS)),
    )
    const drafts: RecordDraft[] = clean.flatMap((one) => ('drafts' in one ? one.drafts : []))
    if (drafts.length !== batch.length) throw new Error('a row was set aside')
    const faults = timed('contract', () =>
      drafts.reduce((sum, draft) => sum + contractCheck(`records/${draft.kind}`)(draft.body).length, 0),
    )
    if (faults > 0) throw new Error('a row does not keep its contract')
    timed('seal', () => drafts.map((draft) => sealBody(draft)))
    rows += batch.length
    batch = []
  }
  let [began, used] = [performance.now(), process.cpuUsage()]
  for await (const chunk of chunksOfItems(feed.read(path, {}))) {
    for (const item of chunk) {
      batch.push(item)
      if (batch.length < BATCH) continue
      count('read', began, used)
      onwards()
      ;[began, used] = [performance.now(), process.cpuUsage()]
    }
  }
  count('read', began, used)
  onwards()
  return rows
}

const folder = mkdtempSync(join(tmpdir(), 'hub-reading-'))
try {
  const given = process.argv[3]
  const path = given ?? join(folder, 'register.csv')
  if (given === undefined) await registerCsv(path, ROWS)
  const rows = await reading(path)
  const line = (name: string, of: (step: Step) => number): string =>
    [name.padEnd(8), ...STEPS.map((step) => of(step).toFixed(2).padStart(12))].join(' ')
  const sum = (of: Record<string, number>): string => (Object.values(of).reduce((a, b) => a + b, 0) / rows).toFixed(2)
  const lines = [
    `${rows} rows, µs per row`,
    ['        ', ...STEPS.map((step) => step.padStart(12))].join(' '),
    line('wall', (step) => (wall[step] ?? 0) / rows),
    line('cpu', (step) => (cpu[step] ?? 0) / rows),
    `sum wall ${sum(wall)} cpu ${sum(cpu)}; ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
