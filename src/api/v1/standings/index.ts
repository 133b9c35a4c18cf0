/** Errors before the first line are problems (RFC 9457); later ones stand in the last line. */
import { type ErrorRequestHandler, type Request, type Response, Router } from 'express'
import type { Viewer } from '../../../domain/access/viewer.js'
import { digestAnswer } from '../../../domain/audit/audit-log.js'
import { quotaUnitsOf } from '../../../domain/operators/code-rows.js'
import { MARKETPLACE_ID_PATTERN } from '../../../domain/operators/codes.js'
import { redactIdNumbers } from '../../../domain/records/privacy.js'
import { type Freshness, limitFreshness } from '../../../domain/standing/standing.js'
import { INTERNAL_ERROR, isRefusal, Refusal } from '../../../foundation/errors.js'
import { isDate, shanghaiDate } from '../../../foundation/time/dates.js'
import { type ReadHandle, unavailableRefusal } from '../../../store/db/db.js'
import { judgeFreshness } from '../../../work/standing/freshness.js'
import { makeCsvReader, makeJsonReader, makeNdjsonReader, type RowReader } from '../../../work/standing/row-readers.js'
import { redactRequestText } from '../../request/audit-rows.js'
import { type GraphqlContext, makeContext } from '../../request/context.js'
import type { ApiDependencies } from '../../request/dependencies.js'
import { findRefusalOfThrown } from '../../request/graphql-errors.js'
import { refuseOtherMethods, sendProblem } from '../../request/problem-details.js'
import type { SignInLimits } from '../../request/rate-limit.js'
import { getRequestContext, type HttpRequestContext } from '../../request/request-context.js'
import { recheckAdmission } from '../../request/viewer.js'
import { type AdmittedHandler, type AdmittedRequest, readParameters, withAdmission } from '../admitted-request.js'
import { makeTooLargeRefusal } from '../receive-body.js'
import { type AnswerWriter, csvWriter, encodeAnswers, ndjsonWriter, writeStandingJson } from './answer-lines.js'
import { answerRows } from './answers.js'
import { type BodyEncoding, BULK_BODY_BYTES_MOST, type HeldBytes, parseCharset, readPieces } from './body.js'
import { makeBulkSlots } from './bulk-slots.js'
import { answerInOrder, type BulkRow, chunkRows, writeAndDrain } from './stream.js'

/** Longest answer, milliseconds: enough for CODE_ROWS_MOST at two hundred lines a second. */
const STREAM_MS = 600_000
/** How long answers continue while the hub stops, milliseconds; shorter than the shutdown wait (hub/listen.ts). */
const LEAVING_MS = 3_000
const ADMITTED_MS = 2_000
const RETRY_SECONDS = 5

const SLOW = '本次查询收发过慢，名额已让与他人 this question was sent or read too slowly, and others wanted its place'

const READERS: Record<string, () => RowReader> = {
  'application/json': makeJsonReader,
  'application/x-ndjson': makeNdjsonReader,
  'application/ndjson': makeNdjsonReader,
  'application/jsonl': makeNdjsonReader,
  'text/csv': makeCsvReader,
  'text/plain': makeCsvReader,
}
const OFFERED = 'application/json, application/x-ndjson, text/csv'
const ANSWERED = 'application/x-ndjson, text/csv'

export const makeStandingsRouter = (parts: ApiDependencies, limits: SignInLimits): Router => {
  const router = Router()
  router.post('/v1/standings', withAdmission(parts, makeBulkHandler(limits)), answerError)
  router.all('/v1/standings', refuseOtherMethods('POST'))
  router.get('/v1/standing/:code', withAdmission(parts, answerOne(limits)), answerError)
  router.all('/v1/standing/:code', refuseOtherMethods('GET'))
  return router
}

const answerError: ErrorRequestHandler = (error: unknown, request, response, _next) => {
  if (response.destroyed || response.headersSent) return void response.destroy()
  const own = getRequestContext(request)
  const refusal = refusalOf(error, own)
  if (!request.complete) response.set('Connection', 'close')
  if (refusal.status === 401) response.set('WWW-Authenticate', 'Bearer realm="hub"')
  if (refusal.status === 503) response.set('Retry-After', String(RETRY_SECONDS))
  const { status, code, message, details } = withoutNumbers(refusal)
  sendProblem(response, { status, code, detail: message, details })
}

const withoutNumbers = ({ status, code, message, details }: ReportedError) => ({
  status,
  code,
  ...redactIdNumbers({ message, details: details as object }, () => '…'),
})

type ReportedError =
  | Pick<Refusal, 'status' | 'code' | 'message' | 'details'>
  | (typeof INTERNAL_ERROR & { details: object })

const refusalOf = (error: unknown, { log, requestId }: HttpRequestContext): ReportedError => {
  const refusal = findRefusalOfThrown(error) ?? unavailableRefusal(error)
  if (refusal !== null) return refusal
  log.error({ err: error }, 'a standing broke')
  return { ...INTERNAL_ERROR, details: { requestId } }
}

