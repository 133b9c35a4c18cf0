import { setMaxListeners } from 'node:events'
import http, { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express, { type Express } from 'express'
import { makeAnswerPath } from '../api/fast/answer-path.js'
import { type GraphqlEndpoint, makeGraphqlEndpoint } from '../api/graphql/execution.js'
import { makeBulkTurns, takeTurns } from '../api/request/bulk-turns.js'
import { makeChangeStreams } from '../api/request/change-streams.js'
import { readSessionCookie } from '../api/request/cookies.js'
import type { ApiDependencies, ServerDependencies } from '../api/request/dependencies.js'
import { writeGraphqlRefusal } from '../api/request/graphql-errors.js'
import { sendProblem, suggestRetry } from '../api/request/problem-details.js'
import { makeQuotas } from '../api/request/quotas.js'
import { makeSignInLimits, type SignInLimits } from '../api/request/rate-limit.js'
import {
  beginRequestContext,
  GRAPHQL_URL,
  getRequestContext,
  type HttpRequestContext,
} from '../api/request/request-context.js'
import { readTraceparent } from '../api/request/request-id.js'
import { makeRevocations } from '../api/request/revocations.js'
import {
  HEADER_LINES,
  HTTP_SERVER_OPTIONS,
  hasFewHeaders,
  hasOneHost,
  isWithinPipeline,
  limitConnectionCount,
  REQUEST_TIMEOUT_MS,
  refuseUnreadable,
} from '../api/request/sockets.js'
import { makeUnreadAnswers } from '../api/request/unread-answers.js'
import { makeV1Router } from '../api/v1/index.js'
import { redactIdNumbers } from '../domain/records/privacy.js'
import { INTERNAL_ERROR, isRefusal, Refusal } from '../foundation/errors.js'
import { makeMetrics } from '../foundation/metrics.js'
import type { AnswerPool } from '../store/db/answer-pool.js'
import { makeConcurrencyLimit } from '../store/db/concurrency-limit.js'
import { type Db, unavailableRefusal } from '../store/db/db.js'
import { aboutRouter } from '../web/about/page.js'
import { graphiqlRouter } from '../web/built-pages.js'
import { checkRouter } from '../web/check/index.js'
import { developersRouter } from '../web/developers/routes.js'
import { figuresRouter } from '../web/figures/page.js'
import { errorPage } from '../web/frame/error-page.js'
import { helpRouter } from '../web/help/routes.js'
import { dataRouter } from '../web/published/index.js'
import { makeSite } from '../web/site.js'
import { makeAttemptLog } from '../work/audit/attempts.js'
import { makePublishedFiles, type PublishedFiles } from '../work/publication/published-files.js'
import { makeStandingsCheck } from './check.js'
import { makeClueSite } from './clue.js'
import { makeDeskRouter } from './desk.js'
import { answerNotFound, answerThrown } from './error-answers.js'
import { findRouteGroup, makeMetricsHandler } from './metrics.js'
import { makeMyRouter } from './my.js'
import { makeOpenapiRouter } from './openapi.js'
import { makePublicPapersRouter } from './public-papers.js'
import { makeTokensRouter } from './tokens.js'
import { makeVerifyRouter } from './verify.js'

export type { ApiDependencies, ServerDependencies } from '../api/request/dependencies.js'

/** nginx logs a client that disconnected early so. */
const LEFT = 499
const SHORT_PATH = /^\/(?:graphql$|v1\/standing\/)/
const UPLOAD_PATH = /^\/(?:v1\/(?:feeds\/|sellers$|standings$|papers$)|my\/(?:listings\/|objections$)|clue$)/

const SECURITY = Object.entries({
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
})

const BULK_POOL_MAX = 4

export const makeServer = async (given: ServerDependencies, sockets = HTTP_SERVER_OPTIONS): Promise<http.Server> => {
  const leaving = new AbortController()
  setMaxListeners(0, leaving.signal)
  const { metrics = makeMetrics(), scraping = { token: null, local: false } } = given
  const bulkTurns = makeBulkTurns()
  const { readers = given.db, awaitReaders = async () => undefined } = given
  const bulkOf = (pool: AnswerPool) =>
    takeTurns(pool.beside({ what: 'answers, bulk', max: BULK_POOL_MAX, prepared: 'ONE_PLAN' }), bulkTurns)
  const [answerPath, bulk] = [makeAnswerPath(given), bulkOf(given.db)]
  const isSame = readers === given.db
  const acknowledged =
    <A extends unknown[], T>(act: (...given: A) => Promise<T>) =>
    async (...its: A): Promise<T> => {
      const done = await act(...its)
      await awaitReaders()
      return done
    }
  const own = {
    readers,
    awaitReaders,
    pull: acknowledged(given.pull),
    publish: acknowledged(given.publish),
    bulkTurns,
    revocations: makeRevocations(given.db),
    attempts: makeAttemptLog(given.auditLog, given),
    quotas: makeQuotas(given),
    answerPath,
    ...(!isSame && { publicPath: makeAnswerPath({ ...given, db: readers }) }),
    answers: given.db,
    bulk,
    publicBulk: isSame ? bulk : bulkOf(readers),
    inTurn: makeConcurrencyLimit(),
    streams: makeChangeStreams({ ...given, leaving: leaving.signal }),
  }
  const parts: ApiDependencies = { ...given, ...own, metrics, scraping, leaving: leaving.signal }
  metrics.pool('answers', () => given.db.usage())
  if (!isSame) metrics.pool('answers, standby', () => readers.usage())
  const { pool } = parts.answerPath
  if (pool !== null) metrics.pool('answers, shared', () => pool.usage())
  // Request-log lines hold no secret, and redaction would dominate their cost.
  const lines = parts.log.child({}, { redact: [] })
  const limits = makeSignInLimits()
  const graphql = await makeGraphqlEndpoint(parts, limits)
  const unread = makeUnreadAnswers(given.slowMs)
  const addUnread = function (this: ServerResponse): void {
    unread.add(this)
  }
  const pages = pagesOf(parts)
  const files = parts.files ?? makePublishedFiles(join(tmpdir(), 'hub-published'))
  const clue = makeClueSite(parts)
  const rest = makeRestRouter(parts, { limits, graphql, pages, clue, files })

  const server = http.createServer(sockets, (request, response) => {
    const began = performance.now()
    const own = beginRequestContext(request, response, parts)
    const { pathname } = own.url
    if (!UPLOAD_PATH.test(pathname)) limitRequestTime(request, response)
    for (const [name, value] of SECURITY) response.setHeader(name, value)
    response.setHeader('X-Request-Id', own.requestId)
    if (leaving.signal.aborted) response.setHeader('Connection', 'close')
    response.once('prefinish', addUnread)
    if (SHORT_PATH.test(pathname)) noteWhenRead(request, () => bulkTurns.noteShortRequest(response))
    response.on('close', () => {
      const { url, role, refused, requestId, address } = own
      const status = response.writableFinished ? response.statusCode : LEFT
      metrics.answered({
        door: findRouteGroup(pathname),
        status,
        role,
        seconds: (performance.now() - began) / 1_000,
        requestId,
        traceparent: () => readTraceparent(request.headers),
      })
      const codes = refused.length > 0 ? [...new Set(refused)] : []
      for (const code of codes) metrics.refused(code)
      if (!response.writableFinished) return
      const path = url === GRAPHQL_URL ? pathname : redactIdNumbers(shown(pathname), parts.keys.pseudonymOf)
      const ms = parts.now().getTime() - own.now.getTime()
      const why = codes.length > 0 && { refused: codes, address }
      lines.info({ request: requestId, method: request.method, path, status, ms, ...why }, 'answered')
    })
    if (!hasFewHeaders(request))
      return void refuseRequest(own, new Refusal('HEADERS_TOO_MANY', { limit: HEADER_LINES }))
    if (!hasOneHost(request)) return void refuseRequest(own, new Refusal('HOST_AMBIGUOUS'))
    if (!isWithinPipeline(request, response))
      return void refuseRequest(own, new Refusal('TOO_MANY_REQUESTS', { retryAfter: 1 }))
    if (!ADMITTING.test(pathname) && !withinQuota(parts, request, own)) return
    if (pathname !== '/graphql') {
      if (pages.fastPath(request, response, own.now, () => rest(request, response))) return
      if (clue.refuseFast(request, response)) return
      return void rest(request, response)
    }
    if (asksForPage(request, own)) return void rest(request, response)
    // A pipelined response comes to `prefinish` only in its turn.
    void answerGraphql(graphql, request, response, own).then(() => unread.add(response))
  })
  limitConnectionCount(server, { proxies: parts.proxies ?? 0 })
  refuseUnreadable(server, parts)
  server.on('leaving', () => leaving.abort())
  server.on('close', () => {
    leaving.abort()
    parts.attempts.flush()
    void graphql.stop()
    for (const path of [parts.answerPath, parts.publicPath]) void path?.pool?.close()
    for (const one of [parts.bulk, parts.publicBulk]) void one.close()
    if (files !== parts.files) void files.close()
  })
  return server
}

/** Paths charged to the quota after sign-in, or (operations) not at all. Others are charged before routing. */
const ADMITTING = /^\/(?:graphql$|v1\/|healthz$|readyz$|metrics$)/

const withinQuota = ({ quotas }: ApiDependencies, request: IncomingMessage, own: HttpRequestContext): boolean => {
  try {
    quotas.charge(own, null)
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    refuseRequest(own, error, readerOf(request, own.url))
    return false
  }
}

/** `reader`: language of an error page; null answers a program. */
const refuseRequest = (
  { response, refused }: HttpRequestContext,
  { status, code, message }: Refusal,
  reader: 'zh' | 'en' | null = null,
): void => {
  refused.push(code)
  if (response.headersSent) return
  response.writeHead(status, {
    'Content-Type': reader === null ? 'application/problem+json; charset=utf-8' : 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
  })
  if (reader !== null) return void response.end(errorPage({ status, detail: message, lang: reader }))
  response.end(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail: message, code }))
}

