import { type RefusalRow, row } from './row.js'

export const RUNNING_REFUSALS = {
  CLOCK_DOUBTED: row(
    503,
    1,
    () =>
      '数据库时钟发生跳变，待第二时间来源或 hub clock confirm 确认后继续。The clock of the database leapt; this waits until a second source or hub clock confirm has confirmed it.',
  ),
  CLOCK_CERTAIN: row(409, 1, () => '时钟无疑问，无须确认。The clock is not doubted; there is nothing to confirm.'),
  KEYS_FOREIGN: row(
    503,
    1,
    (d) =>
      `KEYS_DIR 中的密钥不是此数据库所用（${d['keys']}），枢纽不启动：各枢纽须共用同一 KEYS_DIR。The keys in KEYS_DIR are not those of this database; the hub does not start. All hubs of a database share one KEYS_DIR.`,
  ),
  STORAGE_FULL: row(
    503,
    1,
    () =>
      '磁盘空间不足，暂时无法写入，请稍后再试。The disk is full: nothing can be written for the moment; try again later.',
  ),
} satisfies Record<string, RefusalRow>
