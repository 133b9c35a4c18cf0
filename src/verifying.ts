/** `hub verify audit`: the walk of the trail, for people; and a head that somebody holds. */
import { type Head, headIn, type TrailFault } from './domain/trail.js'
import { Refusal } from './errors.js'
import type { TrailVerified } from './work/verify-trail.js'

const FAULTS: Record<TrailFault, string> = {
  MISSING: '缺失 missing',
  ALTERED: '被改动 altered',
  UNLINKED: '与前一行不相连 does not follow the row before it',
  ERASED: '未到期而被抹去 erased before its time',
  TAIL_MISSING: '末尾缺失：库外所记更长 the end is missing, more was noted or published',
  REPLACED: '与库外所记不同 another row than was noted or published',
}

/** `NUMBER:HASH`, as a manifest has them in its member `trail`. Refusal USAGE. */
export const heldIn = (what: string, head: string | undefined): Head[] => {
  if (what !== 'audit') throw new Refusal('USAGE', { reason: '只能核对 audit only audit is verified' })
  if (head === undefined) return []
  const [number = '', hash = ''] = head.split(':')
  const found = headIn({ number: Number(number), hash: hash.toLowerCase() })
  if (found === null)
    throw new Refusal('USAGE', {
      reason: '--head 应为 序号:散列（64 位十六进制）a number, a colon, 64 hexadecimal digits',
    })
  return [found]
}

export const verifiedLines = ({ walked, erased, head, cuts, compared, broken }: TrailVerified): string[] => [
  `痕迹 ${walked} 行，其中内容已期满抹去 ${erased}，与另存的末行比对 ${compared} · rows, erased, heads compared`,
  ...(head === null ? [] : [`   末行 head ${head.number}:${head.hash}`]),
  ...cuts.map(({ after, noted, at }) => `   ${at} 发现短缺 found shorter：${after + 1}–${noted}`),
  broken === undefined ? '完好 every row is as it was written' : `第 ${broken.number} 行 row：${FAULTS[broken.fault]}`,
]
