import { Refusal } from '../foundation/errors.js'
import type { Hub } from '../hub/hub.js'
import { platforms as allPlatforms } from '../platforms/index.js'
import type { ComparisonResult } from '../work/delivery/reconcile.js'

export const runReconcile = async (hub: Hub, ids: readonly string[]) => {
  const wanted = ids.length > 0 ? ids : null
  const { platforms, ms, ...failures } = await hub.reconcile(wanted, { cause: 'command' })
  const isConfigured = ids.length > 0 || Object.keys(hub.addresses.platforms).length > 0
  const refusals = [
    ...(isConfigured ? [] : allPlatforms.map(({ id }) => makeUnconfiguredRefusal(hub, id))),
    ...platforms.flatMap(({ platform, alarm, missing }) =>
      alarm === null ? [] : [new Refusal('MASS_ABSENCE', { platform, gone: missing })],
    ),
    ...makeUnreachableRefusals(failures),
  ]
  return { value: { platforms, ms }, lines: platforms.map(line), refusals }
}

type PlatformFailures = Pick<Awaited<ReturnType<Hub['reconcile']>>, 'unreachable' | 'reasons'>

const line = (p: ComparisonResult): string =>
  `${p.platform}：展示 ${p.shown}，应有 ${p.expected}，缺失 ${p.missing}（暂停公示 ${p.hidden}），有误 ${p.stale}，多余 ${p.unwanted}` +
  ' · shown, expected, missing (hidden for it), stale, must not be there' +
  (p.alarm === null
    ? ''
    : '\n   大量缺失，视为平台故障，未作改动 · so much is gone that it is an outage; nothing was changed')

export const makeUnconfiguredRefusal = (hub: Hub, platform: string): Refusal =>
  new Refusal('PLATFORM_NOT_CONFIGURED', { platform, setting: hub.config.platforms[platform]?.setting })

export const makeUnreachableRefusals = ({ unreachable, reasons }: PlatformFailures): Refusal[] => {
  const told = unreachable.map((id) => `${id}: ${reasons[id] ?? '?'}`)
  return told.length === 0 ? [] : [new Refusal('PLATFORM_UNREACHABLE', { reason: told.join('; ') })]
}
