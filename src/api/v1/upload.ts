/** The file is never written to disk, because it may hold ID numbers. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Request } from 'express'
import type { AgencyFeed } from '../../agencies/feed.js'
import { may, mayOnFeed, type Viewer } from '../../domain/access/viewer.js'
import { cleanFileName, redactIdNumbers } from '../../domain/records/privacy.js'
import { INTERNAL_ERROR, isRefusal, Refusal, reasonOf } from '../../foundation/errors.js'
import { isDate } from '../../foundation/time/dates.js'
import * as feedHealth from '../../store/intake/feed-health.js'
import { previewUpload } from '../../work/intake/upload-preview.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { requireSignedIn } from '../request/viewer.js'
import { type AdmittedHandler, type AdmittedRequest, readParameters } from './admitted-request.js'
import { makeSlottedReceiver, makeTooLargeRefusal, makeUploadSlots, type ReceivedBody } from './receive-body.js'

/** Reads the query or Content-Disposition (RFC 6266). */
const uploadedFileName = (
  named: string | undefined,
  disposition: string | undefined,
  pseudonymOf: (id: string) => string,
) => cleanFileName(named ?? inDisposition(disposition ?? '') ?? '', pseudonymOf)

const inDisposition = (header: string): string | null => {
  const [, encoded] = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header) ?? []
  if (encoded !== undefined) {
    try {
      return decodeURIComponent(encoded)
    } catch {
      // An undecodable `filename*` is ignored; the plain `filename` is read.
    }
  }
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header) ?? []
  const plain = quoted?.replace(/\\(.)/g, '$1') ?? token
  return plain === undefined ? null : Buffer.from(plain, 'latin1').toString('utf8')
}

export const UPLOAD_BYTES_MOST = 64 * 1024 * 1024
/** Few uploads may run at once, because they are held in memory. */
const UPLOADS_MOST = 2
const UPLOADS_OF_ONE = UPLOADS_MOST - 1
const ARRIVING_BYTES = UPLOADS_MOST * UPLOAD_BYTES_MOST
const TAKE_IN_MS = 600_000

const PARAMETERS = ['dated', 'full', 'reader', 'name', 'preview'] as const

const unpacked = promisify(gunzip)

interface UploadRun {
  run?: number
  rejects?: string
}

export class UploadError extends Error {
  constructor(
    readonly error: unknown,
    readonly found: UploadRun,
  ) {
    super('not taken in')
  }
}

export const makeUploadHandler = (): AdmittedHandler => {
  const receiveInSlot = makeSlottedReceiver(
    { most: UPLOAD_BYTES_MOST, mostOfAll: ARRIVING_BYTES },
    makeUploadSlots(UPLOADS_MOST, UPLOADS_OF_ONE),
  )
  return async (asked) => {
    const { request, response, own, parts, viewer, audit } = asked
    const feed = feedFor(viewer, String(request.params['feed']), parts)
    const parameters = givenIn(request, parts.keys.pseudonymOf)
    const packed = isGzipped(request)
    await receiveInSlot(asked, feed, async (received) => {
      const bytes = packed ? await unpackedFrom(received) : received.bytes
      if (parameters.preview) return answerPreview(asked, { feed, given: parameters, bytes })
      const by = viewer.sub ?? ''
      const act = auditedUpload(feed, parameters, parts.keys.pseudonymOf)
      await audit({ kind: 'ACT', asked: act, content: bytes })
      const outcome = (code: string) => audit({ kind: 'OUTCOME', asked: act, outcome: code })
      const signal = AbortSignal.timeout(TAKE_IN_MS)
      const pulled = await parts.pull(feed.id, { by, signal, file: { bytes, ...parameters } }).catch(async (error) => {
        const refusal =
          error === signal.reason ? new Refusal('HUB_BUSY', { reason: '处理超时 it took too long' }) : error
        await outcome(isRefusal(refusal) ? refusal.code : INTERNAL_ERROR.code)
        if (isRefusal(refusal) && refusal.code === 'RUN_BUSY') throw refusal
        const run = await feedHealth.lastUploadRun(parts.db, { feed: feed.id, by, since: own.now }).catch(() => null)
        throw new UploadError(refusal, run === null ? {} : { run, rejects: rejectsUrl(run) })
      })
      await outcome(pulled === null ? 'RUN_BUSY' : `DONE run ${pulled.run}`)
      if (pulled === null) throw new Refusal('RUN_BUSY', { job: 'pull', subject: feed.id })
      const { ended: _, ...told } = pulled
      response.set('Cache-Control', 'no-store').json({ ...told, rejects: rejectsUrl(pulled.run) })
    })
  }
}

