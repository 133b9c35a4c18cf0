import type { BilingualText } from '../../foundation/text/words.js'
import { renderDate } from '../blacklist/page.js'
import { formatShanghaiMinute } from '../entry/page.js'
import { bilingualMessage, foreignText, type Html, html, linkTo, publishedText } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { bilingualTable, type TableCell } from '../scorecard/card-table.js'
import {
  type CheckAnswer,
  type CheckedEntry,
  type CheckedRow,
  type CodeAnswer,
  describeCodeFault,
  isAnswered,
  NAME_ANSWER_WORDS,
  ROW_FAULT_WORDS,
  STATUS_WORDS,
} from './answers.js'
import { CHECKED_ROWS_MOST } from './rows.js'

export const checkPage = (text: string, refused: string | null): SitePage =>
  sitePage(
    { zh: '批量核验', en: 'Check' },
    html`<p>${bilingual(
      `查一个或一批代码是否在严重失信名单上，一次最多 ${CHECKED_ROWS_MOST} 个。无需登记。`,
      `See whether codes are on the blacklist, up to ${CHECKED_ROWS_MOST} at once. No registration.`,
    )}</p>
${refused === null ? null : html`<p class="notice" role="alert">${bilingualMessage(refused)}</p>`}
${form(text)}
${NOTHING_KEPT}
<h2>${bilingual('写法', 'How to write it')}</h2>
<ul>
<li>${bilingual('每行一个统一社会信用代码；也可从表格软件复制两列（代码、名称，先后不限）粘贴，会一并核对名称。', 'One code a line; or two columns (code and name, whichever is first) copied from a spreadsheet: names are compared too.')}</li>
<li>${bilingual('文件为 CSV 或纯文本（UTF-8、UTF-16、GBK 均可）；有表头的，须含“统一社会信用代码”列，可另有“名称”“编号”列。', 'A file is CSV or plain text (UTF-8, UTF-16 or GBK); with a heading it needs a column code, and may have name and ref.')}</li>
<li>${bilingual('自然人网店写作 shop:平台:店铺号。', 'A natural person’s shop is written shop:MARKETPLACE:ID.')}</li>
<li>${bilingual('更多的，用程序接口', 'More than that:')} <code>POST /v1/standings</code>${bilingual('，或者', ', or')} <a href="${linkTo('/data')}">${bilingual('下载整份名单', 'download the whole list')}</a>${bilingual('。', '.')}</li>
</ul>`,
  )

const NOTHING_KEPT = html`<p class="note">${bilingual('所查内容只用于当次答复，不保存、不记入日志，也不出现在网址中。', 'What you ask is used for this answer alone: it is not stored, not logged, and stands in no address.')}</p>`

const form = (
  text: string,
): Html => html`<form action="${linkTo('/check')}" method="post" enctype="multipart/form-data" class="search">
<div class="main">
<label for="codes">${bilingual('代码，每行一个', 'Codes, one a line')}</label>
<textarea id="codes" name="codes" rows="8" spellcheck="false" autocomplete="off" aria-describedby="codes-note">
${text}</textarea>
<p id="codes-note" class="note">${bilingual('或者选择文件，文件优先。', 'Or choose a file, which goes before what is pasted.')}</p>
<label for="file">${bilingual('文件（CSV 或文本）', 'File (CSV or text)')}</label>
<input id="file" name="file" type="file" accept=".csv,.txt,text/csv,text/plain">
<p class="buttons"><button>${bilingual('核验', 'Check')}</button><button name="format" value="csv" class="plain">${bilingual('核验并下载 CSV', 'Check, and get CSV')}</button></p>
</div>
</form>`

export const checkAnswerPage = (answered: CheckAnswer, text: string): SitePage => {
  const { rows } = answered
  return sitePage(
    { zh: '核验结果', en: 'Answers' },
    html`${summary(rows)}
${asOfLine(answered)}
<p class="notice">${bilingual('未查到的，不是无不良记录的证明：只说明此刻没有在此公示的有效记录；代码写错、信息尚未归集的，也查不到。', 'Not found is no certificate: it says only that no entry in force is published here now. A wrong code, or what has not been sent in yet, is not found either.')}</p>
${bilingualTable({
  caption: {
    zh: `逐条结果（${rows.length} 行）`,
    en: `Each answer (${rows.length === 1 ? '1 row' : `${rows.length} rows`})`,
  },
  columns: [
    { zh: '代码', en: 'Code' },
    { zh: '名单', en: 'List' },
    { zh: '主体', en: 'Operator' },
    { zh: '名称核对', en: 'Name asked about' },
  ],
  rows: rows.map(cells),
})}
<form action="${linkTo('/check')}" method="post" enctype="multipart/form-data">
<textarea name="codes" hidden>
${text}</textarea>
<p><button name="format" value="csv">${bilingual('下载结果（CSV）', 'Get the answers as CSV')}</button></p>
</form>
${NOTHING_KEPT}
<p><a href="${linkTo('/check')}">${bilingual('再查一批', 'Check others')}</a></p>`,
  )
}