const answerOne =
  (limits: SignInLimits): AdmittedHandler =>
  async ({ request, response, own, parts, viewer, audit }) => {
    const { asOf } = givenIn(request, ['asOf'])
    const code = String(request.params['code'])
    const context = makeContext(parts, { asked: own, viewer, limits })
    const day = asOf ?? context.today
    const asking = { asOf: day, freshness: limitFreshness(await context.load.freshness(), day, context.today) }
    const row = { row: 1, code, name: null, ref: null }
    // Lookups use connections for short reads, so one code never waits behind bulk queries.
    const { rows, shownCodes } = await answerRows(context, context.lookups.db, [row], asking)
    const [answer] = rows
    if (answer === undefined || 'fault' in answer) throw new Error('one row has no answer')
    const content = writeStandingJson(answer.told)
    const about = asOf === null ? '' : `?asOf=${asOf}`
    const question = redactRequestText('GET /v1/standing', `${code}${about}`, parts.keys.pseudonymOf)
    if (viewer.sub !== null) await audit({ kind: 'ANSWER', asked: question, shown: shownCodes, content })
    response.set('Cache-Control', 'no-store').type('json').send(content)
  }

const makeBulkHandler = (limits: SignInLimits): AdmittedHandler => {
  const held: HeldBytes = { bytes: 0 }
  const places = makeBulkSlots()
  return async (asked) => {
    const { request, response, own, parts, viewer } = asked
    const { asOf, marketplace } = givenIn(request, ['asOf', 'marketplace'])
    const { reader, written: how } = readingOf(request)
    const writer = writerOf(request)
    if (Number(request.headers['content-length'] ?? 0) > BULK_BODY_BYTES_MOST)
      throw makeTooLargeRefusal(BULK_BODY_BYTES_MOST)
    const left = new AbortController()
    const { signal } = left
    const evict = () => {
      left.abort(new Refusal('HUB_BUSY', { reason: SLOW }))
      setTimeout(() => response.destroy(), LEAVING_MS).unref()
    }
    const whose = viewer.sub === null ? { address: own.address } : { holder: viewer.sub }
    const place = places.take(whose, { now: parts.now, evict })
    const late = limitAnswerTime(response, left)
    const stopSoon = () => setTimeout(() => left.abort(new Refusal('STOPPING')), LEAVING_MS).unref()
    if (parts.leaving.aborted) stopSoon()
    else parts.leaving.addEventListener('abort', stopSoon, { once: true, signal })
    try {
      const { pulls, judge, answerChunk } = chunkAnswerer(asked, limits, asOf)
      const recheck = makeTokenCheck(asked)
      const bulk = viewer.sub === null ? parts.publicBulk : parts.bulk
      const pieces = readPieces(request, how, { held, signal })
      const rows = chunkRows(pieces, reader(), marketplace ?? shopsOf(viewer), parts.bulkTurns.rowsOfNextChunk)
      const lines = answerInOrder(rows, async (chunk) => {
        const units = quotaUnitsOf(chunk[0]?.row ?? 0, chunk.at(-1)?.row ?? 0)
        if (units > 0) parts.quotas.charge(own, viewer.sub, units)
        const worked = place.works()
        try {
          await recheck()
          const known = await pulls
          const { rows: answers, shownCodes } = await bulk.atOneInstant(signal, (db) => answerChunk(db, chunk, known))
          const bytes = encodeAnswers(writer, answers, chunk[0]?.row === 1)
          const refused = answers.filter((answer) => 'fault' in answer).length
          // The audit row is durable before the chunk is sent.
          await auditChunk(asked, { asOf, chunk, shown: shownCodes, bytes })
          return { bytes, rows: chunk.length, refused }
        } finally {
          worked(chunk.length)
        }
      })
      await streamAnswers(lines, asked, { writer, freshness: async () => judge(await pulls, parts.now()), signal })
    } finally {
      clearTimeout(late)
      left.abort()
      place.leave()
    }
  }
}

/** Each chunk has the instant at which it is answered: entries expire at midnight, and feeds become stale. */
const chunkAnswerer = ({ own, parts, viewer }: AdmittedRequest, limits: SignInLimits, asOf: string | null) => {
  const { requestId, address, purpose, log, refused } = own
  const contextAt = (now: Date): GraphqlContext =>
    makeContext(parts, { asked: { now, requestId, address, purpose, log, refused }, viewer, limits })
  const pulls = contextAt(own.now).load.pulls()
  pulls.catch(() => undefined)
  const judge = (known: Awaited<typeof pulls>, now: Date): Freshness => {
    const today = shanghaiDate(now)
    return limitFreshness(judgeFreshness(parts.agencies, known, now), asOf ?? today, today)
  }
  return {
    pulls,
    judge,
    answerChunk: (db: ReadHandle, chunk: readonly BulkRow[], known: Awaited<typeof pulls>) => {
      const context = contextAt(parts.now())
      const freshness = judge(known, context.now)
      return answerRows(context, db, chunk, { asOf: asOf ?? context.today, freshness })
    },
  }
}

