/**
 * Earlier releases read twelve digits (yyyyMMddHHmm) as epoch milliseconds: dates in 1976. Without the archived item,
 * such a date is only reported.
 */
import type { AgencyFeed } from '../../../agencies/feed.js'
import { makeSubjectKey } from '../../../domain/intake/matching.js'
import { sealBody } from '../../../domain/records/digest.js'
import type { Json, RecordBody, RecordDraft, SourceItem } from '../../../domain/records/records.js'
import { daysMisreadFor, MISREAD_DAY_RANGE } from '../../../foundation/time/dates.js'
import type { Tx } from '../../../store/db/db.js'
import * as dates from '../../../store/intake/repair/dates.js'
import type { RepairedRecord } from '../../../store/intake/repair/unended-records.js'
import { readArchivedAgain, type StoredRecordsRepair } from './archived.js'

export const mendDates = async (tx: Tx, checking: StoredRecordsRepair): Promise<RepairedRecord[]> => {
  const feeds = new Map(checking.feeds.map((feed) => [feed.id, feed]))
  const redatedRecords: dates.RedatedRecord[] = []
  for (const run of byRun(await dates.datedWithin(tx, MISREAD_DAY_RANGE))) {
    const [{ feed: id }] = run
    const drafts = await draftsOf(feeds.get(id), run, checking)
    for (const record of run) {
      const judged = judge(record, drafts?.get(placeOf(record)) ?? [])
      if (judged === 'UNPROVEN') checking.unproven.push({ feed: id, key: record.key, operator: record.operator })
      else if (judged !== 'SOUND') redatedRecords.push(judged)
    }
  }
  return dates.redate(tx, checking, redatedRecords)
}

type RunRecords = [dates.DatedRecord, ...dates.DatedRecord[]]

const byRun = (records: readonly dates.DatedRecord[]): RunRecords[] => {
  const runs: RunRecords[] = []
  for (const record of records) {
    const last = runs.at(-1)
    if (last && last[0].run === record.run) last.push(record)
    else runs.push([record])
  }
  return runs
}

const placeOf = ({ page, row }: Pick<SourceItem, 'page' | 'row'>): string => `${page}/${row}`

const draftsOf = async (
  feed: AgencyFeed | undefined,
  records: RunRecords,
  checking: StoredRecordsRepair,
): Promise<Map<string, RecordDraft[]> | null> => {
  const [{ archive, dated, startedAt }] = records
  if (feed === undefined || archive === null) return null
  const places = new Set(records.map(placeOf))
  const drafts = new Map<string, RecordDraft[]>()
  try {
    const items = readArchivedAgain(feed, { archive, dated, startedAt }, checking, (item) => places.has(placeOf(item)))
    for await (const { item, mapped } of items) if ('drafts' in mapped) drafts.set(placeOf(item), mapped.drafts)
  } catch {
    return null
  }
  return drafts
}

const judge = (
  record: dates.DatedRecord,
  drafts: readonly RecordDraft[],
): dates.RedatedRecord | 'SOUND' | 'UNPROVEN' => {
  const ofKind = drafts.filter(({ kind }) => kind === record.kind)
  const draft = ofKind.find(({ key }) => key === record.key) ?? (ofKind.length === 1 ? ofKind[0] : undefined)
  if (draft === undefined) return 'UNPROVEN'
  const body = redated(record.body, draft.body) as RecordBody
  const validFrom = redated(record.validFrom, draft.validFrom) as string | null
  const validTo = redated(record.validTo, draft.validTo) as string | null
  const { digest } = sealBody({ body, validFrom, validTo, subject: draft.subject })
  const { digest: before } = sealBody({ ...record, subject: draft.subject })
  if (digest === before) return 'SOUND'
  const { id, waits } = record
  const { key, subject } = draft
  return {
    id,
    waits,
    key,
    body,
    validFrom,
    validTo,
    digest,
    subjectKey: waits ? makeSubjectKey({ subject, body, key }) : null,
    fact: record.kind === 'list_entry' ? (draft.fact ?? null) : null,
  }
}

const redated = (stored: Json, today: Json | undefined): Json => {
  if (typeof stored === 'string') return typeof today === 'string' && isMisread(stored, today) ? today : stored
  if (Array.isArray(stored))
    return Array.isArray(today) && today.length === stored.length
      ? stored.map((each, at) => redated(each, today[at]))
      : stored
  if (stored === null || typeof stored !== 'object' || today === null || typeof today !== 'object') return stored
  const current = today as RecordBody
  return Object.fromEntries(Object.entries(stored).map(([name, each]) => [name, redated(each, current[name])]))
}

const isMisread = (stored: string, today: string): boolean =>
  stored >= MISREAD_DAY_RANGE.from && stored <= MISREAD_DAY_RANGE.to && daysMisreadFor(today).includes(stored)
