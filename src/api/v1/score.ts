/** A score with everything needed to recompute it elsewhere. */
import type { RequestHandler } from 'express'
import { Refusal } from '../../foundation/errors.js'
import { dateIn } from '../../foundation/time/dates.js'
import { writeAuditRow } from '../request/audit-rows.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { numberIn, wholeNumber } from '../request/ids.js'
import { withDb } from '../request/request-database.js'
import { admit, allow } from '../request/viewer.js'
import { scoreAudit } from '../scoring/audited-scores.js'
import type { ContextOfRequest } from './request.js'

export const scoreJson =
  (all: ApiDependencies, askedOf: ContextOfRequest): RequestHandler =>
  async (request, response) => {
    const own = askedOf(request)
    const parts = withDb(all, () => own.db)
    const { now } = own
    const viewer = await admit(request, parts, now)
    allow(viewer, 'see_score_reasons')
    const asked = String(request.params['id'])
    const id = wholeNumber(asked) ?? numberIn(asked, 'Score')
    const found = id === null ? null : await scoreAudit(parts, { viewer, today: dateIn(now) }, id)
    if (found === null) throw new Refusal('NOT_FOUND')
    const content = JSON.stringify(found)
    const shown = [found.score.operator.code]
    await writeAuditRow(parts, own, viewer, { kind: 'ANSWER', asked: `GET /v1/scores/${id}`, shown, content })
    response.set('Cache-Control', 'no-store').type('json').send(content)
  }
