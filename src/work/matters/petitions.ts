/** Mirrors a feed of 12315: each petition's opening and steps so far, in a transaction of its own. */
import type { DeliveryOutcome, FeedDelivery } from '../../agencies/delivery.js'
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
import { redactIdNumbers } from '../../domain/records/privacy.js'
import type { ItemProblem, SourceItem } from '../../domain/records/records.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as rejectDesk from '../../store/intake/reject-desk.js'
import * as rejects from '../../store/intake/rejects.js'
import * as store from '../../store/matters/matters.js'
import * as runs from '../../store/timetable/runs.js'
import { makeRulesReader } from '../calendar/rules.js'
import { isRefusedContent, type OpenRun, type RunOptions, runAlone } from '../timetable/run.js'
import { redactedFileName, type SubmittedFile } from '../timetable/submitted-file.js'
import type { MatterParts } from './keep-move.js'
import { moveMatter } from './matters.js'
import { findOperatorOfMatter, followHistory, pointTo } from './rows.js'

export const readPetitionRules = makeRulesReader<PetitionRules>(
  'rules/petitions',
  'contracts/petitions',
  checkPetitionRoutes,
)

const REJECTS_AT_ONCE = 200
const AGENCY = 'market-regulator'
const CHANNEL = { by: 'feed', role: 'public', seat: CHANNEL_SEAT } as const

export interface MirrorOptions extends RunOptions, Omit<MatterParts, 'db'> {
  feed: typeof petitionsMirror
  open: () => FeedDelivery | Promise<FeedDelivery>
  file?: SubmittedFile | undefined
  signal?: AbortSignal
}

/** The channel sends all petitions each time. */
export const mirrorPetitions = (given: Db, options: MirrorOptions) => {
  const { file, feed, signal, rules, now } = options
  const whole = file === undefined || file.full === true
  const name = redactedFileName(null, { pseudonymOf: rules.pseudonymOf, ...(file && { file }) })
  const what = { ...options, job: 'pull', subject: feed.id, whole, file: name, dated: file?.dated ?? null } as const
  return runAlone(given, what, async (run, db) => {
    const delivery = await options.open()
    const counts = { received: 0, new: 0, changed: 0, unchanged: 0, rejected: 0, unmatched: 0, ended: 0 }
    const bad: rejects.NewReject[] = []
    const keepRejects = () => rejects.add(db, run.id, feed.id, bad.splice(0))
    try {
      for await (const item of delivery.items) {
        signal?.throwIfAborted()
        counts.received += 1
        const told = await mirrorItem({ ...options, db }, item, run)
        if (typeof told === 'string') counts[told] += 1
        else {
          counts.rejected += 1
          bad.push(told)
          if (bad.length >= REJECTS_AT_ONCE) await keepRejects()
        }
      }
      Object.assign(run.counts, counts)
      await db.transaction(async (tx) => {
        await rejects.add(tx, run.id, feed.id, bad)
        await rejects.settleRepeated(tx, run.id, feed.id, now())
        const source = { whole, complete: whole, file: name, contentHash: null, archive: null }
        await runs.noteDeliveryOfRun(tx, run.id, source)
        await run.close(tx)
      })
    } catch (error) {
      await keepRejects()
      const isRefused = isRefusedContent(error)
      await settle(db, delivery, { run: run.id, outcome: isRefused ? 'REFUSED' : 'FAILED' })
      throw error
    }
    await settle(db, delivery, { run: run.id, outcome: 'DONE' })
    return { feed: feed.id, full: whole, run: run.id, ms: run.elapsed(), ...counts }
  })
}

const settle = async (
  db: Db,
  delivery: FeedDelivery,
  ended: Pick<DeliveryOutcome, 'run' | 'outcome'>,
): Promise<void> => {
  await delivery.settle?.({ ...ended, error: null, rejects: rejectDesk.ofRun(db, ended.run) })
}

type Told = 'new' | 'changed' | 'unchanged'

const mirrorItem = async (
  parts: MirrorOptions & MatterParts,
  item: SourceItem,
  run: OpenRun,
): Promise<Told | rejects.NewReject> => {
  const makeReject = (problems: readonly ItemProblem[]): rejects.NewReject => ({
    ...{ page: item.page, row: item.row, map: null },
    ...redactIdNumbers({ problems, item: parts.feed.withoutTexts(item) }, parts.rules.pseudonymOf),
  })
  const read = parts.feed.interpret(item, shanghaiDate(run.startedAt))
  if ('problems' in read) return makeReject(read.problems)
  try {
    return await inTransaction(parts.db, 'move', (tx) => mirrorPetition({ ...parts, db: tx }, tx, read.petition))
  } catch (error) {
    if (!isRefusedContent(error)) throw error
    const { code, message, details } = error
    const field = String(details['pointer'] ?? '').slice(1)
    return makeReject([{ field: field === '' ? null : field, rule: code, message }])
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
  { number, repeats, newFacts, registeredOn, names }: Petition,
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
  ).catch((error) => {
    throw pointTo(error, (pointer) => names[pointer] ?? '')
  })
  return isNew ? 'moved' : 'same'
}

const mirrorOne = async (parts: MirrorOptions & MatterParts, petition: Petition, type: PetitionType) => {
  const { number, registeredOn: on, code, steps, names } = petition
  const region = routePetition(readPetitionRules(parts.rules.confirmations), petition, type)
  if (region === null) throw new Refusal('ORGANISATION_UNKNOWN', { seat: AGENCY, pointer: names['/to'] })
  const operatorId = code === null ? null : await knownOperator(parts.db, code)
  const opening = {
    ...{ kind: parts.feed.kind, to: `${AGENCY}@${region}`, reference: referenceOfPetition(number, type), on },
    ...{ fields: fieldsOfPetition(petition, type), ...(operatorId !== null && { operatorId }) },
  }
  const own = steps.filter(({ of }) => of === type).map(({ of: _, ...step }) => step)
  return (await followHistory(parts, CHANNEL, { opening, names, steps: own }, parts.now())).result
}

const knownOperator = (db: Db, code: string): Promise<number | null> =>
  findOperatorOfMatter(db, code).catch((error) => {
    if (isRefusal(error) && error.code === 'INPUT_INVALID') return null
    throw error
  })
