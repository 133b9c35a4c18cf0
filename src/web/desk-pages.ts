/** Serves one page for all paths below /desk. Its CSP allows the style of framed documents too. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { Refusal } from '../foundation/errors.js'
import { DOCUMENT_STYLE } from './document/page.js'

const PLACES = ['../../dist/web/desk/', '../../web/desk/'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
const NONCE_BYTES = 18
/** A year, in seconds. */
const FOREVER = 31_536_000
const NAME = /^[\w.-]+\.(js|css|svg|woff2|map)$/
const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  map: 'application/json',
}
const CODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

const policyWith = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}' ${DOCUMENT_STYLE}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

export const deskPagesRouter = (session: (request: Request) => Promise<object | null>): Router => {
  const router = Router()
  router.get('/assets/:name', asset)
  router.get('/{*path}', page(session))
  return router
}

const folder = (): string => {
  const found = PLACES.find((path) => existsSync(`${path}index.html`))
  if (found === undefined) throw new Error('the desk is not built: npm run build')
  return found
}

const page =
  (session: (request: Request) => Promise<object | null>): RequestHandler =>
  async (request, response) => {
    const nonce = randomBytes(NONCE_BYTES).toString('base64')
    const signedIn = await session(request)
    const html = readFileSync(`${folder()}index.html`, 'utf8')
      .replace('%NONCE%', nonce)
      // `<` is escaped: only `</script` and `<!--` are syntax within a script element.
      .replace('id="session">null<', () => `id="session">${JSON.stringify(signedIn).replaceAll('<', '\\u003c')}<`)
    response.set({
      'Content-Security-Policy': policyWith(nonce),
      'Cache-Control': 'no-store',
      'X-Robots-Tag': 'noindex',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
    })
    response.type('html').send(html)
  }

const asset: RequestHandler = async (request, response) => {
  const name = String(request.params['name'])
  const [, kind = ''] = NAME.exec(name) ?? []
  const path = `${folder()}assets/${name}`
  if (kind === '' || !existsSync(path)) throw new Refusal('NOT_FOUND')
  const coding = CODINGS.find(([one, suffix]) => request.acceptsEncodings(one) === one && existsSync(path + suffix))
  response.set({
    'Content-Type': TYPES[kind] ?? 'application/octet-stream',
    'Cache-Control': `public, max-age=${FOREVER}, immutable`,
    Vary: 'Accept-Encoding',
    ...(coding && { 'Content-Encoding': coding[0] }),
  })
  await send(response, path + (coding?.[1] ?? ''))
}

const send = async (response: Response, path: string): Promise<void> => {
  response.end(await readFile(path))
}
