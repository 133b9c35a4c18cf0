/** Transactional outbox: a delivery is queued in the transaction of its change. */
import {
  decideRequiredDelivery,
  type NoticeAction,
  receivesSubject,
  type SubjectKind,
  type UnnumberedNotice,
} from '../../domain/delivery/delivery.js'
import { groupBy } from '../../foundation/groups.js'
import type { Tx } from '../../store/db/db.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import type { WorkRules } from '../calendar/rules.js'

export interface SubjectChange {
  kind: SubjectKind
  subjectId: string
  change: NoticeAction
  notice: UnnumberedNotice
}

export const queueForPlatforms = async (
  tx: Tx,
  rules: Pick<WorkRules, 'platforms'>,
  changes: readonly SubjectChange[],
  dueAt: Date,
  only: string | null = null,
): Promise<void> => {
  if (changes.length === 0) return
  const subjectIds = changes.map(({ subjectId }) => subjectId)
  const earlierBySubject = groupBy(
    await deliveries.earlierDeliveries(tx, subjectIds, { lock: true }),
    (row) => row.subjectId,
  )
  const folded: Parameters<typeof deliveries.foldEarlier>[1][number][] = []
  const owed: deliveries.NewDelivery[] = []
  for (const { kind, subjectId, change, notice } of changes) {
    const all = earlierBySubject.get(subjectId) ?? []
    const list = 'list' in notice ? notice.list : undefined
    const receivers = rules.platforms.filter((platform) => receivesSubject(platform, kind, list)).map(({ id }) => id)
    for (const platform of new Set([...receivers, ...all.map((row) => row.platform)])) {
      if (only !== null && platform !== only) continue
      const earlier = all.filter((row) => row.platform === platform)
      const { owe, fold } = decideRequiredDelivery(change, earlier)
      if (fold !== 'nothing' && earlier.length > 0) folded.push({ subjectId, platform, what: fold })
      // A platform that no longer receives this kind gets only changes and removals of what it has.
      if (owe === null || (owe === 'ADD' && !receivers.includes(platform))) continue
      owed.push({ platform, kind, subjectId, action: owe, notice, dueAt })
    }
  }
  await deliveries.foldEarlier(tx, folded)
  await deliveries.addOwed(tx, owed)
}
