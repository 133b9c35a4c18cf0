/** The public site: server-rendered pages that need no script and keep nothing of their readers. */
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { dateIn, isDate, secondsLeftIn } from '../domain/dates.js'
import type { ListKind } from '../domain/lists.js'
import { Refusal } from '../errors.js'
import type { Db } from '../store/db.js'
import * as listings from '../store/listings.js'
import { endedPage, entryPage, frontPage, listPage } from './blacklist.js'
import { type Page, render } from './page.js'
import { scorecards } from './scorecard-routes.js'
import { STYLE } from './style.js'

export interface SiteParts {
  /** The database, for a request: its statements are its own. */
  dbOf: (request: Request) => Db
  rules: { lists: readonly ListKind[] }
  demo: boolean
  /** The instant of a request. */
  nowOf: (request: Request) => Date
}

/** Entries on one page. */
const PAGE_ENTRIES = 50
/** Longest name looked for, characters. */
const NAME_LONGEST = 100
const PUBLIC_SECONDS = 60
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const site = (parts: SiteParts): Router => {
  const router = Router()
  router.get('/', (request, response) => send(parts, request, response, frontPage()))
  router.get('/blacklist', showList(parts))
  router.get('/blacklist/:id', showEntry(parts))
  router.use(scorecards(parts, (request, response, page) => send(parts, request, response, page)))
  router.get('/favicon.ico', (_request, response) => void response.status(204).end())
  router.get('/site.css', (_request, response) => {
    response.set('Cache-Control', `public, max-age=${PUBLIC_SECONDS}`).type('css').send(STYLE)
  })
  return router
}

/** Not past midnight, when entries end: as with the files, a copy kept so long names nobody who has left the list by then. */
const send = ({ demo, nowOf }: SiteParts, request: Request, response: Response, page: Page): void => {
  const fresh = Math.min(PUBLIC_SECONDS, secondsLeftIn(nowOf(request)))
  response.set('Cache-Control', `public, max-age=${fresh}, must-revalidate`).type('html').send(render(page, { demo }))
}

const showList =
  (parts: SiteParts): RequestHandler =>
  async (request, response) => {
    const { dbOf, nowOf } = parts
    const db = dbOf(request)
    const day = dateIn(nowOf(request))
    const name = textOf(request.query.name).trim().slice(0, NAME_LONGEST)
    const filter = { name: name || null, days: { asOf: day, today: day } }
    const page = { first: PAGE_ENTRIES + 1, after: afterOf(textOf(request.query.after)) }
    const [found, total] = await Promise.all([
      listings.publicEntries(db, filter, page),
      listings.publicCount(db, filter),
    ])
    const entries = found.slice(0, PAGE_ENTRIES)
    const last = found.length > PAGE_ENTRIES ? entries.at(-1) : undefined
    send(
      parts,
      request,
      response,
      listPage({ entries, total, name, day, next: last ? `${last.publishedOn}_${last.id}` : null }),
    )
  }

/** A text with a NUL is no text to PostgreSQL. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value.replaceAll('\0', '') : '')

const afterOf = (text: string): { publishedOn: string; id: string } | null => {
  if (text === '') return null
  const [publishedOn = '', id = ''] = text.split('_')
  if (isDate(publishedOn) && UUID.test(id)) return { publishedOn, id }
  throw new Refusal('INPUT_INVALID', { reason: '没有这一页 there is no such page' })
}

const showEntry =
  (parts: SiteParts): RequestHandler =>
  async (request, response) => {
    const { dbOf, rules, nowOf } = parts
    const db = dbOf(request)
    const id = String(request.params.id).toLowerCase()
    if (!UUID.test(id)) throw new Refusal('NOT_FOUND')
    const day = dateIn(nowOf(request))
    response.set('X-Robots-Tag', 'noindex, noarchive')
    const entry = await listings.publicEntry(db, id)
    if (entry && entry.publishedOn <= day && (entry.endsOn === null || entry.endsOn > day)) {
      return send(
        parts,
        request,
        response,
        entryPage(
          entry,
          rules.lists.find((list) => list.id === entry.list),
        ),
      )
    }
    // What was never public has never been here.
    const published = entry !== null || (await listings.wasPublished(db, id))
    if (!published) throw new Refusal('NOT_FOUND')
    send(parts, request, response.status(410), endedPage())
  }
