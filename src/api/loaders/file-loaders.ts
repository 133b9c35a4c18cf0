import type { Agency } from '../../agencies/feed.js'
import { REPORTING_WINDOW_DAYS } from '../../domain/intake/timeliness.js'
import { ALIKE_DAYS } from '../../domain/matters/public-clues.js'
import { findOldestValidListDate } from '../../domain/standing/sellers.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import * as accessCodes from '../../store/access/access-codes.js'
import { operatorsOfSubjects } from '../../store/access/sight.js'
import * as auditLog from '../../store/audit/audit-log.js'
import * as heads from '../../store/db/authorization-columns.js'
import type { Db } from '../../store/db/db.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import * as feedHealth from '../../store/intake/feed-health.js'
import * as concerns from '../../store/listing/concerns.js'
import * as deadlines from '../../store/listing/deadlines.js'
import * as documents from '../../store/listing/documents.js'
import * as leads from '../../store/listing/leads.js'
import * as listings from '../../store/listing/listings.js'
import * as papers from '../../store/listing/papers.js'
import { listKeptFiles } from '../../store/matters/attachments.js'
import * as matters from '../../store/matters/matters.js'
import { readReports } from '../../store/matters/reporters.js'
import * as authorities from '../../store/office/authorities.js'
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
import * as keepers from '../../store/worklist/keepers.js'
import { readRegistrationsOn } from '../../work/listing/public-entry.js'
import { listMeasures } from '../../work/matters/lifts.js'
import { findCardByHash } from '../../work/scoring/scorecards.js'
import {
  cacheFirstCall,
  groupRowsByKeys,
  groupRowsByOperator,
  makeBatchedLoad,
  makeGroupedAnswer,
  makeListLoad,
  makeMembershipLoad,
  makeOperatorLoad,
  makeRowLoad,
  type OperatorAtTimeKey,
  orderValuesByKeys,
  type RecordPageKey,
} from './data-loader.js'
import type { Lookups } from './lookups.js'

const DAY_MS = 86_400_000
const REGISTRATIONS_MOST = 50

export interface FileLoaderSources {
  own: { readonly db: Db }
  agencies: readonly Agency[]
  lookups: Lookups
  now: Date
}

export const makeFileLoaders = (sources: FileLoaderSources) => ({
  ...operatorLoaders(sources),
  ...recordLoaders(sources),
  ...scoringLoaders(sources),
  ...listingLoaders(sources),
  ...accessLoaders(sources),
})

const operatorLoaders = ({ lookups: { db } }: FileLoaderSources) => ({
  operator: makeRowLoad((ids: readonly number[]) => operators.operatorsById(db, ids)),
  codes: makeListLoad((ids) => operators.codesOf(db, ids)),
  formerNames: makeListLoad((ids) => operators.formerNames(db, ids)),
  mergedFrom: makeListLoad((ids) => mergers.mergedInto(db, ids)),
  decision: makeRowLoad((ids: readonly number[]) => decisions.decisionsById(db, ids)),
  decisionsOf: makeListLoad((ids) => decisions.decisionsOfOperators(db, ids)),
})

