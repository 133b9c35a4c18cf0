/** XML as plain values: no DOCTYPE, five predefined entities, bounded depth. */
import { setImmediate as breathe } from 'node:timers/promises'
import { SaxesParser } from 'saxes'
import type { Item } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import type { FileContent } from './content.js'
import { itemsIn } from './lists.js'
import type { FormShape } from './shapes.js'
import { decoded, encodingOf } from './text.js'

const MAX_BYTES = 32 * 1024 * 1024 // bytes; the parsed value takes many times that
const PIECE = 256 * 1024 // characters parsed per step; about 20 ms
const MAX_DEPTH = 20 // elements
const MAX_ELEMENTS = 1_000_000
const MAX_ATTRIBUTES = 256 // attributes of one element

export async function* readXml(content: FileContent, shapes: readonly FormShape[], feed: string): AsyncIterable<Item> {
  if (content.size > MAX_BYTES) throw tooLarge()
  const parser = makeParser()
  let read = 0
  let pending = ''
  for await (const piece of decoded(content, await encodingOf(content))) {
    pending += piece
    if (pending.length < PIECE) continue
    read += pending.length
    if (read > MAX_BYTES) throw tooLarge()
    parser.write(pending)
    pending = ''
    await breathe()
  }
  parser.write(pending)
  yield* itemsIn(parser.close(), shapes, feed)
}

const tooLarge = (): Refusal => new Refusal('CONTENT_TOO_LARGE', { limit: `${MAX_BYTES / 1024 / 1024} MB` })

type XmlNode = { fields: Map<string, unknown[]>; attributes: [string, string][]; text: string }

export const parseXml = (text: string): unknown => {
  const parser = makeParser()
  parser.write(text)
  return parser.close()
}

/**
 * Text-only elements become strings, others objects. Repeated children become lists, attributes `@name`. The root's
 * name is dropped.
 */
const makeParser = (): { write: (text: string) => void; close: () => unknown } => {
  const parser = new SaxesParser()
  const open: XmlNode[] = []
  let root: unknown = null
  parser.on('error', (error) => {
    throw unreadable(error.message)
  })
  parser.on('doctype', () => {
    throw unreadable('不接受 DOCTYPE no document type is accepted')
  })
  let elements = 0
  let attributesHere = 0
  parser.on('opentagstart', () => {
    attributesHere = 0
    elements += 1
    if (elements > MAX_ELEMENTS) throw unreadable(`元素超过 ${MAX_ELEMENTS} 个 too many elements`)
  })
  parser.on('attribute', () => {
    attributesHere += 1
    if (attributesHere > MAX_ATTRIBUTES) throw unreadable(`一个元素的属性超过 ${MAX_ATTRIBUTES} 个 too many attributes`)
  })
  parser.on('opentag', ({ attributes }) => {
    if (open.length >= MAX_DEPTH) throw unreadable('嵌套过深 nested too deep')
    open.push({ fields: new Map(), attributes: Object.entries(attributes), text: '' })
  })
  parser.on('text', (piece) => {
    const top = open.at(-1)
    if (top) top.text += piece
  })
  parser.on('cdata', (piece) => {
    const top = open.at(-1)
    if (top) top.text += piece
  })
  parser.on('closetag', ({ name }) => {
    const node = open.pop()
    if (!node) return
    const value = plain(node)
    const parent = open.at(-1)
    if (!parent) root = value
    else listed(parent.fields, name).push(value)
  })
  return {
    write: (text) => {
      parser.write(text)
    },
    close: () => {
      parser.close()
      return root
    },
  }
}

const listed = (fields: XmlNode['fields'], name: string): unknown[] => {
  const there = fields.get(name) ?? []
  fields.set(name, there)
  return there
}

const plain = ({ fields, attributes, text }: XmlNode): unknown => {
  if (fields.size === 0 && attributes.length === 0) return text.trim()
  const own: [string, unknown][] = attributes.map(([name, value]) => [`@${name}`, value])
  const children = [...fields].map(([name, values]): [string, unknown] => [
    name,
    values.length === 1 ? values[0] : values,
  ])
  const rest: [string, unknown][] = text.trim() === '' ? [] : [['#text', text.trim()]]
  return Object.fromEntries([...own, ...children, ...rest])
}

const unreadable = (reason: string): Refusal => new Refusal('CONTENT_UNREADABLE', { reader: 'xml', reason })