const limitAnswerTime = (response: Response, left: AbortController): NodeJS.Timeout => {
  const timeOut = () => left.abort(new Refusal('ANSWER_TIMEOUT'))
  response.once('close', timeOut)
  return setTimeout(timeOut, STREAM_MS)
}

interface SerialisedChunk {
  bytes: Buffer
  rows: number
  refused: number
}

const streamAnswers = async (
  told: AsyncGenerator<SerialisedChunk>,
  { response, own }: AdmittedRequest,
  { writer, freshness, signal }: { writer: AnswerWriter; freshness: () => Promise<Freshness>; signal: AbortSignal },
): Promise<void> => {
  const begin = (): void => {
    response.status(200).set({ 'Content-Type': writer.type, 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
  }
  let [rows, refused] = [0, 0]
  try {
    for await (const chunk of told) {
      if (rows === 0) begin()
      rows += chunk.rows
      refused += chunk.refused
      await writeAndDrain(response, chunk.bytes, signal)
    }
  } catch (thrown) {
    const error = isRefusal(signal.reason) ? signal.reason : thrown
    if (rows === 0 || response.destroyed) throw error
    const { code, message, details } = withoutNumbers(refusalOf(error, own))
    own.refused.push(code)
    return void response.end(writer.broken(rows, { code, message, details }))
  }
  const ended = { rows, refused, ...(await freshness()) }
  if (rows === 0) begin()
  response.end((rows === 0 ? writer.head : '') + writer.end(ended))
}

const makeTokenCheck = ({ request, own, parts, viewer }: AdmittedRequest): (() => Promise<void>) => {
  let checkedAt = own.now.getTime()
  return async () => {
    const now = parts.now().getTime()
    if (now - checkedAt < ADMITTED_MS) return
    checkedAt = now
    await recheckAdmission(request, parts, viewer)
  }
}

interface ChunkAudit {
  asOf: string | null
  chunk: readonly BulkRow[]
  shown: Iterable<string>
  bytes: Buffer
}

const auditChunk = async (
  { parts, own, viewer: { sub, role, agency } }: AdmittedRequest,
  { asOf, chunk, shown, bytes }: ChunkAudit,
): Promise<void> => {
  if (sub === null) return
  const about = asOf === null ? '' : `?asOf=${asOf}`
  await parts.auditLog.chunk({
    at: own.now,
    client: sub,
    role,
    agency,
    purpose: own.purpose,
    request: own.requestId,
    asked: `POST /v1/standings${about} rows ${chunk[0]?.row}-${chunk.at(-1)?.row}`,
    outcome: 'DONE',
    shown,
    digest: digestAnswer(bytes),
  })
}

const shopsOf = ({ role, sub }: Viewer): string | null =>
  role === 'marketplace' && sub !== null && MARKETPLACE_ID_PATTERN.test(sub) ? sub : null

const givenIn = (request: Request, known: readonly ('asOf' | 'marketplace')[]) => {
  const { asOf = null, marketplace = null } = readParameters(request, known)
  if (asOf !== null && !isDate(asOf)) throw new Refusal('DATE_INVALID', { value: asOf })
  if (marketplace !== null && !MARKETPLACE_ID_PATTERN.test(marketplace))
    throw new Refusal('INPUT_INVALID', { reason: 'marketplace 不是平台 id is no id of a marketplace' })
  return { asOf, marketplace }
}

const readingOf = ({ headers }: Request): { reader: () => RowReader; written: BodyEncoding } => {
  const [type = '', ...given] = (headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase())
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (reader === undefined)
    throw new Refusal('MEDIA_TYPE', {
      given: type.slice(0, 100) || '没有 Content-Type 的请求体 a body without Content-Type',
      offered: OFFERED,
    })
  const named = given
    .find((part) => part.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '')
  const charset = parseCharset(named ?? 'utf-8')
  if (charset === null)
    throw new Refusal('MEDIA_TYPE', {
      given: `charset=${named?.slice(0, 100)}`,
      offered: 'utf-8, gbk, gb18030, utf-16',
    })
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new Refusal('MEDIA_TYPE', { given: `Content-Encoding: ${encoding.slice(0, 100)}`, offered: 'gzip' })
  return { reader, written: { gzip: encoding === 'gzip', charset } }
}

const writerOf = (request: Request): AnswerWriter => {
  const accepted = request.accepts(['application/x-ndjson', 'application/ndjson', 'application/json', 'text/csv'])
  if (accepted === false) throw new Refusal('NOT_ACCEPTABLE', { offered: ANSWERED })
  return accepted === 'text/csv' ? csvWriter : ndjsonWriter
}
