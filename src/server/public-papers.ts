import { type RequestHandler, Router } from 'express'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { getRequestContext } from '../api/request/request-context.js'
import { sendPaper } from '../api/v1/papers.js'
import { DOCUMENT_KINDS } from '../domain/listing/documents.js'
import { isUuid } from '../domain/listing/listing.js'
import { Refusal } from '../foundation/errors.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import { makeConcurrencyLimit } from '../store/db/concurrency-limit.js'
import * as papers from '../store/listing/papers.js'
import * as publicList from '../store/publication/public-list.js'
import { openPaper } from '../work/listing/papers.js'

export const makePublicPapersRouter = ({ keys }: Pick<ApiDependencies, 'keys'>): Router => {
  const inTurn = makeConcurrencyLimit()
  const send: RequestHandler = async (request, response) => {
    const { db, now } = getRequestContext(request)
    const id = String(request.params['id'])
    const kind = DOCUMENT_KINDS.find((each) => each === request.params['kind'])
    const isShown = kind !== undefined && isUuid(id) && (await publicList.isEntryShown(db, id, shanghaiDate(now)))
    const paper = isShown ? await papers.findReleasedPaper(db, id, kind) : null
    if (paper === null) throw new Refusal('NOT_FOUND')
    const content = await inTurn(() => openPaper(db, keys, paper))
    response.set('X-Robots-Tag', 'noindex, noarchive')
    sendPaper(response, paper, content)
  }
  return Router().get('/blacklist/:id/documents/:kind', send)
}
