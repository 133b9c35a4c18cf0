import type { PlatformSubjects } from '../../domain/delivery/delivery.js'
import {
  decideRecordActions,
  decideShowOrRemove,
  digestPublishedRecord,
  judgePublicationStatus,
  makePublishedRecord,
  makeRecordRemoval,
  mustBeRemoved,
  PUBLISHED_KINDS,
  type PublicationStatus,
  type PublishedKind,
  type PublishedRecord,
  type ShowOrRemove,
} from '../../domain/delivery/published-record.js'
import { findRepairDays } from '../../domain/scoring/repair-targets.js'
import { groupBy } from '../../foundation/groups.js'
import { pagesFrom } from '../../foundation/pages.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/delivery/published-records.js'
import type { WorkRules } from '../calendar/rules.js'
import { queueForPlatforms, type SubjectChange } from './outbox.js'

const STEP_RECORDS = 500

interface PublishedRecordCounts {
  told: number
  /** Records of natural persons, which the hub does not report. */
  untold: number
  /** Records that are secret, decided by simple procedure, repaired or no longer published. */
  excluded: number
}

type RecordChangeCause = { run: number; feed: string } | 'takeback' | { operators: readonly number[] }

/** The reporting term starts at `dueAt`. Null when no platform ever received records. */
export const queueChangedRecords = async (
  tx: Tx,
  rules: Pick<WorkRules, 'platforms'>,
  cause: RecordChangeCause,
  { at, dueAt }: { at: Date; dueAt: Date },
): Promise<PublishedRecordCounts | null> => {
  const receivedKinds = listReceivedKinds(rules.platforms)
  // A platform that no longer receives a kind still gets removals of that kind.
  const delivered = await store.listKindsEverSent(
    tx,
    PUBLISHED_KINDS.filter((kind) => !receivedKinds.includes(kind)),
  )
  const kinds = [...receivedKinds, ...delivered]
  if (kinds.length === 0) return null
  if (cause === 'takeback') await store.gatherChangedByRollback(tx, { at, kinds })
  else if ('run' in cause) await store.gatherChangedByRun(tx, { ...cause, kinds })
  else await store.gatherOfOperators(tx, { ...cause, at, kinds })
  const counts: PublishedRecordCounts = { told: 0, untold: 0, excluded: 0 }
  for await (const page of pagesFrom((after: store.GatheredRecord | null) =>
    store.pageGatheredRecords(tx, after, STEP_RECORDS),
  ))
    await queuePage(tx, rules, page, { kinds, receivedKinds, dueAt }, counts)
  await store.dropGathered(tx)
  return counts
}

const listReceivedKinds = (platforms: readonly PlatformSubjects[]): PublishedKind[] =>
  PUBLISHED_KINDS.filter((kind) => platforms.some(({ kinds }) => kinds.includes(kind)))

const queuePage = async (
  tx: Tx,
  rules: Pick<WorkRules, 'platforms'>,
  page: readonly store.RecordKey[],
  {
    kinds,
    receivedKinds,
    dueAt,
  }: { kinds: readonly PublishedKind[]; receivedKinds: readonly PublishedKind[]; dueAt: Date },
  counts: PublishedRecordCounts,
): Promise<void> => {
  const today = shanghaiDate(dueAt)
  const touched = new Set(page.map(keyOfRecord))
  const looked = await examine(tx, page, kinds, today)
  const before = await store.readLastNotices(
    tx,
    looked
      .filter(({ known: { told, party }, due }) => mustBeRemoved(due, told, party?.id ?? null))
      .map(({ known }) => known.id),
  )
  const [gone, shown]: [SubjectChange[], SubjectChange[]] = [[], []]
  const kept: Parameters<typeof store.keepSent>[1][number][] = []
  for (const one of looked) {
    const { known, due, repairedOn } = one
    if (touched.has(keyOfRecord(known))) count(counts, one.telling, due)
    const { id, kind, party, told, feed, key, fact } = known
    if (due === null || party === null) continue
    const notice = makePublishedRecord(known, party, null)
    const digest = digestPublishedRecord(notice)
    const telling = decideRecordActions({ due, told, operatorId: party.id, digest }, receivedKinds.includes(kind))
    if (telling === null) continue
    if (telling.removes) {
      // A removal repeats the text last sent, unless the decision was revoked.
      const { operator, body } = before.get(id) ?? notice
      const removal = makeRecordRemoval(due === 'SHOW' ? 'OTHER_PARTY' : due, { body: known.body, repairedOn }, today)
      const last = { ...notice, operator, body: due === 'REVOKED' ? notice.body : body, removal }
      gone.push({ kind, subjectId: id, change: 'REMOVE', notice: last })
    }
    if (telling.shows !== null) shown.push({ kind, subjectId: id, change: telling.shows, notice })
    kept.push({ feed, key, kind, operatorId: party.id, fact, digest, removed: due !== 'SHOW' })
  }
  await queueForPlatforms(tx, rules, gone, dueAt)
  await queueForPlatforms(tx, rules, shown, dueAt)
  await store.keepSent(tx, kept, dueAt)
  counts.told += kept.length
}

export const keyOfRecord = ({ feed, key }: store.RecordKey): string => `${key}\n${feed}`

