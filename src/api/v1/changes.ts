/**
 * GET /v1/changes: changes of a marketplace's sellers, as a stream or JSON pages. `after` acknowledges every change up
 * to it.
 */
import type { Request, RequestHandler, Response } from 'express'
import type { Viewer } from '../../domain/access/viewer.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import * as store from '../../store/standing/changes.js'
import { NUMBERED_STEPS_PER_REQUEST, numberChanges } from '../../work/standing/changes/number.js'
import { acknowledgeChanges, nextChanges, retainedChanges } from '../../work/standing/changes/received-changes.js'
import { writeAuditRow } from '../request/audit-rows.js'
import type { ApiDependencies } from '../request/dependencies.js'
import type { HttpRequestContext } from '../request/request-context.js'
import { withRequestDb } from '../request/request-database.js'
import { admitViewer, requireAct } from '../request/viewer.js'
import { streamChanges } from './changes-stream.js'
import type { RequestContextGetter } from './request.js'

const PAGE = 200
const PAGE_MOST = 1_000
const PARAMETERS = ['after', 'limit']
const NUMBER = /^\d{1,15}$/

export const changesHandler =
  (all: ApiDependencies, askedOf: RequestContextGetter): RequestHandler =>
  async (request, response) => {
    const requestContext = askedOf(request)
    const parts = withRequestDb(all, () => requestContext.db)
    const viewer = await admitViewer(request, parts, requestContext.now)
    requireAct(viewer, 'hear_changes')
    const { after, limit } = givenIn(request)
    const client = viewer.sub ?? ''
    try {
      await numberChanges(parts.db, requestContext.now, NUMBERED_STEPS_PER_REQUEST)
      const from = await acknowledgeChanges(parts.db, client, after, requestContext.now)
      if (asksForPage(request)) await answerPage(parts, requestContext, viewer, response, { from, limit })
      else await streamChanges(all, requestContext, viewer, request, response, from)
    } catch (error) {
      if (!isRefusal(error) || error.code !== 'CHANGES_GONE') throw error
      answerGone(response, requestContext, error)
    }
  }

const asksForPage = (request: Request): boolean =>
  request.accepts(['text/event-stream', 'application/json']) === 'application/json'

const answerPage = async (
  parts: ApiDependencies,
  requestContext: HttpRequestContext,
  viewer: Viewer,
  response: Response,
  { from, limit }: { from: number; limit: number },
): Promise<void> => {
  const client = viewer.sub ?? ''
  const asking = { client, lists: parts.rules.lists, agencies: parts.agencies, now: requestContext.now }
  const { changes: found, shown } = await nextChanges(parts.db, asking, { after: from, limit })
  const next = found.at(-1)?.sequence ?? from
  const content = JSON.stringify({ changes: found, next, more: next < (await retainedChanges(parts.db, client)).last })
  await writeAuditRow(parts, requestContext, viewer, {
    kind: 'ANSWER',
    asked: `GET /v1/changes after ${from}`,
    shown,
    content,
  })
  if (next > from) await store.noteRemovalsSent(parts.db, client, { from: from + 1, to: next }, requestContext.now)
  response.set('Cache-Control', 'no-store').type('application/json').send(content)
}

const answerGone = (
  response: Response,
  requestContext: HttpRequestContext,
  { status, code, message, details }: Refusal,
): void => {
  requestContext.refused.push(code)
  const { next } = details
  response
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: 'Gone',
        status,
        detail: message,
        code,
        requestId: requestContext.requestId,
        standings: '/v1/standings',
        next,
      }),
    )
}

/** Last-Event-ID (SSE reconnects) takes precedence over `after`. */
const givenIn = (request: Request): { after: number | null; limit: number } => {
  const query = new Map<string, unknown>(Object.entries(request.query))
  for (const [name, value] of query)
    if (!PARAMETERS.includes(name) || typeof value !== 'string')
      throw new Refusal('INPUT_INVALID', {
        reason: `参数至多一次，可用 parameters, each once at most: ${PARAMETERS.join(' ')}`,
      })
  const after = request.get('last-event-id') ?? (query.get('after') as string | undefined) ?? null
  const limit = (query.get('limit') as string | undefined) ?? String(PAGE)
  if (after !== null && !NUMBER.test(after))
    throw new Refusal('INPUT_INVALID', {
      reason: 'after（Last-Event-ID）应为变更的序号 must be the number of a change',
    })
  if (!NUMBER.test(limit) || Number(limit) < 1 || Number(limit) > PAGE_MOST)
    throw new Refusal('INPUT_INVALID', { reason: `limit 应为 1–${PAGE_MOST} 的整数 must be a whole number` })
  return { after: after === null ? null : Number(after), limit: Number(limit) }
}
