import type { Request } from 'express'
import { AUDIT_ROW_CODES_MOST } from '../../domain/audit/audit-log.js'
import { MARKETPLACE_ID_PATTERN } from '../../domain/operators/codes.js'
import { findListLapseDate, parseSeller } from '../../domain/standing/sellers.js'
import { INTERNAL_ERROR, isRefusal, Refusal } from '../../foundation/errors.js'
import { isRecord, parseJsonOr } from '../../foundation/text/json.js'
import { isDate, shanghaiDate } from '../../foundation/time/dates.js'
import * as store from '../../store/standing/sellers.js'
import { replaceSellers } from '../../work/standing/sellers.js'
import { changeSellers } from '../../work/standing/single-sellers.js'
import { requireAct } from '../request/viewer.js'
import { type AdmittedHandler, type AdmittedRequest, readParameters } from './admitted-request.js'
import { makeSlottedReceiver, makeUploadSlots } from './receive-body.js'

/** Most bytes of a list: a million codes fit. */
const SELLERS_BYTES = 32 * 1024 * 1024
const LISTS_MOST = 2
const PAGE_MOST = AUDIT_ROW_CODES_MOST

export interface SellersHandlers {
  list: AdmittedHandler
  replace: AdmittedHandler
  change: AdmittedHandler
}

/** Whole lists and single changes of one client share a slot. */
export const makeSellersHandlers = (): SellersHandlers => {
  const receiveInSlot = makeSlottedReceiver(
    { most: SELLERS_BYTES, mostOfAll: LISTS_MOST * SELLERS_BYTES, arrivingMost: 1 },
    makeUploadSlots(LISTS_MOST, 1, 'sellers'),
  )
  const receive = (asked: AdmittedRequest, act: string, work: (bytes: Buffer, client: string) => Promise<object>) => {
    const { response, viewer, audit } = asked
    const client = viewer.sub ?? ''
    return receiveInSlot(asked, { id: client, agency: client }, async ({ bytes }) => {
      await audit({ kind: 'ACT', asked: act, content: bytes })
      const taken = await work(bytes, client).catch(async (error) => {
        await audit({ kind: 'OUTCOME', asked: act, outcome: isRefusal(error) ? error.code : INTERNAL_ERROR.code })
        throw error
      })
      await audit({ kind: 'OUTCOME', asked: act })
      response.set('Cache-Control', 'no-store').json(taken)
    })
  }
  return {
    list: answerPage,
    replace: async (asked) => {
      const { request, own, parts, viewer } = asked
      requireAct(viewer, 'send_sellers')
      const given = givenIn(request, shanghaiDate(own.now))
      const words = ['POST /v1/sellers', given.dated, given.marketplace, given.force && 'force']
      await receive(asked, words.filter(Boolean).join(' '), (bytes, client) =>
        replaceSellers(parts.db, { client, bytes, ...given, now: own.now, log: parts.log }),
      )
    },
    change: async (asked) => {
      const { request, own, parts, viewer } = asked
      requireAct(viewer, 'send_sellers')
      const given = readParameters(request, ['marketplace', 'force'])
      const [marketplace, force] = [checkedMarketplace(given.marketplace), checkedForce(given.force)]
      const words = ['PATCH /v1/sellers', marketplace, force && 'force']
      await receive(asked, words.filter(Boolean).join(' '), async (bytes, client) =>
        changeSellers(parts.db, { client, ...changesIn(bytes), marketplace, force, now: own.now, log: parts.log }),
      )
    },
  }
}

const givenIn = (request: Request, today: string) => {
  const { dated = today, marketplace, force } = readParameters(request, ['dated', 'marketplace', 'force'])
  if (!isDate(dated)) throw new Refusal('DATE_INVALID', { value: dated })
  return { dated, marketplace: checkedMarketplace(marketplace), force: checkedForce(force) }
}

const checkedForce = (force = 'false'): boolean => {
  if (force !== 'true' && force !== 'false')
    throw new Refusal('INPUT_INVALID', { reason: 'force 应为 true 或 false must be true or false' })
  return force === 'true'
}

const checkedMarketplace = (marketplace: string | null = null): string | null => {
  if (marketplace !== null && !MARKETPLACE_ID_PATTERN.test(marketplace))
    throw new Refusal('INPUT_INVALID', { reason: 'marketplace 不是平台 id is no id of a marketplace' })
  return marketplace
}

const changesIn = (bytes: Buffer): { add: unknown[]; remove: unknown[] } => {
  const body = parseJsonOr(bytes.toString('utf8'), undefined)
  const { add = [], remove = [], ...others } = isRecord(body) ? body : { body }
  if (!Array.isArray(add) || !Array.isArray(remove) || Object.keys(others).length > 0)
    throw new Refusal('INPUT_INVALID', { reason: '正文应为 the body must be {"add":[…],"remove":[…]}' })
  return { add, remove }
}

const answerPage: AdmittedHandler = async ({ request, response, own, parts, viewer, audit }) => {
  requireAct(viewer, 'send_sellers')
  const client = viewer.sub ?? ''
  const { after, limit = String(PAGE_MOST) } = readParameters(request, ['after', 'limit'])
  const from = after === undefined ? null : parseSeller(after, null)
  if (after !== undefined && from === null)
    throw new Refusal('INPUT_INVALID', { reason: 'after 应为名单上的代码 must be a code of the list' })
  const most = /^\d{1,4}$/.test(limit) ? Number(limit) : 0
  if (most < 1 || most > PAGE_MOST)
    throw new Refusal('INPUT_INVALID', { reason: `limit 应为 1–${PAGE_MOST} 的整数 must be a whole number` })
  const list = await store.readCurrentList(parts.db, client)
  if (list === null) throw new Refusal('SELLERS_NONE')
  const rows = await store.listSellers(parts.db, client, { after: from, limit: most + 1 })
  const entries = rows.slice(0, most)
  const holdsUntil = findListLapseDate(list.dated)
  const content = JSON.stringify({
    dated: list.dated,
    uploadedAt: list.uploadedAt,
    holdsUntil,
    holds: holdsUntil > shanghaiDate(own.now),
    sellers: list.sellers,
    entries,
    next: rows.length > most ? entries.at(-1)?.code : null,
  })
  await audit({ kind: 'ANSWER', asked: 'GET /v1/sellers', shown: entries.map(({ code }) => code), content })
  response.set('Cache-Control', 'no-store').type('application/json').send(content)
}
