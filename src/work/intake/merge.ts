import { RECORD_KIND_TRAITS, RECORD_KINDS, type UnreadableRecords } from '../../domain/records/records.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Tx } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import * as absence from '../../store/intake/absence.js'
import type { KnownVersions } from '../../store/intake/digest-index.js'
import * as plan from '../../store/intake/plan.js'
import * as proposals from '../../store/intake/proposals.js'
import type { StageContents } from '../../store/intake/staged.js'
import * as unmatched from '../../store/intake/unmatched-merge.js'
import * as names from '../../store/operators/names.js'
import * as operators from '../../store/operators/operators.js'
import * as ownerless from '../../store/records/ownerless.js'
import * as sameDecision from '../../store/records/same-decision.js'
import * as versions from '../../store/records/versions.js'
import * as rescoringQueue from '../../store/scoring/rescoring-queue.js'
import type { WorkRules } from '../calendar/rules.js'
import { queueChangedRecords } from '../delivery/published-records.js'
import { followChangedRecords } from '../listing/consequences.js'
import { republishContested } from '../listing/entry.js'

const NEED_OPERATOR = RECORD_KINDS.filter((kind) => RECORD_KIND_TRAITS[kind].needsOperator)

export interface MergeInput {
  run: number
  feed: string
  whole: boolean
  /** Records of a partial file never end by absence. Default `!whole`. */
  partial?: boolean
  drafts: number
  contents: StageContents
  known: KnownVersions
  /** Keys of rejected items: their records do not count as absent. */
  unreadable?: UnreadableRecords
  now: Date
  /** Absent for seeds; no listing can rest on seeded records. */
  rules?: WorkRules | undefined
}

const NOTHING: UnreadableRecords = { keys: [], stems: [], codes: [] }

export const mergeDelivery = async (tx: Tx, merging: MergeInput) => {
  const { run, feed, whole, partial = !merging.whole, drafts, contents, known, unreadable = NOTHING, rules } = merging
  const at = await knowledge.nextInstant(tx, merging.now)
  const made = await operators.makeFromDrafts(tx, run, at, { ...contents, drafts })
  await plan.fillPlan(tx, { feed, whole, needOperator: NEED_OPERATOR, contents })
  const counts = await plan.itemCounts(tx)
  await unmatched.keepUnmatched(tx, { id: run, feed, partial })
  const letGo = await versions.mergePlan(tx, {
    ...{ id: run, feed, whole, partial, now: at, made },
    writes: counts.NEW + counts.CHANGED,
  })
  await ownerless.keepOwnerlessCodes(tx, feed)
  const unmet = whole ? known.unmet() : []
  if (whole && known.asOf) unmet.push(...(await absence.listMatchedSince(tx, feed, known.asOf)))
  const ending = { id: run, feed, now: at, today: shanghaiDate(merging.now), unreadable, unmet }
  const ended = unmet.length > 0 ? await absence.endAbsent(tx, ending) : 0
  if (whole) await unmatched.endAbsentUnmatched(tx, ending)
  const changes = counts.NEW + counts.CHANGED + Math.max(counts.UNMATCHED, letGo) + ended
  if (changes > 0) {
    await operators.learnCodesAndNames(tx, run, at, { ...contents, known: changes > made })
    await names.indexNamesOfPlan(tx, run, { made, changes: counts.NEW + counts.CHANGED })
    await rescoringQueue.markDirtyByPlan(tx, run, at)
  }
  if (made > 0 || counts.NEW + counts.CHANGED > 0) {
    await unmatched.matchUnmatched(tx, run, at)
    await ownerless.matchOwnerless(tx, run, at)
    await sameDecision.shareFacts(tx, { run }, at)
  }
  await proposals.proposeForRun(tx, run)
  if (rules && (changes > 0 || unmet.length > 0)) {
    await followChangedRecords(tx, { run, feed, at, now: merging.now, rules, unmet, unreadable })
    await republishContested(tx, rules, { now: at, dueAt: merging.now })
  }
  const told =
    rules && changes > 0 ? await queueChangedRecords(tx, rules, { run, feed }, { at, dueAt: merging.now }) : null
  const timeliness = contents.late ? await plan.timelinessCounts(tx) : { late: 0, timely: 0 }
  return { ...counts, ended, ...timeliness, told }
}
