/** The public page of a stand-in: what it shows at this moment. */
import type { Answered } from '../server.js'
import type { ShownEntry } from './board.js'

export const page = (name: { zh: string; en: string }, entries: readonly ShownEntry[]): Answered => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" },
  body: `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>${escaped(name.zh)}（演示替身）</title></head>
<body>
<h1>${escaped(name.zh)}（演示替身） <small lang="en">${escaped(name.en)} (stand-in)</small></h1>
<p>本页列出该平台当前展示的严重违法失信名单，共 ${entries.length} 条；内容均为虚构。
<span lang="en">What this platform shows at this moment: ${entries.length}; all of it invented.</span></p>
<table border="1">
<thead><tr><th>名称 <span lang="en">Name</span></th><th>代码 <span lang="en">Code</span></th><th>列入事由 <span lang="en">Reason</span></th><th>列入机关 <span lang="en">Authority</span></th><th>文号 <span lang="en">Document</span></th><th>列入日期 <span lang="en">Listed on</span></th></tr></thead>
<tbody>
${entries.map(line).join('\n')}
</tbody>
</table>
</body>
</html>
`,
})

const line = ({ name, uscc, regNo, reason, authority, documentNumber, decidedOn }: ShownEntry): string =>
  `<tr>${[name, uscc ?? regNo ?? '', reason, authority, documentNumber, decidedOn].map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
