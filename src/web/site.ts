import { type Request, type RequestHandler, type Response, Router } from 'express'
import { isUuid, parseListingUuid } from '../domain/listing/listing.js'
import { Refusal } from '../foundation/errors.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import type { Db } from '../store/db/db.js'
import * as restored from '../store/db/restored.js'
import * as listings from '../store/listing/listings.js'
import * as publicFigures from '../store/publication/public-figures.js'
import * as publicList from '../store/publication/public-list.js'
import { listPage } from './blacklist/page.js'
import { sendResultCsv } from './blacklist/result-csv.js'
import { searchList } from './blacklist/search.js'
import { hasCondition, makeFilterParameters, parseFilter, type SearchFilter } from './blacklist/search-filter.js'
import { endedEntryPage, entryPage } from './entry/page.js'
import { chooseEncoding, compressPage, maxAgeSeconds, sendCompressed } from './frame/compression.js'
import { addressInLanguage } from './frame/html.js'
import { robotsTxt, sitemapXml } from './frame/navigation.js'
import { renderPage, type SitePage } from './frame/page.js'
import {
  batchReads,
  cacheKeyOf,
  type DayStamp,
  type FastPath,
  makeFastPath,
  makePageCache,
  type PageCache,
} from './frame/page-cache.js'
import {
  baseUrlOf,
  framedBy,
  languageOf,
  type RenderedPage,
  renderCompressed,
  sendPage,
} from './frame/render-response.js'
import type { SiteDependencies } from './frame/site-parts.js'
import { ICON_SVG, SITE_STYLE } from './frame/style.js'
import { themeOf } from './frame/theme.js'
import { frontPage } from './front/page.js'
import { penaltiesRouter } from './penalties/page.js'
import { pilotsRouter } from './pilots/page.js'
import { scorecardRouter } from './scorecard/routes.js'

const LIST = '/blacklist'
const NEWEST = 6
const AUTHORITIES_MOST = 100
const STYLE_SECONDS = 300

/** Search engines may index the list itself but must not store names. */
const UNKEPT = 'noarchive, nosnippet'
const UNFOUND = 'noindex, noarchive'

interface SiteContext extends SiteDependencies {
  cache: PageCache
  entry: (id: string) => Promise<publicList.SignedEntry | null>
}

export const makeSite = (parts: SiteDependencies): { routes: Router; fastPath: FastPath } => {
  const own: SiteContext = {
    ...parts,
    cache: makePageCache(parts.byKey, { inTurn: parts.inTurn, revision: parts.office.revision }),
    entry: batchReads((ids) => publicList.readSignedEntries(parts.byKey, ids)),
  }
  return { routes: routesOf(own), fastPath: makeFastPath({ cache: own.cache, entry: writtenEntry(own) }) }
}

const routesOf = (own: SiteContext): Router => {
  const router = Router()
  router.get('/', showFront(own))
  router.get(LIST, showList(own))
  router.get('/blacklist/:id', showEntry(own))
  router.use(scorecardRouter(own))
  router.use(penaltiesRouter(own))
  router.use(pilotsRouter(own))
  router.get('/robots.txt', (request, response) => void response.type('text').send(robotsTxt(baseUrlOf(own, request))))
  router.get('/sitemap.xml', (request, response) => void response.type('xml').send(sitemapXml(baseUrlOf(own, request))))
  router.get('/favicon.ico', (_request, response) => void response.redirect(301, '/icon.svg'))
  router.get('/icon.svg', (_request, response) => {
    response.set('Cache-Control', `public, max-age=${STYLE_SECONDS}`).type('svg').send(ICON_SVG)
  })
  const style = {
    br: compressPage(SITE_STYLE, 'br', 'often'),
    gzip: compressPage(SITE_STYLE, 'gzip', 'often'),
    identity: compressPage(SITE_STYLE, 'identity', 'often'),
  }
  router.get('/site.css', (request, response) => {
    response.type('css')
    sendCompressed(request, response, STYLE_SECONDS, style[chooseEncoding(request)])
  })
  return router
}

interface CachedPage {
  path: string
  stamp: DayStamp
  parameters: Record<string, string>
  robots: string
  make: () => Promise<SitePage>
}

const showKept = async (
  { cache, demo, office, nowOf }: SiteContext,
  request: Request,
  response: Response,
  { path, stamp, parameters, robots, make }: CachedPage,
): Promise<void> => {
  const [lang, encoding, theme] = [languageOf(request), chooseEncoding(request), themeOf(request)]
  const page = () => cache.getOrMake(stamp, `page ${addressInLanguage(path, parameters, 'zh')}`, make)
  const made = async (): Promise<RenderedPage> => {
    const text = renderPage(await page(), { demo, ...framedBy(office), lang, theme, here: { path, parameters } })
    return { ...compressPage(text, encoding, 'often'), robots, isChosen: path === LIST }
  }
  const shown = theme === null ? parameters : { ...parameters, theme }
  const key = cacheKeyOf(encoding, addressInLanguage(path, shown, lang))
  response.set('X-Robots-Tag', robots)
  sendCompressed(request, response, maxAgeSeconds(nowOf(request)), await cache.getOrMake(stamp, key, made))
}

