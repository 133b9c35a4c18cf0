/**
 * Reads a PDF (ISO 32000-1) whole. Readers enter anywhere by the cross-reference table, so no object may begin within a
 * string, a comment or stream data.
 */
import { inflateSync } from 'node:zlib'
import { faultOfName, faultOfText, type PdfFault, withoutEscapes } from './pdf-names.js'
import { isHex, type PdfToken, tokenAt } from './pdf-tokens.js'

const UNPACKED_BYTES_MOST = 32 * 1024 * 1024
/** Bounds the time of a file of nothing but small objects; streams are one token. */
const TOKENS_MOST = 500_000
const TAIL_CHARACTERS = 1_024

/** `revisions`: how often the file was saved. A change that is only added leaves what was there before. */
export interface InspectedPdf {
  fault: PdfFault | null
  revisions: number
}

export const inspectPdf = (bytes: Buffer): InspectedPdf => {
  const text = bytes.toString('latin1')
  const walk: Walk = { bytes, text, at: 0, tokens: 0, unpacked: 0, tables: 0, isLinearized: false }
  try {
    if (!/%%EOF\s*$/.test(text.slice(-TAIL_CHARACTERS))) throw new Faulty('BROKEN')
    walkFile(walk)
    return { fault: null, revisions: walk.isLinearized ? walk.tables - 1 : walk.tables }
  } catch (error) {
    if (error instanceof Faulty) return { fault: error.fault, revisions: 0 }
    throw error
  }
}

class Faulty extends Error {
  constructor(readonly fault: PdfFault) {
    super(fault)
  }
}

interface Walk {
  bytes: Buffer
  text: string
  at: number
  tokens: number
  unpacked: number
  tables: number
  isLinearized: boolean
}

const walkFile = (walk: Walk): void => {
  for (let token = next(walk); token !== null; token = next(walk)) {
    const { kind, text } = token
    if (kind === 'COMMENT') checkHidden(text)
    else if (kind === 'OPEN' && text === '<<') readValue(walk, token, [])
    else if (kind !== 'WORD' || !isBetweenObjects(text)) throw new Faulty('BROKEN')
    else if (text === 'obj') readObject(walk)
    else if (text === 'startxref') walk.tables += 1
  }
}

const isBetweenObjects = (word: string): boolean => /^(?:\d+|obj|xref|n|f|trailer|startxref)$/.test(word)

const readObject = (walk: Walk): void => {
  const names: string[] = []
  const value = next(walk)
  if (value === null) throw new Faulty('BROKEN')
  if (value.kind === 'WORD' && value.text === 'endobj') return
  readValue(walk, value, names)
  walk.isLinearized ||= names.includes('Linearized')
  let after = next(walk)
  // A number may stand for a reference: `obj 5 0 R endobj`.
  while (after?.kind === 'WORD' && isPlainWord(after.text)) after = next(walk)
  if (after?.kind !== 'WORD') throw new Faulty('BROKEN')
  if (after.text === 'stream' && value.text === '<<') {
    readStream(walk, names)
    after = next(walk)
  }
  if (after?.text !== 'endobj') throw new Faulty('BROKEN')
}

const readValue = (walk: Walk, first: PdfToken, names: string[]): void => {
  const open: string[] = []
  let isActionBefore = false
  for (let token: PdfToken | null = first; ; token = next(walk)) {
    if (token === null || token.kind === 'COMMENT') throw new Faulty('BROKEN')
    const { kind, text } = token
    // An array only names a page.
    if (isActionBefore && text !== '[') throw new Faulty('SCRIPT')
    isActionBefore = false
    if (kind === 'NAME') {
      // Unescaping costs by length.
      walk.tokens += text.includes('#') ? text.length : 0
      if (walk.tokens > TOKENS_MOST) throw new Faulty('BROKEN')
      const name = withoutEscapes(text)
      isActionBefore = name === 'OpenAction'
      names.push(name)
      check(faultOfName(name))
    } else if (kind === 'STRING') checkHidden(text)
    else if (kind === 'OPEN') open.push(text === '<<' ? '>>' : ']')
    else if (kind === 'CLOSE' && open.pop() !== text) throw new Faulty('BROKEN')
    else if (kind === 'WORD' && !isPlainWord(text)) throw new Faulty('BROKEN')
    if (open.length === 0 && !isActionBefore) return
  }
}

