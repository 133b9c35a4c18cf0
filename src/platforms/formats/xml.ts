import { SaxesParser } from 'saxes'
import { textOfBytes, UnreadableAnswer } from './reading.js'

const DEPTH_MAX = 16
const ELEMENTS_MAX = 100_000

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

export interface XmlElement {
  name: string
  text: string
  children: XmlElement[]
}

export const node = (name: string, ...parts: readonly string[]): string => `<${name}>${parts.join('')}</${name}>`

export const tag = (
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...parts: readonly string[]
): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  return `<${name}${written.join('')}>${parts.join('')}</${name}>`
}

export const leaf = (name: string, text: string | number): string => `<${name}>${escaped(String(text))}</${name}>`

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // Parsers turn it into a line feed.
  '\r': '&#13;',
}

/** Replaces characters that XML 1.0 cannot express with U+FFFD. */
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replace(/[&<>"'\r]/g, (character) => ENTITIES[character] ?? character)

export const localName = ({ name }: XmlElement): string => name.slice(name.indexOf(':') + 1)

export const elementsNamed = (root: XmlElement, name: string): XmlElement[] => [
  ...(localName(root) === name ? [root] : []),
  ...root.children.flatMap((child) => elementsNamed(child, name)),
]

export const textIn = (element: XmlElement, name: string): string | null =>
  element.children.find((child) => localName(child) === name)?.text || null

/** Throws Unreadable, also for a DOCTYPE (entity attacks). */
export const readXml = (bytes: Buffer): XmlElement => {
  const parser = new SaxesParser()
  const open: XmlElement[] = []
  let root: XmlElement | null = null
  let elements = 0

  parser.on('error', (error) => {
    throw new UnreadableAnswer(`not XML: ${error.message}`)
  })
  parser.on('doctype', () => {
    throw new UnreadableAnswer('a document type is not accepted')
  })
  parser.on('opentag', ({ name }) => {
    elements += 1
    if (elements > ELEMENTS_MAX || open.length >= DEPTH_MAX) throw new UnreadableAnswer('too large or too deep')
    const element: XmlElement = { name, text: '', children: [] }
    const parent = open.at(-1)
    if (parent) parent.children.push(element)
    else root ??= element
    open.push(element)
  })
  const addText = (text: string) => {
    const element = open.at(-1)
    if (element) element.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const element = open.pop()
    if (element) element.text = element.text.trim()
  })
  parser.write(textOfBytes(bytes)).close()

  if (!root) throw new UnreadableAnswer('no element')
  return root
}
