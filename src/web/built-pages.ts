import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { Refusal } from '../foundation/errors.js'
import { DOCUMENT_STYLE_CSP_SOURCE } from './document/page.js'

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

interface PagePolicy {
  style: string
  font: string
  form: string
}

const placesOf = (page: string): string[] =>
  [`../../dist/web/${page}/`, `../../web/${page}/`].map((path) => fileURLToPath(new URL(path, import.meta.url)))

const RENAMED_DESK_PAGES: Readonly<Record<string, string>> = {
  '/overrules': '/overrides',
  '/administration/trail': '/administration/audit-log',
}

/** The desk's CSP also allows the style of framed documents. */
export const deskPagesRouter = (session: (request: Request) => Promise<object | null>): Router => {
  const places = placesOf('desk')
  const router = Router()
  router.get('/assets/:name', sendAsset(places))
  router.get('/{*path}', async (request, response) => {
    const renamed = RENAMED_DESK_PAGES[request.path.replace(/\/$/, '')]
    const { search } = new URL(request.url, 'http://desk')
    if (renamed !== undefined) return response.redirect(301, `${request.baseUrl}${renamed}${search}`)
    const signedIn = JSON.stringify(await session(request))
    const page = pageIn(places)
      // `<` is escaped: only `</script` and `<!--` are syntax within a script element.
      .replace('id="session">null<', () => `id="session">${signedIn.replaceAll('<', '\\u003c')}<`)
    sendPage(response, page, { style: ` ${DOCUMENT_STYLE_CSP_SOURCE}`, font: "'self'", form: "'self'" })
  })
  return router
}

/** GraphiQL's fonts are `data:` URLs, which its CSP must allow. */
export const graphiqlRouter = (mayBeSignedIn: (request: Request) => boolean, places = placesOf('graphiql')): Router => {
  const router = Router()
  router.use('/graphql', (request, response) => {
    const page = pageIn(places).replace('%SESSION%', String(mayBeSignedIn(request)))
    sendPage(response, page, { style: '', font: "'self' data:", form: "'none'" })
  })
  router.get('/graphiql/assets/:name', sendAsset(places))
  return router
}

const folderOf = (places: readonly string[]): string => {
  const found = places.find((path) => existsSync(`${path}index.html`))
  if (found === undefined) throw new Error('the desk or GraphiQL is not built: npm run build')
  return found
}

const pageIn = (places: readonly string[]): string => readFileSync(`${folderOf(places)}index.html`, 'utf8')

const sendPage = (response: Response, page: string, { style, font, form }: PagePolicy): void => {
  const nonce = randomBytes(NONCE_BYTES).toString('base64')
  const policy = `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'${style}; img-src 'self' data:; font-src ${font}; connect-src 'self'; form-action ${form}; base-uri 'none'; frame-ancestors 'none'`
  response.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' })
  response.type('html').send(page.replaceAll('%NONCE%', nonce))
}

const sendAsset =
  (places: readonly string[]): RequestHandler =>
  async (request, response) => {
    const name = String(request.params['name'])
    const [, kind = ''] = NAME.exec(name) ?? []
    const path = `${folderOf(places)}assets/${name}`
    if (kind === '' || !existsSync(path)) throw new Refusal('NOT_FOUND')
    const coding = CODINGS.find(([one, suffix]) => request.acceptsEncodings(one) === one && existsSync(path + suffix))
    response.set({
      'Content-Type': TYPES[kind] ?? 'application/octet-stream',
      'Cache-Control': `public, max-age=${FOREVER}, immutable`,
      Vary: 'Accept-Encoding',
      ...(coding && { 'Content-Encoding': coding[0] }),
    })
    response.end(await readFile(path + (coding?.[1] ?? '')))
  }
