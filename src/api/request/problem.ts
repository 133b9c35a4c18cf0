/** Problem details (RFC 9457). */
import type { Response } from 'express'
import type { HttpRequestContext } from './request-context.js'

/** Retry-After while the database is unavailable, seconds. */
export const RETRY_AFTER_SECONDS = 5

export interface ProblemDetails {
  status: number
  code: string
  detail: string
  details?: object
}

export const sendProblem = (response: Response, requestContext: HttpRequestContext, problem: ProblemDetails): void => {
  requestContext.refused.push(problem.code)
  response.status(problem.status).set('Cache-Control', 'no-store')
  const { status, code, detail, details } = problem
  response.type('application/problem+json').send(
    JSON.stringify({
      type: 'about:blank',
      title: TITLES[status] ?? 'Error',
      status,
      detail,
      code,
      ...(details && Object.keys(details).length > 0 && { details }),
      requestId: requestContext.requestId,
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
