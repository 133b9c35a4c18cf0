import { type RequestHandler, Router } from 'express'
import { maskName } from '../../domain/listing/masked-names.js'
import type { Json } from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import type { BilingualText } from '../../foundation/text/words.js'
import * as figures from '../../store/publication/public-figures.js'
import { listPilots, type Pilot } from '../../work/matters/figures.js'
import { UNCONFIRMED_LABEL } from '../about/rule-page.js'
import { articleList, pageLinks, renderDate } from '../blacklist/page.js'
import { parameterIn } from '../blacklist/search-filter.js'
import { html, linkTo, publishedText } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import type { PageCache } from '../frame/page-cache.js'
import { sendPage } from '../frame/render-response.js'
import type { SiteDependencies } from '../frame/site-parts.js'
import { bilingualTable } from '../scorecard/card-table.js'
import { helpPath } from '../words/help-tasks.js'

const PATH = '/pilots'
const PAGE_STANDARDS = 50
const CURSOR = /^(\d{1,10})_(\d{1,15})$/

export const pilotsRouter = (own: SiteDependencies & { cache: PageCache }): Router =>
  Router().get(PATH, showPilots(own))

const showPilots =
  (own: SiteDependencies & { cache: PageCache }): RequestHandler =>
  async (request, response) => {
    const { db, cache, inTurn, nowOf } = own
    const stamp = await cache.stamp(nowOf(request))
    const { day } = stamp
    const pilots = listPilots(day)
    const asked = parameterIn(request.query, 'region')
    const chosen = pilots.find(({ region }) => region === asked) ?? (asked === '' ? pilots[0] : undefined)
    const [after = null, operatorId = '0', id = '0'] = CURSOR.exec(parameterIn(request.query, 'after')) ?? []
    if (chosen === undefined) throw new Refusal('NOT_FOUND')
    const [counts, found] = await Promise.all([
      cache.getOrMake(stamp, 'pilots', () =>
        inTurn(() =>
          figures.readPilotFigures(
            db,
            pilots.map(({ region }) => region),
            day,
          ),
        ),
      ),
      inTurn(() =>
        figures.listDeclaredStandards(own.dbOf(request), chosen.region, {
          after: { operatorId: Number(operatorId), id: Number(id) },
          first: PAGE_STANDARDS + 1,
        }),
      ),
    ])
    const parameters = { ...(asked && { region: asked }), ...(after !== null && { after }) }
    sendPage(own, request, response, pilotsPage({ pilots, counts, chosen, found, day, after }), { parameters })
  }

interface PilotsContent {
  pilots: readonly Pilot[]
  counts: readonly figures.PilotFigures[]
  chosen: Pilot
  found: readonly figures.DeclaredStandard[]
  day: string
  after: string | null
}

const pilotsPage = ({ pilots, counts, chosen, found, day, after }: PilotsContent): SitePage => {
  const shown = found.slice(0, PAGE_STANDARDS)
  const last = found.length > PAGE_STANDARDS ? shown.at(-1) : undefined
  return sitePage(
    { zh: '试点地区', en: 'Pilot places' },
    html`<p>${bilingual(`电子商务诚信建设的试点地区。数字由本枢纽从各机关报送的信息统计，截至 ${day}，不作评比。`, `The pilot places of honest e-commerce. Counted here from what agencies have sent, on ${day}; they rank nobody.`)}</p>
${bilingualTable({ caption: { zh: '各试点地区', en: 'Each pilot place' }, columns: COLUMNS, rows: pilots.map((pilot) => figureCells(pilot, counts)) })}
<p><a href="${linkTo('/about/rules/pilots')}">${bilingual('试点的期间和出处', 'Periods and sources of the pilots')}</a> · <a href="${linkTo(helpPath('pilots'))}">${bilingual('怎样理解这些数字', 'What the figures mean')}</a></p>
<section aria-labelledby="standards">
<h2 id="standards">${bilingual(`自我声明公开的标准：${chosen.zh}`, `Standards declared by enterprises: ${chosen.en}`)}</h2>
<p>${bilingual('企业执行的标准由企业自行声明公开（《标准化法》第二十七条），本页只列现行有效的。', 'Enterprises declare the standards that they work by (Standardisation Law, article 27); only those in force stand here.')}</p>
${shown.length === 0 ? html`<div class="empty"><p>${bilingual('没有。', 'None.')}</p></div>` : articleList(shown.map(standardArticle))}
${pageLinks({ path: PATH, parameters: { region: chosen.region }, fragment: '#standards', after, next: last ? `${last.operatorId}_${last.id}` : null })}
</section>`,
  )
}

const COLUMNS: readonly BilingualText[] = [
  { zh: '地区', en: 'Place' },
  { zh: '试点起始', en: 'Pilot since' },
  { zh: '存续的经营者', en: 'Operators in being' },
  { zh: '有承诺在期的', en: 'With a commitment' },
  { zh: '承诺受过检查的', en: 'Whose commitment was checked' },
  { zh: '现行有效的自我声明标准', en: 'Declared standards in force' },
  { zh: '在严重失信名单的', en: 'On the blacklist' },
]

const figureCells = ({ region, zh, en, from, confirmed }: Pilot, counts: readonly figures.PilotFigures[]) => {
  const own = counts.find((each) => each.region === region)
  const numbers = [own?.registered, own?.committed, own?.checked, own?.standards, own?.listed]
  return [
    html`<a href="${linkTo(PATH, { region }, '#standards')}">${bilingual(zh, en)}</a>`,
    html`${renderDate(from)}${confirmed ? null : html` ${UNCONFIRMED_LABEL}`}`,
    ...numbers.map((n) => String(n ?? 0)),
  ]
}

const standardArticle = ({ name, body }: figures.DeclaredStandard) => ({
  heading: html`${publishedText(said(body['number']))} ${publishedText(said(body['name']))}`,
  who: publishedText(maskName(name) ?? ''),
  why: publishedText(productsOf(body['products'])),
  by: html`${bilingual('公开日期', 'declared')} ${renderDate(said(body['declared_on']))}`,
})

const said = (value: Json | undefined): string => (typeof value === 'string' ? value : '—')

const productsOf = (products: Json | undefined): string =>
  Array.isArray(products)
    ? products
        .map((each) => said(each !== null && typeof each === 'object' && !Array.isArray(each) ? each['name'] : each))
        .join('、')
    : '—'
