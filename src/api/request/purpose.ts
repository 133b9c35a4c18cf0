/** The purpose that a caller gives for a question, as the audit log keeps it. */
import type { IncomingMessage } from 'node:http'
import { redact } from '../../domain/records/privacy.js'
import { withoutAccessCodes } from '../../foundation/text/access-code.js'

/** Longest purpose, characters. */
const PURPOSE_MOST = 200
/** Longest text of a question, and of its variables, that is kept, characters. */
export const TEXT_MOST = 2_000
/** Texts of each kind whose kept form is remembered. */
const REMEMBERED = 300

const purposes = new Map<string, string>()

/** Header X-Purpose: free text, as UTF-8 or percent-encoded; without numbers of persons, and bounded. Null: none was given. */
export const purposeIn = ({ headers }: IncomingMessage, mark: (id: string) => string): string | null => {
  const given = [headers['x-purpose'] ?? ''].flat().join(' ')
  if (given === '') return null
  const kept = remembering(purposes, given, () => {
    const text = withoutAccessCodes(redact(decoded(given).replace(/\p{C}+/gu, ' '), mark))
    return [...text.trim()].slice(0, PURPOSE_MOST).join('')
  })
  return kept === '' ? null : kept
}

/** What was worked out for a text before; programs send the same ones again and again. Long ones are not remembered. */
export const remembering = (known: Map<string, string>, text: string, made: () => string): string => {
  const before = known.get(text)
  if (before !== undefined) return before
  const after = made()
  if (text.length > TEXT_MOST) return after
  const [oldest] = known.size >= REMEMBERED ? known.keys() : []
  if (oldest !== undefined) known.delete(oldest)
  known.set(text, after)
  return after
}

/** Headers come as single bytes; most senders mean UTF-8, some encode it once more. */
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
