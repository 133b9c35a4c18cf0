import type { AgencyFeed } from '../../agencies/feed.js'
import { addHeadingsToProblems } from '../../domain/intake/feed-maps.js'
import { checkAndRedactText, redactIdNumbers } from '../../domain/records/privacy.js'
import {
  type ItemProblem,
  RECORD_KIND_TRAITS,
  type RecordDraft,
  type SourceItem,
} from '../../domain/records/records.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import { makeEmptyKnownVersions } from '../../store/intake/digest-index.js'
import * as feedMaps from '../../store/intake/feed-maps.js'
import type { DraftEffect } from '../../store/intake/plan.js'
import * as rejectDesk from '../../store/intake/reject-desk.js'
import { type DraftStage, withStage } from '../../store/intake/staged.js'
import * as runs from '../../store/timetable/runs.js'
import type { WorkRules } from '../calendar/rules.js'
import { runAlone } from '../timetable/run.js'
import { mergeDelivery } from './merge.js'
import { draftsOfItem, itemCountsOf } from './read.js'
import { makeStagedDraft } from './staged-draft.js'

const ITEM_LENGTH = 200_000
const WAIT_MS = 5_000

export interface RejectDecision {
  reject: number
  note: string
  by: string
  pseudonymOf: (id: string) => string
  now: () => Date
}

export interface RejectCorrection extends RejectDecision {
  fields: unknown
  rules?: WorkRules
  log?: Log
}

export type CorrectionResult =
  | { taken: true; run: number; effect: DraftEffect }
  | { taken: false; problems: readonly ItemProblem[] }

/** Refusals: REJECT_UNKNOWN, REJECT_SETTLED, REJECT_OUTDATED, INPUT_INVALID, RUN_BUSY. */
export const takeCorrection = async (
  db: Db,
  feed: AgencyFeed,
  correcting: RejectCorrection,
): Promise<CorrectionResult> => {
  const { reject, by, pseudonymOf, now } = correcting
  const note = checkAndRedactText(correcting.note, '理由 the reason', correcting.pseudonymOf)
  const found = await rejectDesk.byId(db, reject)
  if (found === null || found.feed !== feed.id) throw new Refusal('REJECT_UNKNOWN')
  if (found.state !== 'OPEN') throw new Refusal('REJECT_SETTLED')
  if (found.rolledBack) throw new Refusal('REJECT_OUTDATED')
  const fields = redactIdNumbers(itemIn(correcting.fields), pseudonymOf, feed.exempt)
  const [map] = found.map === null ? [] : await feedMaps.byIds(db, [found.map])
  const item: SourceItem = { page: found.page, row: found.row, fields, ...(map && { map }) }
  const mapped = draftsOfItem(feed, item, { dated: found.dated, today: shanghaiDate(now()) }, pseudonymOf)
  if ('problems' in mapped)
    return { taken: false, problems: map ? addHeadingsToProblems(mapped.problems, map) : mapped.problems }

  const { file, dated } = found
  const what = { ...correcting, job: 'pull', subject: feed.id, cause: 'person', file, dated, waitMs: WAIT_MS } as const
  const taken = await runAlone(db, what, (run, db) =>
    withStage(db, async (stage) => {
      for (const [part, draft] of mapped.drafts.entries()) stage.put(makeStagedDraft(1, part, item, draft))
      await stage.flush()
      return stage.transaction(async (tx) => {
        const effect = await takeIn(tx, run.id, {
          feed,
          found,
          drafts: mapped.drafts,
          contents: stage.contents,
          correcting,
        })
        await rejectDesk.settle(tx, reject, { state: 'TAKEN', corrected: fields, run: run.id, by, note, now: now() })
        if (map) await runs.noteMaps(tx, run.id, [map.id])
        Object.assign(run.counts, itemCountsOf({ received: 1, rejected: 0, met: 0 }, { ...NO_ITEMS, [effect]: 1 }))
        await run.close(tx)
        return { taken: true as const, run: run.id, effect }
      })
    }),
  )
  if (taken === null) throw new Refusal('RUN_BUSY', { job: 'pull', subject: feed.id })
  return taken
}

interface CorrectedItem {
  feed: AgencyFeed
  found: rejectDesk.StoredReject
  drafts: readonly RecordDraft[]
  contents: DraftStage['contents']
  correcting: RejectCorrection
}

const takeIn = async (
  tx: Tx,
  run: number,
  { feed, found, drafts, contents, correcting: { now, rules } }: CorrectedItem,
): Promise<DraftEffect> => {
  if (!(await rejectDesk.lockIfOpen(tx, found.id))) throw new Refusal('REJECT_SETTLED')
  const keys = new Set(drafts.map(({ key }) => key))
  if (keys.size < drafts.length)
    throw new Refusal('INPUT_INVALID', { reason: '该条目自相矛盾 the item contradicts itself' })
  const ends = found.ofWhole && RECORD_KIND_TRAITS[feed.kind].endsByAbsence
  if (await rejectDesk.isOutdated(tx, { feed: feed.id, keys: [...keys], run: found.run, ends }))
    throw new Refusal('REJECT_OUTDATED')
  const merged = await mergeDelivery(tx, {
    run,
    feed: feed.id,
    whole: false,
    // A corrected record is as whole as its delivery: a later whole feed without it ends it.
    partial: !found.ofWhole,
    drafts: drafts.length,
    contents,
    known: makeEmptyKnownVersions(),
    now: now(),
    rules,
  })
  return EFFECTS.find((effect) => merged[effect] > 0) ?? 'UNCHANGED'
}

const EFFECTS = ['UNMATCHED', 'NEW', 'CHANGED', 'UNCHANGED'] as const

const NO_ITEMS = { NEW: 0, CHANGED: 0, UNCHANGED: 0, UNMATCHED: 0 }

/** Refusals: REJECT_UNKNOWN, REJECT_SETTLED, INPUT_INVALID. */
export const dropOpenReject = async (db: Db, settling: RejectDecision): Promise<void> => {
  const note = checkAndRedactText(settling.note, '理由 the reason', settling.pseudonymOf)
  const { reject, by, now } = settling
  await db.transaction(async (tx) => {
    if (!(await rejectDesk.lockIfOpen(tx, reject)))
      throw new Refusal((await rejectDesk.byId(tx, reject)) === null ? 'REJECT_UNKNOWN' : 'REJECT_SETTLED')
    await rejectDesk.settle(tx, reject, { state: 'DROPPED', corrected: null, run: null, by, note, now: now() })
  })
}

const itemIn = (fields: unknown): Record<string, unknown> => {
  if (fields === null || typeof fields !== 'object' || Array.isArray(fields) || Object.keys(fields).length === 0)
    throw new Refusal('INPUT_INVALID', { reason: 'fields 应为整条记录的各字段 must be the fields of the whole item' })
  if (JSON.stringify(fields).length > ITEM_LENGTH)
    throw new Refusal('INPUT_INVALID', { reason: `fields 过大 fields hold more than ${ITEM_LENGTH} characters` })
  return fields as Record<string, unknown>
}