const isPlainWord = (word: string): boolean => /^(?:[-+.\d]+|R|true|false|null)$/.test(word)

/** The text may hold hidden objects within a string, comment or stream, which a PDF reader would take. */
const checkHidden = (text: string): void => {
  check(faultOfText(text))
  if (holdsObject(text)) throw new Faulty('BROKEN')
}

const check = (fault: PdfFault | null): void => {
  if (fault !== null) throw new Faulty(fault)
}

/** True for a number, a number and `obj`. Reads backwards from each `obj`, because that is linear. */
const holdsObject = (text: string): boolean => {
  for (let found = text.indexOf('obj'); found >= 0; found = text.indexOf('obj', found + 1)) {
    const generation = skipBack(text, found, isBlank)
    const number = skipBack(text, skipBack(text, generation, isDigit), isBlank)
    if (isDigit(text.charCodeAt(generation - 1)) && isDigit(text.charCodeAt(number - 1))) return true
  }
  return false
}

const skipBack = (text: string, from: number, is: (code: number) => boolean): number => {
  let at = from
  while (at > 0 && is(text.charCodeAt(at - 1))) at -= 1
  return at
}

const isBlank = (code: number): boolean =>
  code === 0x20 || code === 0 || (code >= 0x09 && code <= 0x0d && code !== 0x0b)
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

const readStream = (walk: Walk, names: readonly string[]): void => {
  const { text } = walk
  const start = text.startsWith('\r\n', walk.at) ? walk.at + 2 : text[walk.at] === '\n' ? walk.at + 1 : null
  const end = start === null ? -1 : text.indexOf('endstream', start)
  if (start === null || end < 0) throw new Faulty('BROKEN')
  if (names.includes('ObjStm') || names.includes('First')) checkObjectStream(walk, names, [start, end])
  else if (holdsObject(text.slice(start, end))) throw new Faulty('BROKEN')
  walk.at = end + 'endstream'.length
}

/** Anything else could change how the bytes are read. */
const OBJECT_STREAM_NAMES = new Set(['Type', 'ObjStm', 'N', 'First', 'Length', 'Filter', 'FlateDecode', 'Extends'])

const checkObjectStream = (walk: Walk, names: readonly string[], [start, end]: [number, number]): void => {
  if (names.some((name) => !OBJECT_STREAM_NAMES.has(name))) throw new Faulty('BROKEN')
  const [filters, flates] = ['Filter', 'FlateDecode'].map((wanted) => names.filter((name) => name === wanted).length)
  if (filters !== flates || (filters ?? 0) > 1) throw new Faulty('BROKEN')
  const packed = walk.bytes.subarray(start, end)
  const content = filters === 0 ? packed : unpack(packed, UNPACKED_BYTES_MOST - walk.unpacked)
  walk.unpacked += content.length
  const inner: Walk = { ...walk, bytes: content, text: content.toString('latin1'), at: 0 }
  for (let token = next(inner); token !== null; token = next(inner)) readValue(inner, token, [])
  walk.tokens = inner.tokens
}

const unpack = (packed: Buffer, most: number): Buffer => {
  try {
    return inflateSync(packed, { maxOutputLength: most })
  } catch {
    throw new Faulty('BROKEN')
  }
}

const next = (walk: Walk): PdfToken | null => {
  const token = tokenAt(walk.text, walk.at)
  walk.tokens += 1
  if (walk.tokens > TOKENS_MOST || token === 'BROKEN') throw new Faulty('BROKEN')
  if (token === null) return null
  if (token.kind === 'STRING' && token.text.startsWith('<') && !isHex(token.text)) throw new Faulty('BROKEN')
  walk.at = token.end
  return token
}
