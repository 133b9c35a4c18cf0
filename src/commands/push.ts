import type { Hub } from '../hub/hub.js'
import type { CommandAnswer } from './program.js'
import { startProgress } from './progress.js'
import { makeUnconfiguredRefusal, makeUnreachableRefusals } from './reconcile.js'

export const pushNow = async (hub: Hub, ids: readonly string[], json: boolean | undefined): Promise<CommandAnswer> => {
  const bar = startProgress('push', json)
  const pushing = hub.push(ids.length > 0 ? ids : null, { cause: 'command', progress: bar.at })
  const { platforms, ms, ...failures } = await pushing.finally(bar.stop)
  const waiting = platforms.filter((p) => p.outstanding > 0 && !hub.addresses.platforms[p.platform])
  return {
    value: { platforms, ms },
    lines: platforms.map(
      (p) =>
        `${p.platform}：发送 ${p.sent}，接受 ${p.accepted}，拒绝 ${p.rejected}，未结 ${p.outstanding} · sent, accepted, rejected, outstanding`,
    ),
    refusals: [
      ...waiting.map(({ platform }) => makeUnconfiguredRefusal(hub, platform)),
      ...makeUnreachableRefusals(failures),
    ],
  }
}
