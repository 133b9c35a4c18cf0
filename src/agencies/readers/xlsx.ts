/** A worker thread bounds memory and time: a hostile file can keep SheetJS busy forever. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { SourceItem } from '../../domain/records/records.js'
import { Refusal, type RefusalCode } from '../../foundation/errors.js'
import { isOle2 } from '../../foundation/text/xlsx/biff.js'
import { refuseZipFault, unreadableRefusal, XLSX_LIMITS } from '../../foundation/text/xlsx/sheet-parts.js'
import { statedZipFault } from '../../foundation/text/xlsx/zip.js'
import type { WorkbookKind } from '../../foundation/text/xlsx.js'
import type { FileContent } from './content.js'
import type { WantedForms } from './shapes.js'

const SOURCES = new URL('../../', import.meta.url)
const BUILT = new URL('../../../dist/src/agencies/readers/xlsx-worker.js', import.meta.url)

/** An up-to-date build starts four times faster than the TypeScript sources. */
const workerProgramUrl = (): URL => {
  if (!import.meta.url.endsWith('.ts')) return new URL('./xlsx-worker.js', import.meta.url)
  built ??= isBuilt()
  return built ? BUILT : withLoader()
}

let built: boolean | undefined

const isBuilt = (): boolean => {
  if (!existsSync(BUILT)) return false
  const { mtimeMs } = statSync(BUILT)
  const folder = fileURLToPath(SOURCES)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.generated.ts'))
    .every((name) => statSync(new URL(name, SOURCES)).mtimeMs <= mtimeMs)
}

const withLoader = (): URL => {
  // In a thread, the loader's CommonJS version resolves its hooks wrongly.
  const loaderPath = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs')
  const loader = JSON.stringify(pathToFileURL(loaderPath).href)
  const file = JSON.stringify(new URL('./xlsx-worker.ts', import.meta.url).href)
  const script = `import { register } from ${loader}; register(); await import(${file})`
  return new URL(`data:text/javascript,${encodeURIComponent(script)}`)
}

const MAX_BYTES = 20 * 1024 * 1024
const MAX_HEAP = 448 // MB
const DEADLINE = 30_000 // ms per answer

export interface WorkbookTask {
  bytes: Uint8Array
  kind: WorkbookKind
  wanted: WantedForms
}

export type WorkbookAnswer =
  | { items: SourceItem[]; done: boolean }
  | { refused: { code: RefusalCode; details: Record<string, unknown> } }

export async function* readXlsx(content: FileContent, wanted: WantedForms): AsyncIterable<SourceItem> {
  const bytes = await content.whole(MAX_BYTES)
  refuseZipFault(statedZipFault(bytes, XLSX_LIMITS))
  yield* readWorkbook(bytes, 'xlsx', wanted)
}

export async function* readXls(content: FileContent, wanted: WantedForms): AsyncIterable<SourceItem> {
  const bytes = await content.whole(MAX_BYTES)
  if (!isOle2(bytes)) throw unreadableRefusal('不是 Excel 97 工作簿 no workbook of Excel 97', 'xls')
  yield* readWorkbook(bytes, 'xls', wanted)
}

async function* readWorkbook(
  bytes: Buffer,
  kind: WorkbookKind,
  { feed, shapes }: WantedForms,
): AsyncIterable<SourceItem> {
  // Functions cannot be sent to a thread.
  const sent = shapes.map(({ names, every }) => ({ names, ...(every && { every }) }))
  const worker = startWorker({ bytes, kind, wanted: { feed, shapes: sent } })
  try {
    for (;;) {
      const answer = await answerOf(worker, kind)
      if ('refused' in answer) throw new Refusal(answer.refused.code, answer.refused.details)
      yield* answer.items
      if (answer.done) return
    }
  } finally {
    await worker.terminate()
  }
}

const startWorker = (task: WorkbookTask): Worker => {
  const worker = new Worker(workerProgramUrl(), {
    workerData: task,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP },
    stdout: true,
    stderr: true,
  })
  worker.stdout.resume()
  worker.stderr.resume()
  worker.on('error', () => {})
  return worker
}

const answerOf = (worker: Worker, kind: WorkbookKind): Promise<WorkbookAnswer> =>
  new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer)
      worker.off('message', answered).off('error', failed).off('exit', left)
      finish()
    }
    const answered = (answer: WorkbookAnswer): void => settle(() => resolve(answer))
    const failed = (error: Error & { code?: string }): void =>
      settle(() => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooHard('内存 memory', kind) : error))
    const left = (): void => settle(() => reject(unreadableRefusal('读取线程意外结束 the reading thread ended', kind)))
    const timer = setTimeout(() => settle(() => reject(tooHard(`${DEADLINE / 1000} 秒 seconds`, kind))), DEADLINE)
    worker.on('message', answered).on('error', failed).on('exit', left)
    worker.postMessage('next')
  })

const tooHard = (limit: string, kind: WorkbookKind): Refusal =>
  unreadableRefusal(`打开工作簿所需资源超限 opening it takes too much: ${limit}`, kind)
