import type { Request, Response } from 'express'
import { makeContext } from '../api/request/context.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { readListingInGlobalId } from '../api/request/ids.js'
import type { SignInLimits } from '../api/request/rate-limit.js'
import { getRequestContext } from '../api/request/request-context.js'
import { answerRows, type AnsweredRow as ToldRow } from '../api/v1/standings/answers.js'
import { PUBLIC_VIEWER } from '../domain/access/viewer.js'
import { type BadRow, type CodeRow, quotaUnitsOf, ROWS_PER_QUOTA_UNIT } from '../domain/operators/code-rows.js'
import { Refusal } from '../foundation/errors.js'
import type { ReadHandle } from '../store/db/db.js'
import * as restored from '../store/db/restored.js'
import type { CheckAnswer, CheckedRow } from '../web/check/answers.js'

/** Charges the quota for rows after the first 100. Refusals QUOTA_EXCEEDED, LIST_WITHHELD. */
export const makeStandingsCheck =
  (parts: ApiDependencies, limits: SignInLimits) =>
  async (request: Request, response: Response, rows: readonly (CodeRow | BadRow)[]): Promise<CheckAnswer> => {
    const own = getRequestContext(request)
    const units = quotaUnitsOf(1, rows.length)
    if (units > 0) parts.quotas.charge(own, null, units)
    const context = makeContext(parts, { asked: own, viewer: PUBLIC_VIEWER, limits })
    if (!(await restored.mayPublishList(parts.readers))) throw new Refusal('LIST_WITHHELD')
    const freshness = await context.load.freshness()
    const left = new AbortController()
    response.once('close', () => left.abort())
    const answer = (db: ReadHandle) => answerRows(context, db, rows, { asOf: context.today, freshness })
    const { rows: answers } = await (rows.length <= ROWS_PER_QUOTA_UNIT
      ? context.lookups.db.transaction(answer, { isolationLevel: 'repeatable read', readOnly: true })
      : parts.publicBulk.atOneInstant(left.signal, answer))
    return { rows: answers.map((one) => ('fault' in one ? { row: one } : checkedRow(one))), ...freshness }
  }

const checkedRow = ({ row, told, name }: ToldRow): CheckedRow => ({
  row,
  known: {
    uscc: told.view.uscc,
    name: told.view.name,
    status: told.view.status as 'KNOWN' | 'UNKNOWN' | 'CEASED',
    listed: told.listed,
    entries: told.listings.map(({ id, reason, publishedOn, endsOn, contested }) => {
      const uuid = readListingInGlobalId(id)
      return { id: uuid && 'uuid' in uuid ? uuid.uuid : null, reason, publishedOn, endsOn, contested }
    }),
    nameAnswer: name,
  },
})
