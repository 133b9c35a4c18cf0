import { Refusal } from '../foundation/errors.js'
import type { Hub } from '../hub/hub.js'
import { platforms as allPlatforms } from '../platforms/index.js'
import type { ComparisonResult } from '../work/delivery/reconcile.js'
import type { FailureReasons } from '../work/delivery/side-by-side.js'

export const runReconcile = async (
  hub: Hub,
  ids: readonly string[],
): Promise<{ value: { platforms: ComparisonResult[]; ms: number }; lines: string[]; refusals: Refusal[] }> => {
  const { platforms, unreachable, reasons, ms } = await hub.reconcile(ids.length > 0 ? ids : null, { cause: 'command' })
  const silent = allPlatforms.filter(({ id }) => ids.length === 0 && !hub.addresses.platforms[id])
  const none = silent.length === allPlatforms.length ? silent : []
  const refusals = [
    ...none.map(
      ({ id }) => new Refusal('PLATFORM_NOT_CONFIGURED', { platform: id, setting: hub.config.platforms[id]?.setting }),
    ),
    ...platforms.flatMap(({ platform, alarm, missing }) =>
      alarm === null ? [] : [new Refusal('MASS_ABSENCE', { platform, gone: missing })],
    ),
    ...(unreachable.length > 0 ? [unreachableRefusal({ unreachable, reasons })] : []),
  ]
  return { value: { platforms, ms }, lines: platforms.map(line), refusals }
}

const line = (p: ComparisonResult): string =>
  `${p.platform}：展示 ${p.shown}，应有 ${p.expected}，缺失 ${p.missing}（暂停公示 ${p.hidden}），有误 ${p.stale}，多余 ${p.unwanted}` +
  ' · shown, expected, missing (hidden for it), stale, must not be there' +
  (p.alarm === null
    ? ''
    : '\n   大量缺失，视为平台故障，未作改动 · so much is gone that it is an outage; nothing was changed')

export const unreachableRefusal = ({
  unreachable,
  reasons,
}: {
  unreachable: readonly string[]
  reasons: FailureReasons
}): Refusal =>
  new Refusal('PLATFORM_UNREACHABLE', { reason: unreachable.map((id) => `${id}: ${reasons[id] ?? '?'}`).join('; ') })
