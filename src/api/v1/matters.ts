/** /v1/matters answers by the rows that exchange folders take, and by the view of GraphQL. */
import type { RequestHandler } from 'express'
import { isSha256 } from '../../domain/matters/fields.js'
import { seatOf } from '../../domain/matters/seats.js'
import { quotaUnitsOf } from '../../domain/operators/code-rows.js'
import { isRefusal, Refusal, refusalJson } from '../../foundation/errors.js'
import { PAPER_TYPES } from '../../foundation/papers/inspect.js'
import { MATTER_CHANGES } from '../../store/db/change-ledger.js'
import { unavailableRefusal } from '../../store/db/db.js'
import { listChangesAfter, listHeldMatters } from '../../store/matters/changes.js'
import { movesOfMatters } from '../../store/matters/matters.js'
import { findOperatorCodes, keepAttachment, signReceipts } from '../../work/matters/attachments.js'
import { numberMatterChanges } from '../../work/matters/changes.js'
import { receiveMatters } from '../../work/matters/keep-move.js'
import { kindAsBegun } from '../../work/matters/kinds.js'
import {
  answerRows,
  openOrMove,
  parseRow,
  type RowVisit,
  type RowWork,
  readText,
  splitRows,
} from '../../work/matters/rows.js'
import { makeTakedownWork } from '../../work/matters/takedowns.js'
import { findStart } from '../../work/standing/changes/received-changes.js'
import { listKindViews, seesLink } from '../matters/matter-view.js'
import { findMatterForSeat, matterByGlobalId, openAttachmentFor, personOf, uuidIn } from '../matters/matters.js'
import { makeContext } from '../request/context.js'
import type { ApiDependencies } from '../request/dependencies.js'
import { makeGlobalId } from '../request/ids.js'
import type { SignInLimits } from '../request/rate-limit.js'
import { recheckAdmission, requireAct } from '../request/viewer.js'
import type { AdmittedHandler, AdmittedRequest } from './admitted-request.js'
import { withAuditedOutcome } from './audited-outcome.js'
import { type ChangeFeed, makeChangesHandler } from './changes.js'
import { makeFileReceiver, sendDownload } from './papers.js'
import { makeBodyReceiver } from './receive-body.js'
import { writeAndDrain } from './standings/stream.js'

const BODY_BYTES_MOST = 32 * 1024 * 1024
const BODIES_MOST = 4
const ROWS_AT_ONCE = 4
const NDJSON = ['application/x-ndjson', 'application/ndjson', 'application/jsonl']

export const makeMattersHandlers = (limits: SignInLimits) => {
  const receive = makeBodyReceiver({ most: BODY_BYTES_MOST, mostOfAll: BODIES_MOST * BODY_BYTES_MOST })
  const act = async (asked: AdmittedRequest, path: string, work: (bytes: Buffer) => Promise<string>): Promise<void> => {
    const { request, response, parts, viewer } = asked
    const received = await receive(request, viewer.sub ?? '')
    if (received === null) return
    try {
      await recheckAdmission(request, parts, viewer)
      const entry = { asked: `POST ${path}`, content: received.bytes }
      const made = () => work(received.bytes)
      response.end(await withAuditedOutcome(asked, entry, made, (content) => ({ content })))
    } finally {
      received.release()
    }
  }
  const takeRows =
    (path: string, work: RowWork, types: readonly string[]): AdmittedHandler =>
    async (asked) => {
      const { request, response, viewer } = asked
      requireAct(viewer, 'open_matter')
      const isMany = Boolean(request.is(NDJSON))
      if (!request.is([...types]))
        throw new Refusal('MEDIA_TYPE', {
          given: String(request.get('content-type')).slice(0, 100),
          offered: types.join(', '),
        })
      await act(asked, path, async (bytes) => {
        response.set('Cache-Control', 'no-store').type(isMany ? 'application/x-ndjson' : 'application/json')
        if (isMany) return streamAnswers(asked, bytes, work, limits)
        const { id, result, ...told } = await work(visitOf(asked, limits), parseRow(readText(bytes)))
        response.status(result === 'created' ? 201 : 200)
        return JSON.stringify({ result, ...told, id: makeGlobalId('Matter', id) })
      })
    }
  return {
    openOrMoveRows: takeRows('/v1/matters', openOrMove, ['application/json', ...NDJSON]),
    takedowns: takeRows('/v1/takedowns', takeTakedown, NDJSON),
  }
}

