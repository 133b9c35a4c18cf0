import { once } from 'node:events'
import type { Request, Response } from 'express'
import { may, type Viewer } from '../../domain/access/viewer.js'
import type { StandingChange } from '../../domain/standing/changes.js'
import { isRefusal } from '../../foundation/errors.js'
import { tagWithRequest } from '../../store/db/request-handle.js'
import * as store from '../../store/standing/changes.js'
import { type ClientChanges, nextChanges, retainedChanges } from '../../work/standing/changes/received-changes.js'
import { writeAuditRow } from '../request/audit-rows.js'
import type { ChangeStream } from '../request/change-streams.js'
import type { ApiDependencies } from '../request/dependencies.js'
import type { HttpRequestContext } from '../request/request-context.js'
import { withRequestDb } from '../request/request-database.js'
import { viewerOf } from '../request/viewer.js'

/** Changes sent at once: one audit row holds at most this many codes. */
const PAGE = 200
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

export const streamChanges = async (
  all: ApiDependencies,
  requestContext: HttpRequestContext,
  viewer: Viewer,
  request: Request,
  response: Response,
  from: number,
): Promise<void> => {
  const client = viewer.sub ?? ''
  // This handle's statements are not cancelled when the client has gone.
  const parts = withRequestDb(all, () => tagWithRequest(all.db, { name: requestContext.requestId }))
  let spokeAt = requestContext.now.getTime()
  let admittedAt = spokeAt
  let telling = false
  const write = async (text: string): Promise<void> => {
    spokeAt = parts.now().getTime()
    if (response.write(text)) return
    const slow = new AbortController()
    const timer = setTimeout(() => slow.abort(), parts.slowMs ?? SLOW_MS)
    try {
      await Promise.race([
        once(response, 'drain', { signal: slow.signal }),
        once(response, 'close', { signal: slow.signal }),
      ])
    } catch {
      response.destroy()
    } finally {
      clearTimeout(timer)
      slow.abort()
    }
  }
  const end = (reason: StreamEndReason): void => {
    leave()
    if (!response.writableEnded) response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`)
  }
  const isAdmitted = async (): Promise<boolean> => {
    const now = parts.now()
    try {
      const still = await viewerOf(request, parts, now)
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
        const heard = await nextChanges(parts.db, about, { after: stream.after, limit: PAGE })
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
  void turn((await retainedChanges(parts.db, client)).last)
}
