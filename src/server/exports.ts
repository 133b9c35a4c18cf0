/** Rows come from GraphQL as the person's own questions, each page audited. */
import type { Request, RequestHandler } from 'express'
import type { GraphqlEndpoint } from '../api/graphql/execution.js'
import { writeAuditRow } from '../api/request/audit-rows.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { getRequestContext } from '../api/request/request-context.js'
import type { Viewer } from '../domain/access/viewer.js'
import { isRefusalCode, Refusal } from '../foundation/errors.js'
import { makeTextWorkbook } from '../foundation/text/xlsx.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import { type ExportWords, makeExportRow, writeExportQuery } from '../web/exports/rows.js'
import { EXPORT_TABLES, type ExportTable } from '../web/exports/tables.js'
import { BYTE_ORDER_MARK, publicCsvLine } from '../work/publication/publish-files.js'

export const EXPORT_ROWS_MOST = 10_000
const PAGE_ROWS = 100
const COLUMN_CHARACTERS = 20
const TYPES = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8; header=present',
} as const
type ExportFormat = keyof typeof TYPES

interface ExportRequest {
  list: string
  table: ExportTable
  format: ExportFormat
  variables: Record<string, unknown>
}

type SignedIn = (request: Request) => Promise<Viewer>

export const makeExportHandler =
  (
    parts: ApiDependencies,
    { ask, labelOf }: Pick<GraphqlEndpoint, 'ask' | 'labelOf'>,
    signedIn: SignedIn,
  ): RequestHandler =>
  async (request, response) => {
    const viewer = await signedIn(request)
    const { list, table, format, variables } = readExportRequest(request.body)
    const asked = getRequestContext(request)
    const words = makeExportWords(parts, labelOf)
    const rows = []
    for await (const node of readNodes(
      (page) => ask(asked, viewer, { query: writeExportQuery(table), variables: page }),
      { table, variables },
    ))
      rows.push(makeExportRow(table.columns, node, words))
    const titles = table.columns.map(({ title }) => title)
    const content =
      format === 'xlsx'
        ? makeTextWorkbook([titles, ...rows], table.title, COLUMN_CHARACTERS)
        : writeCsv([titles, ...rows])
    await signedIn(request)
    await writeAuditRow(parts, asked, viewer, {
      kind: 'FILE',
      asked: `POST /desk/export ${list}.${format} ${rows.length} ${JSON.stringify(variables)}`,
      content,
    })
    const name = encodeURIComponent(`${table.title}-${shanghaiDate(asked.now)}.${format}`)
    response
      .set({
        'Content-Type': TYPES[format],
        'Content-Disposition': `attachment; filename*=UTF-8''${name}`,
        'Export-Rows': String(rows.length),
      })
      .send(content)
  }

const readExportRequest = (body: unknown): ExportRequest => {
  const { list, format, variables = {} } = (body ?? {}) as Record<string, unknown>
  const table = typeof list === 'string' && Object.hasOwn(EXPORT_TABLES, list) ? EXPORT_TABLES[list] : undefined
  const isFormat = format === 'xlsx' || format === 'csv'
  if (table === undefined || !isFormat || typeof variables !== 'object' || variables === null)
    throw new Refusal('INPUT_INVALID', { reason: '未知的列表或者格式 unknown list or format' })
  const given = Object.entries(variables).filter(([name]) => Object.hasOwn(table.args, name))
  return { list: String(list), table, format, variables: Object.fromEntries(given) }
}

interface AnsweredPage {
  // biome-ignore lint/suspicious/noExplicitAny: a page has the shape of its question
  data: any
  errors: Awaited<ReturnType<GraphqlEndpoint['ask']>>['errors']
}

async function* readNodes(
  askPage: (variables: Record<string, unknown>) => Promise<AnsweredPage>,
  { table, variables }: Pick<ExportRequest, 'table' | 'variables'>,
): AsyncIterable<unknown> {
  let rows = 0
  for (let after: string | null = null; ; ) {
    const { data, errors } = await askPage({ ...variables, first: PAGE_ROWS, after, counted: after === null })
    const page = data?.[table.field]
    if (page == null) throw refusalOf(errors)
    if (table.isWhole === true) return yield* page
    rows += page.nodes.length
    const there = Math.max(rows, page.totalCount ?? 0)
    if (there > EXPORT_ROWS_MOST) throw new Refusal('EXPORT_TOO_LARGE', { rows: there, most: EXPORT_ROWS_MOST })
    yield* page.nodes
    if (!page.pageInfo.hasNextPage) return
    after = page.pageInfo.endCursor
  }
}

const refusalOf = ([error]: AnsweredPage['errors']): Error => {
  const { code, details = {} } = (error?.extensions ?? {}) as { code?: string; details?: Refusal['details'] }
  if (code !== undefined && isRefusalCode(code)) return new Refusal(code, details)
  if (code === 'BAD_USER_INPUT') return new Refusal('INPUT_INVALID', { reason: '筛选条件有误 the filter is wrong' })
  return new Error(`an export broke: ${error?.message ?? 'no page'}`)
}

export const makeExportWords = (
  { agencies, platforms }: ApiDependencies,
  labelOf: ExportWords['labelOf'],
): ExportWords => {
  const feeds = new Map(agencies.flatMap((agency) => agency.watched.map(({ id, title }) => [id, title.zh])))
  const names = new Map(platforms.map(({ id, name }) => [id, name.zh]))
  return { labelOf, feedName: (id) => feeds.get(id) ?? id, platformName: (id) => names.get(id) ?? id }
}

const writeCsv = (rows: readonly (readonly (string | number | null)[])[]): string =>
  BYTE_ORDER_MARK + rows.map(publicCsvLine).join('')
