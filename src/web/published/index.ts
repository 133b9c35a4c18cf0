/** The list as data: /data/blacklist.{csv,jsonl,json,atom}, /data/manifest.jws and /data/delta. */
import { createHash } from 'node:crypto'
import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { FileSaid } from '../../domain/snapshot.js'
import type { Keys } from '../../keys.js'
import type { Log } from '../../log.js'
import type { Db } from '../../store/db.js'
import * as snapshots from '../../store/snapshots.js'
import { manifestOf } from '../../work/publish.js'
import { atom, FEED_CHANGES } from '../../work/publish-atom.js'
import { ATOM, type FileForm, FORMS } from '../../work/publish-files.js'
import type { Bounds } from '../bounded.js'
import { baseOf, show } from '../show.js'
import { type Current, type ListNow, listNow } from './current.js'
import { deltaOf } from './delta.js'
import { dataPage } from './page.js'
import { represent } from './represented.js'

export interface DataParts {
  /** The database, for a request: its statements are its own. */
  dbOf: (request: Request) => Db
  keys: Pick<Keys, 'manifests'>
  log: Log
  demo: boolean
  /** How long a reader of a file may take nothing of it, milliseconds. */
  slowMs?: number
  /** Where the site is, as its operator says; absent: where the reader asks. */
  publicUrl?: string
  /** Publishes at once: the next answer must not hold what has left the list. */
  publish: () => Promise<unknown>
  nowOf: (request: Request) => Date
}

/** Longest time for which a copy may be used without asking, seconds: so long may a removal go unseen behind a cache. */
const FRESH_SECONDS = 60
/** Entries read from the database at a time. */
const STEP_ENTRIES = 500

export const data = (parts: DataParts): Router => {
  const router = Router()
  const now = listNow(parts)
  const routes: Record<string, RequestHandler> = {
    '/data/manifest.jws': manifest(parts, now),
    '/data/delta': delta(parts, now),
  }
  for (const form of FORMS) routes[form.path] = file(parts, now, form)
  routes[ATOM.path] = feed(parts, now)
  routes['/data'] = async (request, response) => {
    const instant = parts.nowOf(request)
    const list = await now(parts.dbOf(request), instant, response, itself)
    const { snapshot, signed } = list
    show(parts, request, response, dataPage({ snapshot, signed, base: baseOf(parts, request) }), {
      freshFor: freshFor(list, instant),
    })
  }
  for (const [path, answer] of Object.entries(routes)) {
    router.get(path, answer)
    router.all(path, onlyRead)
  }
  return router
}

/** Files are sent with no transaction open: one that is forgotten meanwhile breaks off. */
const itself = async (_: unknown, list: Current): Promise<Current> => list

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

/** Whatever is sent past the end of its manifest names somebody who has left the list by then. */
const boundsOf = ({ signed }: Current, now: Date, slowMs: number | undefined): Bounds => ({
  goodMs: Math.max(0, signed.validUntil.getTime() - now.getTime()),
  stalledMs: slowMs,
})

const freshFor = ({ signed }: Current, now: Date): number =>
  Math.max(0, Math.min(FRESH_SECONDS, Math.floor((signed.validUntil.getTime() - now.getTime()) / 1000)))

const manifest =
  ({ dbOf, nowOf, log, slowMs }: DataParts, listAt: ListNow): RequestHandler =>
  async (request, response) => {
    const list = await listAt(dbOf(request), nowOf(request), response, itself)
    const bytes = Buffer.from(list.signed.jws)
    await represent(request, response, {
      ...said(bytes),
      type: 'application/jose',
      freshFor: freshFor(list, nowOf(request)),
      bounds: boundsOf(list, nowOf(request), slowMs),
      saveAs: null,
      broke: brokenIn(log),
      parts: () => once(bytes),
    })
  }

const file =
  ({ dbOf, log, nowOf, slowMs }: DataParts, listAt: ListNow, form: FileForm): RequestHandler =>
  async (request, response) => {
    const list = await listAt(dbOf(request), nowOf(request), response, itself)
    await represent(request, response, {
      ...promisedOf(list, form.path),
      type: form.type,
      freshFor: freshFor(list, nowOf(request)),
      bounds: boundsOf(list, nowOf(request), slowMs),
      saveAs: form.path.endsWith('.csv') ? `blacklist-${list.snapshot.sequence}.csv` : null,
      broke: brokenIn(log),
      parts: () => partsOf(dbOf(request), list.snapshot, form),
    })
  }

const promisedOf = ({ files }: Current, path: string): FileSaid => {
  const found = files.find((one) => one.path === path)
  if (found === undefined) throw new Error(`the snapshot has no ${path}`)
  return found
}

/** A step at a time, with no transaction open while a slow reader reads. */
async function* partsOf(db: Db, snapshot: snapshots.Snapshot, form: FileForm): AsyncGenerator<Buffer> {
  const head = form.head(snapshot)
  if (head !== '') yield Buffer.from(head)
  let first = true
  for await (const lines of snapshots.lines(db, snapshot.sequence, STEP_ENTRIES)) {
    let text = ''
    for (const { line } of lines) {
      if (line === null) throw new Error('an entry was removed while the file was sent')
      text += form.entry(line, first)
      first = false
    }
    yield Buffer.from(text)
  }
  if (form.tail !== '') yield Buffer.from(form.tail)
}

const feed =
  ({ dbOf, log, nowOf, slowMs }: DataParts, listAt: ListNow): RequestHandler =>
  async (request, response) => {
    const list = await listAt(dbOf(request), nowOf(request), response, itself)
    const parts = async function* () {
      yield Buffer.from(
        atom(list.snapshot, await snapshots.latestChanges(dbOf(request), list.snapshot.sequence, FEED_CHANGES)),
      )
    }
    await represent(request, response, {
      ...promisedOf(list, ATOM.path),
      type: ATOM.type,
      freshFor: freshFor(list, nowOf(request)),
      bounds: boundsOf(list, nowOf(request), slowMs),
      saveAs: null,
      broke: brokenIn(log),
      parts,
    })
  }

const delta =
  ({ dbOf, keys, log, nowOf, slowMs }: DataParts, listAt: ListNow): RequestHandler =>
  async (request, response) => {
    const now = nowOf(request)
    const { list, made } = await listAt(dbOf(request), now, response, async (tx, list) => ({
      list,
      made: await deltaOf(tx, list.snapshot, request.query['since']),
    }))
    if ('refused' in made) return problem(response.set('Link', `<${FORMS[2]?.path}>; rel="alternate"`), made.refused)
    const bytes = Buffer.from(made.text)
    const path = `/data/delta?since=${made.from}`
    const one = { path, ...said(bytes), entries: made.entries }
    const { jws } = keys.manifests.sign(JSON.stringify(manifestOf(list.snapshot, list.signed.validUntil, [one])))
    response.set('Manifest-JWS', jws)
    await represent(request, response, {
      ...one,
      type: 'application/json; charset=utf-8',
      freshFor: freshFor(list, now),
      bounds: boundsOf(list, now, slowMs),
      saveAs: null,
      broke: brokenIn(log),
      parts: () => once(bytes),
    })
  }

/** A removal in the midst of it breaks an answer off, as it should; whatever else does is found here. */
const brokenIn =
  (log: Log) =>
  (error: unknown): void =>
    log.warn({ err: error }, 'a file broke off while it was sent')

const said = (bytes: Buffer): { sha256: string; bytes: number } => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.length,
})

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}
