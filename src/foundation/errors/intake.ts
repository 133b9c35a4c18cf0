import { type RefusalRow, row } from './row.js'

export const INTAKE_REFUSALS = {
  FEED_MAP_INVALID: row(
    422,
    1,
    (d) => `数据源 ${d['feed']} 的表头映射有误：${d['reason']}。The map of headings is wrong; nothing was stored.`,
  ),
  FEED_MAP_UNKNOWN: row(
    404,
    1,
    (d) =>
      `数据源 ${d['feed']} 没有有效的映射 ${d['id']}。The feed has no such map in force; list them with hub map FEED.`,
  ),
} satisfies Record<string, RefusalRow>
