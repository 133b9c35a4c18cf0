/** A page made for one reader: in the language asked for, with its way to the other one. */
import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import { answer, type Encoding, encodingOf, freshFor, type Packed, pack } from './compression.js'
import type { Lang } from './html.js'
import { type Framed, type Page, render } from './page.js'

interface Shows {
  demo: boolean
  /** Where the site is, as its operator says; absent: where the reader asks. */
  publicUrl?: string
  nowOf: (request: Request) => Date
}

interface Showing {
  /** Of its address, the language left out. */
  parameters?: Record<string, string>
  /** See Packed. */
  isChosen?: boolean
  /** Seconds for which a copy may be used without asking, where that is less than for other pages. */
  freshFor?: number
}

/** Said in the address alone: what a browser prefers changes no page, so that all who have a link see the same. */
export const langOf = ({ query }: Pick<Request, 'query'>): Lang => (query['lang'] === 'en' ? 'en' : 'zh')

const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:]+\](?::\d{1,5})?$/
/** A port that was left to the system is known to whoever asks there. */
const ANY_PORT = /:0$/

/** Where the commands of a page ask. */
export const baseOf = (
  { publicUrl }: Pick<Shows, 'publicUrl'>,
  { headers }: Pick<IncomingMessage, 'headers'>,
): string => {
  if (publicUrl !== undefined && !ANY_PORT.test(publicUrl)) return publicUrl.replace(/\/$/, '')
  return `http://${HOST.test(headers.host ?? '') ? headers.host : 'localhost'}`
}

/** A page that is packed, and what search engines are told of it. */
export interface Written extends Packed {
  robots: string
}

/** For one reader. */
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