const recordLoaders = ({ own, agencies, lookups, now }: FileLoaderSources) => {
  const { db } = lookups
  const feeds = agencies.flatMap(({ sends }) => sends)
  return {
    watched: cacheFirstCall(() =>
      feedHealth.healthOfFeeds(own.db, feeds, new Date(now.getTime() - REPORTING_WINDOW_DAYS * DAY_MS)),
    ),
    rejectRules: makeBatchedLoad<number, feedHealth.RejectedByRule[]>(String, async (runs) => {
      const found = await feedHealth.countRulesOfRuns(own.db, runs)
      return runs.map((run) => found.filter((one) => one.run === run))
    }),
    record: makeRowLoad((ids: readonly number[]) => versions.byIds(db, ids)),
    records: makeBatchedLoad(JSON.stringify, lookups.records),
    recordCount: makeOperatorLoad<Omit<RecordPageKey, 'first' | 'after'>, number>(async (ids, { when, ...some }) => {
      const counts = await versions.countByOperator(db, ids, when, some)
      return ids.map((id) => counts.get(id) ?? 0)
    }),
    sources: makeOperatorLoad<Omit<RecordPageKey, 'first' | 'after'>, versions.RecordVersion[]>(
      async (ids, { when, ...some }) =>
        groupRowsByOperator(ids, await versions.findVersionsWithFact(db, ids, when, some)),
    ),
    /** The operator's own registration as known at `when`, not that of a merged operator. */
    registration: makeOperatorLoad<OperatorAtTimeKey, versions.RecordVersion | null>(async (ids, { when }) => {
      const some = { kinds: ['registration'] as const, removed: true, first: REGISTRATIONS_MOST, after: null }
      const found = await versions.ofOperators(db, ids, when, some)
      const known = await operators.operatorsById(db, ids)
      return groupRowsByOperator(ids, found).map((all, place) => {
        const uscc = known.get(ids[place] ?? 0)?.uscc ?? null
        return all.find(({ body }) => (body['uscc'] ?? uscc) === uscc) ?? null
      })
    }),
    registrationsOn: makeBatchedLoad<{ operator: number; day: string }, versions.RecordVersion[]>(
      JSON.stringify,
      (queries) => readRegistrationsOn(own.db, queries),
    ),
    mirrored: makeBatchedLoad(JSON.stringify, lookups.mirrored),
  }
}

const scoringLoaders = ({ own, lookups, now }: FileLoaderSources) => {
  const { db } = lookups
  return {
    score: makeBatchedLoad(JSON.stringify, lookups.scores),
    card: makeBatchedLoad(String, (hashes: readonly string[]) =>
      Promise.all(hashes.map((hash) => findCardByHash(db, hash))),
    ),
    scoreForgotten: makeMembershipLoad((ids: readonly number[]) =>
      scores.findScoresOfGoneEntries(db, ids, shanghaiDate(now)),
    ),
    overrides: makeOperatorLoad<OperatorAtTimeKey, overrides.OverrideRow[]>(async (ids, { when }) =>
      groupRowsByOperator(ids, await overrides.ofOperators(db, ids, when)),
    ),
    objections: makeListLoad((ids) => objections.ofOperators(db, ids)),
    recordContested: makeMembershipLoad((ids: readonly number[]) => objections.findContestedVersions(own.db, ids)),
    listingContested: makeMembershipLoad((ids: readonly string[]) => objections.findContestedListings(own.db, ids)),
    contested: makeOperatorLoad<OperatorAtTimeKey, number[]>(async (ids, { when }) => {
      const found = await objections.findContestedVersionsAt(db, ids, when.knownAt)
      return groupRowsByOperator(ids, found).map((each) => each.flatMap(({ versions: all }) => all))
    }),
    watchEntry: makeOperatorLoad<OperatorAtTimeKey, watchEntries.WatchEntry | null>(async (ids, { when }) =>
      orderValuesByKeys(ids, await watchEntries.ofOperators(db, ids, when)),
    ),
  }
}