const readerOf = ({ headers }: IncomingMessage, url: URL): 'zh' | 'en' | null => {
  if (!(headers.accept ?? '').includes('text/html')) return null
  return url.searchParams.get('lang') === 'en' ? 'en' : 'zh'
}

const limitRequestTime = (request: IncomingMessage, response: ServerResponse): void => {
  // Most requests are complete one event-loop turn later and need no timer.
  setImmediate(() => {
    if (!request.complete && !request.destroyed) answerTimeout(request, response)
  })
}

const answerTimeout = (request: IncomingMessage, response: ServerResponse): void => {
  const late = setTimeout(() => {
    if (request.complete || response.headersSent) return
    response.writeHead(408, { Connection: 'close' }).end()
  }, REQUEST_TIMEOUT_MS)
  late.unref()
  for (const end of ['end', 'close']) request.once(end, () => clearTimeout(late))
}

const noteWhenRead = (request: IncomingMessage, note: () => void): void =>
  request.method === 'GET' ? note() : void request.once('end', note)

const shown = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const asksForPage = ({ method, headers }: IncomingMessage, { url }: HttpRequestContext): boolean =>
  method === 'GET' && !url.searchParams.has('query') && (headers.accept ?? '').includes('text/html')

const answerGraphql = async (
  door: GraphqlEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
  asked: HttpRequestContext,
): Promise<void> => {
  try {
    response.setHeader('Cache-Control', 'no-store')
    if (request.method !== 'GET' && request.method !== 'POST') return refuseGraphqlMethod(response, asked)
    await door.answer(request, asked)
  } catch (error) {
    if (request.destroyed && !request.complete) return
    asked.log.error({ err: error }, 'a question broke')
    if (response.headersSent) return void response.destroy()
    const { status, code, message } = unavailableRefusal(error) ?? INTERNAL_ERROR
    asked.refused.push(code)
    suggestRetry(response, code)
    response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
    response.end(writeGraphqlRefusal(code, message))
  }
}

