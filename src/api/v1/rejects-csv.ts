import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { mayOnFeed, visibleSenderOf } from '../../domain/access/viewer.js'
import { AUDIT_ROW_CODES_MOST, findCodesInItem, ITEM_CODES_MOST } from '../../domain/audit/audit-log.js'
import { Refusal } from '../../foundation/errors.js'
import * as rejectDesk from '../../store/intake/reject-desk.js'
import * as runs from '../../store/timetable/runs.js'
import { BYTE_ORDER_MARK, publicCsvLine as line } from '../../work/publication/publish-files.js'
import { parseWholeNumber, readNumberInGlobalId } from '../request/ids.js'
import { requireAct } from '../request/viewer.js'
import type { AdmittedRequest } from './admitted-request.js'

const PIECE_CHARACTERS = 64_000

const HEADER = ['页 page', '行 row', '字段 field', '规则 rule', '说明 message', '内容 item', '原表头 heading']

export const answerRejectsCsv = async ({ request, response, parts, viewer, audit }: AdmittedRequest) => {
  requireAct(viewer, 'see_rejects')
  const runId = String(request.params['run'])
  const id = parseWholeNumber(runId) ?? readNumberInGlobalId(runId, 'Run')
  const run = id === null ? null : await runs.findRun(parts.db, id)
  const agency = parts.agencies.find(({ sends }) => run !== null && sends.includes(run.subject))
  const by = visibleSenderOf(viewer)
  if (
    run?.job !== 'pull' ||
    !mayOnFeed(viewer, 'see_rejects', { agency: agency?.id ?? '' }) ||
    (by ?? run.by) !== run.by
  )
    throw new Refusal('NOT_FOUND')
  // The audit row precedes the first line, and so has no content digest.
  await audit({ kind: 'FILE', asked: `${request.method} /v1/runs/${run.id}/rejects.csv` })
  response.set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="rejects-${run.subject}-${run.id}.csv"`,
    'Cache-Control': 'no-store',
  })
  if (request.method === 'HEAD') return void response.end()
  const rows = rejectDesk.ofRun(parts.db, run.id)
  const endpoint = `GET /v1/runs/${run.id}/rejects.csv`
  const audited = async function* (): AsyncIterable<string> {
    for await (const piece of piecesOf(rows)) {
      if (piece.shown.size > 0) await audit({ kind: 'CHUNK', asked: endpoint, ...piece })
      yield piece.content
    }
  }
  await pipeline(Readable.from(audited()), response).catch((error) => {
    if (!response.destroyed || error?.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  })
}

interface RejectsChunk {
  content: string
  shown: ReadonlySet<string>
}

async function* piecesOf(rejects: AsyncIterable<rejectDesk.StoredReject>): AsyncIterable<RejectsChunk> {
  let content = BYTE_ORDER_MARK + line(HEADER)
  let shown = new Set<string>()
  for await (const { page, row, field, rule, problems, item } of rejects) {
    const messages = problems.map(({ message }) => message).join(' ')
    content += line([page ?? '', row, field ?? '', rule, messages, JSON.stringify(item), problems[0]?.heading ?? ''])
    for (const code of findCodesInItem(item)) shown.add(code)
    if (content.length < PIECE_CHARACTERS && shown.size + ITEM_CODES_MOST <= AUDIT_ROW_CODES_MOST) continue
    yield { content, shown }
    content = ''
    shown = new Set()
  }
  yield { content, shown }
}
