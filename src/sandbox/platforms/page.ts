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
<h1>${escaped(name.zh)}（演示替身）</h1>
<p>本页列出该平台当前展示的信息，共 ${entries.length} 条；内容均为虚构。</p>
<table border="1">
<thead><tr><th>名称</th><th>代码</th><th>列入事由</th><th>列入机关</th><th>文号</th><th>列入日期</th></tr></thead>
<tbody>
${entries.map(line).join('\n')}
</tbody>
</table>
<h2>最近收到的推送</h2>
<table border="1">
<thead><tr><th>时间</th><th>类别</th><th>编号</th><th>序号</th><th>操作</th><th>处理</th><th>代码</th></tr></thead>
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
