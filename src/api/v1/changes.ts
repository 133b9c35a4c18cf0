/**
 * GET /v1/changes: changes of a marketplace's sellers, as a stream or JSON pages. `after` acknowledges every change up
 * to it.
 */
import { once } from 'node:events'
import type { Request } from 'express'
import { may } from '../../domain/access/viewer.js'
import type { StandingChange } from '../../domain/standing/changes.js'
import { makeTimeoutSignal } from '../../foundation/abort.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import * as store from '../../store/standing/changes.js'
import { NUMBERED_STEPS_PER_REQUEST, numberChanges } from '../../work/standing/changes/number.js'
import {
  acknowledgeChanges,
  type ClientChanges,
  describeChanges,
  readRetainedChanges,
} from '../../work/standing/changes/received-changes.js'
import { writeAuditRow } from '../request/audit-rows.js'
import type { ChangeStream } from '../request/change-streams.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { sendProblem } from '../request/problem-details.js'
import { withRequestDb } from '../request/request-database.js'
import { identifyViewer, requireAct } from '../request/viewer.js'
import { type AdmittedHandler, type AdmittedRequest, readParameters } from './admitted-request.js'

/** One audit row holds at most this many codes. */
const CHANGES_PER_READ = 200
/** Interval of comment lines, which keep proxies from closing a silent connection, milliseconds. */
const HEARTBEAT_MS = 15_000
/** A client that takes longer to read a page is disconnected, milliseconds. */
const SLOW_MS = 30_000
/** Interval of token checks, milliseconds; one also precedes every page. */
const ADMITTED_MS = 2_000
const RETRY_MS = 3_000

const eventOf = (change: StandingChange): string =>
  `id: ${change.sequence}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`

type StreamEndReason = 'TOKEN_ENDED' | 'DRAINING' | 'UNAVAILABLE'

const streamChanges = async (
  all: ApiDependencies,
  { request, response, own: requestContext, viewer }: AdmittedRequest,
  from: number,
): Promise<void> => {
  const client = viewer.sub ?? ''
  // Statements of this handle continue after the client disconnects.
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
      return still.sub === viewer.sub && may(still, 'hear_changes')
    } catch (error) {
      if (!isRefusal(error)) throw error
      return false
    }
  }
  const tell = async ({ changes, shown }: ClientChanges, after: number): Promise<number> => {
    const content = changes.map(eventOf).join('')
    const to = changes.at(-1)?.sequence ?? after
    const now = parts.now()
    await writeAuditRow(parts, { ...requestContext, now }, viewer, {
      kind: 'CHUNK',
      asked: `GET /v1/changes after ${after}`,
      shown,
      content,
    })
    await store.noteRemovalsSent(parts.db, client, { from: after + 1, to }, now)
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
        const about = { client, lists: parts.rules.lists, agencies: parts.agencies, now: parts.now() }
        const rows = await store.listChangesAfter(parts.db, client, stream.after, CHANGES_PER_READ)
        const heard = await describeChanges(parts.db, about, rows)
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
  const stream: ChangeStream = { client, after: from, turn, end }
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
  void turn((await readRetainedChanges(parts.db, client)).last)
}

const PAGE = 200
const PAGE_MOST = 1_000
const NUMBER = /^\d{1,15}$/

export const makeChangesHandler =
  (all: ApiDependencies): AdmittedHandler =>
  async (asked) => {
    const { request, response, own: requestContext, parts, viewer } = asked
    requireAct(viewer, 'hear_changes')
    const { after, limit } = givenIn(request)
    const client = viewer.sub ?? ''
    try {
      await numberChanges(parts.db, requestContext.now, NUMBERED_STEPS_PER_REQUEST)
      const from = await acknowledgeChanges(parts.db, client, after, requestContext.now)
      if (asksForPage(request)) await answerPage(asked, { from, limit })
      else await streamChanges(all, asked, from)
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'CHANGES_GONE') throw error
      const { status, code, message, details } = error
      const beside = { standings: '/v1/standings', next: details['next'] }
      sendProblem(response, { status, code, detail: message, beside })
    }
  }

const asksForPage = (request: Request): boolean =>
  request.accepts(['text/event-stream', 'application/json']) === 'application/json'

const answerPage = async (
  { response, own: requestContext, parts, viewer, audit }: AdmittedRequest,
  { from, limit }: { from: number; limit: number },
): Promise<void> => {
  const client = viewer.sub ?? ''
  const asking = { client, lists: parts.rules.lists, agencies: parts.agencies, now: requestContext.now }
  const rows = await store.listChangesAfter(parts.db, client, from, limit)
  const { changes: found, shown } = await describeChanges(parts.db, asking, rows)
  const next = found.at(-1)?.sequence ?? from
  const content = JSON.stringify({
    changes: found,
    next,
    more: next < (await readRetainedChanges(parts.db, client)).last,
  })
  await audit({ kind: 'ANSWER', asked: `GET /v1/changes after ${from}`, shown, content })
  if (next > from) await store.noteRemovalsSent(parts.db, client, { from: from + 1, to: next }, requestContext.now)
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
