import type { RuleReading } from '../../domain/calendar/rule-confirmations.js'
import { parseJsonOr } from '../../foundation/text/json.js'
import type { RuleRow, RuleTable } from '../../work/calendar/rules.js'
import { renderDate } from '../blacklist/page.js'
import { type Html, html, linkTo, onlyInEnglish, publishedText } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import {
  fieldLabel,
  fillWithN,
  isShownElsewhere,
  plainValueWords,
  RULE_SECTION_WORDS,
  RULE_TABLE_WORDS,
} from '../words/rule-words.js'

export const UNCONFIRMED_LABEL = html`<small>${bilingual('未经核实', 'unconfirmed')}</small>`
export const CONFIRMED_LABEL = html`<small>${bilingual('见于公开文本', 'found in a published text')}</small>`
const READ_LABEL = html`<small>${bilingual('由本机关两人核对原文', 'held against the published text by two persons of this office')}</small>`

const labelOf = (isConfirmed: boolean | null, reading: unknown): Html | null => {
  if (isConfirmed === null) return null
  if (!isConfirmed) return UNCONFIRMED_LABEL
  return reading === null || reading === undefined ? CONFIRMED_LABEL : READ_LABEL
}

export const ruleTablePage = ({ name, about, sections }: RuleTable): SitePage =>
  sitePage(
    { zh: `规则表：${RULE_TABLE_WORDS[name] ?? name}`, en: `Rule table ${name}` },
    html`<p>${bilingual(about.zh, about.en)}</p>
<p><a href="${linkTo('/about', {}, '#rules')}">${bilingual('全部规则表', 'All rule tables')}</a></p>
${sections.map(
  (section) => html`<section>
<h2>${bilingual(RULE_SECTION_WORDS[section.name] ?? section.name, section.name)}</h2>
${section.rows.map(ruleRow)}</section>\n`,
)}`,
  )

const ruleRow = ({ from, to: until, basis, confirmed, confirmation, fields }: RuleRow): Html =>
  html`<article class="rule"><h3>${titleOf(fields)} ${labelOf(confirmed, confirmation)}</h3>
<dl class="facts">${from !== null || until !== null ? html`<div><dt>${bilingual('施行期间', 'In force')}</dt><dd>${from === null ? '…' : renderDate(from)} – ${until === null ? '…' : renderDate(until)}</dd></div>\n` : null}${basis === null ? null : html`<div><dt>${bilingual('出处', 'Source')}</dt><dd>${publishedText(basis)}</dd></div>\n`}${confirmation && readingRows(confirmation)}${fields.map(member)}</dl></article>\n`

const member = ({ name, value }: RuleRow['fields'][number]): Html => {
  const line = html`<div><dt>${bilingual(fieldLabel(name), name)}</dt><dd>${shown(readIn(value), name)}</dd></div>\n`
  return isShownElsewhere(name) ? onlyInEnglish(line) : line
}

const plain = (value: unknown, field = ''): Html => {
  const [text, words] = [fillWithN(String(value)), plainValueWords(value, field)]
  return text === words ? publishedText(text) : bilingual(words, text)
}

const readingRows = ({ source, text, readOn }: RuleReading): Html =>
  html`<div><dt>${bilingual('核对的文本', 'Text read')}</dt><dd>${publishedText(source)}${bilingual('，', ', ')}${renderDate(readOn)}</dd></div>
<div><dt>${bilingual('条文', 'Its words')}</dt><dd>${publishedText(text)}</dd></div>\n`

const titleOf = (fields: RuleRow['fields']): Html => {
  const named = fields.find(({ name }) => name === 'zh') ?? fields.find(({ name }) => name === 'id') ?? fields[0]
  return plain(named === undefined || named.value.startsWith('{') ? '—' : named.value)
}

const readIn = (text: string): unknown => (/^[[{]/.test(text) ? parseJsonOr(text, text) : text)

const shown = (value: unknown, field = ''): Html => {
  if (Array.isArray(value)) {
    if (value.length === 0) return html`—`
    if (value.every((each) => typeof each !== 'object'))
      return html`${value.map((each, i) => html`${i === 0 ? null : bilingual('、', ', ')}${plain(each)}`)}`
    return html`<ul>${value.map((each) => html`<li>${shown(each)}</li>\n`)}</ul>`
  }
  if (typeof value !== 'object' || value === null) return plain(value ?? '—', field)
  const { mark, confirmed, confirmation, ...rest } = value as Record<string, unknown>
  const reading = confirmation as RuleReading | undefined
  const sure = typeof confirmed === 'boolean' ? confirmed : mark === undefined ? null : mark === 'F'
  return html`${Object.entries(rest).map(([name, inner]) => innerMember(name, 'file' in rest ? html`<code>${String(inner)}</code>` : shown(inner)))}${reading && html`${bilingual('核对的文本：', 'text read: ')}${publishedText(reading.source)}${bilingual('；', '; ')}`}${labelOf(sure, reading)}`
}

const innerMember = (name: string, inner: Html): Html => {
  const said = html`${bilingual(fieldLabel(name), name)}${bilingual('：', ': ')}${inner}${bilingual('；', '; ')}`
  return isShownElsewhere(name) ? onlyInEnglish(said) : said
}

export const rowCountsOf = ({ sections }: RuleTable): { rows: number; open: number } => {
  const rows = sections.flatMap((section) => section.rows)
  const open = rows.reduce(
    (sum, { confirmed, fields }) =>
      sum + (confirmed === false ? 1 : 0) + fields.reduce((all, { value }) => all + openIn(readIn(value)), 0),
    0,
  )
  return { rows: rows.length, open }
}

const openIn = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce((sum, each) => sum + openIn(each), 0)
  if (typeof value !== 'object' || value === null) return 0
  const { confirmed, mark } = value as Record<string, unknown>
  const own = typeof confirmed === 'boolean' ? !confirmed : mark === 'M'
  return (own ? 1 : 0) + Object.values(value).reduce<number>((sum, each) => sum + openIn(each), 0)
}
