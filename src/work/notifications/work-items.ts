/** Occasions of the worklist: what waits for a recipient, and what of it is nearly or past due. */
import type { Role, Viewer } from '../../domain/access/viewer.js'
import type { NotificationOccasion } from '../../domain/notifications/kinds.js'
import { nameParty, shortCaseNumber } from '../../domain/notifications/message.js'
import { findTaskNotice, isTaskToldTo, lastDayToldOf, TOLD_TASKS } from '../../domain/notifications/work.js'
import { TASKS } from '../../domain/worklist/tasks.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/notifications/occasions.js'
import type { NotificationRecipient } from '../../store/notifications/recipients.js'
import type { ListedWork } from '../../store/worklist/worklist.js'
import type { WorkRules } from '../calendar/rules.js'
import { findWorker, listWorkOf } from '../worklist/worklist.js'

/** Tasks read for one recipient, role and scope. If there are more, none is dropped as past. */
export const ITEMS_MOST = 1_000

export interface RecipientWork {
  occasions: NotificationOccasion[]
  isWhole: boolean
}

/** `rules` with the calendar as amended. */
export const gatherWork = async (
  db: Db,
  rules: WorkRules,
  { recipient, roles, itemsMost }: { recipient: NotificationRecipient; roles: readonly Role[]; itemsMost: number },
  now: Date,
): Promise<RecipientWork> => {
  const today = shanghaiDate(now)
  const { person, agency, region } = recipient
  const lists = await Promise.all(
    roles.map((role) => listTold(db, rules, { role, sub: person, agency, region }, { today, itemsMost })),
  )
  const items = [
    ...new Map(lists.flatMap((list) => list.items).map((item) => [`${item.kind} ${item.subject}`, item])).values(),
  ]
  const parties = await store.findParties(
    db,
    items.flatMap(({ operatorId }) => operatorId ?? []),
  )
  const until = lastDayToldOf(rules.calendar, today)
  const occasions = items.flatMap((item) =>
    describeItem(item, parties.get(item.operatorId ?? 0) ?? null, { today, until }),
  )
  return { occasions, isWhole: lists.every((list) => list.isWhole) }
}

/** Own tasks are read for themselves, since those of the office may exceed `itemsMost`. */
const listTold = async (
  db: Db,
  rules: WorkRules,
  viewer: Viewer,
  { today, itemsMost }: { today: string; itemsMost: number },
): Promise<{ items: ListedWork[]; isWhole: boolean }> => {
  const worker = await findWorker(db, viewer, today)
  const question = { viewer, today, rules, feeds: null }
  const page = { first: itemsMost, after: null }
  const scopes = viewer.sub === null ? (['OFFICE'] as const) : (['MINE', 'OFFICE'] as const)
  const lists = await Promise.all(
    scopes.map((scope) => listWorkOf(db, question, { scope, kind: null, kinds: TOLD_TASKS }, page)),
  )
  return {
    items: lists.flat().filter((item) => isTaskToldTo(worker, item)),
    isWhole: lists.every((list) => list.length < itemsMost),
  }
}

const describeItem = (
  { kind, subject, since, dueOn, listingId }: ListedWork,
  party: store.PartyOfOccasion | null,
  { today, until }: { today: string; until: string },
): NotificationOccasion[] => {
  const notice = findTaskNotice(kind)
  if (notice === null) return []
  const number = listingId === null ? '' : `（案件 ${shortCaseNumber(listingId)}）`
  const text = `${TASKS[kind].zh}${party === null ? '' : `：${nameParty(party)}`}${number}`
  const same = {
    path: listingId === null ? `/desk/${notice.page}` : `/desk/listings/${listingId}`,
    code: party?.code ?? null,
  }
  const waits: NotificationOccasion = {
    ...same,
    kind: notice.kind,
    subject: `${kind} ${subject}`,
    occasion: `SINCE ${since?.toISOString() ?? ''}`,
    text,
  }
  const isMissed = dueOn !== null && dueOn < today
  const due: NotificationOccasion = {
    ...same,
    kind: 'DEADLINE',
    subject: `${kind} ${subject}`,
    occasion: `${isMissed ? 'MISSED' : 'COMING'} ${dueOn}`,
    text: `${text}，${isMissed ? `已于 ${dueOn} 到期，逾期未办` : `应于 ${dueOn} 前办结`}`,
  }
  return [...(notice.kind === 'DEADLINE' ? [] : [waits]), ...(dueOn !== null && dueOn <= until ? [due] : [])]
}