const showFront =
  (own: SiteContext): RequestHandler =>
  async (request, response) => {
    const { db, cache, nowOf } = own
    const stamp = await cache.stamp(nowOf(request))
    const make = async (): Promise<SitePage> => {
      const { day, sequence } = stamp
      const all = { day, region: null, authority: null, pattern: null, from: null, to: null, contested: false }
      const [figures, newest] = await Promise.all([
        // The figures hold no names, so they are computed once per publication.
        (sequence > 0 ? cache.getOrMakePublished : cache.getOrMake)(stamp, 'figures', () =>
          cache.inTurn(() => publicFigures.readPublicListFigures(db, day)),
        ),
        publicList.readListPage(db, all, { order: 'newest', first: NEWEST, after: null }),
      ])
      return frontPage({ day, sequence, figures, newest: newest.map(({ body }) => body) })
    }
    await showKept(own, request, response, { path: '/', stamp, parameters: {}, robots: UNKEPT, make })
  }

const showList =
  (own: SiteContext): RequestHandler =>
  async (request, response) => {
    const { dbOf, cache, nowOf } = own
    const asked = parseFilter(request.query)
    const parameters = makeFilterParameters(asked)
    if (wantsCsv(request)) {
      if (!(await restored.mayPublishList(dbOf(request)))) throw new Refusal('LIST_WITHHELD')
      const reading = { db: dbOf(request), inTurn: cache.inTurn, now: nowOf(request), slowMs: own.slowMs }
      return sendResultCsv(reading, request, response, asked)
    }
    // Forms submit empty fields. The redirect drops them.
    if (Object.values(request.query).includes('')) {
      response.set('Cache-Control', 'no-store')
      const kept = { ...parameters, theme: themeOf(request) ?? '' }
      return response.redirect(303, addressInLanguage(LIST, kept, languageOf(request)))
    }
    const stamp = await cache.stamp(nowOf(request))
    const robots = hasCondition(asked) || asked.after !== null || asked.sort !== null ? UNFOUND : UNKEPT
    if (asked.name !== '') {
      response.set('X-Robots-Tag', robots)
      const page = await listOf(own, dbOf(request), stamp, asked)
      return sendPage(own, request, response, page, { parameters, isChosen: true })
    }
    const make = () => listOf(own, own.db, stamp, asked)
    await showKept(own, request, response, { path: LIST, stamp, parameters, robots, make })
  }

/** Cached queries use the process's handle, not `reader`: a leaving client must not cancel a shared statement. */
const listOf = async ({ db, cache }: SiteContext, reader: Db, stamp: DayStamp, asked: SearchFilter) => {
  const [found, known] = await Promise.all([
    searchList(reader, cache, stamp, asked),
    cache.getOrMake(stamp, 'authorities', () =>
      cache.inTurn(() => publicList.countByAuthority(db, stamp.day, AUTHORITIES_MOST)),
    ),
  ])
  return listPage({ asked, ...found, day: stamp.day, authorities: known.map(({ authority }) => authority) })
}

const wantsCsv = (request: Request): boolean => {
  const { format } = request.query
  if (format === 'csv') return true
  if (typeof format === 'string' && format !== '' && format !== 'html')
    throw new Refusal('INPUT_INVALID', {
      reason: '没有这种格式，只有 CSV 可用 there is no such format; csv is',
    })
  return request.accepts(['html', 'csv']) === 'csv'
}

const showEntry =
  (own: SiteContext): RequestHandler =>
  async (request, response) => {
    const { dbOf, nowOf } = own
    const given = String(request.params.id)
    const id = given.toLowerCase()
    if (!isUuid(id)) {
      const uuid = parseListingUuid(given)
      if (uuid === null) throw new Refusal('NOT_FOUND')
      return response.redirect(301, addressInLanguage(`${LIST}/${uuid}`, {}, languageOf(request)))
    }
    response.set('X-Robots-Tag', UNFOUND)
    const entry = await own.entry(id)
    const page = pageOf(own, entry, { today: shanghaiDate(nowOf(request)), base: baseUrlOf(own, request) })
    if (page !== null) return sendPage(own, request, response, page)
    if (!(await restored.mayPublishList(dbOf(request)))) throw new Refusal('LIST_WITHHELD')
    // An entry that was never public answers 404, not 410.
    const published = entry !== null || (await listings.wasPublished(dbOf(request), id))
    if (!published) throw new Refusal('NOT_FOUND')
    sendPage(own, request, response.status(410), endedEntryPage())
  }

const pageOf = (
  { rules }: SiteContext,
  entry: publicList.SignedEntry | null,
  { today, base }: { today: string; base: string },
): SitePage | null => {
  const body = entry?.body
  if (!entry || !body || body.publishedOn > today || (body.endsOn !== null && body.endsOn < today)) return null
  return entryPage({ entry, list: rules.lists.find(({ id }) => id === body.list), today, base })
}

const writtenEntry =
  (own: SiteContext): Parameters<typeof makeFastPath>[0]['entry'] =>
  async (id, { request, now, lang, encoding }) => {
    const page = pageOf(own, await own.entry(id), { today: shanghaiDate(now), base: baseUrlOf(own, request) })
    const here = { path: `/blacklist/${id}`, parameters: {} }
    return page && { ...renderCompressed(own, page, { lang, encoding, here }), robots: UNFOUND }
  }
