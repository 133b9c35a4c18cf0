/**
 * Pull: one feed from its agency, or a file in its place, into versions. Read and staged item by item (no transaction is
 * open while an agency is asked), then merged whole in one transaction: a pull that dies leaves nothing half done.
 */
import { accessSync, constants, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Feed } from '../agencies/feed.js'
import { contract } from '../contracts.js'
import { outOfBounds } from '../domain/bounds.js'
import { dateIn } from '../domain/dates.js'
import { operatorKindIn, orgCodeIn, regionIn, usccValid } from '../domain/identity.js'
import { redact } from '../domain/privacy.js'
import { type Draft, digest, type Item, KINDS, type Mapped, type Problem, RECORD_KINDS } from '../domain/records.js'
import { Refusal, reasonOf } from '../errors.js'
import type { Db, Tx } from '../store/db.js'
import * as knowledge from '../store/knowledge.js'
import * as operators from '../store/operators.js'
import * as rejects from '../store/rejects.js'
import * as runs from '../store/runs.js'
import * as staged from '../store/staged.js'
import * as versions from '../store/versions.js'
import { alone, type Occasioned, type Running } from './run.js'

/** A delivery with so many bad items, and more bad than its feed bears, is not read to its end. */
const REJECTS_ENOUGH = 10_000
/** Items written to the stage at once. */
const CHUNK_ITEMS = 1_000

export interface Pulled {
  feed: string
  received: number
  new: number
  changed: number
  unchanged: number
  rejected: number
  unmatched: number
  full: boolean
  ms: number
}

export interface FileGiven {
  path: string
  reader?: string
  dated?: string
  full?: boolean
}

export interface PullOptions extends Occasioned {
  feed: Feed
  /** Where the agency answers; unused with a file. */
  url: string | null
  file?: FileGiven
  mark: (id: string) => string
  progress?: (items: number) => void
  signal?: AbortSignal
}

/** Null: another process has this occurrence of the timetable. */
export const pull = async (db: Db, options: PullOptions): Promise<Pulled | null> => {
  const { feed, file } = options
  if (file) checkReadable(file.path)
  const whole = file === undefined ? feed.whole : file.full === true
  const what = {
    ...options,
    job: 'pull' as const,
    subject: feed.id,
    // A feed that sends only its changes is as current after a pull as one that sends everything.
    whole: file === undefined || file.full === true,
    file: file ? basename(redact(file.path, options.mark)) : null,
    dated: file?.dated ?? null,
  }
  return alone(db, what, async (run) => {
    await staged.clear(db, await staged.leftovers(db, feed.id))
    try {
      return await takeIn(db, run, { ...options, whole })
    } finally {
      await staged.clear(db, [run.id])
    }
  })
}

/** Refusal FILE_UNREADABLE, before anything is opened. */
export const checkReadable = (path: string): void => {
  try {
    accessSync(path, constants.R_OK)
    if (!statSync(path).isFile()) throw new Error('不是普通文件 not a regular file')
  } catch (error) {
    throw new Refusal('FILE_UNREADABLE', { path, reason: (error as NodeJS.ErrnoException).code ?? reasonOf(error) })
  }
}

type Taking = PullOptions & { whole: boolean }

const takeIn = async (db: Db, run: Running, options: Taking): Promise<Pulled> => {
  const { feed, whole } = options
  const read = await stage(db, run, options)
  const standing = await versions.standing(db, feed.id)
  const partialFile = options.file !== undefined && options.file.full !== true
  const reason = outOfBounds(feed.bounds, { ...read, standing, partialFile, whole })
  if (reason !== null) throw new Refusal('FEED_OUT_OF_BOUNDS', { feed: feed.id, reason })
  const merging = { run: run.id, feed: feed.id, whole, unreadable: read.unreadable, now: options.now() }
  const sums = await db.transaction(async (tx) => {
    await checkStage(tx, run.id, read.drafts)
    const { ended, ...counts } = await merge(tx, merging)
    const sums = {
      received: read.received,
      new: counts.NEW,
      changed: counts.CHANGED,
      unchanged: counts.UNCHANGED,
      rejected: read.rejected + counts.CONFLICT,
      unmatched: counts.UNMATCHED,
    }
    Object.assign(run.counts, sums, { ended })
    await run.close(tx)
    return sums
  })
  return { feed: feed.id, ...sums, full: whole, ms: run.elapsed() }
}

/** What was staged must all be there still: a restarted database empties the stage, and half a feed would end the other half. */
const checkStage = async (tx: Tx, run: number, drafts: number): Promise<void> => {
  if (!(await runs.hold(tx, run))) throw new Error('another process took this pull for dead')
  const left = await staged.count(tx, run)
  if (left !== drafts) throw new Error(`${drafts} records were staged, ${left} are left`)
}

interface Read {
  received: number
  rejected: number
  /** Records staged. */
  drafts: number
  /** Different records in all, a bad item counted as one. */
  records: number
  /** Keys of records in bad items. */
  unreadable: string[]
}

