import type { Request } from 'express'
import { MARKETPLACE_ID_PATTERN } from '../../domain/operators/codes.js'
import { INTERNAL_ERROR, isRefusal, Refusal } from '../../foundation/errors.js'
import { isDate, shanghaiDate } from '../../foundation/time/dates.js'
import { replaceSellers } from '../../work/standing/sellers.js'
import { requireAct } from '../request/viewer.js'
import { type AdmittedHandler, readParameters } from './admitted-request.js'
import { makeSlottedReceiver } from './receive-body.js'

/** Most bytes of a list: a million codes fit. */
const SELLERS_BYTES = 32 * 1024 * 1024
const LISTS_MOST = 2

export const makeSellersHandler = (): AdmittedHandler => {
  const receiveInSlot = makeSlottedReceiver(
    { most: SELLERS_BYTES, mostOfAll: LISTS_MOST * SELLERS_BYTES, arrivingMost: 1 },
    { most: LISTS_MOST, ofOne: 1 },
  )
  return async (asked) => {
    const { request, response, own, parts, viewer, audit } = asked
    requireAct(viewer, 'send_sellers')
    const client = viewer.sub ?? ''
    const given = givenIn(request, shanghaiDate(own.now))
    await receiveInSlot(asked, { id: `sellers of ${client}`, agency: client }, async ({ bytes }) => {
      const act = `POST /v1/sellers ${given.dated} ${given.marketplace ?? ''}`.trimEnd()
      await audit({ kind: 'ACT', asked: act, content: bytes })
      const list = { client, bytes, ...given, now: own.now, log: parts.log }
      const taken = await replaceSellers(parts.db, list).catch(async (error) => {
        await audit({ kind: 'OUTCOME', asked: act, outcome: isRefusal(error) ? error.code : INTERNAL_ERROR.code })
        throw error
      })
      await audit({ kind: 'OUTCOME', asked: act })
      response.set('Cache-Control', 'no-store').json(taken)
    })
  }
}

const givenIn = (request: Request, today: string): { dated: string; marketplace: string | null } => {
  const { dated = today, marketplace = null } = readParameters(request, ['dated', 'marketplace'])
  if (!isDate(dated)) throw new Refusal('DATE_INVALID', { value: dated })
  if (marketplace !== null && !MARKETPLACE_ID_PATTERN.test(marketplace))
    throw new Refusal('INPUT_INVALID', { reason: 'marketplace 不是平台 id is no id of a marketplace' })
  return { dated, marketplace }
}
