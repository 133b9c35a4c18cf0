import { type Request, type RequestHandler, type Response, Router } from 'express'
import { isTrialManifest } from '../../domain/publication/snapshot.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { getProcessWideHandle } from '../../store/db/answer-pool.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as restored from '../../store/db/restored.js'
import * as snapshots from '../../store/publication/snapshots.js'
import { makeManifest } from '../../work/publication/publish.js'
import { FEED_CHANGES_MOST, writeAtomFeed } from '../../work/publication/publish-atom.js'
import { ATOM_FILE, FILE_FORMS } from '../../work/publication/publish-files.js'
import type { PublishedFiles } from '../../work/publication/published-files.js'
import { baseUrlOf, type SiteOffice, sendPage } from '../frame/render-response.js'
import { type ListInForce, makeListReader } from './current.js'
import { type DeltaRefusal, readDelta } from './delta.js'
import { makeDownloadLimits } from './downloads.js'
import { makeEditionReader, representEditionFile } from './edition.js'
import { dataPage } from './page.js'
import { encodeBody, makeBodyCache, type ServedBody, sendFile } from './represented.js'

export interface DataDependencies {
  dbOf: (request: Request) => Db
  keys: Pick<Keys, 'manifests'>
  log: Log
  demo: boolean
  office: SiteOffice
  slowMs?: number
  publicUrl?: string
  publish: () => Promise<unknown>
  nowOf: (request: Request) => Date
  files: PublishedFiles
  addressOf: (request: Request) => string
  waitMs?: number
}

/** Caches may serve a removed entry for this long. */
const FRESH_SECONDS = 60
const BODIES_MOST = 8

type Serving = ReturnType<typeof makeServing>

const makeServing = (parts: DataDependencies) => {
  const { dbOf, nowOf, log, slowMs } = parts
  const listAt = makeListReader(parts)
  const editionAt = makeEditionReader(parts, listAt)
  return {
    ...parts,
    listAt,
    editionFor: (request: Request, response: Response) => editionAt(dbOf(request), nowOf(request), response),
    bodies: makeBodyCache(BODIES_MOST),
    downloads: makeDownloadLimits(),
    send: (request: Request, response: Response, list: ListInForce, body: ServedBody): Promise<void> =>
      sendFile(request, response, {
        ...body,
        freshFor: freshFor(list, nowOf(request)),
        // Sending stops when the manifest expires: after that, entries may have expired.
        bounds: { goodMs: validMs(list, nowOf(request)), stalledMs: slowMs },
        broke: (error) => log.warn({ err: error }, 'a file broke off while it was sent'),
      }),
  }
}

export const dataRouter = (parts: DataDependencies): Router => {
  const router = Router()
  const serving = makeServing(parts)
  const routes: Record<string, RequestHandler> = {
    '/data': page(serving),
    '/data/manifest.jws': manifest(serving),
    '/data/delta': delta(serving),
    [ATOM_FILE.path]: feed(serving),
    ...Object.fromEntries(FILE_FORMS.map(({ path }, form) => [path, file(serving, form)])),
  }
  for (const [path, answer] of Object.entries(routes)) {
    router.get(path, answer)
    router.all(path, onlyRead)
  }
  return router
}

const onlyRead: RequestHandler = (_request, response) => {
  const detail = '此地址只接受 GET 和 HEAD。Only GET and HEAD are answered here.'
  const title = 'Method Not Allowed'
  problem(response.set('Allow', 'GET, HEAD'), { status: 405, code: 'METHOD_NOT_ALLOWED', title, detail })
}

const problem = (response: Response, { status, ...said }: DeltaRefusal['refused']): void => {
  response.status(status).set({ 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' })
  response.send(JSON.stringify({ type: 'about:blank', status, ...said }))
}

const validMs = ({ signed }: ListInForce, now: Date): number => Math.max(0, signed.validUntil.getTime() - now.getTime())

const freshFor = (list: ListInForce, now: Date): number =>
  Math.min(FRESH_SECONDS, Math.floor(validMs(list, now) / 1000))

const listOfReadyEdition = async (
  { editionFor }: Serving,
  request: Request,
  response: Response,
): Promise<ListInForce> => {
  const { list, held } = await editionFor(request, response)
  held.release()
  return list
}

const page =
  (serving: Serving): RequestHandler =>
  async (request, response) => {
    const list = await listOfReadyEdition(serving, request, response)
    const shown = dataPage(list, baseUrlOf(serving, request))
    sendPage(serving, request, response, shown, { freshFor: freshFor(list, serving.nowOf(request)) })
  }

const manifest =
  (serving: Serving): RequestHandler =>
  async (request, response) => {
    const list = await listOfReadyEdition(serving, request, response)
    const { jws } = list.signed
    const body = await serving.bodies(`manifest ${jws}`, async () => Buffer.from(jws))
    await serving.send(request, response, list, { ...body, type: 'application/jose', saveAs: null })
  }

const file =
  ({ dbOf, nowOf, addressOf, editionFor, downloads, send }: Serving, form: number): RequestHandler =>
  async (request, response) => {
    const end = downloads.begin(addressOf(request))
    try {
      const listed = await editionFor(request, response)
      try {
        const db = getProcessWideHandle(dbOf(request))
        await send(request, response, listed.list, representEditionFile(db, listed, form, shanghaiDate(nowOf(request))))
      } finally {
        listed.held.release()
      }
    } finally {
      end()
    }
  }

const feed =
  (serving: Serving): RequestHandler =>
  async (request, response) => {
    const list = await listOfReadyEdition(serving, request, response)
    const { snapshot, gone } = list
    const body = await serving.bodies(
      `feed ${snapshot.sequence} ${snapshot.hash} ${[...gone].sort().join()}`,
      async () => {
        const db = getProcessWideHandle(serving.dbOf(request))
        const changes = await snapshots.listLatestChanges(db, snapshot.sequence, FEED_CHANGES_MOST)
        const left = new Set(gone)
        const shown = changes.map((one) => (left.has(one.id) ? { ...one, line: null } : one))
        return Buffer.from(writeAtomFeed(snapshot, shown))
      },
    )
    await serving.send(request, response, list, { ...body, type: ATOM_FILE.type, saveAs: null })
  }

const delta =
  ({ dbOf, keys, nowOf, listAt, send }: Serving): RequestHandler =>
  async (request, response) => {
    const now = nowOf(request)
    const read = async (tx: Tx, list: ListInForce) => {
      const made = await readDelta(tx, list, { since: request.query['since'], today: shanghaiDate(now) })
      // A delta with removals only is sent even while the restore guard forbids listing.
      if ('text' in made && made.names > 0 && !(await restored.mayPublishList(tx))) throw new Refusal('LIST_WITHHELD')
      return { list, made }
    }
    const { list, made } = await listAt(dbOf(request), now, response, read, { namesNobody: true })
    if ('refused' in made)
      return problem(response.set('Link', `<${FILE_FORMS[2]?.path}>; rel="alternate"`), made.refused)
    const body = await encodeBody(Buffer.from(made.text))
    const path = `/data/delta?since=${made.from}`
    const one = { path, sha256: body.tag, bytes: body.bytes, entries: made.entries }
    const { validUntil, jws: whole } = list.signed
    const manifest = makeManifest(list.snapshot, validUntil, [one], { trial: isTrialManifest(whole) })
    const { jws } = keys.manifests.sign(JSON.stringify(manifest))
    response.set('Manifest-JWS', jws)
    await send(request, response, list, { ...body, type: 'application/json; charset=utf-8', saveAs: null })
  }
