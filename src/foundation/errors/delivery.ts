import { type RefusalRow, row } from './row.js'

export const DELIVERY_REFUSALS = {
  PLATFORM_UNKNOWN: row(404, 2, (d) => `未知的信用平台 ${d['platform']}，可用：${d['known']}。Unknown platform.`),
  PLATFORM_NOT_CONFIGURED: row(
    409,
    1,
    (d) => `信用平台 ${d['platform']} 未配置地址（${d['setting']}）。The platform has no address; set ${d['setting']}.`,
  ),
  PLATFORM_UNREACHABLE: row(
    502,
    1,
    (d) => `信用平台无法访问：${d['reason']}。The platform could not be reached; deliveries stay owed.`,
  ),
  PLATFORM_PAUSED: row(409, 1, (d) => `信用平台 ${d['platform']} 已暂停。The platform is paused already.`),
  PLATFORM_NOT_PAUSED: row(409, 1, (d) => `信用平台 ${d['platform']} 未暂停。The platform is not paused.`),
  DELIVERY_UNKNOWN: row(404, 1, () => '没有这次报送。There is no such delivery.'),
  DELIVERY_NOT_REFUSED: row(
    409,
    1,
    (d) =>
      `这次报送现为 ${d['state']}，只有被拒收的才能重新报送或办结。Only a delivery that was refused is sent again or closed; this one is ${d['state']}.`,
  ),
  RETRACTION_UNKNOWN: row(
    404,
    1,
    () => '该平台没有这条名单记录的未确认移出。No removal of this entry waits at this platform.',
  ),

  MASS_ABSENCE: row(
    502,
    1,
    (d) =>
      `${d['platform']} 缺失 ${d['gone']} 条，视为平台故障，未作任何改动，请核实。So much is gone there that it is taken for an outage; nothing was changed.`,
  ),
  DISCREPANCY_UNKNOWN: row(
    404,
    1,
    () =>
      '没有这项比对发现，或已办结，或须以恢复公示、移出名单办结。There is no such discrepancy, it is settled, or a move of its listing settles it.',
  ),
} satisfies Record<string, RefusalRow>
