import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import type { SiteIdentity } from '../../domain/office/settings.js'
import {
  type CompressedPage,
  chooseEncoding,
  compressPage,
  maxAgeSeconds,
  type PageEncoding,
  sendCompressed,
} from './compression.js'
import type { Lang } from './html.js'
import { type FrameOptions, renderPage, type SitePage } from './page.js'
import { themeOf } from './theme.js'

export interface SiteOffice {
  site: () => SiteIdentity
  revision: () => number
  onTrial: () => boolean
}

interface RenderDependencies {
  demo: boolean
  office: SiteOffice
  /** The request's host if absent. */
  publicUrl?: string
  nowOf: (request: Request) => Date
}

interface RenderOptions {
  parameters?: Record<string, string>
  isChosen?: boolean
  /** Upper bound of `max-age`, in seconds. */
  freshFor?: number
}

/** Ignores Accept-Language, so a link shows everyone the same page. */
export const languageOf = ({ query }: Pick<Request, 'query'>): Lang => (query['lang'] === 'en' ? 'en' : 'zh')

const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:]+\](?::\d{1,5})?$/
/** Port 0 means any free port: only the Host header tells which. */
const ANY_PORT = /:0$/

export const baseUrlOf = (
  { publicUrl }: Pick<RenderDependencies, 'publicUrl'>,
  { headers }: Pick<IncomingMessage, 'headers'>,
): string => {
  if (publicUrl !== undefined && !ANY_PORT.test(publicUrl)) return publicUrl.replace(/\/$/, '')
  return `http://${HOST.test(headers.host ?? '') ? headers.host : 'localhost'}`
}

export interface RenderedPage extends CompressedPage {
  robots: string
}

export const framedBy = (office: Pick<SiteOffice, 'site' | 'onTrial'>): Pick<FrameOptions, 'site' | 'trial'> => ({
  site: office.site(),
  trial: office.onTrial(),
})

export const renderCompressed = (
  { demo, office }: Pick<RenderDependencies, 'demo' | 'office'>,
  page: SitePage,
  { encoding, ...framed }: Required<Pick<FrameOptions, 'lang' | 'here'>> & FrameOptions & { encoding: PageEncoding },
): CompressedPage => compressPage(renderPage(page, { demo, ...framedBy(office), ...framed }), encoding, 'once')

/** Not compressed: such a page mixes somebody's own data with other text (BREACH). */
export const renderUncompressed = (
  { demo, office }: { demo: boolean; office: Pick<SiteOffice, 'site' | 'onTrial'> },
  request: Pick<Request, 'query'>,
  page: SitePage,
  here: FrameOptions['here'] = null,
): string => renderPage(page, { demo, ...framedBy(office), lang: languageOf(request), theme: themeOf(request), here })

export const sendPage = (
  { demo, office, nowOf }: Pick<RenderDependencies, 'demo' | 'office' | 'nowOf'>,
  request: Request,
  response: Response,
  page: SitePage,
  { parameters = {}, isChosen = false, freshFor: given = Number.POSITIVE_INFINITY }: RenderOptions = {},
): void => {
  const here = { path: request.path, parameters }
  const packed = renderCompressed({ demo, office }, page, {
    lang: languageOf(request),
    theme: themeOf(request),
    encoding: chooseEncoding(request),
    here,
  })
  sendCompressed(request, response, Math.min(given, maxAgeSeconds(nowOf(request))), { ...packed, isChosen })
}
