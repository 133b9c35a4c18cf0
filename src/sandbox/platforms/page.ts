import type { StandInReply } from '../server.js'
import type { HistoryRow, ShownEntry } from './received-rows.js'

const LATEST = 50
const KINDS = { listing: '名单', penalty: '处罚', permit: '许可' } as const

export const renderBoardPage = (
  name: { zh: string; en: string },
  entries: readonly ShownEntry[],
  history: readonly HistoryRow[],
): StandInReply => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" },
  body: `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>${escaped(name.zh)}（演示替身）</title></head>
<body>
<h1>${escaped(name.zh)}（演示替身） <small lang="en">${escaped(name.en)} (stand-in)</small></h1>
<p>本页列出该平台当前展示的信息，共 ${entries.length} 条；内容均为虚构。
<span lang="en">What this platform shows at this moment: ${entries.length}; all of it invented.</span></p>
<table border="1">
<thead><tr><th>名称 <span lang="en">Name</span></th><th>代码 <span lang="en">Code</span></th><th>列入事由 <span lang="en">Reason</span></th><th>列入机关 <span lang="en">Authority</span></th><th>文号 <span lang="en">Document</span></th><th>列入日期 <span lang="en">Listed on</span></th></tr></thead>
<tbody>
${entries.map(line).join('\n')}
</tbody>
</table>
<h2>最近收到的报送 <small lang="en">Told last</small></h2>
<table border="1">
<thead><tr><th>时间 <span lang="en">At</span></th><th>类别 <span lang="en">Kind</span></th><th>编号 <span lang="en">Key</span></th><th>序号 <span lang="en">Number</span></th><th>操作 <span lang="en">Action</span></th><th>处理 <span lang="en">Effect</span></th><th>代码 <span lang="en">Code</span></th></tr></thead>
<tbody>
${history.slice(-LATEST).reverse().map(toldLine).join('\n')}
</tbody>
</table>
</body>
</html>
`,
})

const line = ({ name, uscc, regNo, reason, authority, documentNumber, decidedOn }: ShownEntry): string =>
  `<tr>${[name, uscc ?? regNo ?? '', reason, authority, documentNumber, decidedOn].map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const toldLine = ({ at, kind, key, sequence, action, effect, code }: HistoryRow): string =>
  `<tr>${[at, KINDS[kind], key ?? '', String(sequence ?? ''), action ?? '', effect, code].map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`