const takeTakedown = makeTakedownWork('takedown')

const visitOf = ({ parts, own, viewer }: AdmittedRequest, limits: SignInLimits): RowVisit => ({
  ...{ db: parts.db, rules: parts.rules, keys: parts.keys, who: personOf(viewer), now: () => own.now, idIn: uuidIn },
  seesLink: (id, link) =>
    seesLink(makeContext(parts, { asked: own, viewer, limits }), makeGlobalId('Matter', id), link),
})

export const answerMatter =
  (limits: SignInLimits): AdmittedHandler =>
  async ({ request, response, own, parts, viewer, audit }) => {
    requireAct(viewer, 'see_matters')
    const context = makeContext(parts, { asked: own, viewer, limits })
    const view = await matterByGlobalId(context, String(request.params['id']))
    if (view === null) throw new Refusal('MATTER_UNKNOWN')
    const { __typename: _, operatorId, content, definition: __, nextClock, allowedMoves, ...rest } = view
    const told = { ...rest, content: await content(), nextClock: nextClock(), allowedMoves: await allowedMoves() }
    const answer = JSON.stringify(told)
    const shown = await findOperatorCodes(parts.db, { operatorId })
    await audit({
      kind: 'ANSWER',
      asked: `GET /v1/matters/${view.id}`,
      shown,
      ...(!context.auditNotes.isSealed && { content: answer }),
    })
    response.set('Cache-Control', 'no-store').type('application/json').send(answer)
  }

const KINDS_CACHE_SECONDS = 3_600

/** Kinds with their clocks and sources, by which another province checks its own build. */
export const answerMatterKinds =
  ({ rules }: ApiDependencies): RequestHandler =>
  (_request, response) => {
    const kinds = listKindViews(rules.confirmations)
    response.set('Cache-Control', `public, max-age=${KINDS_CACHE_SECONDS}`).json({ kinds })
  }

/** Changes of the caller's seat and those below. A page or event that lists a matter is its holder's receipt. */
const matterChanges: ChangeFeed = {
  ledger: MATTER_CHANGES,
  act: 'hear_matters',
  path: '/v1/matters',
  form: 'PAGES',
  event: 'matter.moved',
  readerOf: seatOf,
  number: numberMatterChanges,
  start: ({ db }, seat, after) => findStart(db, MATTER_CHANGES, seat, after),
  list: async ({ db }, seat, { after, limit }) => {
    const rows = await listChangesAfter(db, seat, after, limit)
    const changes = rows.map(({ matterId, ...change }) => ({ ...change, id: makeGlobalId('Matter', matterId) }))
    return { changes, shown: [] }
  },
  noteSent: async (parts, seat, { from, to }, now) => {
    const sequences = Array.from({ length: to - from + 1 }, (_, place) => from + place)
    const ids = await listHeldMatters(parts.db, seat, sequences)
    await receiveMatters(parts, { seat, ids, way: 'QUEUE', now })
  },
  anew: {},
}

export const makeMatterChangesHandlers = (parts: ApiDependencies) => ({
  pages: makeChangesHandler(parts, matterChanges),
  stream: makeChangesHandler(parts, { ...matterChanges, path: '/v1/matters/stream', form: 'STREAM' }),
})

