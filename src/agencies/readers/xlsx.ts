/** A worker thread with bounded memory and time reads workbooks: a hostile file can keep SheetJS busy forever. */
import { Worker } from 'node:worker_threads'
import type { SourceItem } from '../../domain/records/records.js'
import { Refusal, type RefusalCode } from '../../foundation/errors.js'
import { isOle2 } from '../../foundation/text/xlsx/ole2.js'
import { refuseZipFault, unreadableRefusal, XLSX_LIMITS } from '../../foundation/text/xlsx/sheet-parts.js'
import { statedZipFault } from '../../foundation/text/xlsx/zip.js'
import type { WorkbookKind } from '../../foundation/text/xlsx.js'
import type { FileContent } from './content.js'
import type { FormShape } from './shapes.js'
import { workerProgramUrl } from './xlsx-program.js'

const MAX_BYTES = 20 * 1024 * 1024
const MAX_HEAP = 448 // MB
const DEADLINE = 30_000 // ms per answer

export interface WorkbookTask {
  bytes: Uint8Array
  kind: WorkbookKind
  shapes: FormShape[]
  feed: string
}

export type WorkbookAnswer =
  | { items: SourceItem[]; done: boolean }
  | { refused: { code: RefusalCode; details: Record<string, unknown> } }

export async function* readXlsx(
  content: FileContent,
  shapes: readonly FormShape[],
  feed: string,
): AsyncIterable<SourceItem> {
  const bytes = await content.whole(MAX_BYTES)
  refuseZipFault(statedZipFault(bytes, XLSX_LIMITS))
  yield* readWorkbook(bytes, 'xlsx', shapes, feed)
}

export async function* readXls(
  content: FileContent,
  shapes: readonly FormShape[],
  feed: string,
): AsyncIterable<SourceItem> {
  const bytes = await content.whole(MAX_BYTES)
  if (!isOle2(bytes)) throw unreadableRefusal('不是 Excel 97 工作簿 no workbook of Excel 97', 'xls')
  yield* readWorkbook(bytes, 'xls', shapes, feed)
}

async function* readWorkbook(
  bytes: Buffer,
  kind: WorkbookKind,
  shapes: readonly FormShape[],
  feed: string,
): AsyncIterable<SourceItem> {
  const worker = startWorker({
    bytes,
    kind,
    // Functions cannot be sent to a thread.
    shapes: shapes.map(({ names, every }) => ({ names, ...(every && { every }) })),
    feed,
  })
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
  // Without a listener, a worker's error would end the process.
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
