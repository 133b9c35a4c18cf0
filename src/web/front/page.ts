import type { RemovalReason } from '../../domain/listing/lists.js'
import { findReasonTopics, REASON_TOPICS, type ReasonTopic } from '../../domain/listing/reason-topics.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { addMonths } from '../../foundation/time/dates.js'
import type { PublicBody } from '../../store/listing/listings.js'
import type { PublicListFigures } from '../../store/publication/public-figures.js'
import { renderEntries } from '../blacklist/page.js'
import {
  drawBarChart,
  drawChangesByMonth,
  drawInForceByMonth,
  drawPrefectureMap,
  type MonthCounts,
} from '../frame/charts.js'
import { type Html, html, linkTo, section } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { firmSearchForm } from '../frame/search-form.js'

export interface FrontContent {
  day: string
  /** 0 before the first publication. */
  sequence: number
  figures: PublicListFigures
  newest: readonly PublicBody[]
}

const MONTHS = 24

export const frontPage = (front: FrontContent): SitePage =>
  sitePage(
    { zh: '电子商务信用信息', en: 'E-commerce credit' },
    html`<p class="lead">${bilingual('本站公示本省依法列入严重失信名单的电子商务经营者：任何人可查、可核、可下载。', 'Here the e-commerce operators are published that were lawfully listed in this province: for anybody to look up, to verify, to take away.')}</p>
${firmSearchForm()}
${totals(front)}
${section('figures', '名单概况', 'The list in figures')`
<div class="charts">
${charts(front)}
</div>`}
${section('newest', '最新公示', 'Published last')`
${front.newest.length === 0 ? html`<p>${bilingual('现在没有公示中的记录。', 'No entry is published now.')}</p>` : renderEntries(front.newest)}
<p><a href="${linkTo('/blacklist')}">${bilingual('查看全部名单', 'Read the whole list')}</a></p>`}
${removalsSection(front)}
${moreLinks()}`,
  )

const totals = ({ day, figures, sequence }: FrontContent): Html => {
  const counterfeit = figures.reasons.reduce(
    (n, one) => (findReasonTopics(one.reason).includes('counterfeit') ? n + one.n : n),
    0,
  )
  const left = figures.removals.reduce((n, one) => n + one.n, 0)
  const all: (BilingualText & { n: number; path?: Html })[] = [
    { n: figures.inForce, zh: '条在公示期内', en: 'in force', path: linkTo('/blacklist') },
    {
      n: counterfeit,
      zh: '条涉假冒或商标侵权',
      en: 'for counterfeits',
      path: linkTo('/blacklist', { reason: 'counterfeit' }),
    },
    { n: figures.contested, zh: '条有异议在核', en: 'under objection', path: linkTo('/blacklist', { contested: '1' }) },
    { n: left, zh: '条已移出', en: 'have left' },
  ]
  return html`<ul class="totals">${all.map(
    ({ n, zh, en, path }) =>
      html`<li>${path ? html`<a href="${path}"><strong>${n}</strong> ${bilingual(zh, en)}</a>` : html`<strong>${n}</strong> ${bilingual(zh, en)}`}</li>`,
  )}</ul>
<p class="note">${sequence === 0 ? bilingual(`截至 ${day}；名单尚未公布过签名的一期。`, `As of ${day}; no signed sequence was published yet.`) : bilingual(`截至 ${day}，签名名单第 ${sequence} 期。`, `As of ${day}, sequence ${sequence} of the signed list.`)} <a href="${linkTo('/data', {}, '#verify')}">${bilingual('如何核验', 'How to verify it')}</a></p>`
}

const charts = ({ day, figures }: FrontContent): Html => {
  const months = monthsOf(figures.months, day)
  const counts = new Map(figures.places.flatMap(({ place, n }) => (place === null ? [] : [[place, n] as const])))
  const topics = Object.entries(REASON_TOPICS).map(([topic, { zh, en }]) => ({
    zh,
    en,
    path: linkTo('/blacklist', { reason: topic }),
    n: figures.reasons.reduce(
      (n, one) => (findReasonTopics(one.reason).includes(topic as ReasonTopic) ? n + one.n : n),
      0,
    ),
  }))
  topics.sort((a, b) => b.n - a.n)
  return html`${drawInForceByMonth(months)}
${drawPrefectureMap(counts, figures.places.find(({ place }) => place === null)?.n ?? 0)}
${drawChangesByMonth(months)}
${drawBarChart(
  'by-reason',
  { zh: '列入事由', en: 'Reasons' },
  { zh: '按事由所含字词归类，一条可属几类。', en: 'By words in the reason; an entry may be of several kinds.' },
  topics,
  { zh: '事由类别', en: 'Kind' },
)}`
}

const monthsOf = (told: PublicListFigures['months'], day: string): MonthCounts[] => {
  const known = new Map(told.map((one) => [one.month, one]))
  const months: MonthCounts[] = []
  const first = addMonths(`${day.slice(0, 7)}-01`, 1 - MONTHS).slice(0, 7)
  let inForce = told.reduce((n, { month, published, removed }) => (month < first ? n + published - removed : n), 0)
  for (let back = MONTHS - 1; back >= 0; back -= 1) {
    const month = addMonths(`${day.slice(0, 7)}-01`, -back).slice(0, 7)
    const { published = 0, removed = 0 } = known.get(month) ?? {}
    inForce += published - removed
    months.push({ month, inForce, published, removed })
  }
  return months
}

const REMOVALS: Record<RemovalReason, BilingualText> = {
  EXPIRED: { zh: '期满', en: 'term over' },
  REPAIRED: { zh: '信用修复', en: 'repaired' },
  REVOKED: { zh: '处罚被撤销', en: 'penalty revoked' },
  CORRECTED: { zh: '列入有误，已更正', en: 'listed in error' },
  CEASED: { zh: '主体已注销', en: 'firm ceased' },
}

const removalsSection = ({ figures: { removals } }: FrontContent): Html =>
  section('gone', '已移出', 'Removed')`
<p>${bilingual('移出的只计数，不再提名称。', 'Of what was removed only the number is told, and no name.')}</p>
${
  removals.length === 0
    ? html`<p>${bilingual('尚无移出。', 'None so far.')}</p>`
    : html`<ul class="totals small">${removals.map(({ reason, n }) => html`<li><strong>${n}</strong> ${bilingual(REMOVALS[reason].zh, REMOVALS[reason].en)}</li>`)}</ul>`
}`

const moreLinks = (): Html =>
  section('more', '还可以', 'You can also')`
<ul>
<li><a href="${linkTo('/data')}">${bilingual('下载名单数据并核验签名', 'Download the list as data and verify its signature')}</a></li>
<li><a href="/data/blacklist.atom">${bilingual('订阅名单变更（Atom）', 'Subscribe to its changes (Atom)')}</a></li>
<li><a href="${linkTo('/scorecard')}">${bilingual('看信用评价如何计分', 'See how credit is scored')}</a></li>
<li><a href="/graphql">${bilingual('用程序查询（GraphQL）', 'Ask by program (GraphQL)')}</a></li>
</ul>`
