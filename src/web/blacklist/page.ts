import { REASON_TOPICS } from '../../domain/listing/reason-topics.js'
import { SEARCH_KEY_LENGTH_MOST } from '../../domain/operators/name-search.js'
import type { PublicBody } from '../../store/listing/listings.js'
import { foreignText, type Html, html, linkTo, onlyInEnglish, publishedText } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { PREFECTURES, prefectureOf } from '../frame/prefectures.js'
import { nameOfDivision } from '../words/division-names.js'
import { hasCondition, makeFilterParameters, type SearchFilter, type UrlParameters } from './search-filter.js'

export interface ListPageContent {
  asked: SearchFilter
  entries: readonly PublicBody[]
  total: number
  day: string
  next: SearchFilter['after']
  similar: boolean
  authorities: readonly string[]
}

export const listPage = (shown: ListPageContent): SitePage =>
  sitePage(
    { zh: '严重失信名单', en: 'Blacklist' },
    html`${form(shown)}
<section aria-labelledby="found">
<h2 id="found" class="count">${countLine(shown)}</h2>
${activeFilters(shown)}
${shown.similar ? SIMILAR : null}
${shown.entries.length === 0 ? noResults(shown) : renderEntries(shown.entries)}
${pages(shown)}
</section>
${shown.entries.length === 0 ? null : downloadLinks(shown)}`,
  )

const form = ({ asked, authorities }: ListPageContent): Html =>
  html`<form action="/blacklist#found" method="get" role="search" class="search">
${nameSearch(
  asked.name,
  bilingual('名称或统一社会信用代码', 'Name or code'),
  bilingual(
    '可只写几个字；错字、简称、繁体也能找到。',
    'A part will do; wrong characters, short names and Traditional script are understood.',
  ),
)}
<details${isFiltered(asked) ? html` open` : null}>
<summary>${bilingual('筛选与排序', 'Filter and sort')}</summary>
<div class="filters">
${select('reason', { zh: '列入事由', en: 'Reason' }, asked.reason, [
  ['', '全部', 'All'],
  ...Object.entries(REASON_TOPICS).map(([topic, { zh, en }]) => [topic, zh, en] as const),
])}
${select('region', { zh: '所在地', en: 'Region' }, asked.region, regions(asked.region))}
${select('authority', { zh: '决定机关', en: 'Authority' }, asked.authority, choices(asked.authority, authorities))}
${select('sort', { zh: '排序', en: 'Order' }, asked.sort, [
  ['', asked.name === '' ? '最新公示在前' : '最相近在前', asked.name === '' ? 'Newest first' : 'Best match first'],
  ...(asked.name === '' ? [] : [['newest', '最新公示在前', 'Newest first'] as const]),
  ['oldest', '最早公示在前', 'Oldest first'],
  ['ending', '最快届满在前', 'Ending soonest'],
])}
${date('from', { zh: '公示日期自', en: 'Published from' }, asked.from)}
${date('to', { zh: '公示日期至', en: 'Published until' }, asked.to)}
<p class="tick"><input id="contested" name="contested" type="checkbox" value="1"${asked.contested ? html` checked` : null}>
<label for="contested">${bilingual('只看有异议的', 'Under objection only')}</label></p>
<p><button>${bilingual('应用', 'Apply')}</button></p>
</div>
</details>
</form>`

export const nameSearch = (name: string, label: Html, note: Html): Html => html`${ENGLISH_LANG_INPUT}
<div class="main"><label for="name">${label}</label>
<div class="row"><input id="name" name="name" type="search" value="${name}" maxlength="${SEARCH_KEY_LENGTH_MOST}" aria-describedby="name-note" autocomplete="off">
<button>${bilingual('查询', 'Search')}</button></div>
<p id="name-note" class="note">${note}</p></div>`

/** Keeps `lang=en`: submitting a GET form drops the query string of its page. */
export const ENGLISH_LANG_INPUT = onlyInEnglish(html`<input type="hidden" name="lang" value="en">`)

const isFiltered = (asked: SearchFilter): boolean => hasCondition({ ...asked, name: '' }) || asked.sort !== null

