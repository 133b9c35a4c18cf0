import { SaxesParser } from 'saxes'

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

export interface XmlElement {
  name: string
  text: string
  children: XmlElement[]
}

export const xmlNode = (name: string, ...parts: readonly string[]): string => `<${name}>${parts.join('')}</${name}>`

export const xmlTag = (
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...parts: readonly string[]
): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
  return `<${name}${written.join('')}>${parts.join('')}</${name}>`
}

export const xmlLeaf = (name: string, text: string | number): string => `<${name}>${escapeXml(String(text))}</${name}>`

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // Parsers turn an unescaped carriage return into a line feed.
  '\r': '&#13;',
}

export const escapeXml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replace(/[&<>"'\r]/g, (character) => ENTITIES[character] ?? character)

export const localName = ({ name }: XmlElement): string => name.slice(name.indexOf(':') + 1)

export const elementsNamed = (root: XmlElement, name: string): XmlElement[] => [
  ...(localName(root) === name ? [root] : []),
  ...root.children.flatMap((child) => elementsNamed(child, name)),
]

export const textOfChild = (element: XmlElement, name: string): string | null =>
  element.children.find((child) => localName(child) === name)?.text || null

export interface XmlLimits {
  depth: number
  elements: number
  attributes: number
}

export type XmlFault = keyof XmlLimits | 'doctype' | 'syntax'

export interface XmlReaderOptions<T> {
  limits: XmlLimits
  refusal: (fault: XmlFault, detail: string) => Error
  fold: (element: ClosedElement<T>) => T
}

export interface ClosedElement<T> {
  name: string
  attributes: Readonly<Record<string, string>>
  text: string
  children: [name: string, value: T][]
}

/** Document types are refused (entity attacks). `close` returns the root's value. */
export const makeXmlReader = <T>({ limits, refusal, fold }: XmlReaderOptions<T>) => {
  const parser = new SaxesParser()
  const open: ClosedElement<T>[] = []
  let root: T | null = null
  let elements = 0
  let attributesHere = 0
  const refuse = (fault: XmlFault, detail = ''): never => {
    throw refusal(fault, detail)
  }
  parser.on('error', ({ message }) => refuse('syntax', message))
  parser.on('doctype', () => refuse('doctype'))
  parser.on('opentagstart', () => {
    attributesHere = 0
    elements += 1
    if (elements > limits.elements) refuse('elements')
  })
  parser.on('attribute', () => {
    attributesHere += 1
    if (attributesHere > limits.attributes) refuse('attributes')
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length >= limits.depth) refuse('depth')
    open.push({ name, attributes, text: '', children: [] })
  })
  const addText = (text: string): void => {
    const element = open.at(-1)
    if (element) element.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const element = open.pop()
    if (!element) return
    element.text = element.text.trim()
    const value = fold(element)
    const parent = open.at(-1)
    if (parent) parent.children.push([element.name, value])
    else root ??= value
  })
  return {
    write: (text: string): void => void parser.write(text),
    close: (): T | null => {
      parser.close()
      return root
    },
  }
}
