/** GET /v1/scores/:id gives a score with everything needed to recompute it elsewhere. */
import type { RequestHandler } from 'express'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { writeAuditRow } from '../request/audit-rows.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { numberInGlobalId, parseWholeNumber } from '../request/ids.js'
import { withRequestDb } from '../request/request-database.js'
import { admitViewer, requireAct } from '../request/viewer.js'
import { scoreAudit } from '../scoring/score.js'
import type { RequestContextGetter } from './request.js'

export const scoreHandler =
  (all: ApiDependencies, askedOf: RequestContextGetter): RequestHandler =>
  async (request, response) => {
    const requestContext = askedOf(request)
    const parts = withRequestDb(all, () => requestContext.db)
    const { now } = requestContext
    const viewer = await admitViewer(request, parts, now)
    requireAct(viewer, 'see_score_reasons')
    const scoreId = String(request.params['id'])
    const id = parseWholeNumber(scoreId) ?? numberInGlobalId(scoreId, 'Score')
    const audited = id === null ? null : await scoreAudit(parts, { viewer, today: shanghaiDate(now) }, id)
    if (audited === null) throw new Refusal('NOT_FOUND')
    const content = JSON.stringify(audited)
    const codesShown = [audited.score.operator.code]
    await writeAuditRow(parts, requestContext, viewer, {
      kind: 'ANSWER',
      asked: `GET /v1/scores/${id}`,
      shown: codesShown,
      content,
    })
    response.set('Cache-Control', 'no-store').type('json').send(content)
  }
