/**
 * Exchange folder (GB/T 39443-2020 5.5): the hub writes `<batch>.csv`, the receiver `<batch>.receipt.csv`, complete
 * when it ends with a line end. `sent/` keeps the keys.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Notice, Receipt } from '../../domain/delivery/delivery.js'
import { NoDisplayRefusal } from '../../foundation/errors.js'
import {
  EXCHANGE_KEY_FIELDS,
  EXCHANGE_KEYS,
  exchangeKeyIn,
  exchangeSequenceIn,
  readExchangeReceipt,
} from '../formats/exchange-envelope.js'
import { readDisplayedSubject, UnreadableAnswerError } from '../formats/reading.js'
import { type ParsedLines, parseLines } from '../formats/separated-lines.js'
import type { DisplayedSubject, PlatformAddress } from '../platform.js'
import { unreachableRefusal } from './converse.js'
import { missingReceipt, receiptWithoutSecret, unknownReceipt, waitingReceipt } from './deliver.js'
import {
  fileExists,
  fileNamesIn,
  folderPathOf,
  makeSubfolder,
  putFile,
  readContentOf,
  statOf,
  subfolderPath,
  withNamedFaults,
} from './folder/files.js'

const BATCH = '.csv'
const RECEIPT = '.receipt.csv'
const SENT = 'sent'
const SHOWN = 'shown.csv'
const SHOWN_BYTES_MAX = 64 * 1024 * 1024
const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/
/** A killed sender restarts its numbering, so names repeat. */
const SAME_NAME_MAX = 100
const KEEP_NS = 30n * 24n * 3_600n * 1_000_000_000n

/** Writes a batch file atomically. Throws PLATFORM_UNREACHABLE. */
export const putBatch = (
  to: PlatformAddress,
  id: string,
  content: string | Uint8Array,
  notices: readonly Notice[],
): Promise<Receipt[]> =>
  withNamedFaults(async () => {
    to.signal?.throwIfAborted()
    const folder = folderPathOf(to.url)
    const sent = await makeSubfolder(folder, SENT)
    const name = await freeName(folder, id)
    await putFile(folder, name + BATCH, content)
    // If the process dies before the list of sent keys is written, the batch itself shows them.
    await putFile(sent, name + BATCH, keysText(notices))
    await clearAway(folder, sent, name)
    return notices.map(({ key }) => waitingReceipt(key))
  })

/** A notice in a batch without receipt is WAITING; one in no batch is NO_RECEIPT. */
export const readFolderReceipts = (notices: readonly Notice[], to: PlatformAddress): Promise<Receipt[]> =>
  withNamedFaults(async () => {
    const wanted = new Set(notices.map(idOf))
    const answers = new Map<string, Receipt>()
    for (const batch of await batchesWith(wanted, to)) {
      to.signal?.throwIfAborted()
      const asked = batch.keys.filter((each) => wanted.has(idOf(each)))
      const answered = await answerTo(batch, asked)
      for (const [id, receipt] of answered) {
        // The newest batch decides: an officer may have corrected a rejection. An acceptance is final.
        if (receipt.accepted || !answers.has(id)) answers.set(id, receiptWithoutSecret(receipt, to.secret))
      }
    }
    return notices.map((notice) => answers.get(idOf(notice)) ?? unknownReceipt(notice.key))
  })

/** Throws when `shown.csv` is missing, incomplete or older than `notBefore`. */
export const readShownFile = (from: PlatformAddress): Promise<DisplayedSubject[]> =>
  withNamedFaults(async () => {
    const path = join(folderPathOf(from.url), SHOWN)
    const written = await statOf(path)
    if (written !== null && from.notBefore !== undefined && written.mtimeMs < from.notBefore.getTime())
      throw new NoDisplayRefusal(`${SHOWN} 早于所查推送 is older than what was sent`)
    const content = await readContentOf(path, SHOWN_BYTES_MAX)
    if (content === null)
      throw new NoDisplayRefusal(`没有展示清单，或过大 the receiver has put no ${SHOWN}, or one too large`)
    const lines = await parseLines(content).catch((error: unknown) => {
      if (!(error instanceof UnreadableAnswerError)) throw error
      throw unreachableRefusal(`${SHOWN} 无法读取 cannot be read: ${error.message}`)
    })
    if (!lines.names.includes(EXCHANGE_KEY_FIELDS.key))
      throw unreachableRefusal(`${SHOWN} 没有列 has no column ${EXCHANGE_KEY_FIELDS.key}`)
    const hasGrown = (await statOf(path))?.size !== written?.size
    if (!lines.ended || hasGrown) throw unreachableRefusal(`${SHOWN} 尚未写完 is not finished`)
    return lines.rows.map((row) => {
      const subject = readDisplayedSubject(row, EXCHANGE_KEY_FIELDS)
      if (subject === null) throw unreachableRefusal(`${SHOWN} 有行缺少 has a row without ${EXCHANGE_KEY_FIELDS.key}`)
      return subject
    })
  })

type KeyAndSequence = Pick<Notice, 'key' | 'sequence'>
const idOf = ({ key, sequence }: KeyAndSequence): string => `${sequence}/${key}`

const freeName = async (folder: string, id: string): Promise<string> => {
  if (!SAFE_NAME.test(id)) throw new Error(`a batch cannot be named ${id}`)
  for (let n = 1; n <= SAME_NAME_MAX; n += 1) {
    const name = n === 1 ? id : `${id}-${n}`
    const taken = [join(folder, name + BATCH), join(folder, name + RECEIPT), join(folder, SENT, name + BATCH)]
    if (!(await Promise.all(taken.map(fileExists))).includes(true)) return name
  }
  throw new Error(`more than ${SAME_NAME_MAX} batches are named ${id}`)
}

