import type { Agency } from '../../agencies/feed.js'
import type { GradesSeen } from '../../domain/access/viewer.js'
import { parseCode } from '../../domain/operators/codes.js'
import { findOldestValidListDate } from '../../domain/standing/sellers.js'
import type { Db } from '../../store/db/db.js'
import * as feedHealth from '../../store/intake/feed-health.js'
import * as listings from '../../store/listing/listings.js'
import * as operators from '../../store/operators/operators.js'
import * as versions from '../../store/records/versions.js'
import * as scores from '../../store/scoring/scores.js'
import * as standings from '../../store/standing/standings.js'
import {
  type BatchAnswer,
  groupRowsByOperator,
  makeGroupedAnswer,
  type OperatorAtTimeKey,
  orderValuesByKeys,
  type RecordPageKey,
  readOperatorsInGroups,
} from './data-loader.js'

export interface StandingKey {
  code: string
  asOf: string
  today: string
  grades: GradesSeen
  /** Set only if the grades seen depend on the client. */
  client: string | null
}

export interface Lookups {
  readonly db: Db
  standings: BatchAnswer<StandingKey, standings.StandingRow | null>
  /** Each feed's last successful pull; null for all while the database may be an old copy. */
  pulls: () => Promise<Map<string, Date | null>>
  operators: BatchAnswer<{ scheme: string; code: string }, operators.StoredOperator | null>
  records: BatchAnswer<RecordPageKey, versions.RecordVersion[]>
  scores: BatchAnswer<OperatorAtTimeKey, scores.StoredScore | null>
  listings: BatchAnswer<number, listings.Listing[]>
  mirrored: BatchAnswer<OperatorAtTimeKey, versions.RecordVersion[]>
}

export const makeLookups = (own: { readonly db: Db }, agencies: readonly Agency[]): Lookups => ({
  get db() {
    return own.db
  },
  standings: (keys) => standingsOf(own.db, keys),
  pulls: () =>
    feedHealth.lastVouchedPulls(
      own.db,
      agencies.flatMap(({ sends }) => sends),
    ),
  operators: async (codes) => {
    const found = await operators.operatorsByCode(own.db, codes)
    return codes.map(({ scheme, code }) => found.get(`${scheme}:${code}`) ?? null)
  },
  records: readOperatorsInGroups(async (ids, { when, ...page }) =>
    groupRowsByOperator(ids, await versions.ofOperators(own.db, distinct(ids), when, page)),
  ),
  scores: readOperatorsInGroups(async (ids, { when }) =>
    orderValuesByKeys(ids, await scores.latest(own.db, distinct(ids), when)),
  ),
  listings: async (ids) => groupRowsByOperator(ids, await listings.ofOperators(own.db, distinct(ids))),
  mirrored: readOperatorsInGroups(async (ids, { when }) =>
    groupRowsByOperator(ids, await versions.findMirroredEntries(own.db, distinct(ids), when)),
  ),
})

const distinct = (ids: readonly number[]): number[] => [...new Set(ids)]

const standingsOf = (db: Db, keys: readonly StandingKey[]): Promise<(standings.StandingRow | null)[]> =>
  makeGroupedAnswer<StandingKey, standings.StandingRow | null>(
    ({ asOf, today, grades, client }) => `${asOf} ${today} ${grades} ${client}`,
    async (some) => {
      const [{ asOf, today, grades, client }] = some as [StandingKey]
      const days = { asOf, today, oldest: findOldestValidListDate(today) }
      const codes = some.map(({ code }) => parseCode(code))
      return standings.readStandings(db, codes, { days, grades, client })
    },
  )(keys)
