/** The public's clues. Nothing of what is sent is logged; an address only counts in memory. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import { refuseCrossSite } from '../api/request/cookies.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { makeRateLimit, type RateLimit } from '../api/request/rate-limit.js'
import { getRequestContext } from '../api/request/request-context.js'
import { makeBodyReceiver } from '../api/v1/receive-body.js'
import { isUuid } from '../domain/listing/listing.js'
import { CLUE_FIELDS, CLUE_PICTURE_BYTES_MOST, CLUE_PICTURES_MOST } from '../domain/matters/public-clues.js'
import { isRefusal, Refusal } from '../foundation/errors.js'
import { LRUCache } from '../foundation/lru.js'
import { CLUE_PATH, CLUE_STATE_PATH, cluePage, clueReceiptPage, clueStatePage } from '../web/clue/page.js'
import { parseForm, rawFormBody, type SubmittedForm } from '../web/frame/forms.js'
import type { SitePage } from '../web/frame/page.js'
import { languageOf, renderUncompressed } from '../web/frame/render-response.js'
import { themeOf } from '../web/frame/theme.js'
import { readClueChannel, readClueState, sendClue } from '../work/matters/clues.js'
import { readMatterKinds } from '../work/matters/kinds.js'

const TEXT_BYTES = 256 * 1024
const CLUE_BYTES_MOST = CLUE_PICTURES_MOST * CLUE_PICTURE_BYTES_MOST + TEXT_BYTES
const ARRIVING_BYTES_MOST = 4 * CLUE_BYTES_MOST
const ARRIVING_OF_ADDRESS_MOST = 2
const CODE_BYTES = 4 * 1024
const REFUSALS_KEPT_MOST = 100
/** Bodies that arrive at one time, however slowly. */
const ARRIVING_MOST = 40
const STALLED_MS = 15_000
/** A body that takes longer is cut off: 25 MB at 1 Mbit/s take 200 seconds. */
const ARRIVAL_MS_MOST = 5 * 60_000

const CLUE_LIMIT = { overall: { most: 60, everyMs: 30_000 }, each: [{ most: 10, everyMs: 5 * 60_000 }] }
/** Wrong codes; newcomers as for access codes (`rate-limit.ts`). */
const CODE_LIMIT = { newcomers: true, overall: { most: 300, everyMs: 500 }, each: [{ most: 20, everyMs: 30_000 }] }

export const makeClueSite = (parts: ApiDependencies) => {
  const limit = makeRateLimit(CLUE_LIMIT)
  const routes = Router()
  routes.use(CLUE_PATH, privately)
  addFormRoutes(routes, parts, limit)
  addStateRoutes(routes, parts)
  return { routes, refuseFast: makeFastRefusal(parts, limit) }
}

/** Cached pages ahead of express. True when answered. */
const makeFastRefusal = (parts: ApiDependencies, limit: RateLimit) => {
  const pages = new LRUCache<string, string[]>({ max: REFUSALS_KEPT_MOST })
  const render = (query: Record<string, string>, retryAfter: number): string[] => {
    const reference = randomUUID()
    const { message } = new Refusal('TOO_MANY_REQUESTS', { retryAfter })
    const page = formPage({ texts: new Map([['reference', reference]]), files: [] }, message)
    return renderUncompressed(parts, { query }, page).split(reference)
  }
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const { url, address, now, refused } = getRequestContext(request)
    if (request.method !== 'POST' || url.pathname !== CLUE_PATH) return false
    const retryAfter = limit.secondsToWait([address], now)
    if (retryAfter === 0) return false
    const query = Object.fromEntries(url.searchParams)
    const key = [languageOf({ query }), themeOf({ query }), parts.office.revision(), retryAfter].join(' ')
    const page = pages.get(key) ?? render(query, retryAfter)
    pages.set(key, page)
    refused.push('TOO_MANY_REQUESTS')
    request.resume()
    response.statusCode = 429
    for (const [name, value] of Object.entries({ ...REFUSED, 'Retry-After': retryAfter }))
      response.setHeader(name, value)
    response.end(page.join(randomUUID()))
    return true
  }
}

type PageSender = (response: Response, page: SitePage) => void

const makePageSender =
  (parts: ApiDependencies): PageSender =>
  (response, page) => {
    const { req: request } = response
    const here = request.method === 'GET' ? { path: request.path, parameters: {} } : null
    response.type('html').end(renderUncompressed(parts, request, page, here))
  }

/** Refusals about what was written leave no line with an address. */
const sendRefusal = (send: PageSender, response: Response, error: unknown, page: (message: string) => SitePage) => {
  if (!isRefusal(error)) throw error
  const { retryAfter } = error.details
  if (retryAfter !== undefined) {
    getRequestContext(response.req).refused.push(error.code)
    response.set('Retry-After', String(retryAfter))
  }
  if (!response.req.complete) {
    response.set('Connection', 'close')
    response.req.resume()
  }
  send(response.status(error.status), page(error.message))
}

