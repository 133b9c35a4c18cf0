/** ARIA roles are explicit: browsers drop implicit ones when CSS turns rows into cards. */
import type { BilingualText } from '../../foundation/text/words.js'
import { type Html, html } from '../frame/html.js'
import { bilingual } from '../frame/page.js'

export type TableCell = Html | string

interface TableContent {
  caption: BilingualText
  columns: readonly BilingualText[]
  rows: readonly (readonly TableCell[])[]
  narrow?: boolean
  numbers?: boolean
}

export const bilingualTable = ({ caption, columns, rows, narrow = false, numbers = false }: TableContent): Html =>
  html`<table role="table"${narrow ? NARROW : numbers ? NUMBERS : null}>
<caption>${bilingual(caption.zh, caption.en)}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(({ zh, en }) => html`<th role="columnheader" scope="col">${bilingual(zh, en)}</th>`)}</tr></thead>
<tbody role="rowgroup">
${rows.map((cells) => html`<tr role="row">${cells.map((cell, i) => cellOf(cell, i, bilingual(columns[i]?.zh ?? '', columns[i]?.en ?? '')))}</tr>\n`)}</tbody>
</table>`

const NARROW = html` class="narrow"`
const NUMBERS = html` class="numbers"`

const cellOf = (cell: TableCell, place: number, label: Html): Html =>
  place === 0
    ? html`<th role="rowheader" scope="row" data-label="${label}">${cell}</th>`
    : html`<td role="cell" data-label="${label}">${cell}</td>`