type SelectOption = readonly [value: string, zh: string, en: string]

export const select = (
  name: string,
  words: { zh: string; en: string },
  chosenOne: string | null,
  all: readonly SelectOption[],
): Html =>
  html`<p><label for="${name}">${bilingual(words.zh, words.en)}</label>
<select id="${name}" name="${name}">${all.map(([value, zh, en]) => html`<option value="${value}"${value === (chosenOne ?? '') ? html` selected` : null}>${bilingual(zh, en)}</option>`)}</select></p>`

const date = (name: string, words: { zh: string; en: string }, value: string | null): Html =>
  html`<p><label for="${name}">${bilingual(words.zh, words.en)}</label>
<input id="${name}" name="${name}" type="date" value="${value ?? ''}"></p>`

const regions = (region: string | null): SelectOption[] => {
  const known: SelectOption[] = PREFECTURES.map(({ code, zh, en }) => [code, zh, en])
  const own = region !== null && !known.some(([code]) => code === region)
  return [
    ['', '全部', 'All'],
    ...known,
    ...(own ? [[region, nameOfDivision(region) ?? '其他地区', 'another region'] as const] : []),
  ]
}

const choices = (authority: string | null, authorities: readonly string[]): SelectOption[] => {
  const own = authority !== null && !authorities.includes(authority)
  return [
    ['', '全部', 'All'],
    ...(own ? [authority] : []).concat(authorities).map((each): SelectOption => [each, each, each]),
  ]
}

const countLine = ({ asked, total, day }: ListPageContent): Html => {
  const entries = total === 1 ? '1 entry' : `${total} entries`
  return hasCondition(asked)
    ? bilingual(`找到 ${total} 条，截至 ${day} 有效`, `${entries} found, in force on ${day}`)
    : bilingual(`截至 ${day} 共 ${total} 条有效记录`, `${entries} in force on ${day}`)
}

const SIMILAR = html`<p class="notice">${bilingual('没有名称完全相符的记录。以下只是名称相近，未必是您要查的企业，请核对统一社会信用代码。', 'No entry bears this name. Those below are only called something like it, and may be other firms: compare the code.')}</p>`

const activeFilters = ({ asked }: ListPageContent): Html | null => {
  if (!hasCondition(asked)) return null
  const { after: _, ...parameters } = makeFilterParameters(asked)
  const without = (name: string): UrlParameters => ({ ...parameters, [name]: '' })
  const said: Record<string, Html> = {
    ...(asked.name !== '' && { name: html`“${foreignText(asked.name)}”` }),
    ...(asked.reason && { reason: bilingual(REASON_TOPICS[asked.reason].zh, REASON_TOPICS[asked.reason].en) }),
    ...(asked.region && { region: regionSaid(asked.region) }),
    ...(asked.authority && { authority: publishedText(asked.authority) }),
    ...(asked.from && { from: bilingual(`${asked.from} 起`, `from ${asked.from}`) }),
    ...(asked.to && { to: bilingual(`${asked.to} 止`, `until ${asked.to}`) }),
    ...(asked.contested && { contested: CONTESTED }),
  }
  return html`<ul class="chosen" aria-label="${bilingual('已选条件', 'What was chosen')}">${Object.entries(said).map(
    ([name, what]) =>
      html`<li><a href="${linkTo('/blacklist', without(name))}">${what} <span class="x" aria-hidden="true">×</span><span class="unseen">${bilingual('，去掉', ', remove')}</span></a></li>`,
  )}<li><a href="${linkTo('/blacklist')}">${bilingual('全部清除', 'Clear all')}</a></li></ul>`
}

const regionSaid = (region: string): Html => {
  const place = prefectureOf(region)
  return bilingual(nameOfDivision(region) ?? '其他地区', place?.en ?? 'another region')
}

