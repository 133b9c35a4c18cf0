import type { AgencyFeed } from '../../../agencies/feed.js'
import { makeRepeatMatcher } from '../../../domain/listing/own-decisions.js'
import { RECORD_KIND_TRAITS } from '../../../domain/records/records.js'
import { shanghaiDate } from '../../../foundation/time/dates.js'
import type { Tx } from '../../../store/db/db.js'
import * as feedStates from '../../../store/intake/feed-states.js'
import * as doubledFacts from '../../../store/intake/repair/doubled-facts.js'
import * as ends from '../../../store/intake/repair/unended-records.js'
import { readArchivedAgain, type StoredRecordsRepair } from './archived.js'
import { mendDates } from './dates.js'

export interface StoredRecordMending {
  id: string
  zh: string
  en: string
  mend: (tx: Tx, checking: StoredRecordsRepair) => Promise<ends.RepairedRecord[]>
}

const readOwnEntries = async (tx: Tx): Promise<ends.RepairedRecord[]> => {
  const mirrored = await doubledFacts.findMirroredEntriesBesideOwn(tx)
  return mirrored
    .filter(({ body, own }) => makeRepeatMatcher(own)(body))
    .map(({ feed, key, operator }) => ({ feed, key, operator }))
}

const unsent = async (tx: Tx, checking: StoredRecordsRepair): Promise<ends.RepairedRecord[]> => {
  const feeds = new Map(
    checking.feeds.filter(({ kind }) => RECORD_KIND_TRAITS[kind].endsByAbsence).map((feed) => [feed.id, feed]),
  )
  const mended: ends.RepairedRecord[] = []
  for (const delivered of await ends.lastFullDeliveries(tx, [...feeds.keys()])) {
    const feed = feeds.get(delivered.feed)
    const sent = feed && (await sentBy(feed, delivered, checking))
    if (sent) {
      mended.push(
        ...(await ends.endRecordsNotSent(tx, checking, {
          ...delivered,
          ...sent,
          today: shanghaiDate(delivered.startedAt),
        })),
      )
      continue
    }
    // Makes the next pull read everything and end absent records.
    checking.feedsToReread.add(delivered.feed)
    await feedStates.forget(tx, delivered.feed)
  }
  return mended
}

const sentBy = async (feed: AgencyFeed, { archive, ...run }: ends.FullDelivery, checking: StoredRecordsRepair) => {
  if (archive === null) return null
  const keys = new Set<string>()
  const unreadable = { keys: [] as string[], stems: [] as string[], codes: [] as string[] }
  try {
    for await (const { mapped } of readArchivedAgain(feed, { archive, ...run }, checking)) {
      if ('drafts' in mapped) for (const { key } of mapped.drafts) keys.add(key)
      else
        for (const part of ['keys', 'stems', 'codes'] as const)
          unreadable[part].push(...(mapped.unreadable?.[part] ?? []))
    }
  } catch {
    return null
  }
  return { keys, unreadable }
}

export const STORED_RECORD_MENDINGS: readonly StoredRecordMending[] = [
  {
    id: 'WRONG_DATE',
    zh: '十二位日期时间被误读为1976年的日期',
    en: 'a date of twelve digits that was read as a day of 1976',
    mend: mendDates,
  },
  {
    id: 'ENDED',
    zh: '后来认领或更正的信息，其后的全量数据中已不再出现，却仍未终止',
    en: 'matched later or corrected, gone from a later whole delivery, and standing',
    mend: ends.endRecordsMatchedLate,
  },
  {
    id: 'NEVER_ENDING',
    zh: '全量数据带来的信息被记为部分数据，永不终止',
    en: 'brought by a whole delivery, kept as a part of it, and so never to be ended',
    mend: ends.unmarkPartialVersions,
  },
  {
    id: 'UNSENT',
    zh: '最近一次全量数据的存档中没有、却仍未终止的信息',
    en: 'not in the archive of the last whole delivery, and standing',
    mend: unsent,
  },
  {
    id: 'WAITING',
    zh: '待认领、其后的全量数据中已不再出现的信息',
    en: 'waiting for its operator, and gone from a later whole delivery',
    mend: ends.endUnmatched,
  },
  {
    id: 'REGISTRATION_TWICE',
    zh: '同一主体在同一数据源中有两项登记',
    en: 'one firm with two registrations in one feed',
    mend: doubledFacts.closeDoubledRegistrations,
  },
  {
    id: 'PENALTY_TWICE',
    zh: '同一处罚因机关名称写法不同计为两项',
    en: 'one penalty counted twice for the spelling of its authority',
    mend: doubledFacts.shareFactsOfPenalties,
  },
  {
    id: 'RECORD_TWICE',
    zh: '同一企业标准或名单记录因所载代码不同计为两项',
    en: 'one declared standard or entry of a list counted twice for the code that its rows carried',
    mend: doubledFacts.shareFactsOfKeylessRecords,
  },
  {
    id: 'OWN_ENTRY_TWICE',
    zh: '本枢纽的名单记录经信源单位报回，评分中又计一次',
    en: 'an entry of this hub that came back through its agency’s list, and was counted again',
    mend: readOwnEntries,
  },
]
