/** /v1/matters follows the rules of GraphQL: `api/matters/matters.ts` opens and moves for both. */
import { seatOf } from '../../domain/matters/seats.js'
import { quotaUnitsOf } from '../../domain/operators/code-rows.js'
import { isRefusal, Refusal, refusalJson } from '../../foundation/errors.js'
import { isRecord } from '../../foundation/text/json.js'
import { MATTER_CHANGES } from '../../store/db/change-ledger.js'
import { unavailableRefusal } from '../../store/db/db.js'
import { listChangesAfter, listHeldMatters } from '../../store/matters/changes.js'
import { findOperatorCodes } from '../../work/matters/attachments.js'
import { numberMatterChanges } from '../../work/matters/changes.js'
import { receiveMatters } from '../../work/matters/receipt.js'
import {
  checkMatterInput,
  MATTER_ROWS_MOST,
  parseRow,
  readText,
  splitRows,
  tellRowRefusal,
} from '../../work/matters/rows.js'
import { findStart } from '../../work/standing/changes/received-changes.js'
import type { makeMatterView } from '../matters/matter-view.js'
import {
  type MovingInput,
  matterByGlobalId,
  moveMatterOf,
  type OpeningInput,
  openMatterOf,
} from '../matters/matters.js'
import { redactRequestText } from '../request/audit-rows.js'
import { type GraphqlContext, makeContext } from '../request/context.js'
import { makeGlobalId } from '../request/ids.js'
import type { SignInLimits } from '../request/rate-limit.js'
import { recheckAdmission, requireAct } from '../request/viewer.js'
import type { AdmittedHandler, AdmittedRequest } from './admitted-request.js'
import { withAuditedOutcome } from './audited-outcome.js'
import type { ChangeFeed } from './changes.js'
import { makeBodyReceiver } from './receive-body.js'
import { writeAndDrain } from './standings/stream.js'

const BODY_BYTES_MOST = 32 * 1024 * 1024
const BODIES_MOST = 4
const ROWS_AT_ONCE = 4
const NDJSON = ['application/x-ndjson', 'application/ndjson', 'application/jsonl']

const contextOf = ({ parts, own, viewer }: AdmittedRequest, limits: SignInLimits) =>
  makeContext(parts, { asked: own, viewer, limits })

interface Answered {
  content: string
  /** Codes of the operators in it. */
  shown?: string[]
}

export const makeMattersHandlers = (limits: SignInLimits) => {
  const receive = makeBodyReceiver({ most: BODY_BYTES_MOST, mostOfAll: BODIES_MOST * BODY_BYTES_MOST })
  const act = async (
    asked: AdmittedRequest,
    act: string,
    work: (context: GraphqlContext, bytes: Buffer) => Promise<Answered>,
  ): Promise<void> => {
    const { request, parts, viewer } = asked
    const received = await receive(request, viewer.sub ?? '')
    if (received === null) return
    try {
      await recheckAdmission(request, parts, viewer)
      const entry = { asked: act, content: received.bytes }
      const made = () => work(contextOf(asked, limits), received.bytes)
      const { content } = await withAuditedOutcome(asked, entry, made, (answered) => answered)
      asked.response.end(content)
    } finally {
      received.release()
    }
  }
  const open: AdmittedHandler = async (asked) => {
    const { request, response, viewer } = asked
    requireAct(viewer, 'open_matter')
    const isMany = Boolean(request.is(NDJSON))
    if (!isMany && !request.is('application/json'))
      throw new Refusal('MEDIA_TYPE', {
        given: String(request.get('content-type')).slice(0, 100),
        offered: `application/json, ${NDJSON[0]}`,
      })
    await act(asked, 'POST /v1/matters', async (context, bytes) => {
      response.set('Cache-Control', 'no-store').type(isMany ? 'application/x-ndjson' : 'application/json')
      if (isMany) return { content: await openRows(asked, context, bytes) }
      const { result, ...told } = await openOne(context, bodyIn(bytes))
      response.status(result === 'created' ? 201 : 200)
      return { content: JSON.stringify({ result, ...told }) }
    })
  }
  const move: AdmittedHandler = async (asked) => {
    requireAct(asked.viewer, 'open_matter')
    const id = String(asked.request.params['id'])
    const path = redactRequestText('POST /v1/matters', `${id}/moves`, asked.parts.keys.mark)
    await act(asked, path, async (context, bytes) => {
      const sent = checkMatterInput('MOVING', bodyIn(bytes)) as Omit<MovingInput, 'id' | 'fields'> & SentFields
      const view = await moveMatterOf(context, { ...sent, id, fields: listFields(sent) })
      asked.response.set('Cache-Control', 'no-store').type('application/json')
      return showMatter(context, view)
    })
  }
  return { open, move }
}

