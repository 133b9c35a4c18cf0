import { isUtf8 } from 'node:buffer'
import type { SourceItem } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { decodeStream, decodeText, encodingOf } from '../../foundation/text/encodings.js'
import { findDuplicateKey, parseJsonOr } from '../../foundation/text/json.js'
import type { FileContent } from './content.js'
import { unknownHeaderRefusal } from './near.js'
import { itemFromValue, makeBrokenItem, type WantedForms } from './shapes.js'
import { hasKnownElement, itemsInLists } from './unknown-envelope.js'

const MAX_BYTES = 16 * 1024 * 1024 // bytes; the parsed value takes many times that
const MAX_LINE = 1024 * 1024 // characters of one record
const KNOWN_WITHIN = 20 // records

export async function* readJson(content: FileContent, wanted: WantedForms): AsyncIterable<SourceItem> {
  if (await isLines(content)) yield* readJsonLines(content, wanted)
  else yield* itemsInLists(parseJson(await textOf(content)), wanted)
}

const textOf = async (content: FileContent): Promise<string> => {
  const bytes = await content.whole(MAX_BYTES)
  return decodeText(bytes, isUtf8(bytes) ? 'utf-8' : await encodingOf(content))
}

const isLines = async (content: FileContent): Promise<boolean> => {
  let first = ''
  for await (const piece of decodeStream(content, await encodingOf(content))) {
    const text = (first + piece).trimStart()
    const end = text.indexOf('\n')
    first = end < 0 ? text : text.slice(0, end + 1)
    if (first.length > MAX_LINE) return false
    if (end >= 0 && text.slice(end).trim() !== '') return parsed(first) !== undefined
  }
  return false
}

export const parseJson = (text: string): unknown => {
  const value = parsed(text)
  if (value === undefined) throw unreadable('不是完整的 JSON not complete JSON')
  if (findDuplicateKey(text) !== null) throw unreadable('同一对象中字段重复 a field twice in one object')
  return value
}

const unreadable = (reason: string): Refusal => new Refusal('CONTENT_UNREADABLE', { reader: 'json', reason })

const parsed = (text: string): unknown => parseJsonOr(text.replace(/^\uFEFF/, ''), undefined)

export async function* readJsonLines(content: FileContent, wanted: WantedForms): AsyncIterable<SourceItem> {
  // Items are held back until one has a known form.
  let waiting: SourceItem[] | null = []
  let line = 0
  for await (const text of linesOf(content)) {
    line += 1
    if (text.trim() === '') continue
    const value = parsed(text)
    const made =
      value === undefined || findDuplicateKey(text) !== null
        ? makeBrokenItem(null, line, text)
        : itemFromValue(null, line, value)
    if (waiting && !hasKnownElement([value], wanted.shapes)) {
      waiting.push(made)
      if (waiting.length >= KNOWN_WITHIN) break
      continue
    }
    if (waiting) yield* waiting
    waiting = null
    yield made
  }
  const read = waiting?.map(({ fields }) => Object.keys(fields))
  if (read) throw unknownHeaderRefusal(wanted, read)
}

async function* linesOf(content: FileContent): AsyncIterable<string> {
  let pending = ''
  for await (const piece of decodeStream(content, await encodingOf(content))) {
    const lines = (pending + piece).split('\n')
    pending = lines.pop() ?? ''
    if (pending.length > MAX_LINE) throw unreadable('行过长 a line too long')
    yield* lines
  }
  if (pending !== '') yield pending
}
