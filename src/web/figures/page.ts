/** Matters handed over, by kind and prefecture, without small cells. */
import { Router } from 'express'
import { groupCells, placeOfSeat } from '../../domain/matters/figure-sums.js'
import { protectIssues, type ShownTable, SMALLEST_SHOWN } from '../../domain/matters/small-cells.js'
import { Refusal } from '../../foundation/errors.js'
import { LRUCache } from '../../foundation/lru.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { Db } from '../../store/db/db.js'
import { listIssues, readIssuesOf, sumOpenedByYear } from '../../store/matters/figures.js'
import type { FigureContent, MonthIssue } from '../../work/matters/figures.js'
import { readMatterKinds } from '../../work/matters/kinds.js'
import { parameterIn } from '../blacklist/search-filter.js'
import { type Html, html, linkTo, section } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { PREFECTURES } from '../frame/prefectures.js'
import { sendPage } from '../frame/render-response.js'
import type { SiteDependencies } from '../frame/site-parts.js'
import { bilingualTable } from '../scorecard/card-table.js'
import { monthWords } from '../words/months.js'

const FIGURES_PATH = '/figures'
const ISSUES_MOST = 240
const PAGES_KEPT = 50
/** Fewer answers tell too much about each. */
const SHARE_BASE = 20

const PLACES: readonly (BilingualText & { place: string })[] = [
  ...PREFECTURES.toSorted((a, b) => (a.code < b.code ? -1 : 1)).map(({ code, zh, en }) => ({
    ...{ place: `${code}00`, zh, en },
  })),
  { place: '220000', zh: '省本级', en: 'Province' },
  { place: '', zh: '平台和外省', en: 'Elsewhere' },
]
const TOTAL = { zh: '合计', en: 'Total' }

interface MonthContent {
  issue: MonthIssue
  table: ShownTable
  kinds: FigureContent['kinds']
}

const protectMonth = (issues: readonly MonthIssue[], issue: MonthIssue): MonthContent => {
  const kinds = issues.at(-1)?.content.kinds.filter(({ seatsOnly }) => !seatsOnly) ?? []
  const tables = protectIssues(
    issues.map(({ content }) => {
      const groups = groupCells(content.cells, ({ kind, seat }) => ({ kind, place: placeOfSeat(seat) }))
      return kinds.map(({ kind }) =>
        PLACES.map(({ place }) => groups.find((one) => one.kind === kind && one.place === place)?.opened ?? 0),
      )
    }),
  )
  const table = tables[issues.indexOf(issue)] ?? { values: [], hidden: [] }
  return { issue, table, kinds }
}

const figuresTable = ({ issue, table, kinds }: MonthContent): Html => {
  const shares = groupCells(issue.content.cells, ({ kind }) => ({ kind }))
  const shareOf = (kind: string | undefined): string => {
    const { inTime = 0, late = 0, overdue = 0 } = shares.find((one) => one.kind === kind) ?? {}
    const base = inTime + late + overdue
    return base < SHARE_BASE ? '—' : `${Math.round((inTime / base) * 100)}%`
  }
  return bilingualTable({
    caption: { zh: `${monthWords(issue.month)}移交的协作事项（件）`, en: `Matters handed over in ${issue.month}` },
    numbers: true,
    columns: [{ zh: '种类', en: 'Kind' }, ...PLACES, TOTAL, { zh: '按期答复', en: 'In time' }],
    rows: table.values.map((cells, row) => [
      bilingual(kinds[row]?.zh ?? TOTAL.zh, kinds[row]?.en ?? TOTAL.en),
      ...cells.map((value, column) => (table.hidden[row]?.[column] ? HIDDEN : String(value))),
      shareOf(kinds[row]?.kind),
    ]),
  })
}

const HIDDEN = bilingual('略', 'n/s')

type Issue = Pick<MonthIssue, 'month' | 'issue'>

const issueWords = ({ month, issue }: Issue): Html =>
  issue === 1
    ? bilingual(`${monthWords(month)}，第 1 期`, `${month}, issue 1`)
    : bilingual(`${monthWords(month)}，第 ${issue} 期（更正）`, `${month}, issue ${issue} (a correction)`)

interface FiguresPage {
  shown: MonthContent | null
  issues: readonly Issue[]
  years: Awaited<ReturnType<typeof sumOpenedByYear>>
}

