/**
 * The desk as it was built (src/web/desk, by Vite into dist/web/desk): one page for every address below /desk, and its files,
 * which have their content in their names and are sent as they were compressed at build. The page brings who is signed in, and
 * under a policy of its own: scripts are files of this host, and styles those, what bears this answer's nonce, and that of the
 * documents of a listing, which it shows in frames.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { DOCUMENT_STYLE } from '../domain/listing/documents-page.js'
import { Refusal } from '../foundation/errors.js'

/** dist/web/desk, seen from src/web and from dist/src/web. */
const PLACES = ['../../dist/web/desk/', '../../web/desk/'].map((path) => fileURLToPath(new URL(path, import.meta.url)))
const NONCE_BYTES = 18
/** A year, seconds: another content has another name. */
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

/** `session`: what the page is told of who is signed in; null: nobody. */
export const deskPages = (session: (request: Request) => Promise<object | null>): Router => {
  const router = Router()
  router.get('/assets/:name', asset)
  router.get('/{*path}', page(session))
  return router
}

const folder = (): string => {
  const found = PLACES.find((path) => existsSync(`${path}index.html`))
  // Only where somebody has taken dist/ away, or has never built.
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
      // Within a script element only its end tag, and what opens a comment, would be read as HTML.
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