const answerPreview = async (
  { response, own, parts, audit }: AdmittedRequest,
  { feed, given, bytes }: { feed: AgencyFeed; given: ReturnType<typeof givenIn>; bytes: Buffer },
): Promise<void> => {
  const { pseudonymOf } = parts.keys
  const { preview: _, ...told } = given
  const asked = { feed, file: { bytes, ...told }, pseudonymOf, rules: parts.rules, now: own.now }
  const preview = await previewUpload(parts.db, { ...asked, signal: AbortSignal.timeout(TAKE_IN_MS) })
  const content = JSON.stringify(redactIdNumbers(preview, pseudonymOf, feed.exempt))
  const codes = preview.records.flatMap(({ code }) => (code === null ? [] : [code]))
  await audit({ kind: 'ANSWER', asked: auditedUpload(feed, given, pseudonymOf), shown: codes, content })
  response.set('Cache-Control', 'no-store').type('json').send(content)
}

const auditedUpload = (
  { id }: AgencyFeed,
  parameters: ReturnType<typeof givenIn>,
  pseudonymOf: (id: string) => string,
) => `POST /v1/feeds/${id} ${JSON.stringify(redactIdNumbers(parameters, pseudonymOf))}`

const rejectsUrl = (run: number): string => `/v1/runs/${run}/rejects.csv`

const feedFor = (viewer: Viewer, id: string, { agencies }: ApiDependencies): AgencyFeed => {
  requireSignedIn(viewer)
  if (!may(viewer, 'send_records')) throw new Refusal('FORBIDDEN')
  const sendable = agencies.flatMap((agency) => agency.feeds).filter((feed) => mayOnFeed(viewer, 'send_records', feed))
  const feed = sendable.find((each) => each.id === id)
  if (feed === undefined)
    throw new Refusal('FEED_UNKNOWN', { feed: id, known: sendable.map((each) => each.id).join(' ') })
  return feed
}

const givenIn = (request: Request, pseudonymOf: (id: string) => string) => {
  const { dated, full, reader, name, preview } = readParameters(request, PARAMETERS)
  if (dated !== undefined && !isDate(dated)) throw new Refusal('DATE_INVALID', { value: dated })
  for (const [flag, value] of Object.entries({ full, preview }))
    if (!['true', 'false', undefined].includes(value))
      throw new Refusal('INPUT_INVALID', { reason: `${flag} 应为 true 或 false must be true or false` })
  return {
    name: uploadedFileName(name, request.headers['content-disposition'], pseudonymOf),
    full: full === 'true',
    ...(reader !== undefined && { reader }),
    ...(dated !== undefined && { dated }),
    ...(preview === 'true' && { preview: true as const }),
  }
}

const isGzipped = ({ headers }: Request): boolean => {
  const type = headers['content-type'] ?? ''
  // All types but multipart are accepted, because curl --data-binary labels everything a form.
  if (/^multipart\//i.test(type)) throw new Refusal('CONTENT_TYPE', { given: type.split(';')[0] })
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new Refusal('CONTENT_TYPE', { given: `Content-Encoding: ${encoding}` })
  return encoding === 'gzip'
}

const unpackedFrom = async ({ bytes, release }: ReceivedBody): Promise<Buffer> => {
  try {
    const whole = await unpacked(bytes, { maxOutputLength: UPLOAD_BYTES_MOST })
    release()
    return whole
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw makeTooLargeRefusal(UPLOAD_BYTES_MOST)
    throw new Refusal('CONTENT_UNREADABLE', { reader: 'gzip', reason: reasonOf(error) })
  }
}
