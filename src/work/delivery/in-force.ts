import {
  type PlatformSubjects,
  receivesSubject,
  type SubjectKind,
  type UnnumberedNotice,
} from '../../domain/delivery/delivery.js'
import { makeEntryNotice, makeEntryRemoval } from '../../domain/delivery/entry-notice.js'
import { pagesFrom } from '../../foundation/pages.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import { findListKind, type WorkRules } from '../calendar/rules.js'
import { recordNoticesOf, recordsInForce } from './published-records.js'

export interface SubjectInForce {
  kind: SubjectKind
  subjectId: string
  notice: UnnumberedNotice
}

const STEP_ENTRIES = 1_000

/** Entries by id, then records by key. `today` is in Asia/Shanghai. */
export const subjectsInForce = async function* (
  db: Db | Tx,
  rules: WorkRules,
  receiver: PlatformSubjects,
  today: string,
): AsyncGenerator<SubjectInForce[]> {
  if (receiver.kinds.includes('listing'))
    for await (const page of pagesFrom<string>((after) =>
      listings.listShownIds(db, { today, after, limit: STEP_ENTRIES }),
    )) {
      const standing = await entriesOf(db, rules, page)
      yield standing.filter(({ notice }) => 'list' in notice && receivesSubject(receiver, 'listing', notice.list))
    }
  yield* recordsInForce(db, receiver, today)
}

/** Omits subjects that are not public and records ended by `today`. */
export const noticesOfSubjects = async (
  db: Db | Tx,
  rules: WorkRules,
  ids: readonly string[],
  today: string | null = null,
): Promise<SubjectInForce[]> => {
  const entries = await entriesOf(db, rules, ids)
  const others = new Set(ids)
  for (const { subjectId } of entries) others.delete(subjectId)
  return others.size === 0 ? entries : [...entries, ...(await recordNoticesOf(db, [...others], today))]
}

/** Null unless the entry is hidden or removed now. */
export const removalOfEntry = async (
  db: Db | Tx,
  rules: WorkRules,
  listing: listings.Listing,
): Promise<UnnumberedNotice['removal']> => {
  const act = await listings.readActIntoState(db, listing)
  return act && makeEntryRemoval(findListKind(rules, listing.list), listing, act)
}

const entriesOf = async (db: Db | Tx, rules: WorkRules, ids: readonly string[]): Promise<SubjectInForce[]> => {
  const stored = await listings.byIds(db, ids)
  const bodies = await listings.readPublicEntries(db, ids)
  const parties = await operators.operatorsById(
    db,
    [...stored.values()].map(({ operatorId }) => operatorId),
  )
  return ids.flatMap((id): SubjectInForce[] => {
    const listing = stored.get(id)
    const body = bodies.get(id)
    const operator = listing && parties.get(listing.operatorId)
    if (!listing || !body || !operator) return []
    return [
      {
        kind: 'listing',
        subjectId: id,
        notice: makeEntryNotice(findListKind(rules, listing.list), listing, operator, null, body),
      },
    ]
  })
}