const listingLoaders = ({ own, lookups, now }: FileLoaderSources) => {
  const { db } = lookups
  return {
    publicEntries: makeOperatorLoad<{ operator: number; asOf: string }, listings.PublicBody[]>(
      async (ids, { asOf }) => {
        const rows = await listings.listPublicOfOperators(db, ids, { asOf, today: shanghaiDate(now) })
        return groupRowsByOperator(ids, rows).map((each) => each.map(({ body }) => body))
      },
    ),
    listing: makeRowLoad((ids: readonly string[]) => listings.byIds(db, ids)),
    publicEntry: makeRowLoad((ids: readonly string[]) => listings.readShownEntries(own.db, ids)),
    listings: makeBatchedLoad(String, lookups.listings),
    moves: batchListings((ids) => listings.eventsOf(db, ids)),
    penalties: makeBatchedLoad(String, async (ids: readonly number[]) =>
      groupRowsByOperator(ids, await leads.listStandingPenalties(db, ids)),
    ),
    deadlines: batchListings((ids) => deadlines.ofListings(db, ids)),
    concerns: batchListings((ids) => concerns.ofListings(db, ids)),
    deliveries: batchListings((ids) => desk.ofListings(db, ids)),
    deliveryActs: makeBatchedLoad(String, async (ids: readonly number[]) =>
      groupRowsByKeys(ids, await desk.actsOf(db, ids), ({ deliveryId }) => deliveryId),
    ),
    handovers: batchListings((ids) => keepers.handoversOf(db, ids)),
    documents: batchListings((ids) => documents.ofListings(db, ids)),
    papers: batchListings((ids) => papers.ofListings(db, ids)),
    objectionPapers: makeBatchedLoad(String, async (ids: readonly number[]) =>
      groupRowsByKeys(ids, await papers.ofObjections(db, ids), ({ objectionId }) => objectionId),
    ),
    matterMoves: makeBatchedLoad(String, async (ids: readonly string[]) =>
      groupRowsByKeys(ids, await matters.movesOfMatters(db, ids), ({ matterId }) => matterId),
    ),
    keptFiles: makeBatchedLoad(String, async (ids: readonly string[]) =>
      groupRowsByKeys(ids, await listKeptFiles(db, ids), ({ matterId }) => matterId),
    ),
    report: makeRowLoad((ids: readonly string[]) => readReports(db, ids, ALIKE_DAYS)),
    measures: makeBatchedLoad(String, async (ids: readonly string[]) =>
      groupRowsByKeys(ids, await listMeasures(db, ids, now), ({ listingId }) => listingId),
    ),
    authority: makeBatchedLoad<string, authorities.AuthorityStatement | null>(String, async (names) => {
      const held = await authorities.readHeldStatements(db, names)
      return names.map((name) => held.get(name) ?? null)
    }),
  }
}

const accessLoaders = ({ own, lookups: { db }, now }: FileLoaderSources) => {
  const today = shanghaiDate(now)
  return {
    head: makeBatchedLoad<{ type: heads.AuthorizedType; key: string }, heads.AuthorizationRow | null>(
      JSON.stringify,
      makeGroupedAnswer(
        ({ type }) => type,
        async (queries) => {
          const [first] = queries
          const keys = queries.map(({ key }) => key)
          return first === undefined ? [] : heads.authorizationRows(db, first.type, keys)
        },
      ),
    ),
    ownerOf: makeRowLoad((ids: readonly string[]) => operatorsOfSubjects(db, ids)),
    isGradeOpen: makeOperatorLoad<{ client: string; operator: number }, boolean>(async (ids, { client }) => {
      const found = await sellers.findOperatorsWithOpenGrade(
        own.db,
        { client, oldest: findOldestValidListDate(today) },
        ids,
      )
      return ids.map((id) => found.has(id))
    }),
    authorises: makeOperatorLoad<{ client: string; operator: number }, boolean>(async (ids, { client }) => {
      const found = await authorisations.findAuthorisingOperators(own.db, { client, today }, ids)
      return ids.map((id) => found.has(id))
    }),
    authorisation: makeRowLoad((ids: readonly number[]) => authorisations.findAuthorisations(own.db, ids)),
    authorisations: makeListLoad((ids) => authorisations.listAuthorisationsOf(own.db, ids)),
    accessCodes: makeListLoad((ids) => accessCodes.accessCodesOfOperators(db, ids)),
    askings: makeBatchedLoad<auditLog.DisclosurePage & { operators: readonly number[] }, auditLog.Disclosure[]>(
      JSON.stringify,
      makeGroupedAnswer(
        ({ operators: _, ...page }) => JSON.stringify(page),
        async (queries) => {
          const groups = queries.map(({ operators: group }) => group)
          return auditLog.listDisclosures(own.db, groups, queries[0] as auditLog.DisclosurePage)
        },
      ),
    ),
    indexedUntil: cacheFirstCall(() => auditLog.findIndexedUntil(own.db)),
  }
}

const batchListings = <V extends { listingId: string }>(read: (ids: readonly string[]) => Promise<V[]>) =>
  makeBatchedLoad(String, async (ids: readonly string[]) =>
    groupRowsByKeys(ids, await read(ids), ({ listingId }) => listingId),
  )
