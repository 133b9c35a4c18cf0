import { may } from '../../domain/access/viewer.js'
import type { AuditLogKind, AuditRow } from '../../domain/audit/audit-log.js'
import { findAskersShownTo } from '../../domain/audit/audit-rules.js'
import { parseCode } from '../../domain/operators/codes.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import * as store from '../../store/audit/audit-log.js'
import * as operators from '../../store/operators/operators.js'
import { readerOf } from '../../work/audit/archive-files.js'
import { readAuditRules } from '../../work/audit/audit-rules.js'
import { unpackCodes } from '../../work/audit/operator-codes.js'
import { makeConnection, type PageArgs, readPageSize } from '../request/connection.js'
import { type GraphqlContext, viewerTowards } from '../request/context.js'
import { makeCursor, readAuditRowInCursor } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import type { OperatorAtTime } from '../request/operator-at-time.js'

interface AuditLogFilter {
  client?: string | null
  role?: string | null
  kind?: AuditLogKind | null
  operator?: string | null
  request?: string | null
  from?: Date | null
  until?: Date | null
}

const rowView = ({ number, at, kind, count, previous, hash, content, inFile = null }: AuditRow) => {
  const columns = content ?? inFile
  return {
    number,
    at,
    kind,
    client: columns?.client ?? null,
    role: kind === 'CUT' ? null : (columns?.role ?? null),
    agency: columns?.agency ?? null,
    purpose: columns?.purpose ?? null,
    request: columns?.request || null,
    asked: content?.asked ?? null,
    outcome: content?.outcome ?? null,
    shownCount: count,
    shown: content && unpackCodes(content.shown),
    digest: content?.digest ? Buffer.from(content.digest, 'base64').toString('hex') : null,
    previousHash: previous,
    hash,
    erased: columns === null,
    lost: content === null && inFile !== null,
  }
}

const list = async (_: unknown, args: PageArgs & { filter?: AuditLogFilter | null }, context: GraphqlContext) => {
  const { db } = context.parts
  const { from = null, until = null, ...texts } = args.filter ?? {}
  const { client = null, role = null, kind = null, operator = null, request = null } = refuseUnstorableText(texts)
  const of = operator === null ? null : await numbersOf(context, operator)
  const filter = { client, role, kind, request, from, until, operators: of }
  const found = await store.listRows(db, filter, {
    first: readPageSize(args) + 1,
    before: readAuditRowInCursor(args.after),
  })
  const rows = await readerOf(db, context.parts.archiveDir).fillAll(found)
  return makeConnection(
    rows.map((row) => rowView(row)),
    args,
    ({ number }) => makeCursor(number),
    (most) => store.countRows(db, filter, most),
  )
}

const one = async (_: unknown, { number }: { number: number }, context: GraphqlContext) => {
  if (!Number.isSafeInteger(number) || number < 1) return null
  const { db, archiveDir } = context.parts
  const rows = await store.listRowsAfter(db, number - 1, 1)
  const [found] = await readerOf(db, archiveDir).fillAll(rows.filter((row) => row.number === number))
  return found === undefined ? null : rowView(found)
}

const numbersOf = async (context: GraphqlContext, code: string): Promise<number[]> => {
  const found = parseCode(code)
  const [operator] = found === null ? [] : (await operators.operatorsByCode(context.parts.db, [found])).values()
  return operator === undefined ? [] : withParts(context, operator.id)
}

const withParts = async ({ load }: GraphqlContext, id: number): Promise<number[]> => [
  id,
  ...(await load.mergedFrom(id)).map((part) => part.id),
]

const askedBy = async ({ operator }: OperatorAtTime, args: PageArgs, context: GraphqlContext) => {
  const viewer = viewerTowards(context, operator)
  const first = readPageSize(args)
  const before = readAuditRowInCursor(args.after)
  const roles = may(viewer, 'see_askers')
    ? findAskersShownTo(readAuditRules(), viewer.role, shanghaiDate(context.now))
    : []
  const operators = await withParts(context, operator.id)
  const self = viewer.role === 'party' ? viewer.sub : null
  const page = { operators, roles, self, first: first + 1, before }
  const found = roles.length === 0 ? [] : await context.load.askings(page)
  return {
    ...makeConnection(found, args, ({ number }) => makeCursor(number)),
    completeUntil: () => (roles.length === 0 ? null : context.load.indexedUntil()),
  }
}

export const auditLogResolvers = { Query: { auditLog: list, auditLogRow: one }, Operator: { askedBy } }
