/** A pull as `hub pull` tells of it. */
import type { Pulled } from './work/pull.js'

/** The promised form; `run` and `ended` are for people. */
export const promised = ({ run: _, ended: __, ...told }: Pulled) => told

export const pulledLine = (p: Pulled): string =>
  `${p.feed}：收到 ${p.received}，新增 ${p.new}，变更 ${p.changed}，未变 ${p.unchanged}，拒收 ${p.rejected}，待认领 ${p.unmatched}` +
  ` · received, new, changed, unchanged, rejected, unmatched · ${p.ms} ms` +
  (p.ended > 0 ? `\n   全量数据中已不存在、终止 ${p.ended} 条 · ended, as the whole feed holds them no longer` : '')