const count = (counts: PublishedRecordCounts, telling: PublicationStatus | null, due: ShowOrRemove): void => {
  if (due !== null) return
  if (telling === 'PERSON') counts.untold += 1
  if (telling === 'EXCLUDED' || telling === 'OVER' || telling === 'REPAIRED') counts.excluded += 1
}

interface ExaminedRecord {
  known: store.PublishedRecordState
  telling: PublicationStatus | null
  due: ShowOrRemove
  repairedOn: string | null
}

const examine = async (
  db: Db | Tx,
  page: readonly store.RecordKey[],
  kinds: readonly PublishedKind[],
  today: string | null,
  asShown: string | null = null,
): Promise<ExaminedRecord[]> => {
  const states = await store.readRecordStatesWithSources(db, page, kinds)
  const repaired = await repairedAmong(db, states)
  const all = states.map((known) => {
    const conditions = { today, repaired: repaired.has(known.order) }
    const telling = known.stands ? judgePublicationStatus(known.kind, known.body, known.party, conditions) : null
    const { id, kind, party, fact, order } = known
    const told = known.told && id === asShown ? { ...known.told, removed: false } : known.told
    const stands = telling === null ? null : { operatorId: party?.id ?? null, fact, order, telling }
    return { known, telling, source: { id, kind, stands, told } }
  })
  const due = decideShowOrRemove(all.map(({ source }) => source))
  return all.map(({ known, telling }) => ({
    known,
    telling,
    due: due.get(known.id) ?? null,
    repairedOn: repaired.get(known.order) ?? null,
  }))
}

const repairedAmong = async (
  db: Db | Tx,
  states: readonly store.PublishedRecordState[],
): Promise<Map<number, string>> => {
  const operators = new Set(states.flatMap(({ kind, party }) => (kind === 'penalty' && party ? [party.id] : [])))
  const evidence = await store.readPenaltiesAndRepairs(db, [...operators])
  const byOperator = groupBy(evidence, ({ operatorId }) => operatorId)
  return new Map([...byOperator.values()].flatMap((rows) => [...(findRepairDays(rows, []) ?? [])]))
}

interface RecordInForce {
  kind: PublishedKind
  subjectId: string
  notice: PublishedRecord
}

export const recordsInForce = async function* (
  db: Db | Tx,
  receiver: PlatformSubjects,
  today: string,
): AsyncGenerator<RecordInForce[]> {
  const kinds = PUBLISHED_KINDS.filter((kind) => receiver.kinds.includes(kind))
  if (kinds.length === 0) return
  const read = (after: store.RecordKey | null) => store.pageKeysInForce(db, { kinds, after, limit: STEP_RECORDS })
  for await (const page of pagesFrom(read)) {
    const requested = new Set(page.map(keyOfRecord))
    const publishable = publishableAmong(await examine(db, page, kinds, today), (known) =>
      requested.has(keyOfRecord(known)),
    )
    await store.registerRecords(
      db,
      publishable.map(({ known: { feed, key, kind, fact }, party }) => ({
        feed,
        key,
        kind,
        fact,
        operatorId: party.id,
      })),
    )
    yield publishable.map(({ record }) => record)
  }
}

/** Omits records ended by `today`; null omits none. */
export const recordNoticesOf = async (
  db: Db | Tx,
  ids: readonly string[],
  today: string | null = null,
): Promise<RecordInForce[]> => {
  const named = await store.findKeysByIds(db, ids)
  const wanted = new Set(ids)
  const looked = await examine(db, named, PUBLISHED_KINDS, today)
  return publishableAmong(looked, ({ id }) => wanted.has(id)).map(({ record }) => record)
}

/** The present reason, as if the record were still shown. */
export const removalOfRecord = async (db: Db | Tx, id: string, today: string): Promise<PublishedRecord['removal']> => {
  const looked = await examine(db, await store.findKeysByIds(db, [id]), PUBLISHED_KINDS, today, id)
  const one = looked.find(({ known }) => known.id === id)
  if (one === undefined || one.due === null || one.due === 'SHOW') return null
  return makeRecordRemoval(one.due, { body: one.known.body, repairedOn: one.repairedOn }, today)
}

/** Returns what may be public of these records on `today`, by `keyOfRecord`. */
export const publicAmong = async (
  db: Db | Tx,
  keys: readonly store.RecordKey[],
  today: string,
): Promise<Map<string, PublishedRecord>> => {
  const requested = new Set(keys.map(keyOfRecord))
  const looked = await examine(db, keys, PUBLISHED_KINDS, today)
  const found = publishableAmong(looked, (known) => requested.has(keyOfRecord(known)))
  return new Map(found.map(({ known, record }) => [keyOfRecord(known), record.notice]))
}

const publishableAmong = (
  looked: readonly ExaminedRecord[],
  isWanted: (known: store.PublishedRecordState) => boolean,
) =>
  looked.flatMap(({ known, telling, due }) => {
    const { kind, id, party } = known
    if (due !== 'SHOW' || telling !== 'PUBLIC' || party === null || !isWanted(known)) return []
    const record: RecordInForce = { kind, subjectId: id, notice: makePublishedRecord(known, party, null) }
    return [{ known, party, record }]
  })
