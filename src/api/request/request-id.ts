import type { IncomingHttpHeaders } from 'node:http'
import { hasUsccForm, isValidUscc } from '../../domain/operators/codes.js'
import { maskPersonalData } from '../../domain/records/personal-data.js'
import { parseAccessCode } from '../../foundation/text/access-code.js'

const FORM = /^[A-Za-z0-9._-]{1,64}$/
/** W3C Trace Context: version, trace, parent, flags. */
const TRACE = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/
const SEPARATORS = /[._-]+/
const HEXADECIMAL = /^[0-9A-F]+$/
const USCC_LENGTH = 18

/** X-Request-Id, else the traceparent's trace id. Logs, spans and SQL comments hold it, so it names nobody. */
export const readRequestId = (headers: IncomingHttpHeaders): string | null => {
  const id = headers['x-request-id'] ?? TRACE.exec(String(headers['traceparent'] ?? ''))?.[1]
  return typeof id === 'string' && FORM.test(id) && namesNobody(id) ? id : null
}

/** The header as sent. Undefined for no valid W3C Trace Context, or ids that name somebody: the span begins a trace. */
export const readTraceparent = ({ traceparent }: IncomingHttpHeaders): string | undefined => {
  const [header, ...ids] = TRACE.exec(String(traceparent ?? '')) ?? []
  return ids.every(namesNobody) ? header : undefined
}

const namesNobody = (id: string): boolean =>
  !holdsUscc(id) &&
  parseAccessCode(id) === null &&
  maskPersonalData(id.replaceAll('_', '-'), ['ID_NUMBER', 'PHONE']).found.length === 0

/** In random hexadecimal digits a valid check digit proves nothing. */
const holdsUscc = (id: string): boolean => {
  const words = id.toUpperCase().split(SEPARATORS)
  if (words.some(hasUsccForm)) return true
  const signs = words.join('')
  return !HEXADECIMAL.test(signs) && windowsOf(signs, USCC_LENGTH).some(isValidUscc)
}

const windowsOf = (text: string, length: number): string[] =>
  Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) => text.slice(at, at + length))