const keysText = (notices: readonly Notice[]): string =>
  notices.map(({ key, sequence }) => `${sequence},${key}\n`).join('')

const keysIn = (text: string): KeyAndSequence[] =>
  text.split('\n').flatMap((line) => {
    const comma = line.indexOf(',')
    return comma > 0 ? [{ sequence: Number(line.slice(0, comma)), key: line.slice(comma + 1) }] : []
  })

interface SentBatch {
  keys: KeyAndSequence[]
  /** Nanoseconds. */
  writtenAt: bigint
  receiptPath: string | null
}

const batchesWith = async (wanted: ReadonlySet<string>, { url, signal }: PlatformAddress): Promise<SentBatch[]> => {
  const folder = folderPathOf(url)
  const lying = new Set(await fileNamesIn(folder))
  const sent = lying.has(SENT) ? await fileNamesIn(await subfolderPath(folder, SENT)) : []
  const receipts = new Set([...lying].filter((name) => name.endsWith(RECEIPT)))
  const noted = new Set(sent.filter((name) => name.endsWith(BATCH) && !name.startsWith('.')))
  const unnoted = [...lying].filter(
    (name) =>
      name.endsWith(BATCH) && !name.startsWith('.') && name !== SHOWN && !receipts.has(name) && !noted.has(name),
  )
  const batches: SentBatch[] = []
  for (const name of [...noted, ...unnoted]) {
    signal?.throwIfAborted()
    const path = noted.has(name) ? join(folder, SENT, name) : join(folder, name)
    const content = await readContentOf(path).catch((error: unknown) => {
      if (noted.has(name)) throw error
      return null
    })
    if (content === null) continue
    const keys = noted.has(name) ? keysIn(content.toString('utf8')) : await keysOfLines(content)
    if (!keys.some((each) => wanted.has(idOf(each)))) continue
    const found = await statOf(path)
    if (found === null) continue
    const receipt = name.slice(0, -BATCH.length) + RECEIPT
    batches.push({
      writtenAt: found.mtimeNs,
      keys,
      receiptPath: receipts.has(receipt) ? join(folder, receipt) : null,
    })
  }
  return batches.sort((a, b) => (a.writtenAt < b.writtenAt ? 1 : -1))
}

const keysOfLines = async (content: Buffer): Promise<KeyAndSequence[]> => {
  const lines = await readLines(content)
  return typeof lines === 'string'
    ? []
    : lines.rows.map((row) => ({ key: exchangeKeyIn(row) ?? '', sequence: Number(exchangeSequenceIn(row)) }))
}

const answerTo = async (
  { keys, receiptPath }: SentBatch,
  asked: readonly KeyAndSequence[],
): Promise<[string, Receipt][]> => {
  const all = (answer: (key: string) => Receipt): [string, Receipt][] =>
    asked.map((each) => [idOf(each), answer(each.key)])
  if (receiptPath === null) return all((key) => waitingReceipt(key))
  const content = await readContentOf(receiptPath).catch(() => null)
  const lines = content === null ? '回执文件无法读取 the receipt cannot be read' : await readLines(content)
  if (typeof lines === 'string') return all((key) => waitingReceipt(key, lines))
  if (!EXCHANGE_KEYS.some((name) => lines.names.includes(name)))
    return all((key) => waitingReceipt(key, `回执没有列 the receipt has no column ${EXCHANGE_KEYS.join(' / ')}`))
  if (!lines.ended) return all((key) => waitingReceipt(key, '回执尚未写完。The receipt is not finished.'))
  return asked.map((each) => [idOf(each), receiptFor(each, keys, lines)])
}

const receiptFor = (
  { key, sequence }: KeyAndSequence,
  keys: readonly KeyAndSequence[],
  { rows }: ParsedLines,
): Receipt => {
  const own = rows.filter((row) => exchangeKeyIn(row) === key)
  const turn = keys.filter((each) => each.key === key).findIndex((each) => each.sequence === sequence)
  const row = own.some(exchangeSequenceIn)
    ? own.find((each) => exchangeSequenceIn(each) === String(sequence))
    : own[turn]
  return (row && readExchangeReceipt(row)) ?? missingReceipt(key)
}

const readLines = async (content: Buffer): Promise<ParsedLines | string> => {
  try {
    return await parseLines(content)
  } catch (error) {
    if (error instanceof UnreadableAnswerError) return `回执文件无法读取 the receipt cannot be read: ${error.message}`
    throw error
  }
}

/** Keeps batches that the receiver has not taken. */
const clearAway = async (folder: string, sent: string, newest: string): Promise<void> => {
  const now = (await statOf(join(sent, newest + BATCH)))?.mtimeNs ?? 0n
  const lying = new Set(await fileNamesIn(folder))
  for (const name of await fileNamesIn(sent)) {
    if (!name.endsWith(BATCH) || lying.has(name)) continue
    const receipt = join(folder, name.slice(0, -BATCH.length) + RECEIPT)
    const times = await Promise.all([statOf(join(sent, name)), statOf(receipt)])
    if (times.some((found) => found !== null && now - found.mtimeNs < KEEP_NS)) continue
    await rm(receipt, { force: true })
    await rm(join(sent, name), { force: true })
  }
}
