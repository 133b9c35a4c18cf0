import { FACT_FAMILIES, FACTS, type FactName, type OperatorKind } from '../../domain/records/facts.js'
import { readCardText, SCORING_METHOD } from '../../domain/scoring/method.js'
import {
  type BinRule,
  type Dimension,
  findTopScore,
  type Scorecard,
  type ScoreRule,
  type UnitRule,
} from '../../domain/scoring/scorecard.js'
import { type BilingualText, splitLanguages } from '../../foundation/text/words.js'
import { bilingualParagraphs, Html, html, linkTo, publishedText } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { bilingualTable, type TableCell } from './card-table.js'

export interface CardContent {
  card: Scorecard
  hash: string
  inForce: boolean
  day: string
  adoptions: readonly { version: string; effectiveOn: string; decidedOn: string }[]
  versions: readonly string[]
}

export const cardPage = (shown: CardContent): SitePage => {
  const { card } = shown
  return sitePage(
    card.name,
    html`${head(shown)}
<nav class="within" aria-label="${bilingual('本页内容', 'On this page')}"><ul>
${SECTIONS.map(([id, words]) => html`<li><a href="#${id}">${said(words)}</a></li>\n`)}</ul></nav>
${SECTIONS.map(
  ([id, words, content]) => html`<section aria-labelledby="${id}">
<h2 id="${id}">${said(words)}</h2>
${content(shown)}
</section>\n`,
)}`,
  )
}

const words = (zh: string, en: string): BilingualText => ({ zh, en })
const said = ({ zh, en }: BilingualText): Html => bilingual(zh, en)
const titleIn = (title: string): Html => publishedText(splitLanguages(title).zh)
const code = (text: string): Html => html`<code>${text}</code>`
const listed = (items: readonly TableCell[]): Html => html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`

const head = ({ card, hash, inForce, day }: CardContent): Html =>
  html`<p class="state">${
    inForce
      ? bilingual(`现行评分卡（${day}）。`, `The card in force on ${day}.`)
      : bilingual(`并非现行评分卡（${day}），仅供查阅。`, `Not in force on ${day}; shown for reference.`)
  }</p>
<dl class="facts">
<div><dt>${bilingual('版本', 'Version')}</dt><dd>${code(card.version)}</dd></div>
<div><dt>SHA-256</dt><dd class="hash">${code(hash)}</dd></div>
<div><dt>${bilingual('评分卡全文（规范 JSON）', 'The whole card (canonical JSON)')}</dt><dd><a href="/scorecard/${card.version}.json">/scorecard/${card.version}.json</a></dd></div>
</dl>`

const about = ({ card }: CardContent): Html =>
  html`${bilingualParagraphs(readCardText(card.about.zh), card.about.en)}
<p><strong>${bilingual('本卡的分值、时限和等级线为本枢纽的建议，并非所依标准的规定。', 'The points, windows and grade lines of this card are a proposal of this hub, not of the standards that it rests on.')}</strong></p>
<p><strong>${bilingual('评分本身从不构成列入任何名单的依据。', 'A score is never a ground for any listing.')}</strong></p>
<h3>${bilingual('参照', 'It rests on')}</h3>
${listed(card.restsOn.map(titleIn))}`

const grades = ({ card }: CardContent): Html =>
  html`<p>${bilingual(`基础分：${card.base} 分。`, `Base: ${card.base} points.`)}</p>
${bilingualTable({
  caption: words('等级线', 'Grade lines'),
  columns: [words('等级', 'Grade'), words('分值', 'Value'), words('含义', 'Meaning')],
  rows: card.grades.map((line) => [line.grade, `${line.from}–${findTopScore(line.grade, card.grades)}`, said(line)]),
  narrow: true,
})}`

const rules = ({ card }: CardContent): Html => html`${card.dimensions.map((dimension) => dimensionOf(dimension, card))}`

const dimensionOf = (dimension: Dimension, card: Scorecard): Html => {
  const own = card.rules.filter((rule) => rule.dimension === dimension.id)
  const capped = card.vetoes.filter((veto) => veto.dimension === dimension.id)
  return html`<h3 id="dimension-${dimension.id}">${bilingual(readCardText(dimension.zh), dimension.en)}</h3>
