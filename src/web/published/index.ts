/** Serves /data/blacklist.{csv,jsonl,json,atom}, /data/manifest.jws and /data/delta. */
import { type Request, type RequestHandler, type Response, Router } from 'express'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { processHandle } from '../../store/db/answer-pool.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as restored from '../../store/db/restored.js'
import * as snapshots from '../../store/publication/snapshots.js'
import { makeManifest } from '../../work/publication/publish.js'
import { FEED_CHANGES_MOST, writeAtomFeed } from '../../work/publication/publish-atom.js'
import { ATOM_FILE, FILE_FORMS, type FileForm } from '../../work/publication/publish-files.js'
import type { PublishedFiles } from '../../work/publication/published-files.js'
import { baseUrlOf, sendPage } from '../frame/render-response.js'
import type { TimeoutBounds } from '../frame/response-timeout.js'
import { type CurrentListReader, type ListInForce, makeListReader } from './current.js'
import { readDelta } from './delta.js'
import { type DownloadLimits, makeDownloadLimits } from './downloads.js'
import { type CurrentEditionReader, makeEditionReader, representEditionFile } from './edition.js'
import { dataPage } from './page.js'
import { type EncodedBody, encodedBodyOf, makeBodyCache, sendFile } from './represented.js'

export interface DataDependencies {
  dbOf: (request: Request) => Db
  keys: Pick<Keys, 'manifests'>
  log: Log
  demo: boolean
  slowMs?: number
  publicUrl?: string
  publish: () => Promise<unknown>
  nowOf: (request: Request) => Date
  files: PublishedFiles
  addressOf: (request: Request) => string
  waitMs?: number
}

type Serving = DataDependencies

interface DataSources {
  listAt: CurrentListReader
  editionAt: CurrentEditionReader
  bodies: (key: string, make: () => Promise<Buffer>) => Promise<EncodedBody>
  downloads: DownloadLimits
}

/** Caches may serve a removed entry for this long. */
const FRESH_SECONDS = 60
const BODIES_MOST = 8

export const dataRouter = (parts: DataDependencies): Router => {
  const router = Router()
  const listAt = makeListReader(parts)
  const reading: DataSources = {
    listAt,
    editionAt: makeEditionReader(parts, listAt),
    bodies: makeBodyCache(BODIES_MOST),
    downloads: makeDownloadLimits(),
  }
  const routes: Record<string, RequestHandler> = {
    '/data/manifest.jws': manifest(parts, reading),
    '/data/delta': delta(parts, reading),
  }
  for (const [at, form] of FILE_FORMS.entries()) routes[form.path] = file(parts, reading, at)
  routes[ATOM_FILE.path] = feed(parts, reading)
  routes['/data'] = async (request, response) => {
    const instant = parts.nowOf(request)
    const { list, held } = await reading.editionAt(parts.dbOf(request), instant, response)
    held.release()
    const { snapshot, signed } = list
    sendPage(parts, request, response, dataPage({ snapshot, signed, base: baseUrlOf(parts, request) }), {
      freshFor: freshFor(list, instant),
    })
  }
  for (const [path, answer] of Object.entries(routes)) {
    router.get(path, answer)
    router.all(path, onlyRead)
  }
  return router
}

const onlyRead: RequestHandler = (_request, response) => {
  const detail = '此地址只接受 GET 和 HEAD。Only GET and HEAD are answered here.'
  problem(response.set('Allow', 'GET, HEAD'), {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    title: 'Method Not Allowed',
    detail,
  })
}