const noResults = ({ asked }: ListPageContent): Html =>
  html`<div class="empty">
<p>${bilingual('没有符合条件的记录。', 'There is no such entry.')}</p>
<ul>
${asked.name === '' ? null : html`<li>${bilingual('请核对名称或 18 位代码，或只写企业字号，不写“有限公司”。', 'Check the name or the 18 characters of the code, or write only what is the firm’s own in its name.')}</li>`}
${isFiltered(asked) ? html`<li><a href="${linkTo('/blacklist', { name: asked.name })}">${bilingual('去掉筛选条件再查', 'Search without the filters')}</a></li>` : null}
<li>${bilingual('名单只含本省依法列入并在公示期内的经营者；查不到，不是没有违法记录的证明。', 'The list holds only operators lawfully listed in this province and still published: not to be found is no certificate of a clean record.')}</li>
</ul>
</div>`

export const CONTESTED = bilingual('有异议，正在核查', 'under objection, being examined')

export const renderEntries = (entries: readonly PublicBody[]): Html => articleList(entries.map(entryItem))

interface ListArticle {
  heading: Html
  who: Html
  why: Html
  by: Html
  when?: Html
}

export const articleList = (all: readonly ListArticle[]): Html =>
  html`<ol class="entries">
${all.map(
  ({ heading, who, why, by, when }) => html`<li><article>
<h3>${heading}</h3>
<p class="who">${who}</p>
<div class="told"><p class="why">${why}</p>
${when && html`<p class="when">${when}</p>`}</div>
<p class="by">${by}</p>
</article></li>\n`,
)}</ol>`

const entryItem = (entry: PublicBody): ListArticle => {
  const place = prefectureOf(entry.region)
  return {
    heading: html`<a href="${linkTo(`/blacklist/${entry.id}`)}">${publishedText(entry.name)}</a>`,
    who: html`${entry.uscc && html`<code>${entry.uscc}</code> `}${place && bilingual(place.zh, place.en)}${entry.contested ? html` <strong class="contested">${CONTESTED}</strong>` : null}`,
    why: publishedText(entry.reason),
    by: decisionLine(entry),
    when: html`${bilingual('公示', 'published')} ${renderDate(entry.publishedOn)}${entry.endsOn && html` · ${bilingual('届满', 'ends')} ${renderDate(entry.endsOn)}`}`,
  }
}

export const decisionLine = (of: { authority: string; documentNumber: string; decidedOn: string }): Html =>
  html`${publishedText(of.authority)} · ${publishedText(of.documentNumber)} · ${renderDate(of.decidedOn)}`

export const renderDate = (date: string): Html => html`<time datetime="${date}">${date}</time>`

interface ListPlace {
  path: string
  parameters: UrlParameters
  fragment?: string
  after: string | null
  next: string | null
}

export const pageLinks = ({ path, parameters, fragment = '', after, next }: ListPlace): Html | null =>
  next === null && after === null
    ? null
    : html`<nav class="pages" aria-label="${bilingual('翻页', 'Pages')}">
${after && html`<a href="${linkTo(path, parameters, fragment)}">${bilingual('首页', 'First page')}</a>`}
${next && html`<a rel="next" href="${linkTo(path, { ...parameters, after: next }, fragment)}">${bilingual('下一页', 'Next page')}</a>`}
</nav>`

const pages = ({ asked: { after, ...asked }, next }: ListPageContent): Html | null =>
  pageLinks({
    ...{ path: '/blacklist', parameters: makeFilterParameters({ ...asked, after: null }) },
    ...{ after: after && `${after.on}_${after.id}`, next: next && `${next.on}_${next.id}` },
  })

const downloadLinks = ({ asked }: ListPageContent): Html => {
  const { after: _, ...parameters } = makeFilterParameters(asked)
  return html`<div class="take">
${csvLink('/blacklist', parameters)}
<p><a href="${linkTo('/data')}">${bilingual('整份名单，附签名与核验方法', 'The whole list, signed, and how to verify it')}</a></p>
</div>`
}

export const csvLink = (path: string, parameters: UrlParameters): Html =>
  html`<p><a href="${linkTo(path, { ...parameters, format: 'csv' })}" download>${bilingual('下载本次结果（CSV）', 'Download what was found (CSV)')}</a></p>`
