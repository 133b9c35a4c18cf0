/** Loaders cache what they read, so a resolver that writes creates new ones. */
import type { Agency } from '../../agencies/feed.js'
import { WATCHED_DAYS } from '../../domain/intake/timeliness.js'
import { oldestHolding } from '../../domain/standing/sellers.js'
import { dateIn } from '../../foundation/time/dates.js'
import * as accessCodes from '../../store/access/access-codes.js'
import { ownersOf } from '../../store/access/sight.js'
import * as auditLog from '../../store/audit/audit-log.js'
import * as heads from '../../store/db/authorization-columns.js'
import type { Db } from '../../store/db/db.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import * as watch from '../../store/intake/watch.js'
import * as concerns from '../../store/listing/concerns.js'
import * as deadlines from '../../store/listing/deadlines.js'
import * as documents from '../../store/listing/documents.js'
import * as listings from '../../store/listing/listings.js'
import * as decisions from '../../store/operators/identity-decisions.js'
import * as mergers from '../../store/operators/mergers.js'
import * as operators from '../../store/operators/operators.js'
import * as versions from '../../store/records/versions.js'
import * as objections from '../../store/scoring/objections.js'
import * as overrides from '../../store/scoring/overrides.js'
import * as scores from '../../store/scoring/scores.js'
import * as watchEntries from '../../store/scoring/watch-entries.js'
import * as authorisations from '../../store/standing/authorisations.js'
import * as sellers from '../../store/standing/sellers.js'
import { registrationsOn } from '../../work/listing/public-entry.js'
import { cardByHash } from '../../work/scoring/scorecards.js'
import { freshnessOf } from '../../work/standing/freshness.js'
import { batch, grouped } from './data-loader.js'
import { inOrder, listsOf, type OperatorAtTime, type RecordPageKey, withoutOperator } from './load-shapes.js'
import type { BatchAnswer, Lookups, StandingKey } from './lookups.js'

const DAY_MS = 86_400_000
const REGISTRATIONS_MOST = 50

export type Loaders = ReturnType<typeof standingLoads> & ReturnType<typeof fileLoads>

interface LoaderDependencies {
  db: Db
  agencies: readonly Agency[]
}

/** Most requests need only standing; other loaders are created on first use. */
export const makeLoaders = (parts: LoaderDependencies, lookups: Lookups, now: Date): Loaders => {
  const standing = standingLoads(parts, lookups, now)
  let file: ReturnType<typeof fileLoads> | null = null
  return new Proxy(standing as Loaders, {
    get: (_, name: keyof Loaders) => {
      if (name in standing) return standing[name as keyof typeof standing]
      file ??= fileLoads(parts, lookups, now)
      return file[name as keyof typeof file]
    },
  })
}

const standingLoads = ({ agencies }: LoaderDependencies, lookups: Lookups, now: Date) => {
  const today = dateIn(now)
  const pulls = once(() => lookups.pulls())
  return {
    pulls,
    freshness: once(async () => freshnessOf(agencies, await pulls(), now)),
    standing: batchWithinTurn((asked: readonly StandingKey[]) => lookups.standings(asked)),
    /** Repeats are asked again. */
    standings: ({ codes, asOf, wanted, client }: Omit<StandingKey, 'code' | 'today'> & { codes: readonly string[] }) =>
      lookups.standings(codes.map((code) => ({ code, asOf, today, wanted, client }))),
  }
}

