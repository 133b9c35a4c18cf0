import { type Request, type RequestHandler, Router } from 'express'
import {
  findFirstPublicDecision,
  findLastPublicDay,
  PUBLISHED_KINDS,
  type PublishedKind,
} from '../../domain/delivery/published-record.js'
import type { SiteClockRules } from '../../domain/listing/publication-clocks.js'
import { SEARCH_KEY_LENGTH_MOST } from '../../domain/operators/name-search.js'
import { simplifyDocumentNumber } from '../../domain/records/decision-number.js'
import type { Json, RecordBody } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { isDate, shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import { mayPublishList } from '../../store/db/restored.js'
import { type RecordCursor, type RecordSearch, readDecidedRecords } from '../../store/publication/public-records.js'
import { keyOfRecord, publicAmong } from '../../work/delivery/published-records.js'
import { BYTE_ORDER_MARK, publicCsvLine } from '../../work/publication/publish-files.js'
import {
  articleList,
  CONTESTED,
  csvLink,
  decisionLine,
  nameSearch,
  pageLinks,
  renderDate,
  select,
} from '../blacklist/page.js'
import { sendPublicCsv } from '../blacklist/result-csv.js'
import { findOperators } from '../blacklist/search.js'
import { parameterIn } from '../blacklist/search-filter.js'
import { type Html, html, linkTo, publishedText } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { sendPage } from '../frame/render-response.js'
import type { SiteDependencies } from '../frame/site-parts.js'
import { helpPath } from '../words/help-tasks.js'

const PATH = '/penalties'
const PAGE_RECORDS = 50
const STEP_ROWS = 100
/** A page reads at most this many steps; past them it is shorter and goes on. */
const STEPS_MOST = 20
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
  after: RecordCursor | null
}

interface PublicRecord extends RecordCursor {
  name: string
  code: string | null
  body: RecordBody
  until: string | null
  receivedOn: string
  contested: boolean
}

interface RecordsFound {
  records: PublicRecord[]
  next: RecordCursor | null
}

type ReadRecords = (after: RecordCursor | null) => Promise<RecordsFound>

export const penaltiesRouter = (own: SiteDependencies): Router => Router().get(PATH, showRecords(own))

