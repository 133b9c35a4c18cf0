import type { Agency } from '../../../agencies/feed.js'
import type { ListKind } from '../../../domain/listing/lists.js'
import {
  CHANGE_MESSAGE_VERSION,
  hasEveryChangeAfter,
  type RetainedChanges,
  type StandingChange,
  sortChangeKinds,
} from '../../../domain/standing/changes.js'
import { findOldestValidListDate } from '../../../domain/standing/sellers.js'
import {
  describeEntry,
  makeStandingEntry,
  makeStandingForViewer,
  type StandingEntry,
} from '../../../domain/standing/standing.js'
import { Refusal } from '../../../foundation/errors.js'
import { shanghaiDate } from '../../../foundation/time/dates.js'
import { type ChangeLedger, findRetainedChanges, SELLER_CHANGES } from '../../../store/db/change-ledger.js'
import type { Db } from '../../../store/db/db.js'
import * as feedHealth from '../../../store/intake/feed-health.js'
import * as listings from '../../../store/listing/listings.js'
import * as store from '../../../store/standing/changes.js'
import * as standings from '../../../store/standing/standings.js'
import { judgeFreshness } from '../freshness.js'

const entriesOf = ({ entries }: standings.StandingRow, states: ReadonlyMap<string, string>): StandingEntry[] =>
  entries.flatMap((body) => {
    const state = states.get(body.id)
    return state === undefined ? [] : [makeStandingEntry(describeEntry(body), { state, contested: body.contested })]
  })

export const readRetainedChanges = async (
  db: Db,
  reader: string,
  ledger: ChangeLedger = SELLER_CHANGES,
): Promise<RetainedChanges> => (await findRetainedChanges(db, ledger, [reader])).get(reader) ?? { erased: 0, last: 0 }

/** The number after which a reader goes on; default: the last. Refusal CHANGES_GONE when later changes were erased. */
export const findStart = async (
  db: Db,
  ledger: ChangeLedger,
  reader: string,
  after: number | null,
): Promise<number> => {
  const reach = await readRetainedChanges(db, reader, ledger)
  if (after === null) return reach.last
  if (!hasEveryChangeAfter(reach, after)) throw new Refusal('CHANGES_GONE', { after, next: reach.last })
  return after
}

/** `after` null acknowledges nothing. Refusal CHANGES_GONE. */
export const acknowledgeChanges = async (db: Db, client: string, after: number | null, now: Date): Promise<number> => {
  const from = await findStart(db, SELLER_CHANGES, client, after)
  if (after === null) return from
  await db.transaction((tx) => store.confirmChangesRead(tx, client, after, now))
  return after
}

export const describeChanges = async (
  db: Db,
  reader: { client: string; lists: readonly ListKind[]; agencies: readonly Agency[]; now: Date },
  rows: readonly store.ChangeRow[],
) => {
  const { client, lists, agencies, now } = reader
  const today = shanghaiDate(now)
  const codes = rows.map(({ scheme, code }) => (scheme === null || code === null ? null : { scheme, code }))
  const days = { asOf: today, today, oldest: findOldestValidListDate(today) }
  const known = await standings.readStandings(db, codes, { days, grades: 'SELLERS', client })
  const entries = known.flatMap((row) => row?.entries ?? [])
  const states = await listings.readStatesOfPublishedListings(db, [...new Set(entries.map(({ id }) => id))])
  const feeds = agencies.flatMap((agency) => agency.feeds.map(({ id }) => id))
  const freshness = judgeFreshness(
    agencies,
    codes.every((code) => code === null) ? new Map() : await feedHealth.lastVouchedPulls(db, feeds),
    now,
  )
  const changes = rows.map(({ sequence, at, code, what }, place): StandingChange => {
    const row = known[place] ?? null
    const sight = { own: row?.sees === true, lists, freshness }
    const standing =
      code === null ? null : makeStandingForViewer(row && { ...row, entries: entriesOf(row, states) }, sight)
    return { version: CHANGE_MESSAGE_VERSION, sequence, at, code, what: sortChangeKinds(what), standing }
  })
  const codesShown = rows.flatMap(({ code }, place) => known[place]?.uscc ?? known[place]?.shop ?? code ?? [])
  return { changes, shown: [...new Set(codesShown)] }
}