const refuseGraphqlMethod = (response: ServerResponse, { refused }: HttpRequestContext): void => {
  refused.push('METHOD_NOT_ALLOWED')
  response.writeHead(405, { Allow: 'GET, POST', 'Content-Type': 'application/json; charset=utf-8' })
  response.end(
    writeGraphqlRefusal('METHOD_NOT_ALLOWED', '此地址只接受 GET 和 POST。Only GET and POST are answered here.'),
  )
}

const LEAVING = { ok: false, checks: { hub: 'stopping' } }

const OF_REQUEST = {
  nowOf: (request: IncomingMessage) => getRequestContext(request).now,
  dbOf: (request: IncomingMessage) => getRequestContext(request).readDb,
}

const byKeyOf = (parts: ApiDependencies): Db =>
  parts.publicPath === undefined ? parts.answerPath.lookups(parts).db : (parts.publicPath.pool ?? parts.readers)

const pagesOf = (parts: ApiDependencies) =>
  makeSite({ ...parts, ...OF_REQUEST, db: parts.readers, byKey: byKeyOf(parts) })

export const makeRestRouter = (
  parts: ApiDependencies,
  {
    limits,
    graphql,
    pages = pagesOf(parts),
    clue = makeClueSite(parts),
    files = parts.files ?? makePublishedFiles(join(tmpdir(), 'hub-published')),
  }: {
    limits: SignInLimits
    graphql: Pick<GraphqlEndpoint, 'ask' | 'labelOf'>
    pages?: ReturnType<typeof pagesOf>
    clue?: ReturnType<typeof makeClueSite>
    files?: PublishedFiles
  },
): Express => {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' })
  })
  app.get('/readyz', async (_request, response) => {
    const { ok, checks } = parts.leaving.aborted ? LEAVING : await parts.ready()
    response
      .set('Cache-Control', 'no-store')
      .status(ok ? 200 : 503)
      .json({ status: ok ? 'ok' : 'unavailable', checks })
  })
  app.get('/metrics', makeMetricsHandler(parts))
  app.use(clue.routes, makeOpenapiRouter())
  app.use(makeTokensRouter(parts, limits.client))
  app.use(makeDeskRouter(parts, limits, graphql))
  app.use(makeV1Router(parts, limits))
  app.use(graphiqlRouter(({ headers }) => readSessionCookie(headers) !== null))
  const site = { ...parts, ...OF_REQUEST, db: parts.readers }
  app.use(
    dataRouter({
      ...site,
      files,
      addressOf: (request) => getRequestContext(request).address,
      ...(parts.publishWaitMs !== undefined && { waitMs: parts.publishWaitMs }),
    }),
  )
  app.use(pages.routes)
  app.use(aboutRouter(site), figuresRouter(site), helpRouter(site), developersRouter(site))
  app.use(
    checkRouter({
      ...site,
      check: makeStandingsCheck(parts, limits),
      refused: (request, code) => void getRequestContext(request).refused.push(code),
      sendProblem,
    }),
  )
  app.use(makeVerifyRouter(parts), makePublicPapersRouter(parts))
  app.use(makeMyRouter(parts, graphql.ask))
  app.use(answerNotFound)
  app.use(answerThrown)
  return app
}
