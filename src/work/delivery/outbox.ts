/** Transactional outbox: a delivery is queued in the transaction of its change. */
import {
  deliveryRequiredBy,
  type Notice,
  type NoticeAction,
  receivesSubject,
  type SubjectKind,
} from '../../domain/delivery/delivery.js'
import type { Tx } from '../../store/db/db.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as platformStates from '../../store/delivery/platform-states.js'
import type { WorkRules } from '../calendar/rules.js'

export type UnnumberedNotice = Notice extends infer N
  ? N extends Notice
    ? Omit<N, 'sequence' | 'action'>
    : never
  : never

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
): Promise<void> => {
  if (changes.length === 0) return
  const heard = new Map<string, deliveries.EarlierDelivery[]>(changes.map(({ subjectId }) => [subjectId, []]))
  for (const row of await deliveries.earlierDeliveries(tx, [...heard.keys()])) heard.get(row.subjectId)?.push(row)
  const floors = await platformStates.sequenceFloors(tx)
  const folded: Parameters<typeof deliveries.foldEarlier>[1][number][] = []
  const owed: Parameters<typeof deliveries.addOwed>[1][number][] = []
  for (const { kind, subjectId, change, notice } of changes) {
    const all = heard.get(subjectId) ?? []
    const list = 'list' in notice ? notice.list : undefined
    const hearing = rules.platforms.filter((platform) => receivesSubject(platform, kind, list)).map(({ id }) => id)
    for (const platform of new Set([...hearing, ...all.map((row) => row.platform)])) {
      const earlier = all.filter((row) => row.platform === platform)
      const { owe, fold } = deliveryRequiredBy(change, earlier)
      if (fold !== 'nothing' && earlier.length > 0) folded.push({ subjectId, platform, what: fold })
      // A platform that no longer receives this kind gets only changes and removals of what it has.
      if (owe === null || (owe === 'ADD' && !hearing.includes(platform))) continue
      const number = Math.max(earlier.at(-1)?.number ?? 0, floors.get(platform) ?? 0) + 1
      const numbered = { ...notice, sequence: number, action: owe } as Notice
      owed.push({ platform, kind, subjectId, number, action: owe, notice: numbered, dueAt })
    }
  }
  await deliveries.foldEarlier(tx, folded)
  await deliveries.addOwed(tx, owed)
}