${dimension.publicCredit ? null : html`<p>${bilingual('不属于公共信用信息：单独展示，不计分。', 'Not public-credit information: shown apart, moves no points.')}</p>`}
${own.length === 0 ? html`<p>${bilingual('本维度没有计分规则。', 'No rule of this dimension moves points.')}</p>` : null}
${own.map((rule) => ruleOf(rule))}
${capped.length === 0 ? null : html`<p>${bilingual('本维度另有封顶：', 'This dimension has vetoes as well:')} ${capped.map(({ id }, i) => html`${i === 0 ? null : '、'}<a href="#rule-${id}">${code(id)}</a>`)}</p>`}`
}

const ruleOf = (rule: ScoreRule): Html => html`<div class="rule" id="rule-${rule.id}">
${rule.kind === 'units' ? unitTable(rule) : binTable(rule)}
<dl class="notes">
<dt>${bilingual('规则编号', 'Rule')}</dt><dd>${code(rule.id)}</dd>
${rule.kind === 'units' ? capOf(rule) : html`<dt>${bilingual('时限', 'Window')}</dt><dd>${days(rule.windowDays)}</dd>`}
<dt>${bilingual('适用主体', 'Applies to')}</dt><dd>${kindsOf(rule.operators)}</dd>
<dt>${bilingual('依据', 'Legal basis')}</dt><dd>${listed(rule.legalBasis.map(titleIn))}</dd>
</dl>
</div>\n`

const factOf = (fact: FactName): Html => html`${said(FACTS[fact])} ${code(fact)}`

const signed = (points: number): string => (points > 0 ? `+${points}` : String(points).replace('-', '−'))

const days = (window: number | null): Html =>
  window === null
    ? bilingual('不设，以事实存续为准', 'none: while the fact stands')
    : bilingual(`${window} 日`, `${window} days`)

const unitTable = (rule: UnitRule): Html => {
  const halves = rule.units.some(({ halvesEveryDays = null }) => halvesEveryDays !== null)
  return bilingualTable({
    caption: words('按件计分', 'Points for each'),
    columns: [
      words('事实', 'Fact'),
      words('每件分值', 'Points each'),
      words('时限', 'Window'),
      ...(halves ? [words('减半', 'Halving')] : []),
    ],
    rows: rule.units.map((unit) => [
      factOf(unit.fact),
      signed(unit.points),
      days(unit.windowDays),
      ...(halves ? [halving(unit)] : []),
    ]),
  })
}

const halving = ({ halvesEveryDays = null }: UnitRule['units'][number]): Html =>
  halvesEveryDays === null
    ? bilingual('不减半', 'never')
    : bilingual(`每满 ${halvesEveryDays} 日`, `every ${halvesEveryDays} days`)

const capOf = ({ cap }: UnitRule): Html =>
  html`<dt>${bilingual('累计上限', 'Cap of the rule')}</dt><dd>${cap === null ? bilingual('不设', 'none') : bilingual(`${signed(cap)} 分`, `${signed(cap)} points`)}</dd>\n`

const binTable = (rule: BinRule): Html => {
  const inYears = FACTS[rule.fact].nature === 'since'
  const { zh, en } = FACTS[rule.fact]
  return bilingualTable({
    caption: words(`${zh}，分档计分`, `${en}, by bins`),
    columns: [inYears ? words('整年数', 'Full years') : words('数量', 'How many'), words('分值', 'Points')],
    rows: rule.bins.map((bin) => [range(bin), signed(bin.points)]),
    narrow: true,
  })
}

const range = ({ from, to }: BinRule['bins'][number]): Html | string => {
  if (to === null) return bilingual(`${from} 及以上`, `${from} or more`)
  return from === to ? String(from) : `${from}–${to}`
}

const KINDS: Record<OperatorKind, BilingualText> = {
  enterprise: words('企业', 'enterprises'),
  individual: words('个体工商户', 'individual businesses'),
  cooperative: words('农民专业合作社', 'cooperatives'),
  other: words('其他组织', 'other bodies'),
  shop: words('自然人网店', "natural persons' shops"),
}

const kindsOf = (kinds: readonly OperatorKind[] | undefined): Html =>
  kinds === undefined
    ? bilingual('全部', 'all')
    : bilingual(kinds.map((kind) => KINDS[kind].zh).join('、'), kinds.map((kind) => KINDS[kind].en).join(', '))

const vetoes = ({ card }: CardContent): Html =>
  html`<p>${bilingual('事实存续期间，分值不高于所列等级的最高分。', 'While the fact stands, the value is at most the highest of the grade named.')}</p>