const figuresPage = ({ shown, issues, years }: FiguresPage): SitePage =>
  sitePage(
    { zh: '协作事项统计', en: 'Figures of cooperation' },
    html`<p class="lead">${bilingual('各机关、平台之间移交线索、要求采取措施、协查等事项的件数，每月冻结一次。', 'How many clues, directives, requests for assistance and other matters agencies and marketplaces handed to each other, frozen every month.')}</p>
${shown === null ? html`<p>${bilingual('还没有已结束月份的统计。', 'No month has been frozen yet.')}</p>` : monthSection(shown)}
${issues.length === 0 ? null : issueLinks(issues)}
${years.length === 0 ? null : yearTable(years)}`,
  )

const monthSection = (shown: MonthContent): Html => {
  const { month, issue } = shown.issue
  const before = { month, issue: String(issue - 1) }
  return html`<section aria-labelledby="month">
<h2 id="month">${issueWords(shown.issue)}</h2>
${issue > 1 ? html`<p>${bilingual('本期更正了前一期：', 'It corrects the issue before: ')}<a href="${linkTo(FIGURES_PATH, before)}">${issueWords({ month, issue: issue - 1 })}</a></p>` : null}
${figuresTable(shown)}
</section>
${section('method', '怎样统计', 'How it is counted')`
<ul>
<li>${bilingual('事项计入首次承办单位所在的市州；移交当月计一件。', 'A matter counts once, in the month of its handover, for the prefecture of its first holder.')}</li>
<li>${bilingual(`“略”：不足 ${SMALLEST_SHOWN} 件，或者能由它算出这样的数字。`, `n/s (not shown): fewer than ${SMALLEST_SHOWN}, or a number from which such a number could be worked out.`)}</li>
<li>${bilingual(`按期答复：当月应有答复的时限中按期答复的比例，不足 ${SHARE_BASE} 项的不列；依据未经核实的时限不计。`, `In time: share of the answers due that came in time, where at least ${SHARE_BASE} were; time limits whose legal source is unconfirmed are left out.`)}</li>
</ul>`}`
}

const issueLinks = (issues: readonly Issue[]): Html =>
  section('issues', '各月各期', 'Months and issues')`
<ul>${issues.map(({ month, issue }) => html`<li><a href="${linkTo(FIGURES_PATH, { month, issue: String(issue) })}">${issueWords({ month, issue })}</a></li>\n`)}</ul>`

const yearTable = (years: FiguresPage['years']): Html => {
  const nameOf = (kind: string): Html => {
    const { zh = kind, en = kind } = readMatterKinds().get(kind) ?? {}
    return bilingual(zh, en)
  }
  return section('years', '按年统计的种类', 'Kinds counted by year')`
${bilingualTable({
  caption: { zh: '只公布全年件数', en: 'Only the number of a whole year is published' },
  columns: [
    { zh: '年份', en: 'Year' },
    { zh: '种类', en: 'Kind' },
    { zh: '移交件数', en: 'Handed over' },
  ],
  rows: years.map(({ year, kind, opened }) => [
    year,
    nameOf(kind),
    opened > 0 && opened < SMALLEST_SHOWN ? HIDDEN : String(opened),
  ]),
  narrow: true,
})}`
}

const makePage = async (db: Db, wanted: Issue | undefined, issues: readonly Issue[]): Promise<SitePage> => {
  const found = wanted === undefined ? [] : await readIssuesOf<FigureContent>(db, wanted.month)
  const issue = found.find((one) => one.issue === wanted?.issue)
  const sealed = [...readMatterKinds().values()].filter(({ visibility }) => visibility === 'SEATS_ONLY')
  const years = await sumOpenedByYear(
    db,
    sealed.map(({ kind }) => kind),
  )
  return figuresPage({ shown: issue === undefined ? null : protectMonth(found, issue), issues, years })
}

export const figuresRouter = (parts: Pick<SiteDependencies, 'db' | 'demo' | 'office' | 'nowOf'>): Router => {
  const pages = new LRUCache<string, SitePage>({ max: PAGES_KEPT })
  return Router().get(FIGURES_PATH, async (request, response) => {
    const issues = await listIssues(parts.db, ISSUES_MOST)
    const [month, issue] = [parameterIn(request.query, 'month'), parameterIn(request.query, 'issue')]
    const wanted = issues.find(
      (one) => (month || issues[0]?.month) === one.month && ['', `${one.issue}`].includes(issue),
    )
    if (wanted === undefined && (issues.length > 0 || month !== ''))
      throw new Refusal('FIGURES_UNKNOWN', { month: month.slice(0, 'YYYY-MM'.length) })
    const key = JSON.stringify([wanted, issues])
    const page = pages.get(key) ?? (await makePage(parts.db, wanted, issues))
    pages.set(key, page)
    sendPage(parts, request, response, page, { parameters: { month, issue } })
  })
}
