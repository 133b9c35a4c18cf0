import { isRefusal } from '../../foundation/errors.js'
import type { ConfiguredPlatform } from '../../platforms/platform.js'

export type FailureReasons = Readonly<Record<string, string>>

/** Refusals by platform. Other errors are thrown after all are done: no receipts are half stored. */
export const runSideBySide = async <P extends ConfiguredPlatform>(
  platforms: readonly P[],
  act: (to: P) => Promise<unknown>,
): Promise<FailureReasons> => {
  const reasons: Record<string, string> = {}
  const runs = platforms.map(async (to) => {
    try {
      await act(to)
    } catch (error) {
      if (!isRefusal(error)) throw error
      reasons[to.platform.id] = String(error.details['reason'] ?? error.message)
    }
  })
  for (const end of await Promise.allSettled(runs)) if (end.status === 'rejected') throw end.reason
  return reasons
}
