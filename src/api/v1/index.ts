import { STATUS_CODES } from 'node:http'
import { type ErrorRequestHandler, type Request, type Response, Router } from 'express'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { INTERNAL_ERROR, isRefusal, Refusal, refusalJson } from '../../foundation/errors.js'
import { unavailableRefusal } from '../../store/db/db.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { RETRY_AFTER_SECONDS, refusalOfThrown } from '../request/faults.js'
import type { SignInLimits } from '../request/rate-limit.js'
import { auditVerificationHandler } from './audit-verification.js'
import { changesHandler } from './changes.js'
import { rejectsCsvHandler } from './rejects-csv.js'
import type { RequestContextGetter } from './request.js'
import { scoreHandler } from './score.js'
import { sellersHandler } from './sellers.js'
import { standingsRouter } from './standings/index.js'
import { timelinessCsvHandler } from './timeliness.js'
import { UploadError, uploadHandler } from './upload.js'

const RETRY_SECONDS = 30

export const v1Router = (parts: ApiDependencies, askedOf: RequestContextGetter, limits: SignInLimits): Router => {
  const router = Router()
  router.post('/v1/feeds/:feed', uploadHandler(parts, askedOf))
  router.all('/v1/feeds/:feed', only('POST', askedOf))
  router.post('/v1/sellers', sellersHandler(parts, askedOf))
  router.all('/v1/sellers', only('POST', askedOf))
  // HEAD would open a stream that nobody reads.
  router.head('/v1/changes', only('GET', askedOf))
  router.get('/v1/changes', changesHandler(parts, askedOf))
  router.all('/v1/changes', only('GET', askedOf))
  router.get('/v1/runs/:run/rejects.csv', rejectsCsvHandler(parts, askedOf))
  router.all('/v1/runs/:run/rejects.csv', only('GET', askedOf))
  router.get('/v1/scores/:id', scoreHandler(parts, askedOf))
  router.all('/v1/scores/:id', only('GET', askedOf))
  router.get('/v1/timeliness.csv', timelinessCsvHandler(parts, askedOf))
  router.all('/v1/timeliness.csv', only('GET', askedOf))
  router.use(standingsRouter(parts, askedOf, limits))
  router.get('/v1/trail/verification', auditVerificationHandler(parts, askedOf))
  router.all('/v1/trail/verification', only('GET', askedOf))
  router.use('/v1', refused(parts, askedOf))
  return router
}

const only = (method: 'GET' | 'POST', askedOf: RequestContextGetter) => (request: Request, response: Response) => {
  const message = `此地址只接受 ${method}。Only ${method} is answered here.`
  askedOf(request).refused.push('METHOD_NOT_ALLOWED')
  response.set({ Allow: method, 'Cache-Control': 'no-store' })
  problem(response, 405, { code: 'METHOD_NOT_ALLOWED', message, details: {} })
}

/** Sends a problem (RFC 9457), whose `error` is what a `hub` command would print. */
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

/** Express throws an error of its own for an undecodable URL. */
const ofAddress = (thrown: unknown): Refusal | null => {
  const status = (thrown as { status?: unknown } | null)?.status
  if (isRefusal(thrown) || typeof status !== 'number' || status < 400 || status >= 500) return null
  return new Refusal('INPUT_INVALID', { reason: '请求无法读取 the request cannot be read' })
}

const refused =
  ({ keys }: ApiDependencies, askedOf: RequestContextGetter): ErrorRequestHandler =>
  (thrown: unknown, request, response, _next) => {
    const { error: cause, found } = thrown instanceof UploadError ? thrown : { error: thrown, found: {} }
    const error = refusalOfThrown(cause) ?? ofAddress(cause) ?? cause
    if (response.headersSent || response.destroyed) {
      if (!isRefusal(error)) askedOf(request).log.error({ err: error }, 'an answer broke off')
      return void response.destroy()
    }
    response.set('Cache-Control', 'no-store')
    if (!request.complete) response.set('Connection', 'close')
    if (!isRefusal(error)) {
      askedOf(request).log.error({ err: error }, 'a request broke')
      const unavailable = unavailableRefusal(error)
      if (unavailable !== null) {
        askedOf(request).refused.push(unavailable.code)
        response.set('Retry-After', String(RETRY_AFTER_SECONDS))
        return problem(response, unavailable.status, refusalJson(unavailable), found)
      }
      const { status, code, message } = INTERNAL_ERROR
      const details = { requestId: askedOf(request).requestId }
      return problem(response, status, { code, message, details }, found)
    }
    const { status, code, message, details } = error
    askedOf(request).refused.push(code)
    if (status === 401) response.set('WWW-Authenticate', 'Bearer realm="hub"')
    if (code === 'RUN_BUSY' || status === 503) response.set('Retry-After', String(RETRY_SECONDS))
    problem(response, status, redactIdNumbers({ code, message, details }, keys.mark), found)
  }
