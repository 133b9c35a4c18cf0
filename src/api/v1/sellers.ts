/** POST /v1/sellers replaces the marketplace's whole list of sellers. */
import type { RequestHandler } from 'express'
import { MARKETPLACE_ID_PATTERN } from '../../domain/operators/codes.js'
import { INTERNAL_ERROR, isRefusal, Refusal } from '../../foundation/errors.js'
import { isDate, shanghaiDate } from '../../foundation/time/dates.js'
import { replaceSellers } from '../../work/standing/sellers.js'
import { writeAuditRow } from '../request/audit-rows.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { withRequestDb } from '../request/request-database.js'
import { admitViewer, recheckAdmission, requireAct } from '../request/viewer.js'
import { makeBodyReceiver, makeUploadSlots } from './receive-body.js'
import type { RequestContextGetter } from './request.js'

/** Most bytes of a list: a million codes fit. */
const SELLERS_BYTES = 32 * 1024 * 1024
const LISTS_MOST = 2

const PARAMETERS = ['dated', 'marketplace']

export const sellersHandler = (all: ApiDependencies, askedOf: RequestContextGetter): RequestHandler => {
  const places = makeUploadSlots(LISTS_MOST, 1)
  const receive = makeBodyReceiver({ most: SELLERS_BYTES, mostOfAll: LISTS_MOST * SELLERS_BYTES, arrivingMost: 1 })
  return async (request, response) => {
    const requestContext = askedOf(request)
    const { now } = requestContext
    const parts = withRequestDb(all, () => requestContext.db)
    const viewer = await admitViewer(request, parts, now)
    requireAct(viewer, 'send_sellers')
    const client = viewer.sub ?? ''
    const { dated, marketplace } = givenIn(request.query, shanghaiDate(now))
    const place = { id: `sellers of ${client}`, agency: client }
    places.ask(place)
    const received = await receive(request, client)
    if (received === null) return
    try {
      await recheckAdmission(request, parts, { viewer, began: now, now: parts.now() })
      const giveUp = places.take(place)
      try {
        const act = `POST /v1/sellers ${dated} ${marketplace ?? ''}`.trimEnd()
        await writeAuditRow(parts, requestContext, viewer, { kind: 'ACT', asked: act, content: received.bytes })
        const taken = await replaceSellers(parts.db, {
          client,
          bytes: received.bytes,
          dated,
          marketplace,
          now,
          log: parts.log,
        }).catch(async (error) => {
          await writeAuditRow(parts, requestContext, viewer, {
            kind: 'OUTCOME',
            asked: act,
            outcome: isRefusal(error) ? error.code : INTERNAL_ERROR.code,
          })
          throw error
        })
        await writeAuditRow(parts, requestContext, viewer, { kind: 'OUTCOME', asked: act })
        response.set('Cache-Control', 'no-store').json(taken)
      } finally {
        giveUp()
      }
    } finally {
      received.release()
    }
  }
}

const givenIn = (query: object, today: string): { dated: string; marketplace: string | null } => {
  const parameters = new Map<string, unknown>(Object.entries(query))
  for (const [name, value] of parameters) {
    if (!PARAMETERS.includes(name) || typeof value !== 'string')
      throw new Refusal('INPUT_INVALID', {
        reason: `参数至多一次，可用 parameters, each once at most: ${PARAMETERS.join(' ')}`,
      })
  }
  const [dated = today, marketplace = null] = PARAMETERS.map((name) => parameters.get(name) as string | undefined)
  if (!isDate(dated)) throw new Refusal('DATE_INVALID', { value: dated })
  if (marketplace !== null && !MARKETPLACE_ID_PATTERN.test(marketplace))
    throw new Refusal('INPUT_INVALID', { reason: 'marketplace 不是平台 id is no id of a marketplace' })
  return { dated, marketplace }
}
