import type { RepairResult } from '../work/intake/repair/index.js'
import { listLines } from './program.js'

const NAMED_MOST = 20

export const formatRepair = ({ dryRun, checks, found, scored, untold, unproven }: RepairResult): string[] => [
  ...checks
    .filter((check) => check.found > 0)
    .flatMap(({ check, zh, en, found: many, records }) => [`${check} ${many}：${zh} · ${en}`, ...named(records, many)]),
  ...listLines(
    untold.length > 0 &&
      `最近一次全量数据没有存档，请重新拉取 no archive of the last whole delivery, pull again：${untold.join(' ')}`,
    unproven.length > 0 &&
      `${unproven.length} 项日期在1976年，无法证实是否误读，请与信源核对 · dated 1976, and nothing kept shows what was sent: ask the agency`,
  ),
  ...named(unproven, unproven.length),
  outcome(dryRun, found, scored),
]

const named = (records: readonly { feed: string; key: string }[], many: number): string[] =>
  listLines(
    records.slice(0, NAMED_MOST).map(({ feed, key }) => `   ${feed} ${key}`),
    many > NAMED_MOST && `   另有 ${many - NAMED_MOST} 项 more`,
  )

const outcome = (dryRun: boolean, found: number, scored: number): string => {
  if (found === 0) return '没有发现错误 nothing is wrong'
  return dryRun
    ? `共 ${found} 项，未作改动 · found, nothing was changed`
    : `已修复 ${found} 项，重新评分 ${scored} 个主体 · mended, operators scored anew`
}