const summary = (rows: readonly CheckedRow[]): Html => {
  const known = rows.filter(isAnswered)
  const listed = known.filter((one) => one.known.listed).length
  const unknown = known.filter((one) => one.known.status === 'UNKNOWN').length
  const figures: [number, BilingualText][] = [
    [rows.length, { zh: '行', en: rows.length === 1 ? 'row' : 'rows' }],
    [listed, { zh: '在名单上', en: 'on the blacklist' }],
    [known.length - listed, { zh: '未查到名单记录', en: 'not found on it' }],
    [unknown, { zh: '其中代码未知', en: 'of these, code unknown' }],
    [rows.length - known.length, { zh: '无法读取', en: 'not readable' }],
  ]
  return html`<ul class="totals small">${figures.map(([number, words]) => html`<li><strong>${number}</strong> ${inBoth(words)}</li>\n`)}</ul>`
}

const asOfLine = ({ asOf, stale }: CheckAnswer): Html =>
  asOf.getTime() === 0
    ? html`<p class="notice">${bilingual('名单信源尚未有一次成功归集：以下结果可能不全。', 'No feed of lists has been read in whole yet: the answers may lack entries.')}</p>`
    : html`<p>${bilingual(`信息截至 ${formatShanghaiMinute(asOf)}（北京时间）`, `True as of ${formatShanghaiMinute(asOf)} (Beijing time)`)}</p>
${stale ? html`<p class="notice">${bilingual('信息已过时：最近的归集没有按时完成，可能缺少新的变动。', 'Stale: the latest reading of a feed is overdue, and what is new may be missing.')}</p>` : null}`

const inBoth = ({ zh, en }: BilingualText): Html => bilingual(zh, en)

const cells = (one: CheckedRow): TableCell[] => {
  if (!isAnswered(one)) {
    const { row, fault } = one.row
    return [bilingual(`第 ${row} 行`, `row ${row}`), html`<strong>${inBoth(ROW_FAULT_WORDS[fault])}</strong>`, '—', '—']
  }
  const { code, name } = one.row
  const first = html`<code>${foreignText(code)}</code>`
  return [first, listCell(one.known), operatorCell(code, one.known), nameCell(name, one.known)]
}

const listCell = ({ listed, entries }: CodeAnswer): Html =>
  html`${
    listed
      ? html`<strong class="contested">${bilingual('在名单上', 'on the blacklist')}</strong>`
      : bilingual('未查到', 'not found')
  }${entries.length > 0 ? html`<ul>${entries.map(entry)}</ul>` : null}`

const entry = ({ id, reason, publishedOn, endsOn, contested }: CheckedEntry): Html => {
  const text = publishedText(reason)
  return html`<li>${id === null ? text : html`<a href="${linkTo(`/blacklist/${id}`)}">${text}</a>`} ${publishedOn && renderDate(publishedOn)}${endsOn && html`–${renderDate(endsOn)}`}${contested ? bilingual('（有异议）', '(under objection)') : null}</li>\n`
}

const operatorCell = (code: string, { name, uscc, status }: CodeAnswer): Html => {
  const wrong = status === 'UNKNOWN' ? describeCodeFault(code) : null
  return html`${name && html`${publishedText(name)} `}${uscc !== null && uscc !== code.trim() ? html`<code>${uscc}</code> ` : null}${inBoth(STATUS_WORDS[status])}${wrong && html`<br><strong>${inBoth(wrong)}</strong>`}`
}

const nameCell = (asked: string | null, { nameAnswer }: CodeAnswer): TableCell => {
  if (asked === null || nameAnswer === null) return '—'
  const words = inBoth(NAME_ANSWER_WORDS[nameAnswer])
  return html`${foreignText(asked)}${bilingual('：', ': ')}${nameAnswer === 'SAME' ? words : html`<strong>${words}</strong>`}`
}
