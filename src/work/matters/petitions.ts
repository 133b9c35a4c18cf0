/** Mirrors a feed of 12315: each petition's opening and steps so far, in a transaction of its own. */
import type { DeliveryOutcome, FeedDelivery, SourceReject } from '../../agencies/delivery.js'
import type { petitionsMirror } from '../../agencies/market-regulator/petitions.js'
import {
  checkPetitionRoutes,
  fieldsOfPetition,
  type Petition,
  type PetitionRules,
  type PetitionType,
  referenceOfPetition,
  routePetition,
} from '../../domain/matters/petitions.js'
import { CHANNEL_SEAT } from '../../domain/matters/seats.js'
import type { SourceItem } from '../../domain/records/records.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as store from '../../store/matters/matters.js'
import { makeRulesReader } from '../calendar/rules.js'
import { LOWEST_FAILURE_HTTP_STATUS, type OpenRun, type RunOptions, runAlone } from '../timetable/run.js'
import type { MatterParts } from './keep-move.js'
import { moveMatter } from './matters.js'
import { findOperatorOfMatter, followHistory } from './rows.js'

export const readPetitionRules = makeRulesReader<PetitionRules>(
  'rules/petitions',
  'contracts/petitions',
  checkPetitionRoutes,
)

const REJECTS_TOLD_MOST = 10_000
const AGENCY = 'market-regulator'
const CHANNEL = { by: 'feed', role: 'public', seat: CHANNEL_SEAT } as const

export interface MirrorOptions extends RunOptions, Omit<MatterParts, 'db'> {
  feed: typeof petitionsMirror
  open: () => FeedDelivery | Promise<FeedDelivery>
  signal?: AbortSignal
}

/** Answers as a pull does. */
export const mirrorPetitions = (db: Db, options: MirrorOptions) =>
  runAlone(db, { ...options, job: 'pull', subject: options.feed.id, whole: false }, async (run, db) => {
    const delivery = await options.open()
    const counts = { received: 0, new: 0, changed: 0, unchanged: 0, rejected: 0, unmatched: 0, ended: 0 }
    const rejects: SourceReject[] = []
    try {
      for await (const item of delivery.items) {
        options.signal?.throwIfAborted()
        counts.received += 1
        const told = await mirrorItem({ ...options, db }, item, run)
        if (typeof told === 'string') counts[told] += 1
        else {
          counts.rejected += 1
          if (rejects.length < REJECTS_TOLD_MOST) rejects.push(told)
        }
      }
      await settle(delivery, run, 'DONE', rejects)
    } catch (error) {
      const isRefused = isRefusal(error) && error.status < LOWEST_FAILURE_HTTP_STATUS
      await settle(delivery, run, isRefused ? 'REFUSED' : 'FAILED', rejects)
      throw error
    }
    Object.assign(run.counts, counts)
    return { feed: options.feed.id, full: false, run: run.id, ms: run.elapsed(), ...counts }
  })

const settle = async (
  delivery: FeedDelivery,
  run: OpenRun,
  outcome: DeliveryOutcome['outcome'],
  rejects: readonly SourceReject[],
): Promise<void> => {
  const told = (async function* () {
    yield* rejects
  })()
  await delivery.settle?.({ outcome, run: run.id, error: null, rejects: told })
}

type Told = 'new' | 'changed' | 'unchanged' | SourceReject

const mirrorItem = async (parts: MirrorOptions & MatterParts, item: SourceItem, run: OpenRun): Promise<Told> => {
  const place = { page: item.page, row: item.row, heading: null }
  const read = parts.feed.interpret(item, shanghaiDate(run.startedAt))
  if ('problems' in read) {
    const { field = null, rule = '', message = '' } = read.problems[0] ?? {}
    return { ...place, field, rule, message }
  }
  try {
    return await inTransaction(parts.db, 'move', (tx) => mirrorPetition({ ...parts, db: tx }, tx, read.petition))
  } catch (error) {
    if (!isRefusal(error) || error.status >= LOWEST_FAILURE_HTTP_STATUS || error.code === 'RUN_BUSY') throw error
    return { ...place, field: null, rule: error.code, message: error.message }
  }
}

/** A letter with a complaint and a report becomes two (art 9). */
const mirrorPetition = async (parts: MirrorOptions & MatterParts, tx: Tx, petition: Petition): Promise<Told> => {
  const results: string[] = []
  for (const type of petition.types) {
    const merged = type === 'REPORT' ? await mergeRepeated(parts, tx, petition) : null
    results.push(merged ?? (await mirrorOne(parts, petition, type)))
  }
  if (results.includes('created')) return 'new'
  return results.includes('moved') ? 'changed' : 'unchanged'
}

/** Art 35: the same facts reported again add nothing; new facts are merged and restart the clock. */
const mergeRepeated = async (
  parts: MirrorOptions & MatterParts,
  tx: Tx,
  { number, repeats, newFacts, registeredOn }: Petition,
): Promise<'same' | 'moved' | null> => {
  if (repeats === null) return null
  const earlier = await store.matterByReference(tx, {
    ...{ openedBy: CHANNEL_SEAT, kind: parts.feed.kind, reference: referenceOfPetition(repeats, 'REPORT') },
  })
  if (earlier === null) return null
  if (newFacts === null) return 'same'
  if (earlier.closedAt !== null) return null
  const { isNew } = await moveMatter(
    parts,
    CHANNEL,
    { id: earlier.id, move: 'new_facts', on: registeredOn, reason: newFacts, reference: `new_facts ${number}` },
    parts.now(),
  )
  return isNew ? 'moved' : 'same'
}

const mirrorOne = async (parts: MirrorOptions & MatterParts, petition: Petition, type: PetitionType) => {
  const { number, registeredOn: on, code, steps } = petition
  const region = routePetition(readPetitionRules(parts.rules.confirmations), petition, type)
  if (region === null) throw new Refusal('ORGANISATION_UNKNOWN', { seat: AGENCY, pointer: '/承办机关区划' })
  const operatorId = code === null ? null : await knownOperator(parts.db, code)
  const opening = {
    ...{ kind: parts.feed.kind, to: `${AGENCY}@${region}`, reference: referenceOfPetition(number, type), on },
    ...{ fields: fieldsOfPetition(petition, type), ...(operatorId !== null && { operatorId }) },
  }
  const own = steps.filter(({ of }) => of === type).map(({ of: _, ...step }) => step)
  return (await followHistory(parts, CHANNEL, { opening, steps: own }, parts.now())).result
}

/** A petition may be about a firm that the hub does not know. */
const knownOperator = (db: Db, code: string): Promise<number | null> =>
  findOperatorOfMatter(db, code).catch((error) => {
    if (isRefusal(error) && error.code === 'INPUT_INVALID') return null
    throw error
  })
