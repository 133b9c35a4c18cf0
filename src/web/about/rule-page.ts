import { parseJsonOr } from '../../foundation/text/json.js'
import type { RuleRow, RuleTable } from '../../work/calendar/rules.js'
import { renderDate } from '../blacklist/page.js'
import { type Html, html, inPageLanguage, linkTo, publishedText } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'

export const UNCONFIRMED_LABEL = html`<small>${bilingual('未经核实', 'unconfirmed')}</small>`
export const CONFIRMED_LABEL = html`<small>${bilingual('见于公开文本', 'found in a published text')}</small>`

export const ruleTablePage = ({ name, about, sections }: RuleTable): SitePage =>
  sitePage(
    { zh: `规则表 ${name}`, en: 'rule table' },
    html`<p>${bilingual(about.zh, about.en)}</p>
<p><a href="${linkTo('/about', {}, '#rules')}">${bilingual('全部规则表', 'All rule tables')}</a></p>
${sections.map(
  (section) => html`<section>
<h2><code>${section.name}</code></h2>
${section.rows.map(ruleRow)}</section>\n`,
)}`,
  )

const ruleRow = ({ from, to: until, basis, confirmed, fields }: RuleRow): Html =>
  html`<article class="rule"><h3>${titleOf(fields)} ${confirmed === null ? null : confirmed ? CONFIRMED_LABEL : UNCONFIRMED_LABEL}</h3>
<dl class="facts">${from !== null || until !== null ? html`<div><dt>${bilingual('施行期间', 'In force')}</dt><dd>${from === null ? '…' : renderDate(from)} – ${until === null ? '…' : renderDate(until)}</dd></div>\n` : null}${basis === null ? null : html`<div><dt>${bilingual('出处', 'Source')}</dt><dd>${publishedText(basis)}</dd></div>\n`}${fields.map((field) => html`<div><dt><code>${field.name}</code></dt><dd>${shown(readIn(field.value))}</dd></div>\n`)}</dl></article>\n`

const titleOf = (fields: RuleRow['fields']): Html => {
  const named = fields.find(({ name }) => name === 'zh') ?? fields.find(({ name }) => name === 'id') ?? fields[0]
  return publishedText(named === undefined || named.value.startsWith('{') ? '—' : named.value)
}

const readIn = (text: string): unknown => (/^[[{]/.test(text) ? parseJsonOr(text, text) : text)

const shown = (value: unknown): Html => {
  if (Array.isArray(value)) {
    if (value.length === 0) return html`—`
    if (value.every((each) => typeof each !== 'object')) return publishedText(value.join('、'))
    return html`<ul>${value.map((each) => html`<li>${shown(each)}</li>\n`)}</ul>`
  }
  if (typeof value !== 'object' || value === null) return publishedText(value === null ? '—' : String(value))
  const { mark, confirmed, ...rest } = value as Record<string, unknown>
  const sure = typeof confirmed === 'boolean' ? confirmed : mark === undefined ? null : mark === 'F'
  return html`${Object.entries(rest).map(([name, member]) => html`<code>${name}</code>${inPageLanguage('：', ': ')}${shown(member)}${inPageLanguage('；', '; ')}`)}${sure === null ? null : sure ? CONFIRMED_LABEL : UNCONFIRMED_LABEL}`
}

/** `open` counts the rows, nested ones included, that were not found in a published text. */
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