const showRecords =
  (own: SiteDependencies): RequestHandler =>
  async (request, response) => {
    const asked = parse(request.query)
    const [db, now] = [own.dbOf(request), own.nowOf(request)]
    if (!(await mayPublishList(db))) throw new Refusal('LIST_WITHHELD')
    const search = await searchOf(own, db, asked, shanghaiDate(now))
    const read: ReadRecords = (after) => own.inTurn(() => readStep(db, own.rules.clocks, search, after))
    const isPlain = asked.name === '' && asked.after === null && request.query['format'] !== 'csv'
    response.set('X-Robots-Tag', isPlain ? 'noarchive, nosnippet' : 'noindex, noarchive')
    if (request.query['format'] === 'csv') {
      const csv = { name: asked.kind === 'penalty' ? 'penalties' : 'permits', lines: csvLines(asked.kind, read) }
      return sendPublicCsv({ now, slowMs: own.slowMs }, request, response, csv)
    }
    const page = recordsPage(asked, await readPage(read, asked.after), search.to)
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

const addressOf = (cursor: RecordCursor | null): string | null => cursor && `${cursor.on}_${cursor.id}`

const parametersOf = ({ kind, name, after }: RecordsAsked): Record<string, string> => ({
  ...(kind !== 'penalty' && { kind }),
  ...(name !== '' && { name }),
  after: addressOf(after) ?? '',
})

const searchOf = async (
  { inTurn, rules }: SiteDependencies,
  db: Db,
  { kind, name }: RecordsAsked,
  today: string,
): Promise<RecordSearch> => {
  const from = kind === 'penalty' ? findFirstPublicDecision(rules.clocks, today) : ''
  const number = simplifyDocumentNumber(name)
  const isNumber = NUMBER.test(number)
  const operators = name === '' || isNumber ? null : (await findOperators(db, inTurn, name)).slice(0, OPERATORS_MOST)
  return { kind, from, to: today, operators, number: isNumber ? number : null }
}

/** Other reports of a decision are dear to read, so the record itself is asked first. */
const readStep = async (
  db: Db,
  clocks: SiteClockRules,
  search: RecordSearch,
  after: RecordCursor | null,
): Promise<RecordsFound> => {
  const { kind, to: today } = search
  const rows = await readDecidedRecords(db, search, { after, first: STEP_ROWS })
  const standing = rows.flatMap((row) => {
    const until = findLastPublicDay(kind, row.body, clocks)
    const isOver = until === 'NEVER' || (until !== null && until < today)
    return isOver || row.hidden || row.objection === 'UPHELD' ? [] : [{ ...row, until }]
  })
  const known = await publicAmong(db, standing, today)
  const records = standing.flatMap((row): PublicRecord[] => {
    const record = known.get(keyOfRecord(row))
    if (record === undefined) return []
    const { operator, body } = record
    return [{ ...row, body, name: operator.name, code: operator.uscc, contested: row.objection === 'OPEN' }]
  })
  return { records, next: rows.length < STEP_ROWS ? null : (rows.at(-1) ?? null) }
}

const readPage = async (read: ReadRecords, after: RecordCursor | null): Promise<RecordsFound> => {
  let { records, next } = await read(after)
  for (let step = 1; step < STEPS_MOST && next !== null && records.length < PAGE_RECORDS; step += 1) {
    const more = await read(next)
    records = [...records, ...more.records]
    next = more.next
  }
  const shown = records.slice(0, PAGE_RECORDS)
  return { records: shown, next: records.length > PAGE_RECORDS ? (shown.at(-1) ?? null) : next }
}

const textOf = (value: Json | undefined): string => (Array.isArray(value) ? value.join('、') : String(value ?? ''))

const CSV_FIELDS: Record<PublishedKind, readonly string[]> = {
  penalty: ['document_number', 'violation', 'types', 'fine_yuan', 'confiscated_yuan', 'authority', 'source_unit'],
  permit: ['document_number', 'document_name', 'permit_number', 'content', 'valid_from', 'authority', 'source_unit'],
}

async function* csvLines(kind: PublishedKind, read: ReadRecords): AsyncGenerator<Buffer> {
  const fields = CSV_FIELDS[kind]
  const shared = ['decided_on', 'published_until', 'received_on', 'under_objection']
  yield Buffer.from(BYTE_ORDER_MARK + publicCsvLine(['name', 'code', ...fields, ...shared]))
  for (let found = await read(null); ; found = await read(found.next)) {
    const lines = found.records.map(({ name, code, body, on, until, receivedOn, contested }) =>
      publicCsvLine([name, code, ...fields.map((field) => textOf(body[field])), on, until, receivedOn, contested]),
    )
    yield Buffer.from(lines.join(''))
    if (found.next === null) return
  }
}

const recordsPage = (asked: RecordsAsked, { records, next }: RecordsFound, today: string): SitePage => {
  const parameters = parametersOf({ ...asked, after: null })
  return sitePage(
    { zh: '行政处罚和行政许可', en: 'Penalties and permits' },
    html`<p>${bilingual(`各机关报送、依法可以公示的行政处罚决定和有效的行政许可，截至 ${today}。只警告的、适用简易程序的、对自然人的不在此公示；期满、修复、撤销的当日起不再显示。`, `Penalties that agencies have reported and that the law lets be public, and permits in force, on ${today}. Warnings alone, penalties by the simple procedure and those against natural persons are not here; what has ended, was repaired or revoked is no longer shown from that day.`)}</p>
${form(asked)}
<section aria-labelledby="found">
<h2 id="found">${bilingual(KINDS[asked.kind].zh, KINDS[asked.kind].en)}</h2>
${records.length === 0 ? NOTHING[next === null ? 'end' : 'more'] : articleList(records.map((record) => recordArticle(asked.kind, record)))}
${pageLinks({ path: PATH, parameters, after: addressOf(asked.after), next: addressOf(next) })}
</section>
${records.length === 0 ? null : html`<div class="take">${csvLink(PATH, parameters)}</div>`}
${TO_OBJECT}`,
  )
}

const form = ({ kind, name }: RecordsAsked): Html =>
  html`<form action="${PATH}#found" method="get" role="search" class="search">
${nameSearch(
  name,
  bilingual('名称、统一社会信用代码或者文书号', 'Name, code or document number'),
  bilingual(
    '文书号可只写到年份，如“长市监处罚〔2026〕”。',
    'Of a document number the beginning with its year will do.',
  ),
)}
${select(
  'kind',
  { zh: '类别', en: 'Kind' },
  kind,
  PUBLISHED_KINDS.map((each) => [each, KINDS[each].zh, KINDS[each].en]),
)}
</form>`

const NOTHING = {
  end: html`<div class="empty"><p>${bilingual('没有符合条件的公示信息。查不到，不是没有违法记录的证明。', 'Nothing public was found. That is no certificate of a clean record.')}</p></div>`,
  more: html`<div class="empty"><p>${bilingual('这一段时间的决定均已不再公示，请看下一页。', 'None of the decisions of these days is public any more; see the next page.')}</p></div>`,
}

const stated = (zh: string, en: string, value: Json | undefined): Html | null =>
  textOf(value) === '' ? null : html` · ${bilingual(`${zh}：`, `${en}: `)}${publishedText(textOf(value))}`

const YUAN = /^\d+(?:\.\d+)?$/

const yuan = (zh: string, en: string, value: Json | undefined): Html | null => {
  const text = textOf(value)
  if (!YUAN.test(text)) return stated(zh, en, value)
  const amount = text.replace(/^\d+/, (whole) => BigInt(whole).toLocaleString('en'))
  return html` · ${bilingual(`${zh} ${amount} 元`, `${en} ${amount} yuan`)}`
}

const recordArticle = (kind: PublishedKind, { name, code, body, ...record }: PublicRecord) => ({
  heading: publishedText(name),
  who: html`${code && html`<code>${code}</code>`}${record.contested ? html` <strong class="contested">${CONTESTED}</strong>` : null}`,
  why: kind === 'penalty' ? penaltySaid(body) : permitSaid(body),
  by: decisionLine({
    authority: textOf(body['authority']),
    documentNumber: textOf(body['document_number']),
    decidedOn: record.on,
  }),
  when: html`${record.until === null ? bilingual('长期有效', 'without an end') : html`${kind === 'penalty' ? bilingual('公示至', 'published until') : bilingual('有效期至', 'valid until')} ${renderDate(record.until)}`}${stated('来源', 'source', body['source_unit'] ?? body['authority'])} · ${bilingual('收到', 'received')} ${renderDate(record.receivedOn)}`,
})

const penaltySaid = (body: RecordBody): Html =>
  html`${publishedText(textOf(body['violation'] ?? '—'))}${stated('处罚种类', 'kinds of penalty', body['types'])}${yuan('罚款', 'fine', body['fine_yuan'])}${yuan('没收', 'confiscated', body['confiscated_yuan'])}`

const permitSaid = (body: RecordBody): Html =>
  html`${publishedText(textOf(body['document_name'] ?? body['certificate'] ?? '—'))}${stated('许可编号', 'number', body['permit_number'])}${stated('内容', 'content', body['content'])}`

const TO_OBJECT = html`<section aria-labelledby="object">
<h2 id="object">${bilingual('有异议', 'To object')}</h2>
<p>${bilingual('信息有误的，可向所列机关或者来源单位申请更正。当事人凭登录码可在本站提出异议，核查期间予以标明；异议成立的，更正前不再公示。', 'What is wrong is corrected by the authority or the source named. The party itself can object here by its access code: an objection is marked while it is examined, and once it is upheld the record is not shown until it is corrected.')} <a href="${linkTo('/my')}">${bilingual('我的记录', 'My record')}</a> · <a href="${linkTo(helpPath('objection'))}">${bilingual('怎样提出异议', 'How to object')}</a></p>
</section>`
