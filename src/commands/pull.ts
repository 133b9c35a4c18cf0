import { isRefusal, Refusal, refusalJson } from '../foundation/errors.js'
import type { Hub } from '../hub/hub.js'
import type { PullResult, SubmittedFile } from '../work/intake/pull.js'
import { startProgress } from './progress.js'

export const pullOne = async (
  hub: Hub,
  id: string,
  json: boolean | undefined,
  file?: SubmittedFile,
): Promise<PullResult> => {
  const bar = startProgress(id, json === true)
  const pulled = await hub.pull(id, { cause: 'command', progress: bar.at, ...(file ? { file } : {}) }).finally(bar.stop)
  if (pulled === null) throw new Refusal('RUN_BUSY', { job: 'pull', subject: id })
  return pulled
}

type PullOutcome = PullResult | { feed: string; error: object }

export const pullEach = async (hub: Hub, ids: readonly string[], json: boolean | undefined): Promise<PullOutcome[]> => {
  const pulls: PullOutcome[] = []
  for (const id of ids) {
    try {
      pulls.push(await pullOne(hub, id, json))
    } catch (error) {
      if (!isRefusal(error)) throw error
      pulls.push({ feed: id, error: refusalJson(error) })
    }
  }
  return pulls
}

/** The JSON documented for --json; `run` and `ended` are printed for people only. */
export const pullJson = ({ run: _, ended: __, ...told }: PullResult) => told

export const outcomeLine = (each: PullOutcome): string =>
  'error' in each ? `${each.feed}：${JSON.stringify(each.error)}` : pulledLine(each)

export const pulledLine = (p: PullResult): string =>
  `${p.feed}：收到 ${p.received}，新增 ${p.new}，变更 ${p.changed}，未变 ${p.unchanged}，拒收 ${p.rejected}，待认领 ${p.unmatched}` +
  ` · received, new, changed, unchanged, rejected, unmatched · ${p.ms} ms` +
  (p.ended > 0 ? `\n   全量数据中已不存在、终止 ${p.ended} 条 · ended, as the whole feed holds them no longer` : '')
