import type { BilingualText } from '../../foundation/text/words.js'
import { bilingualTable, type TableCell } from '../scorecard/card-table.js'
import { monthWords } from '../words/months.js'
import { bilingual, bilingualTexts, type Html, html, linkTo } from './html.js'
import { PREFECTURES } from './prefectures.js'

const WIDTH = 400
const HEIGHT = 180
const [HEAD, FOOT] = [18, 20]
const EDGE = 4

interface ChartFrame {
  id: string
  title: BilingualText
  says: BilingualText
  drawing: Html
  columns: readonly BilingualText[]
  rows: readonly (readonly TableCell[])[]
  height?: number
}

const chartFigure = ({ id, title, says, drawing, columns, rows, height = HEIGHT }: ChartFrame): Html =>
  html`<figure class="chart" aria-labelledby="${id}">
<figcaption><h3 id="${id}">${bilingual(title.zh, title.en)}</h3><p>${bilingual(says.zh, says.en)}</p></figcaption>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${bilingual(title.zh, title.en)}</title><desc id="${id}-desc">${bilingual(says.zh, says.en)}</desc>
${drawing}
</svg>
<details><summary>${bilingual('以表格查看', 'As a table')}<span class="unseen">${bilingual(`：${title.zh}`, `: ${title.en}`)}</span></summary>
${bilingualTable({ caption: title, columns, rows, narrow: true })}
</details>
</figure>`

export interface MonthCounts {
  month: string
  inForce: number
  published: number
  removed: number
}

const columnsOf = (count: number): { at: (place: number) => number; wide: number } => {
  const step = (WIDTH - 2 * EDGE) / Math.max(1, count)
  return { at: (place) => round(EDGE + place * step), wide: round(Math.max(1, step * 0.72)) }
}

const round = (number: number): number => Math.round(number * 10) / 10

const monthName = (month: string): Html => bilingual(monthWords(month), month)

const monthNames = (months: readonly MonthCounts[], at: (place: number) => number, y: number): Html =>
  html`${months.map(({ month }, place) => {
    const last = place === months.length - 1
    const year = month.endsWith('-01') && place > 3 && place < months.length - 4
    if (place !== 0 && !last && !year) return null
    return html`<text class="axis" x="${last ? WIDTH - EDGE : at(place)}" y="${y}"${last ? END : null}>${monthName(month)}</text>`
  })}`

const END = html` text-anchor="end"`
const MIDDLE = html` text-anchor="middle"`

const monthTable = (months: readonly MonthCounts[]): Pick<ChartFrame, 'columns' | 'rows'> => ({
  columns: bilingualTexts('月份 Month', '月末有效 In force', '新增 New', '移出 Left'),
  rows: months
    .map(({ month, inForce, published, removed }, place) => [
      place === months.length - 1
        ? html`${monthName(month)}${bilingual('（截至今日）', ' (to date)')}`
        : monthName(month),
      ...[inForce, published, removed].map(String),
    ])
    .reverse(),
})

export const drawInForceByMonth = (months: readonly MonthCounts[]): Html => {
  const most = Math.max(1, ...months.map(({ inForce }) => inForce))
  const { at, wide } = columnsOf(months.length)
  const room = HEIGHT - HEAD - FOOT
  const last = months.at(-1)
  return chartFigure({
    id: 'over-time',
    title: { zh: '名单的变化', en: 'The list over time' },
    says: {
      zh: `各月末有效条数，本月截至今日 ${last?.inForce ?? 0} 条，期间最多 ${most} 条。`,
      en: `Entries in force at the end of each month, this month as of today: ${last?.inForce ?? 0}; ${most} at most.`,
    },
    drawing: html`<line class="ground" x1="0" y1="${HEIGHT - FOOT}" x2="${WIDTH}" y2="${HEIGHT - FOOT}"/>
${months.map(({ inForce }, place) => {
  const high = round((inForce / most) * room)
  return html`<rect class="in-force" x="${at(place)}" y="${round(HEIGHT - FOOT - high)}" width="${wide}" height="${high}"/>`
})}
${last && html`<text class="figure" x="${WIDTH - EDGE}" y="${round(HEIGHT - FOOT - (last.inForce / most) * room - 5)}"${END}>${last.inForce}</text>`}
${monthNames(months, at, HEIGHT - 5)}`,
    ...monthTable(months),
  })
}

