import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { findRefusalOfThrown } from '../api/request/graphql-errors.js'
import { type ProblemDetails, sendProblem, suggestRetry } from '../api/request/problem-details.js'
import { getRequestContext } from '../api/request/request-context.js'
import { INTERNAL_ERROR, Refusal } from '../foundation/errors.js'
import { unavailableRefusal } from '../store/db/db.js'
import { errorPage } from '../web/frame/error-page.js'
import { languageOf } from '../web/frame/render-response.js'

const DATA_PATH =
  /^\/(?:v1|oauth|data(?=\/)|\.well-known|graphql|healthz|readyz|metrics|desk\/(?:login|logout|session|export|case-file))(?:\/|$)/

export const answerProblem = (request: Request, response: Response, problem: ProblemDetails): void => {
  if (DATA_PATH.test(request.path) || request.accepts(['html', 'json']) !== 'html')
    return void sendProblem(response, problem)
  getRequestContext(request).refused.push(problem.code)
  suggestRetry(response, problem.code)
  response.status(problem.status).set('Cache-Control', 'no-store')
  response.type('html').send(errorPage({ ...problem, lang: languageOf(request) }))
}

export const answerNotFound: RequestHandler = (request, response) =>
  answerProblem(request, response, makeProblem(new Refusal('NOT_FOUND')))

export const answerThrown: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) return next(error)
  const refusal = findRefusalOfThrown(error)
  if (refusal !== null) return answerProblem(request, response, makeProblem(refusal))
  // Express's own 4xx: undecodable URL, body too large.
  const status = (error as { status?: unknown } | null)?.status
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const unreadable = new Refusal('INPUT_INVALID', { reason: '请求无法读取 the request cannot be read' })
    return answerProblem(request, response, { ...makeProblem(unreadable), status })
  }
  getRequestContext(request).log.error({ err: error }, 'a request broke')
  answerProblem(request, response, makeProblem(unavailableRefusal(error) ?? INTERNAL_ERROR))
}

export const makeProblem = ({ status, code, message }: Pick<Refusal, 'status' | 'message'> & { code: string }) => ({
  status,
  code,
  detail: message,
})
