import { renderDate } from '../blacklist/page.js'
import { formatShanghaiMinute } from '../entry/page.js'
import { bilingualTexts, type Html, html, linkTo, publishedText } from '../frame/html.js'
import { bilingual, type SitePage } from '../frame/page.js'
import { bilingualTable } from '../scorecard/card-table.js'
import { nameOfDivision } from '../words/division-names.js'
import { statedFields, valueInWords, wordsOfField } from '../words/record-words.js'
import { type PartyRemark, remarkWords } from '../words/remark-words.js'
import { ROLE_WORDS } from '../words/role-words.js'
import { definitionRow } from './file.js'
import { MY_PATHS, type PartyPageContext, partyPage } from './frame.js'
import type { ConnectionPage, PartyAsker, PartyRecordDetail } from './questions.js'
import { AUDIT_KIND_WORDS, labelIn, RECORD_KIND_WORDS } from './words.js'

export const recordsPage = (
  own: PartyPageContext,
  { nodes, pageInfo, totalCount }: ConnectionPage<PartyRecordDetail> & { totalCount: number },
): SitePage =>
  partyPage(
    own,
    { zh: '全部信息与出处', en: 'Records and sources' },
    html`<p>${bilingual(`共 ${totalCount} 条。有误的，请向报送单位申请更正，或在概况页对评分所依据的提出异议。`, `${totalCount === 1 ? '1 record' : `${totalCount} records`}. What is wrong is corrected by the agency that sent it; what the score rests on can be objected to in the overview.`)}</p>
${nodes.map(record)}
${more(MY_PATHS.records, pageInfo)}`,
  )

const record = (one: PartyRecordDetail): Html => html`<article>
<h2>${labelIn(RECORD_KIND_WORDS, one.kind)} <small>${one.validFrom && renderDate(one.validFrom)}${one.validTo && html`–${renderDate(one.validTo)}`}</small></h2>
<dl class="facts">
${definitionRow('信源单位', 'Agency', bilingual(one.agencyName.zh, one.agencyName.en))}${definitionRow('入库时间', 'Known since', formatShanghaiMinute(new Date(one.knownFrom)))}${definitionRow('出处', 'Source', sourceOf(one))}${definitionRow('可疑之处', 'Noticed', one.remarks.length > 0 ? html`${one.remarks.map((remark) => html`${noticed(remark, one.feed)} `)}` : null)}${statedFields(one.body).map(([name, value]) => member(one.kind, name, value))}</dl>
</article>\n`

const noticed = (remark: PartyRemark, feed: string): Html => {
  const { zh, en } = remarkWords(remark, feed)
  return bilingual(zh, en)
}

const member = (kind: string, name: string, value: unknown): Html | null => {
  const { zh, en } = wordsOfField(name, kind)
  if ((name === 'region' || name === 'region_code') && typeof value === 'string')
    return definitionRow(zh, en, bilingual(nameOfDivision(value) ?? value, value))
  const [chinese, english] = [valueInWords('zh', kind, value), valueInWords('en', kind, value)]
  return definitionRow(zh, en, chinese === english ? publishedText(chinese) : bilingual(chinese, english))
}

const sourceOf = ({ source: { file, page, row: line } }: PartyRecordDetail): Html =>
  html`${file === null ? bilingual('信源单位接口', "the agency's interface") : html`<code>${file}</code>`}${page === null ? null : bilingual(`，第 ${page} 页`, `, page ${page}`)}${bilingual(`，第 ${line} 行`, `, row ${line}`)}`

export const askersPage = (
  own: PartyPageContext,
  { nodes, pageInfo, completeUntil }: ConnectionPage<PartyAsker> & { completeUntil: string | null },
): SitePage =>
  partyPage(
    own,
    { zh: '谁查询过', en: 'Who asked about you' },
    html`<p>${bilingual('由新到旧，不含您自己的查看。国家机关的查询依规则不告知当事人（规则见“关于”）。', 'Newest first, without your own. Of questions of state organs the rules do not let the party be told (see About).')}</p>
<p class="note">${completeUntil === null ? bilingual('尚未编入。', 'None is entered yet.') : bilingual(`${formatShanghaiMinute(new Date(completeUntil))} 之前的均已在内。`, `Complete until ${formatShanghaiMinute(new Date(completeUntil))}.`)}</p>
${
  nodes.length === 0
    ? html`<p>${bilingual('没有。', 'Nobody.')}</p>`
    : bilingualTable({
        caption: { zh: '查询', en: 'Questions' },
        columns: bilingualTexts('谁 Who', '何时 When', '角色 Role', '方式 How', '用途 Purpose'),
        rows: nodes.map(({ at, kind, client, role, purpose }) => [
          publishedText(client),
          formatShanghaiMinute(new Date(at)),
          labelIn(ROLE_WORDS, role),
          labelIn(AUDIT_KIND_WORDS, kind),
          purpose === null ? bilingual('未说明', 'not said') : publishedText(purpose),
        ]),
      })
}
${more(MY_PATHS.askers, pageInfo)}`,
  )

const more = (path: string, { hasNextPage, endCursor }: ConnectionPage<unknown>['pageInfo']): Html | null =>
  hasNextPage && endCursor !== null
    ? html`<p class="pages"><a href="${linkTo(path, { after: endCursor })}">${bilingual('下一页', 'Next page')}</a></p>`
    : null
