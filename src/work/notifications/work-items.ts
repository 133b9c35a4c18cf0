import type { Role, Viewer } from '../../domain/access/viewer.js'
import type { NotificationOccasion } from '../../domain/notifications/kinds.js'
import { nameParty, shortCaseNumber } from '../../domain/notifications/message.js'
import {
  countedBy,
  type DeadlineView,
  describeDeadline,
  isTaskToldTo,
  lastDayToldOf,
  noticeOfTask,
  occasionOfTask,
  TOLD_TASKS,
} from '../../domain/notifications/work.js'
import { TASKS } from '../../domain/worklist/tasks.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/notifications/occasions.js'
import type { NotificationRecipient } from '../../store/notifications/recipients.js'
import type { ListedWork } from '../../store/worklist/worklist.js'
import { findFeedsSeen, findWorker, listWorkOf } from '../worklist/worklist.js'
import type { OccasionSources } from './occasions.js'

/** Tasks read for one recipient, role and scope. Beyond it, none is dropped as past. */
export const ITEMS_MOST = 1_000

export interface RecipientWork {
  occasions: NotificationOccasion[]
  isWhole: boolean
}

export const gatherWork = async (
  db: Db,
  sources: OccasionSources,
  { recipient, roles, itemsMost }: { recipient: NotificationRecipient; roles: readonly Role[]; itemsMost: number },
  now: Date,
): Promise<RecipientWork> => {
  const today = shanghaiDate(now)
  const { person, agency, region } = recipient
  const lists = await Promise.all(
    roles.map((role) => listTold(db, sources, { role, sub: person, agency, region }, { today, itemsMost })),
  )
  const items = [
    ...new Map(lists.flatMap((list) => list.items).map((item) => [`${item.kind} ${item.subject}`, item])).values(),
  ]
  const parties = await store.findParties(
    db,
    items.flatMap(({ operatorId }) => operatorId ?? []),
  )
  const until = lastDayToldOf(sources.rules.calendar, today)
  const occasions = items.flatMap((item) => {
    const of = nameSubject(item, parties.get(item.operatorId ?? 0) ?? null, sources)
    return describeItem(item, of, { today, until })
  })
  return { occasions, isWhole: lists.every((list) => list.isWhole) }
}

/** Own tasks are read for themselves, since those of the office may exceed `itemsMost`. */
const listTold = async (
  db: Db,
  { rules, agencies }: OccasionSources,
  viewer: Viewer,
  { today, itemsMost }: { today: string; itemsMost: number },
): Promise<{ items: ListedWork[]; isWhole: boolean }> => {
  const worker = await findWorker(db, viewer, today)
  const question = { viewer, today, rules, feeds: findFeedsSeen(viewer, agencies) }
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

interface NamedSubject {
  words: string
  code: string | null
}

const nameSubject = (
  { kind, subject, n }: ListedWork,
  party: store.PartyOfOccasion | null,
  { agencies, platforms }: OccasionSources,
): NamedSubject => {
  if (party !== null) return { words: `：${nameParty(party)}`, code: party.code }
  const by = countedBy(kind)
  if (by === null) return { words: '', code: null }
  const feeds = agencies.flatMap((agency) => agency.watched)
  const name =
    by === 'FEED'
      ? feeds.find(({ id }) => id === subject)?.title.zh
      : platforms.find(({ id }) => id === subject)?.name.zh
  return { words: `：${name === undefined ? '' : `${name}，`}${n} 条`, code: null }
}

const describeItem = (
  { kind, subject, since, latest, dueOn, listingId }: ListedWork,
  { words, code }: NamedSubject,
  days: DeadlineView,
): NotificationOccasion[] => {
  const notice = noticeOfTask(kind)
  const number = listingId === null ? '' : `（案件 ${shortCaseNumber(listingId)}）`
  const text = `${TASKS[kind].zh}${words}${number}`
  const same = { path: listingId === null ? `/desk/${notice.page}` : `/desk/listings/${listingId}`, code }
  const waits: NotificationOccasion = {
    ...same,
    kind: notice.kind,
    subject: `${kind} ${subject}`,
    occasion: occasionOfTask({ kind, since, latest }),
    text,
  }
  const near = describeDeadline(dueOn, days)
  const due: NotificationOccasion[] =
    near === null
      ? []
      : [
          {
            ...same,
            kind: 'DEADLINE',
            subject: `${kind} ${subject}`,
            occasion: near.occasion,
            text: `${text}${near.words}`,
          },
        ]
  return [...(notice.kind === 'DEADLINE' ? [] : [waits]), ...due]
}