/** Reads every item; good drafts go to the stage, bad items are set aside with their reason. */
const stage = async (db: Db, run: Running, options: Taking): Promise<Read> => {
  const { feed, file } = options
  const today = dateIn(run.startedAt)
  const context = { dated: file?.dated ?? null, today }
  let good: staged.Staged[] = []
  let bad: rejects.Reject[] = []
  const read: Read = { received: 0, rejected: 0, drafts: 0, records: 0, unreadable: [] }
  const flush = async () => {
    await staged.add(db, run.id, good)
    await rejects.add(db, run.id, feed.id, bad)
    good = []
    bad = []
    options.progress?.(read.received)
  }
  for await (const sent of itemsOf(options, today)) {
    options.signal?.throwIfAborted()
    read.received += 1
    const item: Item = { ...sent, fields: redact(sent.fields, options.mark, feed.exempt) }
    const mapped = redacted(checked(feed.map(item, context)), options.mark)
    if ('problems' in mapped) {
      read.rejected += 1
      read.unreadable.push(...(mapped.keys ?? []))
      bad.push({ page: item.page, row: item.row, problems: mapped.problems, item: item.fields })
      if (read.rejected > REJECTS_ENOUGH && read.rejected > read.received * feed.bounds.rejectShare) {
        await flush()
        const reason = `前 ${read.received} 条中 ${read.rejected} 条不合格 / ${read.rejected} of the first ${read.received} items are bad`
        throw new Refusal('FEED_OUT_OF_BOUNDS', { feed: feed.id, reason })
      }
    } else {
      read.drafts += mapped.drafts.length
      for (const [part, draft] of mapped.drafts.entries()) good.push(toStage(read.received, part, item, draft))
    }
    if (good.length + bad.length >= CHUNK_ITEMS) await flush()
  }
  await flush()
  return { ...read, records: (await staged.countKeys(db, run.id)) + read.rejected }
}

const itemsOf = ({ feed, url, file, signal }: Taking, today: string): AsyncIterable<Item> => {
  if (file) return feed.read(file.path, { ...(file.reader ? { reader: file.reader } : {}), today })
  if (url === null) throw new Refusal('FEED_NOT_CONFIGURED', { feed: feed.id, setting: 'AGENCY_…_URL' })
  return feed.fetch({ url, ...(signal ? { signal } : {}) })
}

const NO_RECORD: Problem = {
  field: null,
  rule: 'record.none',
  message: '这一行没有给出任何记录。This row gives no record.',
}

/** Once more after mapping: what was written in pieces may have become one number. Registration numbers stay. */
const redacted = (mapped: Mapped, mark: (id: string) => string): Mapped => redact(mapped, mark, REGISTRATION_NUMBERS)

const REGISTRATION_NUMBERS = new Set(['reg_no', 'regNo'])

/** Every body meets its kind's contract before anything is believed. */
const checked = (mapped: Mapped): Mapped => {
  if ('problems' in mapped) return mapped
  if (mapped.drafts.length === 0) return { problems: [NO_RECORD] }
  const problems: Problem[] = mapped.drafts.flatMap((draft) => contract(`records/${draft.kind}`)(draft.body))
  return problems.length > 0 ? { problems, keys: mapped.drafts.map(({ key }) => key) } : mapped
}

export const toStage = (index: number, part: number, item: Item, draft: Draft): staged.Staged => ({
  item: index,
  part,
  page: item.page,
  row: item.row,
  draft,
  digest: digest(draft),
  usccValid: draft.subject.uscc !== null && usccValid(draft.subject.uscc),
})

export interface Merging {
  run: number
  feed: string
  /** The delivery is the whole feed: what it lacks has ended. */
  whole: boolean
  /** Keys of records in items that were set aside: these are there, only unreadable. */
  unreadable?: readonly string[]
  now: Date
}

/** From the stage into operators and versions, in one transaction. */
export const merge = async (
  tx: Tx,
  { run, feed, whole, unreadable = [], now }: Merging,
): Promise<staged.ItemCounts & { ended: number }> => {
  const at = await knowledge.tick(tx, now)
  await staged.resolve(tx, run)
  await makeOperators(tx, run, at)
  const needOperator = RECORD_KINDS.filter((kind) => KINDS[kind].needsOperator)
  await staged.decide(tx, run, feed, needOperator)
  await rejects.add(tx, run, feed, (await staged.conflicts(tx, run)).map(contradiction))
  await rejects.keepUnmatched(tx, run, feed)
  await versions.merge(tx, { id: run, feed, whole, now: at })
  const ended = whole ? await versions.endAbsent(tx, { id: run, feed, now: at, today: dateIn(at), unreadable }) : 0
  await operators.learn(tx, run, at)
  await rejects.matchWaiting(tx, run, at)
  const counts = await staged.itemCounts(tx, run)
  await staged.clear(tx, [run])
  return { ...counts, ended }
}

const contradiction = ({
  page,
  row,
  key,
  body,
}: {
  page: number | null
  row: number
  key: string
  body: unknown
}): rejects.Reject => ({
  page,
  row,
  item: body,
  problems: [
    {
      field: null,
      rule: 'repeat.conflict',
      message: `同一批次中 ${key} 出现两次且内容不同，先到者有效。The same key came twice with different contents; the first stands.`,
    },
  ],
})

/** A valid unknown code makes an operator; so does one that the registry says, even if its digit fails. */
const makeOperators = async (tx: Tx, run: number, now: Date): Promise<void> => {
  const unknown = await staged.unknownSubjects(tx, run)
  if (unknown.length === 0) return
  const makings = unknown.map(({ uscc, shop, name }): operators.Making => {
    if (uscc === null)
      return { uscc, shop, name, kind: 'SHOP', region: null, codes: [{ scheme: 'shop', code: shop ?? '' }] }
    const kind = operatorKindIn(uscc).toUpperCase() as operators.Operator['kind']
    const codes = [
      { scheme: 'uscc', code: uscc },
      { scheme: 'org_code', code: orgCodeIn(uscc) },
    ]
    return { uscc, shop: null, name, kind, region: regionIn(uscc), codes }
  })
  await operators.make(tx, makings, run, now)
  await staged.resolve(tx, run)
}
