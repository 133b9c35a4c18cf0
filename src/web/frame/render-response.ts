import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import { answer, type Encoding, encodingOf, freshFor, type Packed, pack } from './compression.js'
import type { Lang } from './html.js'
import { type Framed, type Page, render } from './page.js'

interface Shows {
  demo: boolean
  /** The request's host when absent. */
  publicUrl?: string
  nowOf: (request: Request) => Date
}

interface Showing {
  /** Without the language. */
  parameters?: Record<string, string>
  isChosen?: boolean
  /** Lowers `max-age`, seconds. */
  freshFor?: number
}

/** Ignores Accept-Language, so that a link shows everyone the same page. */
export const langOf = ({ query }: Pick<Request, 'query'>): Lang => (query['lang'] === 'en' ? 'en' : 'zh')

const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:]+\](?::\d{1,5})?$/
/** Port 0 was chosen by the system, so the Host header counts. */
const ANY_PORT = /:0$/

export const baseOf = (
  { publicUrl }: Pick<Shows, 'publicUrl'>,
  { headers }: Pick<IncomingMessage, 'headers'>,
): string => {
  if (publicUrl !== undefined && !ANY_PORT.test(publicUrl)) return publicUrl.replace(/\/$/, '')
  return `http://${HOST.test(headers.host ?? '') ? headers.host : 'localhost'}`
}

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
