/**
 * What a platform should show at this moment, subject by subject, as it would be told of it: what a new or emptied platform is
 * given, and what a comparison holds its display against.
 */
import { type Hearing, hears, type SubjectKind } from '../../domain/delivery/delivery.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import type { Rules } from '../calendar/rules.js'
import { noticeOf } from './notice.js'
import type { Unnumbered } from './outbox.js'
import { recordNoticesOf, recordsInForce } from './published-records.js'

export interface Standing {
  kind: SubjectKind
  subjectId: string
  notice: Unnumbered
}

/** Entries read at a time. */
const STEP_ENTRIES = 1_000

/** Entries in the order of their ids, then records in that of their keys, a page at a time; `today` in Asia/Shanghai. */
export const inForce = async function* (
  db: Db | Tx,
  rules: Rules,
  hearing: Hearing,
  today: string,
): AsyncGenerator<Standing[]> {
  let after: string | null = null
  while (hearing.kinds.includes('listing')) {
    const page: string[] = await listings.shownIds(db, { today, after, limit: STEP_ENTRIES })
    if (page.length === 0) break
    after = page.at(-1) ?? null
    const standing = await entriesOf(db, rules, page)
    yield standing.filter(({ notice }) => 'list' in notice && hears(hearing, 'listing', notice.list))
  }
  yield* recordsInForce(db, hearing, today)
}

/** What these entries and records say as they may be told now; what may not, and what is over by `today`, is left out. */
export const noticesOf = async (
  db: Db | Tx,
  rules: Rules,
  ids: readonly string[],
  today: string | null = null,
): Promise<Standing[]> => {
  const entries = await entriesOf(db, rules, ids)
  const others = new Set(ids)
  for (const { subjectId } of entries) others.delete(subjectId)
  return others.size === 0 ? entries : [...entries, ...(await recordNoticesOf(db, [...others], today))]
}

const entriesOf = async (db: Db | Tx, rules: Rules, ids: readonly string[]): Promise<Standing[]> => {
  const found = await listings.byIds(db, ids)
  const bodies = await listings.publicBodies(db, ids)
  const parties = await operators.byIds(
    db,
    [...found.values()].map(({ operatorId }) => operatorId),
  )
  return ids.flatMap((id): Standing[] => {
    const listing = found.get(id)
    const body = bodies.get(id)
    const operator = listing && parties.get(listing.operatorId)
    if (!listing || !body || !operator) return []
    return [{ kind: 'listing', subjectId: id, notice: noticeOf(rules, listing, operator, null, body) }]
  })
}
