import { type Request, type RequestHandler, type Response, Router } from 'express'
import {
  findFirstPublicDecision,
  findLastPublicDay,
  PUBLISHED_KINDS,
  type PublishedKind,
  type PublishedRecord,
} from '../../domain/delivery/published-record.js'
import type { ClockRules } from '../../domain/listing/publication-clocks.js'
import { SEARCH_KEY_LENGTH_MOST } from '../../domain/operators/name-search.js'
import { simplifyDocumentNumber } from '../../domain/records/decision-number.js'
import type { Json, RecordBody } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { isDate, secondsUntilMidnight, shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import { mayPublishList } from '../../store/db/restored.js'
import * as publicRecords from '../../store/publication/public-records.js'
import { keyOfRecord, publicAmong } from '../../work/delivery/published-records.js'
import { BYTE_ORDER_MARK, publicCsvLine } from '../../work/publication/publish-files.js'
import { ENGLISH_LANG_INPUT, renderDate } from '../blacklist/page.js'
import { findOperators } from '../blacklist/search.js'
import { parameterIn } from '../blacklist/search-filter.js'
import { type Html, html, linkTo, publishedText } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { sendPage } from '../frame/render-response.js'
import { ReaderLeftError, sendWithTimeouts } from '../frame/response-timeout.js'
import type { SiteDependencies } from '../frame/site-parts.js'
import { helpPath } from '../words/help-tasks.js'

const PATH = '/penalties'
const PAGE_RECORDS = 50
const STEP_ROWS = 100
/** A page reads at most this many steps; past them it is shorter and goes on. */
const STEPS_MOST = 6
const OPERATORS_MOST = 50
/** A document number without its year would begin like thousands of others. */
const NUMBER = /〔\d{4}〕/
const CURSOR = /^(\d{4}-\d{2}-\d{2})_(\d{1,15})$/

const KINDS: Record<PublishedKind, BilingualText> = {
  penalty: { zh: '行政处罚', en: 'Penalties' },
  permit: { zh: '行政许可', en: 'Permits' },
}

interface RecordsAsked {
  kind: PublishedKind
  name: string
  after: publicRecords.RecordCursor | null
}

interface PublicRecord {
  id: number
  name: string
  code: string | null
  body: RecordBody
  decidedOn: string
  until: string | null
  receivedOn: string
  contested: boolean
}

interface RecordsFound {
  records: PublicRecord[]
  next: publicRecords.RecordCursor | null
}

export const penaltiesRouter = (own: SiteDependencies): Router => {
  const router = Router()
  router.get(PATH, showRecords(own))
  return router
}

const showRecords =
  (own: SiteDependencies): RequestHandler =>
  async (request, response) => {
    const asked = parse(request.query)
    const db = own.dbOf(request)
    if (!(await mayPublishList(db))) throw new Refusal('LIST_WITHHELD')
    const search = await searchOf(own, db, asked, shanghaiDate(own.nowOf(request)))
    const found = (after: RecordsAsked['after']) => own.inTurn(() => readPublic(db, own.rules.clocks, search, after))
    if (request.query['format'] === 'csv') return sendCsv(own, request, response, search, found)
    const plain = asked.name === '' && asked.after === null
    response.set('X-Robots-Tag', plain ? 'noarchive, nosnippet' : 'noindex, noarchive')
    const page = recordsPage(asked, await found(asked.after), search.to)
    sendPage(own, request, response, page, { parameters: parametersOf(asked) })
  }

const parse = (query: Request['query']): RecordsAsked => {
  const [kind, after] = [parameterIn(query, 'kind') || 'penalty', parameterIn(query, 'after')]
  const [, on = '', id = ''] = CURSOR.exec(after) ?? []
  if (!PUBLISHED_KINDS.includes(kind as PublishedKind))
    throw new Refusal('INPUT_INVALID', { reason: '没有这一类 there is no such kind' })
  if (after !== '' && !isDate(on)) throw new Refusal('INPUT_INVALID', { reason: '没有这一页 there is no such page' })
  const name = parameterIn(query, 'name').slice(0, SEARCH_KEY_LENGTH_MOST)
  return { kind: kind as PublishedKind, name, after: after === '' ? null : { on, id: Number(id) } }
}

const parametersOf = ({ kind, name, after }: RecordsAsked): Record<string, string> => ({
  ...(kind !== 'penalty' && { kind }),
  ...(name !== '' && { name }),
  ...(after && { after: `${after.on}_${after.id}` }),
})

const searchOf = async (
  { inTurn, rules }: SiteDependencies,
  db: Db,
  { kind, name }: RecordsAsked,
  today: string,
): Promise<publicRecords.RecordSearch> => {
  const from = kind === 'penalty' ? findFirstPublicDecision(rules.clocks, today) : ''
  const number = simplifyDocumentNumber(name)
  const isNumber = NUMBER.test(number)
  const operators = name === '' || isNumber ? null : (await findOperators(db, inTurn, name)).slice(0, OPERATORS_MOST)
  return { kind, from, to: today, operators, number: isNumber ? number : null }
}

const readPublic = async (
  db: Db,
  clocks: ClockRules,
  search: publicRecords.RecordSearch,
  after: RecordsAsked['after'],
): Promise<RecordsFound> => {
  const records: PublicRecord[] = []
  let next = after
  for (let step = 0; step < STEPS_MOST; step += 1) {
    const rows = await publicRecords.readDecidedRecords(db, search, { after: next, first: STEP_ROWS })
    const known = await publicAmong(db, rows, search.to)
    for (const row of rows) {
      if (records.length === PAGE_RECORDS) return { records, next }
      const record = publicOf(row, known.get(keyOfRecord(row)), search, clocks)
      if (record !== null) records.push(record)
      next = { on: row.decidedOn, id: row.id }
    }
    if (rows.length < STEP_ROWS) return { records, next: null }
  }
  return { records, next }
}

const publicOf = (
  { hidden, objection, id, decidedOn, receivedOn }: publicRecords.DecidedRecord,
  record: PublishedRecord | undefined,
  { kind, to: today }: publicRecords.RecordSearch,
  clocks: ClockRules,
): PublicRecord | null => {
  if (hidden || objection === 'UPHELD' || record === undefined) return null
  const { operator, body } = record
  const until = findLastPublicDay(kind, body, clocks)
  if (until === 'NEVER' || (until !== null && until < today)) return null
  return {
    id,
    decidedOn,
    receivedOn,
    until,
    contested: objection === 'OPEN',
    name: operator.name,
    code: operator.uscc,
    body,
  }
}

const textOf = (value: Json | undefined): string => (Array.isArray(value) ? value.join('、') : String(value ?? ''))

const CSV_FIELDS: Record<PublishedKind, readonly string[]> = {
  penalty: ['document_number', 'violation', 'types', 'fine_yuan', 'confiscated_yuan', 'authority', 'source_unit'],
  permit: ['document_number', 'document_name', 'permit_number', 'content', 'valid_from', 'authority', 'source_unit'],
}

const sendCsv = async (
  { nowOf, slowMs }: SiteDependencies,
  request: Request,
  response: Response,
  { kind, to: today }: publicRecords.RecordSearch,
  read: (after: RecordsAsked['after']) => Promise<RecordsFound>,
): Promise<void> => {
  const lines = async function* (): AsyncGenerator<Buffer> {
    const shared = ['decided_on', 'published_until', 'received_on', 'under_objection']
    yield Buffer.from(BYTE_ORDER_MARK + publicCsvLine(['name', 'code', ...CSV_FIELDS[kind], ...shared]))
    let after: RecordsAsked['after'] = null
    do {
      const { records, next }: RecordsFound = await read(after)
      const row = ({ name, code, body, decidedOn, until, receivedOn, contested }: PublicRecord): string =>
        publicCsvLine([
          ...[name, code, ...CSV_FIELDS[kind].map((field) => textOf(body[field]))],
          ...[decidedOn, until, receivedOn, contested],
        ])
      yield Buffer.from(records.map(row).join(''))
      after = next
    } while (after !== null)
  }
  const file = `attachment; filename="${kind === 'penalty' ? 'penalties' : 'permits'}-${today}.csv"`
  response.set({ 'Content-Disposition': file, 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, noarchive' })
  response.type('text/csv; charset=utf-8; header=present')
  if (request.method === 'HEAD') return void response.end()
  const bounds = { goodMs: secondsUntilMidnight(nowOf(request)) * 1_000, stalledMs: slowMs }
  await sendWithTimeouts(response, bounds, lines()).catch((error) => {
    if (!(error instanceof ReaderLeftError)) throw error
  })
}

const recordsPage = (asked: RecordsAsked, { records, next }: RecordsFound, today: string): SitePage =>
  sitePage(
    { zh: '行政处罚和行政许可', en: 'Penalties and permits' },
    html`<p>${bilingual(`各机关报送、依法可以公示的行政处罚决定和有效的行政许可，截至 ${today}。只警告的、适用简易程序的、对自然人的不在此公示；期满、修复、撤销的当日起不再显示。`, `Penalties that agencies have reported and that the law lets be public, and permits in force, on ${today}. Warnings alone, penalties by the simple procedure and those against natural persons are not here; what has ended, was repaired or revoked is no longer shown from that day.`)}</p>
${form(asked)}
<section aria-labelledby="found">
<h2 id="found">${bilingual(KINDS[asked.kind].zh, KINDS[asked.kind].en)}</h2>
${records.length === 0 ? NOTHING[next === null ? 'end' : 'more'] : html`<ol class="entries">\n${records.map((record) => html`<li>${recordItem(asked.kind, record)}</li>\n`)}</ol>`}
${pages(asked, next)}
</section>
${records.length === 0 ? null : html`<div class="take"><p><a href="${linkTo(PATH, { ...parametersOf({ ...asked, after: null }), format: 'csv' })}" download>${bilingual('下载本次结果（CSV）', 'Download what was found (CSV)')}</a></p></div>`}
${TO_OBJECT}`,
  )

const form = ({ kind, name }: RecordsAsked): Html =>
  html`<form action="${PATH}#found" method="get" role="search" class="search">
${ENGLISH_LANG_INPUT}
<div class="main"><label for="name">${bilingual('名称、统一社会信用代码或者文书号', 'Name, code or document number')}</label>
<div class="row"><input id="name" name="name" type="search" value="${name}" maxlength="${SEARCH_KEY_LENGTH_MOST}" aria-describedby="name-note" autocomplete="off">
<button>${bilingual('查询', 'Search')}</button></div>
<p id="name-note" class="note">${bilingual('文书号可只写到年份，如“长市监处罚〔2026〕”。', 'Of a document number the beginning with its year will do.')}</p></div>
<p><label for="kind">${bilingual('类别', 'Kind')}</label>
<select id="kind" name="kind">${PUBLISHED_KINDS.map((each) => html`<option value="${each}"${each === kind ? html` selected` : null}>${bilingual(KINDS[each].zh, KINDS[each].en)}</option>`)}</select></p>
</form>`

const NOTHING = {
  end: html`<div class="empty"><p>${bilingual('没有符合条件的公示信息。查不到，不是没有违法记录的证明。', 'Nothing public was found. That is no certificate of a clean record.')}</p></div>`,
  more: html`<div class="empty"><p>${bilingual('这一段时间的决定均已不再公示，请看下一页。', 'None of the decisions of these days is public any more; see the next page.')}</p></div>`,
}

const stated = (zh: string, en: string, value: Json | undefined): Html | null =>
  textOf(value) === '' ? null : html` · ${bilingual(zh, en)} ${publishedText(textOf(value))}`

const recordItem = (kind: PublishedKind, { name, code, body, ...record }: PublicRecord): Html => html`<article>
<h3>${publishedText(name)}</h3>
<p class="who">${code && html`<code>${code}</code>`}${record.contested ? html` <strong class="contested">${bilingual('有异议，正在核查', 'under objection, being examined')}</strong>` : null}</p>
<p class="why">${kind === 'penalty' ? penaltySaid(body) : permitSaid(body)}</p>
<p class="by">${publishedText(textOf(body['authority']))} · ${publishedText(textOf(body['document_number']))} · ${renderDate(record.decidedOn)}</p>
<p class="when">${record.until === null ? bilingual('长期有效', 'without an end') : html`${kind === 'penalty' ? bilingual('公示至', 'published until') : bilingual('有效期至', 'valid until')} ${renderDate(record.until)}`}${stated('来源', 'source', body['source_unit'] ?? body['authority'])} · ${bilingual('收到', 'received')} ${renderDate(record.receivedOn)}</p>
</article>`

const penaltySaid = (body: RecordBody): Html =>
  html`${publishedText(textOf(body['violation'] ?? '—'))}${stated('处罚种类', 'kinds of penalty', body['types'])}${stated('罚款（元）', 'fine (yuan)', body['fine_yuan'])}${stated('没收（元）', 'confiscated (yuan)', body['confiscated_yuan'])}`

const permitSaid = (body: RecordBody): Html =>
  html`${publishedText(textOf(body['document_name'] ?? body['certificate'] ?? '—'))}${stated('许可编号', 'number', body['permit_number'])}${stated('内容', 'content', body['content'])}`

const pages = (asked: RecordsAsked, next: RecordsAsked['after']): Html | null =>
  next === null && asked.after === null
    ? null
    : html`<nav class="pages" aria-label="${bilingual('翻页', 'Pages')}">
${asked.after && html`<a href="${linkTo(PATH, parametersOf({ ...asked, after: null }))}">${bilingual('首页', 'First page')}</a>`}
${next && html`<a rel="next" href="${linkTo(PATH, parametersOf({ ...asked, after: next }))}">${bilingual('下一页', 'Next page')}</a>`}
</nav>`

const TO_OBJECT = html`<section aria-labelledby="object">
<h2 id="object">${bilingual('有异议', 'To object')}</h2>
<p>${bilingual('信息有误的，可向所列机关或者来源单位申请更正。当事人凭登录码可在本站提出异议，核查期间予以标明；异议成立的，更正前不再公示。', 'What is wrong is corrected by the authority or the source named. The party itself can object here by its access code: an objection is marked while it is examined, and once it is upheld the record is not shown until it is corrected.')} <a href="${linkTo('/my')}">${bilingual('我的记录', 'My record')}</a> · <a href="${linkTo(helpPath('objection'))}">${bilingual('怎样提出异议', 'How to object')}</a></p>
</section>`
