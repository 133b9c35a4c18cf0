import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { type Request, type Response, Router } from 'express'
import { Refusal } from '../foundation/errors.js'

const PLACES = ['../../dist/web/graphiql/', '../../web/graphiql/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)
const NONCE_BYTES = 18
/** A year, in seconds. */
const FOREVER = 31_536_000
const NAME = /^[\w-]+\.(js|css)$/
const TYPES: Record<string, string> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' }

/** Fonts and icons are `data:` URLs. */
const policyWith = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const folderOf = (places: readonly string[]): string => {
  const found = places.find((path) => existsSync(`${path}index.html`))
  if (found === undefined) throw new Error('GraphiQL is not built: npm run build')
  return found
}

export const graphiqlRouter = (mayBeSignedIn: (request: Request) => boolean, places = PLACES): Router => {
  const router = Router()
  router.use('/graphql', (request, response) => sendPage(response, mayBeSignedIn(request), folderOf(places)))
  router.get('/graphiql/assets/:name', (request, response) => sendFile(request, response, folderOf(places)))
  return router
}

const sendPage = (response: ServerResponse, mayBeSignedIn: boolean, folder: string): void => {
  const nonce = randomBytes(NONCE_BYTES).toString('base64')
  const page = readFileSync(`${folder}index.html`, 'utf8')
    .replace('%NONCE%', nonce)
    .replace('%SESSION%', String(mayBeSignedIn))
  response
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policyWith(nonce),
      'Cache-Control': 'no-store',
      'X-Robots-Tag': 'noindex',
      'Cross-Origin-Opener-Policy': 'same-origin',
    })
    .end(page)
}

const sendFile = (request: Request, response: Response, folder: string): void => {
  const name = String(request.params['name'])
  const [, kind = ''] = NAME.exec(name) ?? []
  const path = kind === '' ? '' : `${folder}assets/${name}`
  if (path === '' || !existsSync(path)) throw new Refusal('NOT_FOUND')
  response.set('Cache-Control', `public, max-age=${FOREVER}, immutable`)
  response.set('Content-Type', TYPES[kind] ?? 'application/octet-stream')
  response.end(readFileSync(path))
}
