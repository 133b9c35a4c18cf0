/** Reads XML into plain values: no DOCTYPE, predefined entities only, limited depth. */
import { setImmediate as breathe } from 'node:timers/promises'
import type { SourceItem } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import { decodeStream, encodingOf } from '../../foundation/text/encodings.js'
import { type ClosedElement, makeXmlReader, type XmlFault, type XmlLimits } from '../../foundation/text/xml.js'
import type { FileContent } from './content.js'
import type { WantedForms } from './shapes.js'
import { itemsInLists } from './unknown-envelope.js'

const MAX_BYTES = 32 * 1024 * 1024
const LIMITS: XmlLimits = { depth: 20, elements: 1_000_000, attributes: 256 }

export async function* readXml(content: FileContent, wanted: WantedForms): AsyncIterable<SourceItem> {
  if (content.size > MAX_BYTES) throw tooLarge()
  const parser = makeParser()
  let read = 0
  for await (const piece of decodeStream(content, await encodingOf(content))) {
    read += piece.length
    if (read > MAX_BYTES) throw tooLarge()
    parser.write(piece)
    await breathe()
  }
  yield* itemsInLists(parser.close(), wanted)
}

const tooLarge = (): Refusal => new Refusal('CONTENT_TOO_LARGE', { limit: `${MAX_BYTES / 1024 / 1024} MB` })

export const parseXml = (text: string): unknown => {
  const parser = makeParser()
  parser.write(text)
  return parser.close()
}

const makeParser = () => makeXmlReader<unknown>({ limits: LIMITS, refusal: unreadable, fold: plain })

/**
 * Text-only elements become strings, others objects. Repeated children become lists, attributes `@name`. The root's
 * name is dropped.
 */
const plain = ({ children, attributes, text }: ClosedElement<unknown>): unknown => {
  const own = Object.entries(attributes).map(([name, value]): [string, unknown] => [`@${name}`, value])
  if (children.length === 0 && own.length === 0) return text
  const fields = new Map<string, unknown[]>()
  for (const [name, value] of children) {
    const values = fields.get(name)
    if (values === undefined) fields.set(name, [value])
    else values.push(value)
  }
  for (const [name, values] of fields) own.push([name, values.length === 1 ? values[0] : values])
  if (text !== '') own.push(['#text', text])
  return Object.fromEntries(own)
}

const REASONS: Record<XmlFault, string> = {
  syntax: '',
  doctype: '不接受 DOCTYPE no document type is accepted',
  elements: `元素超过 ${LIMITS.elements} 个 too many elements`,
  attributes: `一个元素的属性超过 ${LIMITS.attributes} 个 too many attributes`,
  depth: '嵌套过深 nested too deep',
}

const unreadable = (fault: XmlFault, detail: string): Refusal =>
  new Refusal('CONTENT_UNREADABLE', { reader: 'xml', reason: detail || REASONS[fault] })
