/** Renders a document as a printable A4 page: escaped, self-contained, without script. */
import { hash } from 'node:crypto'
import {
  BLANK_PATTERN,
  type DocumentPrinter,
  type DocumentSource,
  type DocumentTemplate,
  type FilledDocument,
  fillTemplate,
  formatChineseDate,
  type MissingBlank,
} from '../../domain/listing/documents.js'
import { containDirection, mayChangeTextDirection } from '../../foundation/text/bidi.js'
import { escapeHtml } from '../frame/html.js'
import { composeDocumentPaper } from './paper.js'

const STYLE = `
@page { size: A4; margin: 37mm 26mm 35mm 28mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 210mm; padding: 1rem; font: 16pt/1.75 FangSong, STFangsong, "Noto Serif CJK SC", SimSun, serif; color: #000; background: #fff; overflow-wrap: anywhere; }
header p, h1, .number { text-align: center; margin: 0 0 .5rem; }
h1 { font-size: 22pt; line-height: 1.4; font-weight: 700; }
h2 { font-size: 16pt; margin: 1rem 0 .25rem; break-after: avoid; }
p { margin: 0 0 .4rem; text-indent: 2em; }
header p, .head p, .number, .sign p, .note p { text-indent: 0; }
ol { margin: 0 0 .4rem; padding-left: 3em; }
.blank { display: inline-block; min-width: 6em; border-bottom: 1px solid #000; text-indent: 0; }
.blank small { font-size: 10pt; color: #555; }
.sign { margin-top: 2rem; text-align: right; break-inside: avoid; }
.draft { font-size: 10pt; color: #555; text-indent: 0; }
.note { border: 2px solid #a40; padding: .75rem; margin: 0 0 1.5rem; font: 12pt/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; }
@media print { .note { display: none; } body { max-width: none; padding: 0; } }
`.trim()

/** CSP source of the style. A page that frames a document must allow it too. */
export const DOCUMENT_STYLE_CSP_SOURCE = `'sha256-${hash('sha256', STYLE, 'base64')}'`

const POLICY = `default-src 'none'; style-src ${DOCUMENT_STYLE_CSP_SOURCE}; form-action 'none'; base-uri 'none'`

export const printDocument: DocumentPrinter = (template, of, reader) => {
  const filled = fillTemplate(template, of)
  const title = plainOf(template.title, filled)
  const ofParty = template.signer === 'PARTY'
  const article = reader === 'PARTY' && !ofParty ? signedNoticeOf(title, of) : articleOf(template, of, filled)
  const note = reader === 'OFFICER' ? noteOf(filled.missing) : ''
  const paper = (madeAt: Date) => composeDocumentPaper(template, of, madeAt)
  return { title, html: pageOf(title, note, article), sha256: hash('sha256', article), missing: filled.missing, paper }
}

/** A party reads the signed copy, never a draft: this page only says which paper that is. */
const signedNoticeOf = (title: string, { issued }: DocumentSource): string => `<article>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="number">${escapeHtml(issued?.number ?? '')}</p>
</header>
<p>${issued ? `${escapeHtml(formatChineseDate(issued.issuedOn))}出具。` : ''}文书以签章件为准，请在“我的记录”下载。</p>
</article>`

const articleOf = (template: DocumentTemplate, of: DocumentSource, filled: FilledDocument): string => {
  const ofParty = template.signer === 'PARTY'
  const labels: Labels = { of: template.blanks, prefix: ofParty ? '' : '手填：' }
  const line = (text: string): string => lineOf(text, filled, labels)
  const paragraphs = (texts: readonly string[]): string =>
    texts.map((text) => paragraphOf(text, filled, labels)).join('\n')
  return `<article>
<header>
${ofParty ? '' : `<p>${line('{{authority}}')}</p>`}
<h1>${line(template.title)}</h1>
${ofParty ? '' : `<p class="number">${line('{{number}}')}</p>`}
</header>
<div class="head">
${paragraphs(template.head)}
</div>
${paragraphs(template.opening)}
${template.sections.map(({ heading, text }) => `<section>\n<h2>${line(heading)}</h2>\n${paragraphs(text)}\n</section>`).join('\n')}
${paragraphs(template.closing)}
<div class="sign">
<p>${ofParty ? `申请人（签字或者盖章）：${line('{{party}}')}` : `${line('{{authority}}')}（印章）`}</p>
<p>${line('{{issuedOn}}')}</p>
</div>
${ofParty ? '' : `<p class="draft">${of.issued === null ? '草稿' : '副本'}，以办案系统出具并送达的文书为准。</p>`}
</article>`
}

const pageOf = (title: string, note: string, article: string): string => `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${note}
${article}
</body>
</html>
`

interface Labels {
  of: DocumentTemplate['blanks']
  prefix: string
}

const paragraphOf = (text: string, filled: FilledDocument, labels: Labels): string => {
  const [, name = ''] = /^\{\{([^{}]*)\}\}$/.exec(text) ?? []
  const value = filled.values.get(name)
  if (value !== undefined && typeof value !== 'string')
    return `<ol>\n${value.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ol>`
  return `<p>${lineOf(text, filled, labels)}</p>`
}

const lineOf = (text: string, { values }: FilledDocument, labels: Labels): string => {
  let written = ''
  let kept = 0
  for (const { index, 0: blank, 1: name = '' } of text.matchAll(BLANK_PATTERN)) {
    const value = values.get(name)
    written += escapeHtml(text.slice(kept, index))
    written += value === undefined ? emptyOf(`${labels.prefix}${labels.of[name]?.zh ?? name}`) : filledIn(textOf(value))
    kept = index + blank.length
  }
  return written + escapeHtml(text.slice(kept))
}

/** Isolates bidirectional text: a name cannot reverse the rest of the document. */
const filledIn = (text: string): string => {
  if (!mayChangeTextDirection(text)) return escapeHtml(text)
  const own = containDirection(text)
  return `<bdi>${escapeHtml(own.text)}</bdi>${own.closes}`
}

const textOf = (value: string | readonly string[]): string => (typeof value === 'string' ? value : value.join('；'))

const emptyOf = (zh: string): string => `<span class="blank"><small>（${escapeHtml(zh)}）</small></span>`

const plainOf = (text: string, { values }: FilledDocument): string =>
  text.replace(BLANK_PATTERN, (_, name: string) => textOf(values.get(name) ?? ''))

const WHY = { BY_HAND: '须手填', UNKNOWN: '系统中没有', UNCONFIRMED: '未经核实，不印入文书' } as const

const noteOf = (missing: readonly MissingBlank[]): string => {
  const items = missing.map(({ zh, why, unconfirmed }) => {
    const said = unconfirmed === null ? '' : `：“${unconfirmed.text}”，出处：${unconfirmed.basis}。请核实后手填`
    return `<li>${escapeHtml(`${zh}（${WHY[why]}）${said}`)}</li>`
  })
  return `<aside class="note">
<p>经办人提示（不打印）：${missing.length === 0 ? '没有待填之处。' : `有 ${missing.length} 处须填写。`}</p>
${items.length === 0 ? '' : `<ol>\n${items.join('\n')}\n</ol>`}
</aside>`
}
