import { type RequestHandler, type Response, Router } from 'express'
import { canonicalJson, type Json } from '../../domain/records/records.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as scorecards from '../../store/scoring/scorecards.js'
import { findCardInForce, findCardOfVersion, hashCard, listFaultlessVersions } from '../../work/scoring/scorecards.js'
import type { SitePage } from '../frame/page.js'
import { sendPage } from '../frame/render-response.js'
import type { SiteDependencies } from '../frame/site-parts.js'
import { cardPage } from './page.js'

const VERSION = /^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$/
const VERSION_LONGEST = 100
const PUBLIC_SECONDS = 60
const JSON_END = /\.json$/

export const scorecardRouter = (parts: SiteDependencies): Router => {
  const router = Router()
  router.get('/scorecard', showCard(parts))
  router.get('/scorecard/:version', showCard(parts))
  return router
}

const showCard =
  (parts: SiteDependencies): RequestHandler =>
  async (request, response) => {
    const db = parts.dbOf(request)
    const day = shanghaiDate(parts.nowOf(request))
    const version = request.params['version']
    const card = version === undefined ? null : await known(db, String(version).replace(JSON_END, ''))
    if (card && JSON_END.test(String(version))) return sendJson(response, card)
    const current = await findCardInForce(db, day)
    sendPage(parts, request, response, await pageOf(db, card ?? current, current, day))
  }

const sendJson = (response: Response, card: Scorecard): void => {
  response.set({ 'Cache-Control': `public, max-age=${PUBLIC_SECONDS}`, ETag: `"${hashCard(card)}"` })
  response.type('json').send(canonicalJson(card as unknown as Json))
}

/** Throws NOT_FOUND, also for an invalid scorecard. */
const known = async (db: Db, version: string): Promise<Scorecard> => {
  if (version.length > VERSION_LONGEST || !VERSION.test(version)) throw new Refusal('NOT_FOUND')
  try {
    return await findCardOfVersion(db, version)
  } catch (error) {
    if (isRefusal(error) && (error.code === 'SCORECARD_UNKNOWN' || error.code === 'SCORECARD_BROKEN'))
      throw new Refusal('NOT_FOUND')
    throw error
  }
}

const pageOf = async (db: Db, card: Scorecard, current: Scorecard, day: string): Promise<SitePage> => {
  const [adoptions, kept] = await Promise.all([scorecards.listPublicActivations(db), scorecards.listStoredVersions(db)])
  return cardPage({
    card,
    hash: hashCard(card),
    inForce: card.version === current.version,
    day,
    adoptions: adoptions.map(({ decidedAt, ...each }) => ({ ...each, decidedOn: shanghaiDate(decidedAt) })),
    versions: [...new Set([...listFaultlessVersions(), ...kept])].sort(),
  })
}
