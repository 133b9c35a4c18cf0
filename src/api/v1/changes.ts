import { once } from 'node:events'
import type { Request } from 'express'
import { type Act, may, type Viewer } from '../../domain/access/viewer.js'
import { makeTimeoutSignal } from '../../foundation/abort.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { SELLER_CHANGES } from '../../store/db/change-ledger.js'
import * as store from '../../store/standing/changes.js'
import { NUMBERED_STEPS_PER_REQUEST, numberChanges } from '../../work/standing/changes/number.js'
import {
  acknowledgeChanges,
  describeChanges,
  readRetainedChanges,
} from '../../work/standing/changes/received-changes.js'
import { writeAuditRow } from '../request/audit-rows.js'
import type { ChangeStream, NumberedFeed } from '../request/change-streams.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { sendProblem } from '../request/problem-details.js'
import { withRequestDb } from '../request/request-database.js'
import { identifyViewer, requireAct } from '../request/viewer.js'
import { type AdmittedHandler, type AdmittedRequest, readParameters } from './admitted-request.js'

const CHANGES_PER_READ = 200
/** Interval of comment lines, which keep proxies from closing a silent connection. */
const HEARTBEAT_MS = 15_000
const SLOW_MS = 30_000
/** Interval of token checks, milliseconds; one also precedes every page. */
const ADMITTED_MS = 2_000
const RETRY_MS = 3_000

export interface ChangeFeed extends NumberedFeed {
  act: Act
  path: string
  /** Absent: by the header Accept. */
  form?: 'PAGES' | 'STREAM'
  event: string
  readerOf(viewer: Viewer): string | null
  /** The number after which the reader goes on; default: the last. Refusal CHANGES_GONE. */
  start(parts: ApiDependencies, reader: string, after: number | null, now: Date): Promise<number>
  /** `shown`: codes of the operators in these changes. */
  list(
    parts: ApiDependencies,
    reader: string,
    page: { after: number; limit: number; now: Date },
  ): Promise<{ changes: { sequence: number }[]; shown: string[] }>
  noteSent?(parts: ApiDependencies, reader: string, sent: { from: number; to: number }, now: Date): Promise<void>
  /** Members of the problem CHANGES_GONE: where to begin anew. */
  anew: object
}

/** A marketplace's own sellers. `after` acknowledges every change up to it. */
export const sellerChanges: ChangeFeed = {
  ledger: SELLER_CHANGES,
  act: 'hear_changes',
  path: '/v1/changes',
  event: 'change',
  readerOf: ({ sub }) => sub,
  number: numberChanges,
  start: ({ db }, client, after, now) => acknowledgeChanges(db, client, after, now),
  list: async ({ db, rules: { lists }, agencies }, client, { after, limit, now }) =>
    describeChanges(db, { client, lists, agencies, now }, await store.listChangesAfter(db, client, after, limit)),
  noteSent: ({ db }, client, sent, now) => store.noteRemovalsSent(db, client, sent, now),
  anew: { standings: '/v1/standings' },
}

type StreamEndReason = 'TOKEN_ENDED' | 'DRAINING' | 'UNAVAILABLE'