export const answerMatter =
  (limits: SignInLimits): AdmittedHandler =>
  async (asked) => {
    requireAct(asked.viewer, 'see_matters')
    const context = contextOf(asked, limits)
    const view = await matterByGlobalId(context, String(asked.request.params['id']))
    if (view === null) throw new Refusal('MATTER_UNKNOWN')
    const shown = await showMatter(context, view)
    await asked.audit({ kind: 'ANSWER', asked: `GET /v1/matters/${view.id}`, ...shown })
    asked.response.set('Cache-Control', 'no-store').type('application/json').send(shown.content)
  }

/** Changes of the caller's seat and those below. A page or event that lists a matter is its holder's receipt. */
export const matterChanges: ChangeFeed = {
  ledger: MATTER_CHANGES,
  act: 'hear_matters',
  path: '/v1/matters/changes',
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

interface SentFields {
  fields?: Readonly<Record<string, string>>
}

const listFields = ({ fields }: SentFields): OpeningInput['fields'] =>
  fields && Object.entries(fields).map(([name, value]) => ({ name, value }))

const bodyIn = (bytes: Buffer): unknown => parseRow(readText(bytes))

const openOne = async (context: GraphqlContext, sent: unknown) => {
  const opening = checkMatterInput('OPENING', sent) as Omit<OpeningInput, 'fields'> & SentFields
  const { stored, isNew } = await openMatterOf(context, { ...opening, fields: listFields(opening) })
  const { reference, number, matter } = stored
  const result = isNew ? ('created' as const) : ('same' as const)
  return { result, reference, id: makeGlobalId('Matter', stored.id), number, state: matter.state }
}

/** Sends answers while further rows are opened; returns the last line. A sent row stays opened. */
const openRows = async (
  { response, own, parts, viewer }: AdmittedRequest,
  context: GraphqlContext,
  bytes: Buffer,
): Promise<string> => {
  const lines = splitRows(bytes)
  if (lines.length > MATTER_ROWS_MOST) throw new Refusal('TOO_MANY_ROWS', { limit: MATTER_ROWS_MOST })
  const units = quotaUnitsOf(1, lines.length)
  if (units > 0) parts.quotas.charge(own, viewer.sub, units)
  const counts = { created: 0, same: 0, refused: 0 }
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Refusal('ANSWER_TIMEOUT')))
  let rows = 0
  try {
    while (rows < lines.length) {
      if (parts.leaving.aborted) throw new Refusal('STOPPING')
      const chunk = takeChunk(lines, rows)
      const answers = await Promise.all(chunk.map((one, place) => openRow(context, one, rows + place + 1)))
      for (const { result } of answers) counts[result] += 1
      const text = answers.map((answer) => `${JSON.stringify(answer)}\n`).join('')
      rows += chunk.length
      await writeAndDrain(response, Buffer.from(text), gone.signal)
    }
  } catch (thrown) {
    const error = isRefusal(thrown) ? thrown : unavailableRefusal(thrown)
    if (!response.headersSent || error === null) throw thrown
    own.refused.push(error.code)
    return `${JSON.stringify({ end: false, rows, error: refusalJson(error) })}\n`
  }
  return `${JSON.stringify({ end: true, rows: lines.length, ...counts })}\n`
}

interface SentRow {
  sent: unknown
  reference: string | null
}

/** Rows with one reference never run side by side: the first opens the matter. */
const takeChunk = (lines: readonly string[], from: number): SentRow[] => {
  const chunk: SentRow[] = []
  for (const line of lines.slice(from, from + ROWS_AT_ONCE)) {
    const sent = parseRow(line)
    const reference = isRecord(sent) && typeof sent['reference'] === 'string' ? sent['reference'] : null
    if (reference !== null && chunk.some((other) => other.reference === reference)) break
    chunk.push({ sent, reference })
  }
  return chunk
}

const openRow = async (context: GraphqlContext, { sent, reference }: SentRow, row: number) => {
  try {
    return { row, ...(await openOne(context, sent)) }
  } catch (error) {
    return { row, ...tellRowRefusal(error, reference, context.parts.keys.mark) }
  }
}

/** The GraphQL type Matter without its kind, which `matterKinds` tells. */
const showMatter = async (
  context: GraphqlContext,
  view: Awaited<ReturnType<typeof makeMatterView>>,
): Promise<Answered> => {
  const { __typename: _, operatorId, content, definition: __, nextClock, allowedMoves, ...rest } = view
  const told = { ...rest, content: await content(), nextClock: nextClock(), allowedMoves: allowedMoves() }
  return { content: JSON.stringify(told), shown: await findOperatorCodes(context.parts.db, { operatorId }) }
}
