import type { Agency } from '../../agencies/feed.js'
import { parseCode } from '../../domain/operators/codes.js'
import { oldestHoldingDate } from '../../domain/standing/sellers.js'
import type { Db } from '../../store/db/db.js'
import * as watch from '../../store/intake/watch.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import * as versions from '../../store/records/versions.js'
import * as scores from '../../store/scoring/scores.js'
import * as standings from '../../store/standing/standings.js'
import {
  listsByOperator,
  makeGroupedAnswer,
  type OperatorAtTime,
  type RecordPageKey,
  readOperatorsInGroups,
  valuesInKeyOrder,
} from './data-loader.js'

export interface StandingKey {
  code: string
  asOf: string
  today: string
  wanted: standings.StandingLookups
  client: string | null
}

export type BatchAnswer<K, V> = (keys: readonly K[]) => Promise<V[]>

export interface Lookups {
  readonly db: Db
  standings: BatchAnswer<StandingKey, standings.StandingRow | null>
  /** Instant of each feed's last successful pull; null for all feeds while the database may be an old copy. */
  pulls: () => Promise<Map<string, Date | null>>
  operators: BatchAnswer<{ scheme: string; code: string }, operators.StoredOperator | null>
  records: BatchAnswer<RecordPageKey, versions.RecordVersion[]>
  scores: BatchAnswer<OperatorAtTime, scores.StoredScore | null>
  listings: BatchAnswer<number, listings.Listing[]>
  mirrored: BatchAnswer<OperatorAtTime, versions.RecordVersion[]>
}

export const makeLookups = (own: { readonly db: Db }, agencies: readonly Agency[]): Lookups => ({
  get db() {
    return own.db
  },
  standings: (asked) => standingsOf(own.db, asked),
  pulls: () =>
    watch.lastVouchedPulls(
      own.db,
      agencies.flatMap((agency) => agency.feeds.map(({ id }) => id)),
    ),
  operators: async (codes) => {
    const found = await operators.byCodes(own.db, codes)
    return codes.map(({ scheme, code }) => found.get(`${scheme}:${code}`) ?? null)
  },
  records: readOperatorsInGroups(async (ids, { when, ...page }) =>
    listsByOperator(ids, await versions.ofOperators(own.db, distinct(ids), when, page)),
  ),
  scores: readOperatorsInGroups(async (ids, { when }) =>
    valuesInKeyOrder(ids, await scores.latest(own.db, distinct(ids), when)),
  ),
  listings: async (ids) => listsByOperator(ids, await listings.ofOperators(own.db, distinct(ids))),
  mirrored: readOperatorsInGroups(async (ids, { when }) =>
    listsByOperator(ids, await versions.mirroredEntries(own.db, distinct(ids), when)),
  ),
})

const distinct = (ids: readonly number[]): number[] => [...new Set(ids)]

type StandingRowsPromise = Promise<(standings.StandingRow | null)[]>

const standingsOf = (db: Db, asked: readonly StandingKey[]): StandingRowsPromise => {
  const [first] = asked
  const alike = asked.every(
    ({ asOf, today, wanted }) => asOf === first?.asOf && today === first.today && wanted === first.wanted,
  )
  if (alike) return standingsOn(db, asked)
  return makeGroupedAnswer<StandingKey, standings.StandingRow | null>(
    ({ asOf, today, wanted }) => `${asOf} ${today} ${wanted.grades} ${wanted.flags} ${wanted.entries}`,
    (some) => standingsOn(db, some),
  )(asked)
}

const standingsOn = async (db: Db, asked: readonly StandingKey[]): StandingRowsPromise => {
  const [first] = asked
  if (first === undefined) return []
  const codes: standings.RequestedCode[] = []
  asked.forEach(({ code: given, client }, place) => {
    const found = parseCode(given)
    if (found !== null) codes.push({ place, scheme: found.scheme, code: found.code, client })
  })
  const { asOf, today, wanted, client } = first
  const days = { asOf, today, oldest: oldestHoldingDate(today) }
  const answers = new Array<standings.StandingRow | null>(asked.length).fill(null)
  if (codes.length >= standings.MANY_CODES_FROM && asked.every((each) => each.client === client)) {
    const rows = await standings.standingsOfMany(db, codes, days, wanted)
    codes.forEach(({ place }, at) => {
      answers[place] = rows[at] ?? null
    })
    return answers
  }
  for (const row of await standings.readStandings(db, codes, days, wanted)) answers[row.place] = row
  return answers
}
