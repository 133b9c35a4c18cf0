/** The published list as people read it: a table, and one page for each entry. */
import type { ListKind } from '../domain/lists.js'
import type { PublicBody } from '../store/listings.js'
import { type Html, html } from './html.js'
import { both, type Page, page } from './page.js'

export interface Shown {
  entries: readonly PublicBody[]
  total: number
  /** The name looked for; empty for all. */
  name: string
  /** The day on which the entries are in force. */
  day: string
  /** Where the next page begins; null on the last. */
  next: string | null
}

const COLUMNS = [
  { zh: '名称', en: 'Name' },
  { zh: '统一社会信用代码', en: 'Code' },
  { zh: '列入事由', en: 'Reason' },
  { zh: '决定机关', en: 'Authority' },
  { zh: '决定文号', en: 'Document' },
  { zh: '决定日期', en: 'Decided' },
  { zh: '公示日期', en: 'Published' },
  { zh: '届满日期', en: 'Ends on' },
] as const

export const listPage = ({ entries, total, name, day: asOf, next }: Shown): Page =>
  page(
    { zh: '严重失信名单', en: 'Blacklist' },
    html`<p>${both(`截至 ${asOf} 共 ${total} 条有效记录。`, `${total === 1 ? '1 entry' : `${total} entries`} in force on ${asOf}.`)}</p>
<form action="/blacklist" method="get" role="search">
<label for="name">${both('名称或统一社会信用代码', 'Name or code')}</label>
<input id="name" name="name" value="${name}" maxlength="100">
<button>${both('查询', 'Search')}</button>
</form>
${entries.length === 0 ? html`<p>${both('没有符合条件的记录。', 'There is no such entry.')}</p>` : table(entries)}
${next === null ? null : html`<p><a rel="next" href="/blacklist?${new URLSearchParams({ ...(name && { name }), after: next }).toString()}">${both('下一页', 'Next page')}</a></p>`}`,
  )

const table = (entries: readonly PublicBody[]): Html =>
  html`<table>
<thead><tr>${COLUMNS.map(({ zh, en }) => html`<th scope="col">${both(zh, en)}</th>`)}</tr></thead>
<tbody>
${entries.map((entry) => html`<tr>${cellsOf(entry).map((cell, i) => html`<td data-label="${COLUMNS[i]?.zh}">${cell}</td>`)}</tr>\n`)}
</tbody>
</table>`

const cellsOf = (entry: PublicBody): readonly (Html | string)[] => [
  html`<a href="/blacklist/${entry.id}"><bdi>${entry.name}</bdi></a>${entry.contested ? html`<br>${CONTESTED}` : null}`,
  entry.uscc === null ? '—' : html`<code>${entry.uscc}</code>`,
  entry.reason,
  entry.authority,
  entry.documentNumber,
  day(entry.decidedOn),
  day(entry.publishedOn),
  entry.endsOn === null ? '—' : day(entry.endsOn),
]

const CONTESTED = both('有异议，正在核查', 'under objection, being examined')

/** No number from memory is told as law. */
const UNCONFIRMED = html`<small>${both('（条文未经核实，以法定文本为准）', '(not confirmed: the published text of the law decides)')}</small>`

const day = (date: string): Html => html`<time datetime="${date}">${date}</time>`

/** Why, until when, and how to get off. */
export const entryPage = (entry: PublicBody, list: ListKind | undefined): Page =>
  page(
    { zh: entry.name, en: 'an entry of the blacklist' },
    html`<dl>
${COLUMNS.slice(1).map(({ zh, en }, i) => html`<dt>${both(zh, en)}</dt><dd>${cellsOf(entry)[i + 1]}</dd>\n`)}
<dt>${both('名单类别', 'List')}</dt><dd>${list ? both(list.zh, list.en) : entry.list}</dd>
<dt>${both('列入依据', 'Legal basis')}</dt><dd>${entry.basis}</dd>
${entry.contested ? html`<dt>${both('异议', 'Objection')}</dt><dd>${CONTESTED}</dd>\n` : null}${list && html`<dt>${both('移出途径', 'Ways off the list')}</dt><dd><ul>${list.removals.map(({ zh, en, mark }) => html`<li>${both(zh, en)}${mark === 'F' ? null : html` ${UNCONFIRMED}`}</li>`)}</ul></dd>`}
</dl>
<p>${both('对列入有异议的，可向上列决定机关提出。', 'Whoever disputes this entry may turn to the deciding authority named above.')}</p>`,
  )

/** Names nobody: who has left the list is no longer on it. */
export const endedPage = (): Page =>
  page(
    { zh: '该记录已结束公示', en: 'No longer published' },
    html`<p>${both('此条记录的公示已经结束，内容不再显示。', 'This entry is no longer published, and what it said is no longer shown.')}</p>`,
  )

export const frontPage = (): Page =>
  page(
    { zh: '电子商务信用信息', en: 'E-commerce credit' },
    html`<p>${both('本站公示本省依法列入严重失信名单的电子商务经营者。', 'Here the e-commerce operators are published that were lawfully listed in this province.')}</p>
<ul>
<li><a href="/blacklist">${both('查看严重失信名单', 'Read the blacklist')}</a></li>
<li><a href="/data">${both('下载名单数据', 'Download the list as data')}</a></li>
<li><a href="/scorecard">${both('查看评分卡', 'Read the scorecard')}</a></li>
<li><a href="/graphql">${both('程序接口', 'For programs: GraphQL')}</a></li>
</ul>`,
  )