const streamChanges = async (
  all: ApiDependencies,
  { request, response, own: requestContext, viewer }: AdmittedRequest,
  feed: ChangeFeed,
  { reader, from }: { reader: string; from: number },
): Promise<void> => {
  const client = viewer.sub ?? ''
  // Statements of this handle outlive the client's connection.
  const parts = withRequestDb(all, () => all.answers.forRequest({ name: requestContext.requestId }))
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  let spokeAt = requestContext.now.getTime()
  let admittedAt = spokeAt
  let telling = false
  const write = async (text: string): Promise<void> => {
    spokeAt = parts.now().getTime()
    if (response.write(text)) return
    const signal = AbortSignal.any([closed.signal, makeTimeoutSignal(parts.slowMs ?? SLOW_MS)])
    await once(response, 'drain', { signal }).catch(() => response.destroy())
  }
  const end = (reason: StreamEndReason): void => {
    leave()
    if (!response.writableEnded) response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`)
  }
  const isAdmitted = async (): Promise<boolean> => {
    const now = parts.now()
    try {
      const still = await identifyViewer(request, parts, { own: parts, now })
      admittedAt = now.getTime()
      return still.sub === viewer.sub && may(still, feed.act) && feed.readerOf(still) === reader
    } catch (error) {
      if (!isRefusal(error)) throw error
      return false
    }
  }
  const tell = async ({ changes, shown }: Awaited<ReturnType<ChangeFeed['list']>>, after: number): Promise<number> => {
    const eventOf = (change: { sequence: number }): string =>
      `id: ${change.sequence}\nevent: ${feed.event}\ndata: ${JSON.stringify(change)}\n\n`
    const content = changes.map(eventOf).join('')
    const to = changes.at(-1)?.sequence ?? after
    const now = parts.now()
    await writeAuditRow(parts, { ...requestContext, now }, viewer, {
      kind: 'CHUNK',
      asked: `GET ${feed.path} after ${after}`,
      shown,
      content,
    })
    await feed.noteSent?.(parts, reader, { from: after + 1, to }, now)
    await write(content)
    return to
  }
  const turn = async (last: number): Promise<void> => {
    if (telling || response.writableEnded) return
    telling = true
    try {
      const at = parts.now().getTime()
      const due = stream.after < last
      if ((due || at - admittedAt >= ADMITTED_MS) && !(await isAdmitted())) return end('TOKEN_ENDED')
      while (stream.after < last && !response.destroyed && !response.writableEnded) {
        const page = { after: stream.after, limit: CHANGES_PER_READ, now: parts.now() }
        const heard = await feed.list(parts, reader, page)
        if (heard.changes[0]?.sequence !== stream.after + 1) return end('UNAVAILABLE')
        stream.after = await tell(heard, stream.after)
        if (stream.after < last && !(await isAdmitted())) return end('TOKEN_ENDED')
      }
      if (parts.now().getTime() - spokeAt >= HEARTBEAT_MS) await write(': heartbeat\n\n')
    } catch (error) {
      requestContext.log.warn({ err: error }, 'a stream of changes broke off')
      end('UNAVAILABLE')
    } finally {
      telling = false
    }
  }
  const stream: ChangeStream = { feed, client, reader, after: from, turn, end }
  const leave = parts.streams.add(stream)
  response.on('close', leave)
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    Connection: 'close',
  })
  response.flushHeaders()
  await write(`retry: ${RETRY_MS}\nid: ${from}\nevent: start\ndata: ${JSON.stringify({ after: from })}\n\n`)
  void turn((await readRetainedChanges(parts.db, reader, feed.ledger)).last)
}

const PAGE = 200
const PAGE_MOST = 1_000
const NUMBER = /^\d{1,15}$/

export const makeChangesHandler =
  (all: ApiDependencies, feed: ChangeFeed): AdmittedHandler =>
  async (asked) => {
    const { request, response, own: requestContext, parts, viewer } = asked
    requireAct(viewer, feed.act)
    const reader = feed.readerOf(viewer)
    if (reader === null) throw new Refusal('FORBIDDEN')
    const { after, limit } = givenIn(request)
    try {
      await feed.number(parts.db, requestContext.now, NUMBERED_STEPS_PER_REQUEST)
      const from = await feed.start(parts, reader, after, requestContext.now)
      if (feed.form === undefined ? asksForPage(request) : feed.form === 'PAGES')
        await answerPage(asked, feed, { reader, from, limit })
      else await streamChanges(all, asked, feed, { reader, from })
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'CHANGES_GONE') throw error
      const { status, code, message, details } = error
      const beside = { ...feed.anew, next: details['next'] }
      sendProblem(response, { status, code, detail: message, beside })
    }
  }

const asksForPage = (request: Request): boolean =>
  request.accepts(['text/event-stream', 'application/json']) === 'application/json'

const answerPage = async (
  { response, own: requestContext, parts, audit }: AdmittedRequest,
  feed: ChangeFeed,
  { reader, from, limit }: { reader: string; from: number; limit: number },
): Promise<void> => {
  const { now } = requestContext
  const { changes: found, shown } = await feed.list(parts, reader, { after: from, limit, now })
  const next = found.at(-1)?.sequence ?? from
  const content = JSON.stringify({
    changes: found,
    next,
    more: next < (await readRetainedChanges(parts.db, reader, feed.ledger)).last,
  })
  await audit({ kind: 'ANSWER', asked: `GET ${feed.path} after ${from}`, shown, content })
  if (next > from) await feed.noteSent?.(parts, reader, { from: from + 1, to: next }, now)
  response.set('Cache-Control', 'no-store').type('application/json').send(content)
}

/** Last-Event-ID (SSE reconnects) takes precedence over `after`. */
const givenIn = (request: Request): { after: number | null; limit: number } => {
  const { after: parameter = null, limit = String(PAGE) } = readParameters(request, ['after', 'limit'])
  const after = request.get('last-event-id') ?? parameter
  if (after !== null && !NUMBER.test(after))
    throw new Refusal('INPUT_INVALID', {
      reason: 'after（Last-Event-ID）应为变更的序号 must be the number of a change',
    })
  if (!NUMBER.test(limit) || Number(limit) < 1 || Number(limit) > PAGE_MOST)
    throw new Refusal('INPUT_INVALID', { reason: `limit 应为 1–${PAGE_MOST} 的整数 must be a whole number` })
  return { after: after === null ? null : Number(after), limit: Number(limit) }
}