const formPage = (form: SubmittedForm | null, refused: string | null): SitePage => {
  const channel = readClueChannel()
  const typed = form?.texts ?? new Map<string, string>()
  const kind = readMatterKinds().get(channel.kind) ?? { fields: {} }
  const pictured = form?.files.some(({ content }) => content.length > 0) ?? false
  return cluePage({ channel, kind, reference: referenceIn(typed), typed, refused, pictured })
}

const addFormRoutes = (router: Router, parts: ApiDependencies, limit: RateLimit): void => {
  const send = makePageSender(parts)
  const receive = makeClueReceiver((request) => {
    const { address, now } = getRequestContext(request)
    limit.take([address], now)
    return address
  })
  const receiveForm: RequestHandler = async (request, response, next) => {
    try {
      refuseCrossSite(request.headers)
      if (await receive(request, response)) next()
    } catch (error) {
      sendRefusal(send, response, error, (message) => formPage(null, message))
    }
  }
  const answer: RequestHandler = async (request, response) => {
    let form: SubmittedForm | null = null
    try {
      form = await parseForm(request)
      const { now } = getRequestContext(request)
      send(response.status(201), clueReceiptPage(await sendClue(parts, clueIn(form), now)))
    } catch (error) {
      sendRefusal(send, response, error, (message) => formPage(form, message))
    }
  }
  router.get(CLUE_PATH, (_request, response) => send(response, formPage(null, null)))
  router.post(CLUE_PATH, receiveForm, answer)
}

const addStateRoutes = (router: Router, parts: ApiDependencies): void => {
  const send = makePageSender(parts)
  const limit = makeRateLimit(CODE_LIMIT)
  const refuse = (response: Response, error: unknown): void =>
    sendRefusal(send, response, error, (message) => clueStatePage(null, message))
  const answer: RequestHandler = async (request, response) => {
    try {
      refuseCrossSite(request.headers)
      const { texts } = await parseForm(request)
      const { db, address } = getRequestContext(request)
      const giveBack = limit.take([address], parts.now())
      const state = await readClueState(db, parts.keys, texts.get('code') ?? '')
      giveBack()
      send(response, clueStatePage(state, null))
    } catch (error) {
      refuse(response, error)
    }
  }
  const unreadable: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    const { status } = (error ?? {}) as { status?: unknown }
    if (isRefusal(error) || response.headersSent || typeof status !== 'number' || status >= INTERNAL_FROM)
      return next(error)
    refuse(response, new Refusal('FORM_UNREADABLE'))
  }
  router.get(CLUE_STATE_PATH, (_request, response) => send(response, clueStatePage(null, null)))
  router.post(CLUE_STATE_PATH, rawFormBody(CODE_BYTES), answer, unreadable)
}

const INTERNAL_FROM = 500

/** With `no-referrer`, browsers send `Origin: null`, and forms cannot prove their origin. */
const PRIVATE = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' }

const REFUSED = { ...PRIVATE, 'Content-Type': 'text/html; charset=utf-8', Connection: 'close' }

const privately: RequestHandler = (_request, response, next) => {
  response.set(PRIVATE)
  next()
}

const makeClueReceiver = (admit: (request: Request) => string) => {
  const receive = makeBodyReceiver({
    most: CLUE_BYTES_MOST,
    mostOfAll: ARRIVING_BYTES_MOST,
    stalledMs: STALLED_MS,
    arrivingMost: ARRIVING_OF_ADDRESS_MOST,
  })
  let arriving = 0
  /** False when the sender left. */
  return async (request: Request, response: Response): Promise<boolean> => {
    const address = admit(request)
    if (arriving >= ARRIVING_MOST) throw new Refusal('TOO_MANY_REQUESTS', { retryAfter: ARRIVAL_MS_MOST / 1_000 })
    arriving += 1
    const late = setTimeout(() => request.destroy(), ARRIVAL_MS_MOST)
    try {
      const received = await receive(request, address)
      if (received === null) return false
      response.once('close', received.release)
      request.body = received.bytes
      return true
    } finally {
      clearTimeout(late)
      arriving -= 1
    }
  }
}

const referenceIn = (typed: ReadonlyMap<string, string>): string => {
  const given = typed.get('reference') ?? ''
  return isUuid(given) ? given : randomUUID()
}

const clueIn = ({ texts, files }: SubmittedForm) => ({
  reference: referenceIn(texts),
  fields: Object.fromEntries(
    CLUE_FIELDS.flatMap((name) => {
      const text = (texts.get(name) ?? '').trim()
      return text === '' ? [] : [[name, text]]
    }),
  ),
  contact: { name: (texts.get('name') ?? '').trim(), contact: (texts.get('contact') ?? '').trim() },
  pictures: files.map(({ content }) => content),
})
