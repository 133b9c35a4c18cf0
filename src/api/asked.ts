/** What every request has, whichever way it is answered: an instant, an id, a log of its own, a body of bounded size. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { redact } from '../domain/privacy.js'
import { callerOf } from '../domain/rate.js'
import type { Keys } from '../keys.js'
import type { Log } from '../log.js'
import type { ApiParts } from './parts.js'
import { purposeIn } from './trail.js'

/** Nearly every request goes there. */
const GRAPHQL = new URL('http://hub/graphql')

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/

export interface Asked {
  url: URL
  now: Date
  requestId: string
  /** Whose request it is, for limits. */
  address: string
  /** Why, as the header X-Purpose says; null: it does not. */
  purpose: string | null
  log: Log
  /** Codes of what was refused in it, for the one line that the log has of it. */
  refused: string[]
}

export const askedBy = (
  request: IncomingMessage,
  { now, log, keys, proxies = 0 }: Pick<ApiParts, 'now' | 'log' | 'proxies'> & { keys: Pick<Keys, 'mark'> },
): Asked => {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) && namesNobody(given) ? given : randomUUID()
  const forwarded = [request.headers['x-forwarded-for'] ?? ''].flat().join(',')
  const address = callerOf(request.socket.remoteAddress ?? '', forwarded, proxies)
  const purpose = purposeIn(request, keys.mark)
  let own: Log | null = null
  return {
    url: targetOf(request.url ?? '/'),
    now: now(),
    requestId,
    address,
    purpose,
    // Most requests say nothing on their way.
    get log() {
      own ??= log.child({ request: requestId })
      return own
    },
    refused: [],
  }
}

/** Whatever a request calls itself goes to the log. */
const namesNobody = (text: string): boolean => redact(text, () => '') === text

/** Only path and query matter; what cannot be read as an address is no address of ours. */
const targetOf = (target: string): URL => {
  if (target === GRAPHQL.pathname) return GRAPHQL
  const text = `http://hub${target.startsWith('/') ? target : `/${target}`}`
  return URL.canParse(text) ? new URL(text) : new URL('http://hub/-')
}

/** Null if the body is larger than `most` bytes; the rest of it is let by unread. */
export const bodyOf = async (request: IncomingMessage, most: number): Promise<Buffer | null> => {
  if (Number(request.headers['content-length'] ?? 0) > most) {
    request.resume()
    return null
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= most) chunks.push(chunk)
      else resolve(null)
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
  })
}