const streamAnswers = async (
  asked: AdmittedRequest,
  bytes: Buffer,
  work: RowWork,
  limits: SignInLimits,
): Promise<string> => {
  const { response, own, parts, viewer } = asked
  const lines = splitRows(bytes)
  const units = quotaUnitsOf(1, lines.length)
  if (units > 0) parts.quotas.charge(own, viewer.sub, units)
  const counts: Record<string, number> = { created: 0, same: 0, refused: 0 }
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Refusal('ANSWER_TIMEOUT')))
  let rows = 0
  try {
    const answering = { parse: (line: unknown) => parseRow(String(line)), work, atOnce: ROWS_AT_ONCE }
    for await (const answers of answerRows(visitOf(asked, limits), lines, answering)) {
      const told = answers.map(({ id, ...answer }) => ({
        ...answer,
        ...(id !== null && { id: makeGlobalId('Matter', id) }),
      }))
      for (const { result } of answers) counts[result] = (counts[result] ?? 0) + 1
      rows += answers.length
      await writeAndDrain(response, Buffer.from(told.map((one) => `${JSON.stringify(one)}\n`).join('')), gone.signal)
      if (parts.leaving.aborted && rows < lines.length) throw new Refusal('STOPPING')
    }
  } catch (thrown) {
    const error = isRefusal(thrown) ? thrown : unavailableRefusal(thrown)
    if (!response.headersSent || error === null) throw thrown
    own.refused.push(error.code)
    return `${JSON.stringify({ end: false, rows, error: refusalJson(error) })}\n`
  }
  return `${JSON.stringify({ end: true, rows: lines.length, ...counts })}\n`
}

export const makeAttachmentHandler = (): AdmittedHandler => {
  const receive = makeFileReceiver()
  return async (visit) => {
    const { request, response, own, parts, viewer } = visit
    requireAct(viewer, 'open_matter')
    const [seat, id, sha256] = [seatOf(viewer), String(request.params['id']), String(request.params['sha256'])]
    const matter = uuidIn(id)
    if (seat === null || matter === null || !isSha256(sha256)) throw new Refusal('ATTACHMENT_UNKNOWN')
    const received = await receive(request, seat)
    if (received === null) return
    try {
      const entry = { asked: `PUT /v1/matters/${id}/attachments/${sha256}`, content: received.bytes }
      const sent = { id: matter, seat, sha256, content: received.bytes, by: viewer.sub ?? '', now: own.now }
      const { isNew, type, bytes } = await withAuditedOutcome(visit, entry, () =>
        keepAttachment(parts.db, parts.keys, sent),
      )
      response
        .status(isNew ? 201 : 200)
        .set('Cache-Control', 'no-store')
        .json({ sha256, bytes, mediaType: PAPER_TYPES[type].mediaType })
    } finally {
      received.release()
    }
  }
}

export const answerAttachment = async ({ request, response, parts, viewer, audit }: AdmittedRequest): Promise<void> => {
  const [id, sha256] = [String(request.params['id']), String(request.params['sha256'])]
  const { type, name, codes, content } = await openAttachmentFor(parts, viewer, id, sha256)
  await audit({ kind: 'FILE', asked: `GET /v1/matters/${id}/attachments/${sha256}`, shown: codes, content })
  sendDownload(response, type, name, content)
}

export const answerReceipts = async ({ request, response, parts, viewer, audit }: AdmittedRequest): Promise<void> => {
  const id = String(request.params['id'])
  const stored = await findMatterForSeat(parts, viewer, id)
  if (stored === null) throw new Refusal('MATTER_UNKNOWN')
  const kind = await kindAsBegun(parts.db, stored)
  const receipts = signReceipts(parts.keys, kind, stored, await movesOfMatters(parts.db, [stored.id]))
  const content = JSON.stringify({ receipts })
  const shown = await findOperatorCodes(parts.db, stored)
  await audit({ kind: 'ANSWER', asked: `GET /v1/matters/${id}/receipts`, shown, content })
  response.set('Cache-Control', 'no-store').type('json').send(content)
}
