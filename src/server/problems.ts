/** Error answers: problems (RFC 9457) for programs, pages for people. */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { type ProblemDetails, RETRY_AFTER_SECONDS, refusalOfThrown, sendProblem } from '../api/request/faults.js'
import type { HttpRequestContext } from '../api/request/request-context.js'
import { INTERNAL_ERROR, Refusal } from '../foundation/errors.js'
import { unavailableRefusal } from '../store/db/db.js'
import { errorPage } from '../web/frame/error-page.js'
import { languageOf } from '../web/frame/render-response.js'

const DATA_PATH =
  /^\/(?:v1|oauth|data(?=\/)|\.well-known|graphql|healthz|readyz|metrics|desk\/(?:login|logout|session))(?:\/|$)/

export const answerProblem = (
  request: Request,
  response: Response,
  requestContext: HttpRequestContext,
  problem: ProblemDetails,
): void => {
  if (!DATA_PATH.test(request.path) && request.accepts(['html', 'json']) === 'html') {
    requestContext.refused.push(problem.code)
    response.status(problem.status).set('Cache-Control', 'no-store')
    response.type('html').send(errorPage({ ...problem, lang: languageOf(request) }))
    return
  }
  sendProblem(response, requestContext, problem)
}

export const notFoundHandler =
  (askedOf: (request: Request) => HttpRequestContext): RequestHandler =>
  (request, response) => {
    const { status, code, message } = new Refusal('NOT_FOUND')
    answerProblem(request, response, askedOf(request), { status, code, detail: message })
  }

export const faultHandler =
  (askedOf: (request: Request) => HttpRequestContext): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    const requestContext = askedOf(request)
    const refusal = refusalOfThrown(error)
    if (refusal !== null) {
      const { status, code, message } = refusal
      return answerProblem(request, response, requestContext, { status, code, detail: message })
    }
    // Express's own 4xx: undecodable URL, body too large.
    const status = (error as { status?: unknown } | null)?.status
    if (typeof status === 'number' && status >= 400 && status < 500) {
      const refusal = new Refusal('INPUT_INVALID', { reason: '请求无法读取 the request cannot be read' })
      return answerProblem(request, response, requestContext, { status, code: refusal.code, detail: refusal.message })
    }
    requestContext.log.error({ err: error }, 'a request broke')
    const unavailable = unavailableRefusal(error)
    if (unavailable !== null) {
      const { status, code, message } = unavailable
      response.set('Retry-After', String(RETRY_AFTER_SECONDS))
      return answerProblem(request, response, requestContext, { status, code, detail: message })
    }
    answerProblem(request, response, requestContext, {
      status: INTERNAL_ERROR.status,
      code: INTERNAL_ERROR.code,
      detail: INTERNAL_ERROR.message,
    })
  }