const problem = (
  response: Response,
  { status, ...said }: { status: number; code: string; title: string; detail: string; snapshot?: string },
) => {
  response.status(status).set({ 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' })
  response.send(JSON.stringify({ type: 'about:blank', status, ...said }))
}

/** Sending stops when the manifest expires: after that, entries may have ended. */
const boundsOf = ({ signed }: ListInForce, now: Date, slowMs: number | undefined): TimeoutBounds => ({
  goodMs: Math.max(0, signed.validUntil.getTime() - now.getTime()),
  stalledMs: slowMs,
})

const freshFor = ({ signed }: ListInForce, now: Date): number =>
  Math.max(0, Math.min(FRESH_SECONDS, Math.floor((signed.validUntil.getTime() - now.getTime()) / 1000)))

const manifest =
  ({ dbOf, nowOf, log, slowMs }: Serving, { editionAt, bodies }: DataSources): RequestHandler =>
  async (request, response) => {
    const { list, held } = await editionAt(dbOf(request), nowOf(request), response)
    held.release()
    const { jws } = list.signed
    await sendFile(request, response, {
      ...(await bodies(`manifest ${jws}`, async () => Buffer.from(jws))),
      type: 'application/jose',
      freshFor: freshFor(list, nowOf(request)),
      bounds: boundsOf(list, nowOf(request), slowMs),
      saveAs: null,
      broke: logAbort(log),
    })
  }

const file =
  (
    { dbOf, log, nowOf, slowMs, addressOf }: Serving,
    { editionAt, downloads }: DataSources,
    form: number,
  ): RequestHandler =>
  async (request, response) => {
    const { path, type } = FILE_FORMS[form] as FileForm
    const end = downloads.begin(addressOf(request))
    try {
      const listed = await editionAt(dbOf(request), nowOf(request), response)
      const { list, held } = listed
      try {
        await sendFile(request, response, {
          ...representEditionFile(processHandle(dbOf(request)), listed, { form, today: shanghaiDate(nowOf(request)) }),
          type,
          freshFor: freshFor(list, nowOf(request)),
          bounds: boundsOf(list, nowOf(request), slowMs),
          saveAs: path.endsWith('.csv') ? `blacklist-${list.snapshot.sequence}.csv` : null,
          broke: logAbort(log),
        })
      } finally {
        held.release()
      }
    } finally {
      end()
    }
  }

const feed =
  ({ dbOf, log, nowOf, slowMs }: Serving, { editionAt, bodies }: DataSources): RequestHandler =>
  async (request, response) => {
    const { list, held } = await editionAt(dbOf(request), nowOf(request), response)
    held.release()
    const { snapshot, gone } = list
    const body = await bodies(`feed ${snapshot.sequence} ${snapshot.hash} ${[...gone].sort().join()}`, async () => {
      const left = new Set(gone)
      const changes = await snapshots.latestChanges(processHandle(dbOf(request)), snapshot.sequence, FEED_CHANGES_MOST)
      return Buffer.from(
        writeAtomFeed(
          snapshot,
          changes.map((one) => (left.has(one.id) ? { ...one, line: null } : one)),
        ),
      )
    })
    await sendFile(request, response, {
      ...body,
      type: ATOM_FILE.type,
      freshFor: freshFor(list, nowOf(request)),
      bounds: boundsOf(list, nowOf(request), slowMs),
      saveAs: null,
      broke: logAbort(log),
    })
  }

const delta =
  ({ dbOf, keys, log, nowOf, slowMs }: Serving, { listAt }: DataSources): RequestHandler =>
  async (request, response) => {
    const now = nowOf(request)
    const read = async (tx: Tx, list: ListInForce) => {
      const made = await readDelta(tx, list, { since: request.query['since'], today: shanghaiDate(now) })
      // A delta with removals only is sent even while the restore guard forbids listing.
      if ('text' in made && made.names > 0 && !(await restored.mayList(tx))) throw new Refusal('LIST_WITHHELD')
      return { list, made }
    }
    const { list, made } = await listAt(dbOf(request), now, response, read, { namesNobody: true })
    if ('refused' in made)
      return problem(response.set('Link', `<${FILE_FORMS[2]?.path}>; rel="alternate"`), made.refused)
    const { sha256, ...body } = await encodedBodyOf(Buffer.from(made.text))
    const one = { path: `/data/delta?since=${made.from}`, sha256, bytes: body.bytes, entries: made.entries }
    const { jws } = keys.manifests.sign(JSON.stringify(makeManifest(list.snapshot, list.signed.validUntil, [one])))
    response.set('Manifest-JWS', jws)
    await sendFile(request, response, {
      ...body,
      type: 'application/json; charset=utf-8',
      freshFor: freshFor(list, now),
      bounds: boundsOf(list, now, slowMs),
      saveAs: null,
      broke: logAbort(log),
    })
  }

const logAbort =
  (log: Log) =>
  (error: unknown): void =>
    log.warn({ err: error }, 'a file broke off while it was sent')
