import { may } from '../../../domain/access/viewer.js'
import { type BadRow, type CodeRow, isBadRow } from '../../../domain/operators/code-rows.js'
import { parseCode } from '../../../domain/operators/codes.js'
import { compareNames, comparePresentName, type NameAnswer } from '../../../domain/standing/name-query.js'
import { findOldestValidListDate } from '../../../domain/standing/sellers.js'
import { type Freshness, makeStandingEntry, type StandingEntry } from '../../../domain/standing/standing.js'
import type { ReadHandle } from '../../../store/db/db.js'
import * as operators from '../../../store/operators/operators.js'
import * as store from '../../../store/standing/standings.js'
import type { ListingView } from '../../listing/listing-view.js'
import { listingResolvers } from '../../listing/listings.js'
import { chargeCost, type GraphqlContext, viewerTowards } from '../../request/context.js'
import { chooseGrades, makeStandingView } from '../../standing/standing.js'

type StandingView = ReturnType<typeof makeStandingView>

export interface ResolvedStanding {
  view: Pick<
    StandingView,
    'code' | 'uscc' | 'name' | 'status' | 'codeFault' | 'grade' | 'score' | 'overridden' | 'objected' | 'asOf' | 'stale'
  >
  listed: boolean
  listings: readonly StandingEntry[]
}

export interface AnsweredRow {
  row: CodeRow
  told: ResolvedStanding
  name: NameAnswer | null
}

/** Each chunk needs a new `context`, because loaders cache. */
export const answerRows = async (
  context: GraphqlContext,
  db: ReadHandle,
  rows: readonly (CodeRow | BadRow)[],
  { asOf, freshness }: { asOf: string; freshness: Freshness },
) => {
  chargeCost(context, rows.length)
  const asked = rows.filter((row) => !isBadRow(row)) as CodeRow[]
  const found = await store.readStandings(
    db,
    asked.map(({ code }) => parseCode(code)),
    { days: { asOf, today: context.today, oldest: findOldestValidListDate(context.today) }, ...chooseGrades(context) },
  )
  const names = await namesOf(context, db, asked, found)
  const shownCodes = new Set<string>()
  const told = asked.map(({ code }, place): ResolvedStanding | Promise<ResolvedStanding> => {
    const row = found[place] ?? null
    const whose = row?.uscc ?? row?.shop
    if (whose != null) shownCodes.add(whose)
    return resolveStanding(context, makeStandingView(context, { code, asOf, row, freshness }))
  })
  const waits = told.some((one) => one instanceof Promise)
  const known = waits ? await Promise.all(told) : (told as ResolvedStanding[])
  let place = 0
  const answers = rows.map((row): AnsweredRow | BadRow => {
    if (isBadRow(row)) return row
    const one = { row, told: known[place] as ResolvedStanding, name: names[place] ?? null }
    place += 1
    return one
  })
  return { rows: answers, shownCodes }
}

/** Returns a promise only for look-ups, to keep bulk answers fast. */
const resolveStanding = (context: GraphqlContext, view: StandingView): ResolvedStanding | Promise<ResolvedStanding> => {
  const { listed, listings } = view
  const entries = typeof listings === 'function' ? listings() : listings
  const known = Array.isArray(entries) ? resolvedEntries(entries) : null
  if (known !== null && typeof listed === 'boolean') return { view, listed, listings: known }
  return Promise.all([typeof listed === 'function' ? listed() : listed, known ?? entriesOf(context, entries)]).then(
    ([isListed, told]) => ({ view, listed: isListed, listings: told }),
  )
}
const NO_ENTRIES: readonly StandingEntry[] = []

const resolvedEntries = (views: readonly ListingView[]): readonly StandingEntry[] | null => {
  if (views.length === 0) return NO_ENTRIES
  const told: StandingEntry[] = []
  for (const view of views) {
    const { state, isContested: contested } = view
    if (state === null || contested === undefined) return null
    told.push(makeStandingEntry(view, { state, contested }))
  }
  return told
}

const entriesOf = async (context: GraphqlContext, views: readonly ListingView[] | Promise<ListingView[]>) => {
  const found = await views
  return resolvedEntries(found) ?? Promise.all(found.map((view) => entryOf(context, view)))
}

const entryOf = async (context: GraphqlContext, view: ListingView): Promise<StandingEntry> => {
  const { state, contested } = listingResolvers.Listing
  const [now, isContested] = await Promise.all([state(view, undefined, context), contested(view, undefined, context)])
  return makeStandingEntry(view, { state: now, contested: isContested })
}

/** Former names are read only where the present name does not decide. */
const namesOf = async (
  context: GraphqlContext,
  db: ReadHandle,
  asked: readonly CodeRow[],
  found: readonly (store.StandingRow | null)[],
): Promise<(NameAnswer | null)[]> => {
  const inside = (row: store.StandingRow): boolean => may(viewerTowards(context, row), 'see_inner_listings')
  const plain = asked.map(({ name }, place): NameAnswer | null => {
    const row = found[place]
    if (name === null) return null
    return row ? comparePresentName(name, row.name, inside(row)) : 'UNKNOWN'
  })
  const open = asked.flatMap(({ name }, place) => (name !== null && plain[place] === null ? [place] : []))
  if (open.length === 0) return plain
  const former = new Map<number, string[]>()
  const ids = open.map((place) => found[place]?.operatorId ?? 0)
  for (const { operatorId, name } of await operators.formerNames(db, [...new Set(ids)])) {
    former.set(operatorId, [...(former.get(operatorId) ?? []), name])
  }
  for (const place of open) {
    const [row, name] = [found[place], asked[place]?.name]
    if (row && name != null)
      plain[place] = compareNames(name, {
        present: row.name,
        former: former.get(row.operatorId) ?? [],
        inside: inside(row),
      })
  }
  return plain
}
