import { parentPort, workerData } from 'node:worker_threads'
import type { SourceItem } from '../../domain/records/records.js'
import { isRefusal } from '../../foundation/errors.js'
import { loadCodePages } from '../../foundation/text/xlsx.js'
import { itemsOfWorkbook } from './workbook.js'
import type { WorkbookAnswer, WorkbookTask } from './xlsx.js'

const BATCH = 500

const { bytes, kind, wanted } = workerData as WorkbookTask
if (kind === 'xls') await loadCodePages()
const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const items = itemsOfWorkbook(content, kind, wanted)[Symbol.iterator]()

const next = (): WorkbookAnswer => {
  const batch: SourceItem[] = []
  try {
    while (batch.length < BATCH) {
      const { done, value } = items.next()
      if (done) return { items: batch, done: true }
      batch.push(value)
    }
    return { items: batch, done: false }
  } catch (error) {
    if (!isRefusal(error)) throw error
    // Error classes do not survive postMessage.
    return { refused: { code: error.code, details: error.details } }
  }
}

parentPort?.on('message', () => parentPort?.postMessage(next()))