export const drawChangesByMonth = (months: readonly MonthCounts[]): Html => {
  const most = Math.max(1, ...months.flatMap(({ published, removed }) => [published, removed]))
  const { at, wide } = columnsOf(months.length)
  const room = (HEIGHT - FOOT - 8) / 2
  const middle = round(4 + room)
  const [came, left] = [sum(months.map(({ published }) => published)), sum(months.map(({ removed }) => removed))]
  return chartFigure({
    id: 'come-and-gone',
    title: { zh: '每月新增与移出', en: 'New and removed, by month' },
    says: {
      zh: `线上为新增，线下为移出：${months.length} 个月内新增 ${came} 条，移出 ${left} 条。`,
      en: `New above the line, removed below it: ${came} new and ${left} removed in ${months.length} months.`,
    },
    drawing: html`${months.map(({ published, removed }, place) => {
      const [up, down] = [round((published / most) * room), round((removed / most) * room)]
      return html`<rect class="came" x="${at(place)}" y="${round(middle - up)}" width="${wide}" height="${up}"/><rect class="left" x="${at(place)}" y="${middle}" width="${wide}" height="${down}"/>`
    })}
<line class="ground" x1="0" y1="${middle}" x2="${WIDTH}" y2="${middle}"/>
${monthNames(months, at, HEIGHT - 5)}`,
    ...monthTable(months),
  })
}

const sum = (all: readonly number[]): number => all.reduce((one, other) => one + other, 0)

export interface ChartBar extends BilingualText {
  n: number
  path: Html
}

const [BAR, NUMBERS] = [34, 348]

export const drawBarChart = (
  id: string,
  title: BilingualText,
  says: BilingualText,
  all: readonly ChartBar[],
  column: BilingualText,
): Html => {
  const most = Math.max(1, ...all.map(({ n }) => n))
  return chartFigure({
    id,
    title,
    says,
    height: Math.max(1, all.length) * BAR,
    drawing: html`${all.map(
      ({ zh, en, n }, place) => html`<text class="axis" x="0" y="${place * BAR + 12}">${bilingual(zh, en)}</text>
<rect class="in-force" x="0" y="${place * BAR + 17}" width="${round(Math.max(n === 0 ? 0 : 2, (n / most) * NUMBERS))}" height="10" rx="2"/><text class="figure" x="${round((n / most) * NUMBERS + 6)}" y="${place * BAR + 26}">${n}</text>`,
    )}`,
    columns: [column, ...bilingualTexts('条数 Entries')],
    rows: all.map(({ zh, en, n, path }) => [html`<a href="${path}">${bilingual(zh, en)}</a>`, String(n)]),
  })
}

const [TILES_ACROSS, TILE, GAP] = [5, 80, 6]
const SHADES = 5

export const drawPrefectureMap = (counts: ReadonlyMap<string, number>, elsewhere: number): Html => {
  const all = PREFECTURES.map((one) => ({ ...one, n: counts.get(one.code) ?? 0 }))
  const most = Math.max(1, ...all.map(({ n }) => n))
  const byCount = [...all].sort((a, b) => b.n - a.n)
  const [top, next] = byCount
  const isAlone = top !== undefined && top.n > (next?.n ?? 0)
  const wide = (WIDTH - (TILES_ACROSS - 1) * GAP) / TILES_ACROSS
  return chartFigure({
    id: 'by-prefecture',
    title: { zh: '各市州的有效条数', en: 'Entries in force by prefecture' },
    says: {
      zh: `方块按方位排列，颜色越深条数越多${isAlone ? `：${top.zh}最多，${top.n} 条` : ''}。`,
      en: `Tiles lie as the prefectures do, the darker the more${isAlone ? `: ${top.en} has most, ${top.n}` : ''}.`,
    },
    height: 2 * TILE + GAP,
    drawing: html`${all.map(({ tile: [column, row], zh, en, n }) => {
      const [x, y] = [round(column * (wide + GAP)), row * (TILE + GAP)]
      const shade = n === 0 ? 0 : Math.max(1, Math.ceil((n / most) * SHADES))
      return html`<g class="shade-${shade}"><rect x="${x}" y="${y}" width="${round(wide)}" height="${TILE}" rx="6"/><text class="place" x="${round(x + wide / 2)}" y="${y + 30}"${MIDDLE}>${bilingual(zh, en)}</text><text class="number" x="${round(x + wide / 2)}" y="${y + 64}"${MIDDLE}>${n}</text></g>`
    })}`,
    columns: bilingualTexts('市州 Prefecture', '条数 Entries'),
    rows: [
      ...byCount.map(({ code, zh, en, n }) => [
        html`<a href="${linkTo('/blacklist', { region: code })}">${bilingual(zh, en)}</a>`,
        String(n),
      ]),
      ...(elsewhere > 0 ? [[bilingual('未注明市州', 'No prefecture told'), String(elsewhere)]] : []),
    ],
  })
}
