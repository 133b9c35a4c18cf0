import { type RefusalRow, row } from './row.js'

export const CHANGES_REFUSALS = {
  CHANGES_GONE: row(
    410,
    1,
    (d) =>
      `第 ${d['after']} 号之后的变更已不全（只保留 30 天），请先用 POST /v1/standings 重新核查全部卖家，再从第 ${d['next']} 号继续。What follows that number is no longer all there: check all sellers anew by POST /v1/standings, then go on after ${d['next']}.`,
  ),
  STREAMS_MOST: row(
    429,
    1,
    (d) =>
      `已有 ${d['limit']} 条变更流在接收，请先关闭其他的。So many streams of changes are open; close another first.`,
  ),
  WEBHOOK_ADDRESS: row(
    422,
    1,
    (d) =>
      `回调地址不可用：${d['reason']}。须为公网可达的 https 地址（端口 443 或 8443）。It must be an https address of the public internet, at port 443 or 8443.`,
  ),
  WEBHOOK_EXISTS: row(
    409,
    1,
    () => '该地址已登记。This address is registered already; rotate its secret or enable it.',
  ),
  WEBHOOKS_MOST: row(
    409,
    1,
    (d) => `每个平台至多登记 ${d['limit']} 个回调地址。So many addresses at most; remove one first.`,
  ),
  WEBHOOK_UNKNOWN: row(404, 1, () => '没有这个回调地址。There is no such webhook.'),
} satisfies Record<string, RefusalRow>
