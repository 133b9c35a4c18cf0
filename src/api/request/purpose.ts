import type { IncomingMessage } from 'node:http'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { LRUCache } from '../../foundation/lru.js'
import { withoutAccessCodes } from '../../foundation/text/access-code.js'

const PURPOSE_MOST = 200
export const PURPOSE_LENGTH_MOST = 2_000
const REMEMBERED = 300

type TextCache = LRUCache<string, string>
export const makeTextCache = (): TextCache => new LRUCache({ max: REMEMBERED })

const purposes = makeTextCache()

/** Reads X-Purpose (UTF-8 or percent-encoded), replaces ID numbers and access codes, and truncates it. */
export const purposeOf = ({ headers }: IncomingMessage, mark: (id: string) => string): string | null => {
  const header = [headers['x-purpose'] ?? ''].flat().join(' ')
  if (header === '') return null
  const purpose = cachedText(purposes, header, () => {
    const text = withoutAccessCodes(redactIdNumbers(decoded(header).replace(/\p{C}+/gu, ' '), mark))
    return [...text.trim()].slice(0, PURPOSE_MOST).join('')
  })
  return purpose === '' ? null : purpose
}

export const cachedText = (known: TextCache, text: string, made: () => string): string => {
  const before = known.get(text)
  if (before !== undefined) return before
  const after = made()
  if (text.length <= PURPOSE_LENGTH_MOST) known.set(text, after)
  return after
}

/** Node gives headers as Latin-1; senders mean UTF-8, some percent-encoded. */
const decoded = (header: string): string => {
  const text = attempt(() => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1')), header)
  return attempt(() => decodeURIComponent(text), text)
}

const attempt = (read: () => string, otherwise: string): string => {
  try {
    return read()
  } catch {
    return otherwise
  }
}
