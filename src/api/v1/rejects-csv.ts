/** GET /v1/runs/:run/rejects.csv: what a run set aside, for the agency that sent it and mends it in a spreadsheet. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { RequestHandler } from 'express'
import { may, mayFeed } from '../../domain/viewer.js'
import { Refusal } from '../../errors.js'
import * as runs from '../../store/runs.js'
import * as setAside from '../../store/set-aside.js'
import { BYTE_ORDER_MARK, row as line } from '../../work/publish-files.js'
import { numberIn, wholeNumber } from '../ids.js'
import { sentBy } from '../nouns/rejects.js'
import { withDb } from '../own.js'
import type { ApiParts } from '../parts.js'
import { keep } from '../trail.js'
import { admit, signedIn } from '../viewer.js'
import type { AskedOf } from './index.js'

const HEADER = ['页 page', '行 row', '字段 field', '规则 rule', '说明 message', '内容 item']

export const rejectsCsv =
  (all: ApiParts, askedOf: AskedOf): RequestHandler =>
  async (request, response) => {
    const own = askedOf(request)
    const parts = withDb(all, () => own.db)
    const viewer = await admit(request, parts, own.now)
    signedIn(viewer)
    if (!may(viewer, 'see_rejects')) throw new Refusal('FORBIDDEN')
    const asked = String(request.params['run'])
    const id = wholeNumber(asked) ?? numberIn(asked, 'Run')
    const run = id === null ? null : await runs.byId(parts.db, id)
    // Not there and not for this viewer are told alike.
    const agency = parts.agencies.find(({ sends }) => run !== null && sends.includes(run.subject))
    const by = sentBy(viewer)
    if (
      run?.job !== 'pull' ||
      !mayFeed(viewer, 'see_rejects', { agency: agency?.id ?? '' }) ||
      (by ?? run.by) !== run.by
    )
      throw new Refusal('NOT_FOUND')
    // Before its first line leaves; how long it is shows only at its end.
    await keep(parts, own, viewer, { kind: 'FILE', asked: `${request.method} /v1/runs/${run.id}/rejects.csv` })
    response.set({
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': `attachment; filename="rejects-${run.subject}-${run.id}.csv"`,
      'Cache-Control': 'no-store',
    })
    if (request.method === 'HEAD') return void response.end()
    // Whoever leaves in the midst of it ends the reading.
    await pipeline(Readable.from(linesOf(setAside.ofRun(parts.db, run.id))), response).catch((error) => {
      if (!response.destroyed || error?.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    })
  }

async function* linesOf(rejects: AsyncIterable<setAside.SetAside>): AsyncIterable<string> {
  yield BYTE_ORDER_MARK + line(HEADER)
  for await (const { page, row, field, rule, problems, item } of rejects) {
    const messages = problems.map(({ message }) => message).join(' ')
    yield line([page ?? '', row, field ?? '', rule, messages, JSON.stringify(item)])
  }
}