${bilingualTable({
  caption: words('封顶', 'Vetoes'),
  columns: [words('规则', 'Rule'), words('事实', 'Fact'), words('最高', 'At most'), words('依据', 'Legal basis')],
  rows: card.vetoes.map((veto) => [
    html`<span id="rule-${veto.id}">${code(veto.id)}</span>`,
    factOf(veto.fact),
    bilingual(
      `${veto.grade} 级，${findTopScore(veto.grade, card.grades)} 分`,
      `grade ${veto.grade}, ${findTopScore(veto.grade, card.grades)} points`,
    ),
    listed(veto.legalBasis.map(titleIn)),
  ]),
})}`

const missing = ({ card }: CardContent): Html =>
  html`<p>${bilingual('没有的信息从不当作零：写明缺失，不加分也不扣分。', 'What is missing is never taken for zero: it is said, and moves no points.')}</p>
${bilingualTable({
  caption: words('信息缺失时', 'Where data is missing'),
  columns: [
    words('信息类别', 'Family of facts'),
    words('何时为缺失', 'Missing when'),
    words('所示文字', 'What is said'),
  ],
  rows: card.missing.map((each) => [
    html`${said(FACT_FAMILIES[each.family])} ${code(each.family)}`,
    FACT_FAMILIES[each.family].whenAbsent === 'none'
      ? bilingual('没有来源；有来源而无记录即为没有', 'no source; nothing told by a source means none')
      : bilingual('没有来源，或来源中没有该主体', 'no source, or nothing of this operator in it'),
    said(each),
  ]),
})}`

const OPENS = {
  lead: words('一条线索，由工作人员核查', 'a lead, for an officer to look into'),
  watch: words('内部关注名单中的一条', 'an entry of the internal watch list'),
} as const

const lines = ({ card }: CardContent): Html =>
  html`<p>${bilingual('跌破下列分值时，只开启核查；评分从不构成列入名单的依据。', 'Falling below a value opens an inquiry and no more: a score is never a ground for a listing.')}</p>
${
  card.lines.length === 0
    ? html`<p>${bilingual('本卡未设线。', 'This card has no lines.')}</p>`
    : bilingualTable({
        caption: words('线', 'Lines'),
        columns: [words('分值低于', 'Value below'), words('开启', 'Opens')],
        rows: card.lines.map(({ below, opens }) => [String(below), said(OPENS[opens])]),
        narrow: true,
      })
}`

const sum = (): Html =>
  html`<ol>${SCORING_METHOD.steps.map((step) => html`<li><p>${withCodes(step)}</p></li>\n`)}</ol>
<h3>${bilingual('哈希', 'Hashes')}</h3>
<p>${said(SCORING_METHOD.canonicalJson)}</p>
${listed([said(SCORING_METHOD.cardHash), withCodes(SCORING_METHOD.factsHash)])}`

const CODES = {
  zh: /\b((?!JSON|SHA)[A-Z]{3,}|[a-z]\w+(?:: \w+)?)\b/,
  en: /\b((?!JSON|SHA)[A-Z]{3,})\b/,
}

const withCodes = (words: BilingualText): Html =>
  new Html((lang) =>
    html`${words[lang].split(CODES[lang]).map((part, i) => (i % 2 ? code(part) : part))}`.written(lang),
  )

const history = ({ card, adoptions, versions }: CardContent): Html =>
  html`${
    adoptions.length === 0
      ? html`<p>${bilingual('尚无采用记录：最初的评分卡无须采用即为现行。', 'No adoption so far: the first card is in force without one.')}</p>`
      : bilingualTable({
          caption: words('采用（由两人先后作出）', 'Adoptions, each by two people'),
          columns: [words('版本', 'Version'), words('施行日', 'In force from'), words('决定日', 'Decided on')],
          rows: adoptions.map((each) => [
            html`<a href="${linkTo(`/scorecard/${each.version}`)}">${each.version}</a>`,
            each.effectiveOn,
            each.decidedOn,
          ]),
          narrow: true,
        })
  }
<p>${bilingual('已知版本：', 'Versions known:')}</p>
${listed(versions.map((version) => (version === card.version ? html`<span aria-current="page">${version}</span>` : html`<a href="${linkTo(`/scorecard/${version}`)}">${version}</a>`)))}`

const SECTIONS: readonly [string, BilingualText, (shown: CardContent) => Html][] = [
  ['about', words('这是什么', 'What it is'), about],
  ['grades', words('基础分与等级', 'Base and grades'), grades],
  ['rules', words('各维度的规则', 'The rules of each dimension'), rules],
  ['vetoes', words('封顶', 'Vetoes'), vetoes],
  ['missing', words('信息缺失', 'Missing data'), missing],
  ['lines', words('线索与关注', 'Leads and watch'), lines],
  ['sum', words('如何算出分值', 'How the sum is made'), sum],
  ['history', words('采用记录与版本', 'Adoptions and versions'), history],
]
