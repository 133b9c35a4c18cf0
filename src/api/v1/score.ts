import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { parseWholeNumber, readNumberInGlobalId } from '../request/ids.js'
import { requireAct } from '../request/viewer.js'
import { readScoreAudit } from '../scoring/score.js'
import type { AdmittedRequest } from './admitted-request.js'

export const answerScore = async ({ request, response, own, parts, viewer, audit }: AdmittedRequest) => {
  requireAct(viewer, 'see_score_reasons')
  const scoreId = String(request.params['id'])
  const id = parseWholeNumber(scoreId) ?? readNumberInGlobalId(scoreId, 'Score')
  const audited = id === null ? null : await readScoreAudit(parts, { viewer, today: shanghaiDate(own.now) }, id)
  if (audited === null) throw new Refusal('NOT_FOUND')
  const content = JSON.stringify(audited)
  await audit({ kind: 'ANSWER', asked: `GET /v1/scores/${id}`, shown: [audited.score.operator.code], content })
  response.set('Cache-Control', 'no-store').type('json').send(content)
}
