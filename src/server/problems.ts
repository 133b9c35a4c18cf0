/** Refusals outside GraphQL: problem details (RFC 9457) for programs, a page for people. */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { INTERNAL, Refusal } from '../foundation/errors.js'
import { asUnavailable } from '../store/db/db.js'
import { langOf } from '../web/frame/render-response.js'
import { sorryPage } from '../web/frame/error-page.js'
import type { Asked } from '../api/request/request-context.js'
import { asRefusal } from '../api/request/faults.js'

const DATA_PATH =
  /^\/(?:v1|oauth|data(?=\/)|\.well-known|graphql|healthz|readyz|metrics|desk\/(?:login|logout|session))(?:\/|$)/

/** When whoever met an absent database may ask again, seconds. */
export const COME_AGAIN_SECONDS = 5

export interface Problem {
  status: number
  code: string
  detail: string
  /** Of a refusal. */
  details?: object
}

export const answerProblem = (request: Request, response: Response, asked: Asked, problem: Problem): void => {
  asked.refused.push(problem.code)
  response.status(problem.status).set('Cache-Control', 'no-store')
  if (!DATA_PATH.test(request.path) && request.accepts(['html', 'json']) === 'html') {
    response.type('html').send(sorryPage({ ...problem, lang: langOf(request) }))
    return
  }
  const { status, code, detail, details } = problem
  response.type('application/problem+json').send(
    JSON.stringify({
      type: 'about:blank',
      title: TITLES[status] ?? 'Error',
      status,
      detail,
      code,
      ...(details && Object.keys(details).length > 0 && { details }),
      requestId: asked.requestId,
    }),
  )
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

export const notFound =
  (askedOf: (request: Request) => Asked): RequestHandler =>
  (request, response) => {
    const { status, code, message } = new Refusal('NOT_FOUND')
    answerProblem(request, response, askedOf(request), { status, code, detail: message })
  }

export const faulted =
  (askedOf: (request: Request) => Asked): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    const asked = askedOf(request)
    const refusal = asRefusal(error)
    if (refusal !== null) {
      const { status, code, message } = refusal
      return answerProblem(request, response, asked, { status, code, detail: message })
    }
    // What express itself refuses: an address that is no text, a body that is too large.
    const status = (error as { status?: unknown } | null)?.status
    if (typeof status === 'number' && status >= 400 && status < 500) {
      const refusal = new Refusal('INPUT_INVALID', { reason: '请求无法读取 the request cannot be read' })
      return answerProblem(request, response, asked, { status, code: refusal.code, detail: refusal.message })
    }
    asked.log.error({ err: error }, 'a request broke')
    const unavailable = asUnavailable(error)
    if (unavailable !== null) {
      const { status, code, message } = unavailable
      response.set('Retry-After', String(COME_AGAIN_SECONDS))
      return answerProblem(request, response, asked, { status, code, detail: message })
    }
    answerProblem(request, response, asked, { status: INTERNAL.status, code: INTERNAL.code, detail: INTERNAL.message })
  }
