import { STATUS_CODES } from 'node:http'
import { type ErrorRequestHandler, type RequestHandler, type Response, Router } from 'express'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { INTERNAL_ERROR, isRefusal, Refusal, refusalJson } from '../../foundation/errors.js'
import { groupBy } from '../../foundation/groups.js'
import { unavailableRefusal } from '../../store/db/db.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { findRefusalOfThrown } from '../request/graphql-errors.js'
import { RETRY_AFTER_SECONDS } from '../request/problem-details.js'
import type { SignInLimits } from '../request/rate-limit.js'
import { getRequestContext } from '../request/request-context.js'
import { type AdmittedHandler, withAdmission } from './admitted-request.js'
import { makeAuditVerificationHandler } from './audit-verification.js'
import { makeChangesHandler, sellerChanges } from './changes.js'
import { answerMatterFiguresCsv } from './matter-figures.js'
import {
  answerAttachment,
  answerMatter,
  answerMatterKinds,
  answerReceipts,
  makeAttachmentHandler,
  makeMatterChangesHandlers,
  makeMattersHandlers,
} from './matters.js'
import { answerPaper, makePapersHandler } from './papers.js'
import { answerRejectsCsv } from './rejects-csv.js'
import { answerScore } from './score.js'
import { makeSellersHandlers } from './sellers.js'
import { makeStandingsRouter } from './standings/index.js'
import { answerTimelinessCsv } from './timeliness.js'
import { makeUploadHandler, UploadError } from './upload.js'

const RETRY_SECONDS = 30

export const makeV1Router = (parts: ApiDependencies, limits: SignInLimits): Router => {
  const sellers = makeSellersHandlers()
  const matterChanges = makeMatterChangesHandlers(parts)
  const matters = makeMattersHandlers(limits)
  const routes: ['get' | 'post' | 'put' | 'patch', string, AdmittedHandler][] = [
    ['post', '/v1/feeds/:feed', makeUploadHandler()],
    ['get', '/v1/sellers', sellers.list],
    ['post', '/v1/sellers', sellers.replace],
    ['patch', '/v1/sellers', sellers.change],
    ['post', '/v1/papers', makePapersHandler()],
    ['get', '/v1/papers/:id', answerPaper],
    ['put', '/v1/matters/:id/attachments/:sha256', makeAttachmentHandler()],
    ['get', '/v1/matters/:id/attachments/:sha256', answerAttachment],
    ['get', '/v1/matters/:id/receipts', answerReceipts],
    ['get', '/v1/changes', makeChangesHandler(parts, sellerChanges)],
    ['post', '/v1/matters', matters.openOrMoveRows],
    ['post', '/v1/takedowns', matters.takedowns],
    ['get', '/v1/matters', matterChanges.pages],
    ['get', '/v1/matters/stream', matterChanges.stream],
    ['get', '/v1/matters/:id', answerMatter(limits)],
    ['get', '/v1/runs/:run/rejects.csv', answerRejectsCsv],
    ['get', '/v1/scores/:id', answerScore],
    ['get', '/v1/timeliness.csv', answerTimelinessCsv],
    ['get', '/v1/matters.csv', answerMatterFiguresCsv],
    ['get', '/v1/trail/verification', makeAuditVerificationHandler()],
  ]
  const router = Router()
  // HEAD would open a stream that nobody reads.
  router.head(['/v1/changes', '/v1/matters/stream'], refuseMethod('GET'))
  for (const [method, path, answer] of routes) router[method](path, withAdmission(parts, answer))
  for (const [path, all] of groupBy(routes, ([, path]) => path))
    router.all(path, refuseMethod(all.map(([method]) => method.toUpperCase()).join(', ')))
  router.get('/.well-known/matters', answerMatterKinds(parts))
  router.use(makeStandingsRouter(parts, limits))
  router.use('/v1', answerError(parts))
  return router
}

const refuseMethod =
  (allowed: string): RequestHandler =>
  (request, response) => {
    const message = `此地址只接受 ${allowed}。Only ${allowed} is answered here.`
    getRequestContext(request).refused.push('METHOD_NOT_ALLOWED')
    response.set({ Allow: allowed, 'Cache-Control': 'no-store' })
    problem(response, 405, { code: 'METHOD_NOT_ALLOWED', message, details: {} })
  }

/** Sends a problem (RFC 9457); `error` is the `hub` command's text. */
const problem = (
  response: Response,
  status: number,
  error: { code: string; message: string; details: object },
  beside: object = {},
): void => {
  const body = { type: 'about:blank', title: STATUS_CODES[status], status, detail: error.message, code: error.code }
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...body, error, ...beside }))
}

const ofAddress = (thrown: unknown): Refusal | null => {
  const status = (thrown as { status?: unknown } | null)?.status
  if (isRefusal(thrown) || typeof status !== 'number' || status < 400 || status >= 500) return null
  return new Refusal('INPUT_INVALID', { reason: '请求无法读取 the request cannot be read' })
}

const answerError =
  ({ keys }: ApiDependencies): ErrorRequestHandler =>
  (thrown: unknown, request, response, _next) => {
    const { error: cause, found } = thrown instanceof UploadError ? thrown : { error: thrown, found: {} }
    const unreadable = ofAddress(cause)
    const error = findRefusalOfThrown(cause) ?? unreadable ?? cause
    const { log, refused, requestId } = getRequestContext(request)
    if (response.headersSent || response.destroyed) {
      if (!isRefusal(error)) log.error({ err: error }, 'an answer broke off')
      return void response.destroy()
    }
    response.set('Cache-Control', 'no-store')
    if (!request.complete) response.set('Connection', 'close')
    if (!isRefusal(error)) {
      log.error({ err: error }, 'a request broke')
      const unavailable = unavailableRefusal(error)
      if (unavailable !== null) {
        refused.push(unavailable.code)
        response.set('Retry-After', String(RETRY_AFTER_SECONDS))
        return problem(response, unavailable.status, refusalJson(unavailable), found)
      }
      const { status, code, message } = INTERNAL_ERROR
      return problem(response, status, { code, message, details: { requestId } }, found)
    }
    const { status, code, message, details } = error
    refused.push(code)
    if (status === 401) response.set('WWW-Authenticate', 'Bearer realm="hub"')
    if (code === 'RUN_BUSY' || status === 503) response.set('Retry-After', String(RETRY_SECONDS))
    const beside = unreadable === error ? { requestId } : found
    problem(response, status, redactIdNumbers({ code, message, details }, keys.pseudonymOf), beside)
  }
