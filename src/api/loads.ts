/** The questions that fields ask of the store, each batched over one request. */
import { isStale } from '../domain/bounds.js'
import { codeOf } from '../domain/identity.js'
import type { RecordKind } from '../domain/records.js'
import * as deliveries from '../store/deliveries.js'
import * as listings from '../store/listings.js'
import * as operators from '../store/operators.js'
import * as runs from '../store/runs.js'
import * as scores from '../store/scores.js'
import * as standings from '../store/standings.js'
import * as versions from '../store/versions.js'
import { batch, grouped } from './batch.js'
import type { ApiParts } from './parts.js'

export interface AtWhen {
  operator: number
  when: versions.When
}

export interface PageOfRecords extends AtWhen {
  kinds: readonly RecordKind[]
  /** Also records that were withdrawn or have ended since. */
  removed: boolean
  first: number
  after: number | null
}

export interface Freshness {
  asOf: Date
  stale: boolean
}

export type Loads = ReturnType<typeof makeLoads>

export const makeLoads = ({ db, agencies }: Pick<ApiParts, 'db' | 'agencies'>, now: Date) => {
  const pulls = once(() => runs.lastGoodPulls(db))
  return {
    pulls,
    freshness: once(async () => freshnessOf(agencies, await pulls(), now)),
    standing: batch<{ code: string; asOf: string }, standings.StandingRow | null>(
      ({ code, asOf }) => `${asOf} ${code}`,
      grouped(
        ({ asOf }) => asOf,
        async (asked) => {
          const codes = asked.flatMap(({ code }, place) => {
            const found = codeOf(code)
            return found ? [{ place, scheme: found.scheme, code: found.code }] : []
          })
          const rows = await standings.of(db, codes, asked[0]?.asOf ?? '')
          const byPlace = new Map(rows.map((row) => [row.place, row]))
          return asked.map((_, place) => byPlace.get(place) ?? null)
        },
      ),
    ),
    operator: batch(String, async (ids: number[]) => inOrder(ids, await operators.byIds(db, ids))),
    codes: batch(String, async (ids: number[]) => listsOf(ids, await operators.codesOf(db, ids))),
    formerNames: batch(String, async (ids: number[]) => listsOf(ids, await operators.formerNames(db, ids))),
    record: batch(String, async (ids: number[]) => inOrder(ids, await versions.byIds(db, ids))),
    records: batch<PageOfRecords, versions.Version[]>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const { when, ...page } = asked[0] as PageOfRecords
        const ids = asked.map(({ operator }) => operator)
        return listsOf(ids, await versions.ofOperators(db, ids, when, page))
      }),
    ),
    recordCount: batch<Omit<PageOfRecords, 'first' | 'after'>, number>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const { when, kinds, removed } = asked[0] as PageOfRecords
        const ids = asked.map(({ operator }) => operator)
        const counts = await versions.countOfOperators(db, ids, when, { kinds, removed })
        return ids.map((id) => counts.get(id) ?? 0)
      }),
    ),
    score: batch<AtWhen, scores.StoredScore | null>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const ids = asked.map(({ operator }) => operator)
        return inOrder(ids, await scores.latest(db, ids, (asked[0] as AtWhen).when))
      }),
    ),
    /** The registration as it was believed: name, region and status of that day. */
    registration: batch<AtWhen, versions.Version | null>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const ids = asked.map(({ operator }) => operator)
        const one = { kinds: ['registration'] as const, removed: true, first: 1, after: null }
        const found = await versions.ofOperators(db, ids, (asked[0] as AtWhen).when, one)
        return listsOf(ids, found).map((own) => own[0] ?? null)
      }),
    ),
    mirrored: batch<AtWhen, versions.Version[]>(
      JSON.stringify,
      grouped(withoutOperator, async (asked) => {
        const ids = asked.map(({ operator }) => operator)
        return listsOf(ids, await versions.mirrored(db, ids, (asked[0] as AtWhen).when))
      }),
    ),
    publicEntries: batch<{ operator: number; asOf: string }, listings.PublicBody[]>(
      JSON.stringify,
      grouped(
        ({ asOf }) => asOf,
        async (asked) => {
          const ids = asked.map(({ operator }) => operator)
          const rows = listsOf(ids, await listings.publicOfOperators(db, ids, asked[0]?.asOf ?? ''))
          return rows.map((own) => own.map(({ body }) => body))
        },
      ),
    ),
    listing: batch(String, async (ids: string[]) => inOrder(ids, await listings.byIds(db, ids))),
    listings: batch(String, async (ids: number[]) => listsOf(ids, await listings.ofOperators(db, ids))),
    moves: batch(String, async (ids: string[]) => ofListings(ids, await listings.eventsOf(db, ids))),
    deliveries: batch(String, async (ids: string[]) => ofListings(ids, await deliveries.ofListings(db, ids))),
  }
}

/** True as of the oldest list feed's last good whole pull; a feed that never came makes the answer as old as can be. */
const freshnessOf = (
  agencies: ApiParts['agencies'],
  pulls: Awaited<ReturnType<typeof runs.lastGoodPulls>>,
  now: Date,
): Freshness => {
  const feeds = agencies.flatMap((agency) => agency.feeds.filter((feed) => feed.kind === 'list_entry'))
  const each = feeds.map((feed) => {
    const at = pulls.get(feed.id)?.at ?? null
    return { asOf: at ?? new Date(0), stale: isStale(feed.bounds, at, now) }
  })
  const oldest = each.sort((a, b) => a.asOf.getTime() - b.asOf.getTime())[0]
  return oldest ?? { asOf: new Date(0), stale: true }
}

const withoutOperator = ({ operator: _, ...question }: AtWhen): string => JSON.stringify(question)

const inOrder = <K, V>(keys: readonly K[], found: Map<K, V>): (V | null)[] => keys.map((key) => found.get(key) ?? null)

const listsOf = <V extends { operatorId: number | null }>(ids: readonly number[], rows: readonly V[]): V[][] => {
  const lists = new Map<number | null, V[]>(ids.map((id) => [id, []]))
  for (const row of rows) lists.get(row.operatorId)?.push(row)
  return ids.map((id) => lists.get(id) ?? [])
}

const ofListings = <V extends { listingId: string }>(ids: readonly string[], rows: readonly V[]): V[][] => {
  const lists = new Map<string, V[]>(ids.map((id) => [id, []]))
  for (const row of rows) lists.get(row.listingId)?.push(row)
  return ids.map((id) => lists.get(id) ?? [])
}

const once = <V>(ask: () => Promise<V>): (() => Promise<V>) => {
  let answer: Promise<V> | null = null
  return () => {
    answer ??= ask()
    return answer
  }
}
