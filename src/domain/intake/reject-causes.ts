import type { ItemProblem } from '../records/records.js'
import { describeRejectRule } from './reject-words.js'

const MOST_KEPT = 1_000 // different causes
const CAUSES_DESCRIBED_MOST = 3

export const makeRejectCauses = () => {
  const counts = new Map<string, number>()
  return {
    add: ([first]: readonly ItemProblem[]): void => {
      if (first === undefined) return
      const field = first.heading === undefined ? first.field : `${first.heading} → ${first.field}`
      const cause = `${field ?? '整行'}${describeRejectRule(first.rule)}`
      const count = counts.get(cause)
      if (count !== undefined || counts.size < MOST_KEPT) counts.set(cause, (count ?? 0) + 1)
    },
    /** Most frequent causes, such as “整行不是约定的格式 × 58、失信领域必填项为空 × 2”; empty without rejects. */
    describe: (): string =>
      [...counts]
        .sort(([, a], [, b]) => b - a)
        .slice(0, CAUSES_DESCRIBED_MOST)
        .map(([cause, count]) => `${cause} × ${count}`)
        .join('、'),
  }
}

export const addMainCauses = (reason: string, causes: string, run: number | null): string => {
  if (causes === '') return reason
  const rows = run === null ? '' : `；逐行清单见该次运行 each row at GET /v1/runs/${run}/rejects.csv`
  return `${reason}；主要原因 mostly: ${causes}${rows}`
}
