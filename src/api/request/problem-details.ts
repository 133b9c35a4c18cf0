import type { ServerResponse } from 'node:http'
import type { RequestHandler, Response } from 'express'
import { getRequestContext } from './request-context.js'

export const RETRY_AFTER_SECONDS = 5
const PASSING: ReadonlySet<string> = new Set(['UNAVAILABLE', 'TRAIL_UNAVAILABLE', 'STORAGE_FULL'])

export const retryHeaders = (code: string): [string, string][] =>
  PASSING.has(code) ? [['retry-after', String(RETRY_AFTER_SECONDS)]] : []

export const suggestRetry = (response: ServerResponse, code: string): void => {
  for (const [name, value] of retryHeaders(code)) if (!response.hasHeader(name)) response.setHeader(name, value)
}

export interface ProblemDetails {
  status: number
  code: string
  detail: string
  details?: object
  beside?: object
}

export const sendProblem = (response: Response, { status, code, detail, details, beside }: ProblemDetails): void => {
  const { refused, requestId } = getRequestContext(response.req)
  refused.push(code)
  suggestRetry(response, code)
  response.status(status).set('Cache-Control', 'no-store')
  response.type('application/problem+json').send(
    JSON.stringify({
      type: 'about:blank',
      title: TITLES[status] ?? 'Error',
      status,
      detail,
      code,
      ...(details && Object.keys(details).length > 0 && { details }),
      requestId,
      ...beside,
    }),
  )
}

export const refuseOtherMethods =
  (allowed: 'GET' | 'POST'): RequestHandler =>
  (_request, response) => {
    response.set('Allow', allowed)
    const detail = `此地址只接受 ${allowed}。Only ${allowed} is answered here.`
    sendProblem(response, { status: 405, code: 'METHOD_NOT_ALLOWED', detail })
  }

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}
