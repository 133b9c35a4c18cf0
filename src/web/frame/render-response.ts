/** Renders a page for one request, in the requested language. */
import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import { answer, type Encoding, encodingOf, freshFor, type Packed, pack } from './compression.js'
import type { Lang } from './html.js'
import { type Framed, type Page, render } from './page.js'

interface Shows {
  demo: boolean
  /** Public base URL from the settings. The request's host is used when absent. */
  publicUrl?: string
  nowOf: (request: Request) => Date
}

interface Showing {
  /** Query parameters without the language. */
  parameters?: Record<string, string>
  /** See Packed. */
  isChosen?: boolean
  /** Overrides `max-age`, seconds, if shorter than usual. */
  freshFor?: number
}

/**
 * Only the query string decides the language, so a link shows every reader the same page. Accept-Language is ignored.
 */
export const langOf = ({ query }: Pick<Request, 'query'>): Lang => (query['lang'] === 'en' ? 'en' : 'zh')

const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:]+\](?::\d{1,5})?$/
/** Port 0 means that the system chose the port, so the Host header must be used. */
const ANY_PORT = /:0$/

/** Base URL for the printed commands. */
export const baseOf = (
  { publicUrl }: Pick<Shows, 'publicUrl'>,
  { headers }: Pick<IncomingMessage, 'headers'>,
): string => {
  if (publicUrl !== undefined && !ANY_PORT.test(publicUrl)) return publicUrl.replace(/\/$/, '')
  return `http://${HOST.test(headers.host ?? '') ? headers.host : 'localhost'}`
}

/** A compressed page with its X-Robots-Tag. */
export interface Written extends Packed {
  robots: string
}

export const written = (
  { demo }: Pick<Shows, 'demo'>,
  page: Page,
  { encoding, ...framed }: Required<Pick<Framed, 'lang' | 'here'>> & { encoding: Encoding },
): Packed => pack(render(page, { demo, ...framed }), encoding, 'once')

export const show = (
  { demo, nowOf }: Pick<Shows, 'demo' | 'nowOf'>,
  request: Request,
  response: Response,
  page: Page,
  { parameters = {}, isChosen = false, freshFor: given = Number.POSITIVE_INFINITY }: Showing = {},
): void => {
  const here = { path: request.path, parameters }
  const packed = written({ demo }, page, { lang: langOf(request), encoding: encodingOf(request), here })
  answer(request, response, Math.min(given, freshFor(nowOf(request))), { ...packed, isChosen })
}
