import type { Request, RequestHandler, Response } from 'express'
import type { Viewer } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import { type RequestAuditEntry, writeAuditRow } from '../request/audit-rows.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { getRequestContext, type HttpRequestContext } from '../request/request-context.js'
import { withRequestDb } from '../request/request-database.js'
import { admitViewer } from '../request/viewer.js'

export interface AdmittedRequest {
  request: Request
  response: Response
  own: HttpRequestContext
  parts: ApiDependencies
  viewer: Viewer
  audit: (entry: RequestAuditEntry) => Promise<void>
}

export type AdmittedHandler = (asked: AdmittedRequest) => Promise<unknown>

export const withAdmission =
  (all: ApiDependencies, answer: AdmittedHandler): RequestHandler =>
  async (request, response) => {
    const own = getRequestContext(request)
    const parts = withRequestDb(all, () => own.db)
    const viewer = await admitViewer(request, parts)
    const audit = (entry: RequestAuditEntry) => writeAuditRow(parts, own, viewer, entry)
    await answer({ request, response, own, parts, viewer, audit })
  }

/** Refusal INPUT_INVALID for an unknown or repeated parameter. */
export const readParameters = <N extends string>(
  { query }: Request,
  known: readonly N[],
): Partial<Record<N, string>> => {
  const isGood = ([name, value]: [string, unknown]): boolean =>
    known.some((each) => each === name) && typeof value === 'string'
  if (Object.entries(query).every(isGood)) return query as Partial<Record<N, string>>
  throw new Refusal('INPUT_INVALID', {
    reason: `参数至多一次，可用 parameters, each once at most: ${known.join(' ')}`,
  })
}
