import { dayText } from '../blacklist/page.js'
import { minute } from '../entry/page.js'
import { type Html, html, linkTo, publishedText } from '../frame/html.js'
import { both, type SitePage } from '../frame/page.js'
import { table } from '../scorecard/card-table.js'
import { saidIn, valueIn, wordsOfField } from '../words/record-words.js'
import { row } from './file.js'
import { ownPage, PATHS, type PartyPageContext } from './frame.js'
import type { ConnectionPage, PartyAsker, PartyRecordDetail } from './questions.js'
import { ASK_KINDS, label, RECORDS, ROLES } from './words.js'

export const recordsPage = (
  own: PartyPageContext,
  { nodes, pageInfo, totalCount }: ConnectionPage<PartyRecordDetail> & { totalCount: number },
): SitePage =>
  ownPage(
    own,
    { zh: '全部信息与出处', en: 'Records and sources' },
    html`<p>${both(`共 ${totalCount} 条。有误的，请向报送单位申请更正，或在概况页对评分所依据的提出异议。`, `${totalCount === 1 ? '1 record' : `${totalCount} records`}. What is wrong is corrected by the agency that sent it; what the score rests on can be objected to in the overview.`)}</p>
${nodes.map(record)}
${more(PATHS.records, pageInfo)}`,
  )

const record = (one: PartyRecordDetail): Html => html`<article>
<h2>${label(RECORDS, one.kind)} <small>${one.validFrom && dayText(one.validFrom)}${one.validTo && html`–${dayText(one.validTo)}`}</small></h2>
<dl class="facts">
${row('信源单位', 'Agency', both(one.agencyName.zh, one.agencyName.en))}${row('得知于', 'Known since', minute(new Date(one.knownFrom)))}${row('出处', 'Source', sourceOf(one))}${row('可疑之处', 'Noticed', one.remarks.length > 0 ? publishedText(one.remarks.map(({ message }) => message).join('；')) : null)}${saidIn(one.body).map(([name, value]) => member(one.kind, name, value))}</dl>
</article>\n`

const member = (kind: string, name: string, value: unknown): Html | null => {
  const { zh, en } = wordsOfField(name)
  const [chinese, english] = [valueIn('zh', kind, value), valueIn('en', kind, value)]
  return row(zh, en, chinese === english ? publishedText(chinese) : both(chinese, english))
}

const sourceOf = ({ source: { file, page, row: line } }: PartyRecordDetail): Html =>
  html`${file === null ? both('信源单位接口', "the agency's interface") : html`<code>${file}</code>`}${page === null ? null : both(`，第 ${page} 页`, `, page ${page}`)}${both(`，第 ${line} 行`, `, row ${line}`)}`

export const askersPage = (
  own: PartyPageContext,
  { nodes, pageInfo, completeUntil }: ConnectionPage<PartyAsker> & { completeUntil: string | null },
): SitePage =>
  ownPage(
    own,
    { zh: '谁查询过', en: 'Who asked about you' },
    html`<p>${both('由新到旧。国家机关的查询依规则不告知当事人（规则见“关于”）。', 'Newest first. Of questions of state organs the rules do not let the party be told (see About).')}</p>
<p class="note">${completeUntil === null ? both('尚未编入。', 'None is entered yet.') : both(`${minute(new Date(completeUntil))} 之前的均已在内。`, `Complete until ${minute(new Date(completeUntil))}.`)}</p>
${
  nodes.length === 0
    ? html`<p>${both('没有。', 'Nobody.')}</p>`
    : table({
        caption: { zh: '查询', en: 'Questions' },
        columns: [
          { zh: '谁', en: 'Who' },
          { zh: '何时', en: 'When' },
          { zh: '角色', en: 'Role' },
          { zh: '方式', en: 'How' },
          { zh: '用途', en: 'Purpose' },
        ],
        rows: nodes.map(({ at, kind, client, role, purpose }) => [
          publishedText(client),
          minute(new Date(at)),
          label(ROLES, role),
          label(ASK_KINDS, kind),
          purpose === null ? both('未说明', 'not said') : publishedText(purpose),
        ]),
      })
}
${more(PATHS.askers, pageInfo)}`,
  )

const more = (path: string, { hasNextPage, endCursor }: ConnectionPage<unknown>['pageInfo']): Html | null =>
  hasNextPage && endCursor !== null
    ? html`<p class="pages"><a href="${linkTo(path, { after: endCursor })}">${both('下一页', 'Next page')}</a></p>`
    : null