const fileLoads = (parts: LoaderDependencies, lookups: Lookups, now: Date) => {
  const { agencies } = parts
  const today = dateIn(now)
  const { db } = lookups
  return {
    watched: once(() => watch.ofFeeds(parts.db, feedsOf(agencies), new Date(now.getTime() - WATCHED_DAYS * DAY_MS))),
    operator: batch(String, async (ids: number[]) => inOrder(ids, await operators.byIds(db, ids))),
    head: batch<{ type: heads.AuthorizedType; key: string }, heads.AuthorizationRow | null>(
      JSON.stringify,
      grouped(
        ({ type }) => type,
        async (asked) => {
          const [first] = asked
          return first === undefined
            ? []
            : heads.of(
                db,
                first.type,
                asked.map(({ key }) => key),
              )
        },
      ),
    ),
    ownerOf: batch(String, async (ids: string[]) => inOrder(ids, await ownersOf(db, ids))),
    codes: batch(String, async (ids: number[]) => listsOf(ids, await operators.codesOf(db, ids))),
    formerNames: batch(String, async (ids: number[]) => listsOf(ids, await operators.formerNames(db, ids))),
    mergedFrom: batch(String, async (ids: number[]) => listsOf(ids, await mergers.partsOf(db, ids))),
    decision: batch(String, async (ids: number[]) => inOrder(ids, await decisions.byIds(db, ids))),
    decisionsOf: batch(String, async (ids: number[]) => listsOf(ids, await decisions.ofOperators(db, ids))),
    record: batch(String, async (ids: number[]) => inOrder(ids, await versions.byIds(db, ids))),
    records: batch(JSON.stringify, lookups.records),
    recordCount: batch<Omit<RecordPageKey, 'first' | 'after'>, number>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const { when, kinds, removed } = asked[0] as RecordPageKey
        const ids = asked.map(({ operator }) => operator)
        const counts = await versions.countOfOperators(db, ids, when, { kinds, removed })
        return ids.map((id) => counts.get(id) ?? 0)
      }),
    ),
    sources: batch<Omit<RecordPageKey, 'first' | 'after'>, versions.RecordVersion[]>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const { when, kinds, removed } = asked[0] as RecordPageKey
        const ids = asked.map(({ operator }) => operator)
        return listsOf(ids, await versions.sourcesOf(db, ids, when, { kinds, removed }))
      }),
    ),
    score: batch(JSON.stringify, lookups.scores),
    card: batch(String, (hashes: string[]) => Promise.all(hashes.map((hash) => cardByHash(db, hash)))),
    scoreForgotten: batch(String, async (ids: number[]) => {
      const found = await scores.forgotten(db, ids, today)
      return ids.map((id) => found.has(id))
    }),
    isSeller: batch<{ client: string; operator: number }, boolean>(
      JSON.stringify,
      grouped(
        ({ client }) => client,
        async (asked) => {
          const ids = asked.map(({ operator }) => operator)
          const found = await sellers.among(
            parts.db,
            { client: asked[0]?.client ?? '', oldest: oldestHolding(today) },
            ids,
          )
          return ids.map((id) => found.has(id))
        },
      ),
    ),
    authorises: batch<{ client: string; operator: number }, boolean>(
      JSON.stringify,
      grouped(
        ({ client }) => client,
        async (asked) => {
          const ids = asked.map(({ operator }) => operator)
          const found = await authorisations.among(parts.db, { client: asked[0]?.client ?? '', today }, ids)
          return ids.map((id) => found.has(id))
        },
      ),
    ),
    askings: batch<auditLog.DisclosurePage & { operators: readonly number[] }, auditLog.Disclosure[]>(
      JSON.stringify,
      grouped(
        ({ operators: _, ...page }) => JSON.stringify(page),
        async (asked) => {
          const groups = asked.map(({ operators: group }) => group)
          return auditLog.askings(parts.db, groups, asked[0] as auditLog.DisclosurePage)
        },
      ),
    ),
    indexedUntil: once(() => auditLog.indexedUntil(parts.db)),
    authorisation: batch(String, async (ids: number[]) => inOrder(ids, await authorisations.byIds(parts.db, ids))),
    authorisations: batch(String, async (ids: number[]) =>
      listsOf(ids, await authorisations.ofOperators(parts.db, ids)),
    ),
    overrides: batch<OperatorAtTime, overrides.OverrideRow[]>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const ids = asked.map(({ operator }) => operator)
        return listsOf(ids, await overrides.ofOperators(db, ids, (asked[0] as OperatorAtTime).when))
      }),
    ),
    accessCodes: batch(String, async (ids: number[]) => listsOf(ids, await accessCodes.ofOperators(db, ids))),
    objections: batch(String, async (ids: number[]) => listsOf(ids, await objections.ofOperators(db, ids))),
    recordContested: batch(String, async (ids: number[]) => {
      const found = await objections.contestedOf(parts.db, ids)
      return ids.map((id) => found.has(id))
    }),
    listingContested: batch(String, async (ids: string[]) => {
      const found = await objections.contestedAmong(parts.db, ids)
      return ids.map((id) => found.has(id))
    }),
    contested: batch<OperatorAtTime, number[]>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const ids = asked.map(({ operator }) => operator)
        const found = await objections.contestedAt(db, ids, (asked[0] as OperatorAtTime).when.knownAt)
        return listsOf(ids, found).map((own) => own.flatMap(({ versions: all }) => all))
      }),
    ),
    watchEntry: batch<OperatorAtTime, watchEntries.WatchEntry | null>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const ids = asked.map(({ operator }) => operator)
        return inOrder(ids, await watchEntries.ofOperators(db, ids, (asked[0] as OperatorAtTime).when))
      }),
    ),
    /** The operator's own registration as then known, not that of a merged one. */
    registration: batch<OperatorAtTime, versions.RecordVersion | null>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const ids = asked.map(({ operator }) => operator)
        const some = { kinds: ['registration'] as const, removed: true, first: REGISTRATIONS_MOST, after: null }
        const found = await versions.ofOperators(db, ids, (asked[0] as OperatorAtTime).when, some)
        const known = await operators.byIds(db, ids)
        return listsOf(ids, found).map((all, place) => {
          const uscc = known.get(ids[place] ?? 0)?.uscc ?? null
          return all.find(({ body }) => (body['uscc'] ?? uscc) === uscc) ?? null
        })
      }),
    ),
    registrationsOn: batch<{ operator: number; day: string }, versions.RecordVersion[]>(JSON.stringify, (asked) =>
      registrationsOn(parts.db, asked),
    ),
    mirrored: batch(JSON.stringify, lookups.mirrored),
    publicEntries: batch<{ operator: number; asOf: string }, listings.PublicBody[]>(
      JSON.stringify,
      grouped(
        ({ asOf }) => asOf,
        async (asked) => {
          const ids = asked.map(({ operator }) => operator)
          const days = { asOf: asked[0]?.asOf ?? today, today }
          const rows = listsOf(ids, await listings.publicOfOperators(db, ids, days))
          return rows.map((own) => own.map(({ body }) => body))
        },
      ),
    ),
    listing: batch(String, async (ids: string[]) => inOrder(ids, await listings.byIds(db, ids))),
    publicEntry: batch(String, async (ids: string[]) => inOrder(ids, await listings.shownBodies(parts.db, ids))),
    listings: batch(String, lookups.listings),
    moves: batch(String, async (ids: string[]) => ofListings(ids, await listings.eventsOf(db, ids))),
    deadlines: batch(String, async (ids: string[]) => ofListings(ids, await deadlines.ofListings(db, ids))),
    concerns: batch(String, async (ids: string[]) => ofListings(ids, await concerns.ofListings(db, ids))),
    deliveries: batch(String, async (ids: string[]) => ofListings(ids, await desk.ofListings(db, ids))),
    deliveryActs: batch(String, async (ids: number[]) => {
      const found = await desk.actsOf(db, ids)
      return ids.map((id) => found.filter(({ deliveryId }) => deliveryId === id))
    }),
    documents: batch(String, async (ids: string[]) => ofListings(ids, await documents.ofListings(db, ids))),
  }
}

const feedsOf = (agencies: readonly Agency[]): string[] => agencies.flatMap(({ feeds }) => feeds.map(({ id }) => id))

const ofListings = <V extends { listingId: string }>(ids: readonly string[], rows: readonly V[]): V[][] => {
  const lists = new Map<string, V[]>(ids.map((id) => [id, []]))
  for (const row of rows) lists.get(row.listingId)?.push(row)
  return ids.map((id) => lists.get(id) ?? [])
}

/** Batches calls of one microtask turn. One snapshot answers all. */
const batchWithinTurn = <K, V>(ask: BatchAnswer<K, V>): ((key: K) => Promise<V>) => {
  let waiting: K[] = []
  let answers: Promise<V[]> | null = null
  const askAll = (): Promise<V[]> => {
    const keys = waiting
    waiting = []
    answers = null
    return ask(keys)
  }
  return async (key) => {
    const place = waiting.push(key) - 1
    answers ??= Promise.resolve().then(askAll)
    return (await answers)[place] as V
  }
}

const once = <V>(ask: () => Promise<V>): (() => Promise<V>) => {
  let answer: Promise<V> | null = null
  return () => {
    answer ??= ask()
    return answer
  }
}
