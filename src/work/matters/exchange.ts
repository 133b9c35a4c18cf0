/**
 * Exchange folders for organisations without HTTP: `<folder>/<seat>/in` takes openings, moves and attachments,
 * `<folder>/<seat>/out` holds the seat's matters. Taking a matter's file away is its receipt.
 */

import { hash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { FileClaim } from '../../agencies/transports/folder/claims.js'
import type { moveToDone, moveToRefused } from '../../agencies/transports/folder/file-outcomes.js'
import { type AuditLogKind, digestAnswer } from '../../domain/audit/audit-log.js'
import { findWaitingSeat } from '../../domain/matters/moves.js'
import { splitSeat } from '../../domain/matters/seats.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import { PAPER_TYPES } from '../../foundation/papers/inspect.js'
import { addDays, shanghaiDate } from '../../foundation/time/dates.js'
import type { putFile } from '../../platforms/transports/folder/files.js'
import type { Db } from '../../store/db/db.js'
import { listKeptFiles } from '../../store/matters/attachments.js'
import * as store from '../../store/matters/changes.js'
import * as matters from '../../store/matters/matters.js'
import type { AuditLog } from '../audit/audit-log.js'
import { isRefusedContent, type OpenRun, type RunOptions, runAlone } from '../timetable/run.js'
import { findOperatorCodes, keepAttachment, openAttachment } from './attachments.js'
import { openFields, openMoveInput, receiveMatters } from './keep-move.js'
import { kindAsBegun } from './kinds.js'
import { findRoleOfSeat, type MatterPerson } from './matters.js'
import { answerRows, type RowVisit, readRows } from './rows.js'

const SEATS_MOST = 500
const FILES_MOST = 200
const MATTERS_MOST = 200
const FILE_BYTES_MOST = 32 * 1024 * 1024
/** A seat hears of the end of its matters for so many days. */
const ENDED_DAYS = 30
/** File in each `out` folder that the hub wrote. A folder that was emptied or replaced lacks it. */
const MARK = '.hub'
const ROWS = /\.(?:json|jsonl|ndjson)$/i
const REPLACED =
  'out 已被清空或者更换；文件确已取走的，请建空文件 out/.hub. out was emptied or replaced; if its files were taken, make an empty file out/.hub'
const FOLDERS = ['in', 'in/.taken', 'in/done', 'in/refused', 'out']

interface ExchangeTransport {
  claim: (path: string) => Promise<{ claim: FileClaim | null }>
  moveToDone: typeof moveToDone
  moveToRefused: typeof moveToRefused
  putFile: typeof putFile
}

export interface ExchangeOptions extends RunOptions, Pick<RowVisit, 'rules'> {
  folder: string
  keys: Pick<Keys, 'seal' | 'unseal' | 'sealBytes' | 'unsealBytes'>
  auditLog: Pick<AuditLog, 'row'>
  transport: ExchangeTransport
  signal?: AbortSignal
}

export type ExchangeCounts = Record<'files' | 'refused' | 'written' | 'received' | 'failed' | 'unknown', number>

interface SeatVisit extends ExchangeOptions, Omit<RowVisit, 'keys'> {
  who: MatterPerson & { seat: string }
  run: OpenRun
  path: string
  counts: ExchangeCounts
}

/** A fault at one seat's folder leaves the others alone. */
export const exchangeMatters = (db: Db, options: ExchangeOptions): Promise<ExchangeCounts | null> =>
  runAlone(db, { ...options, job: 'exchange' }, async (run, db) => {
    const counts: ExchangeCounts = { files: 0, refused: 0, written: 0, received: 0, failed: 0, unknown: 0 }
    const { signal, log } = options
    const failed = new Set<string>()
    const visits = await listVisits({ ...options, db, run, counts })
    // All seats' files are taken first, so a matter handed over arrives in the same run.
    for (const step of [prepareFolders, takeFiles, receiveTaken, writeMatters])
      for (const visit of visits.filter(({ path }) => !failed.has(path))) {
        signal?.throwIfAborted()
        await step(visit).catch((error) => {
          signal?.throwIfAborted()
          failed.add(visit.path)
          counts.failed += 1
          log?.error({ seat: visit.who.seat, reason: reasonOf(error) }, 'the exchange folder of a seat failed')
        })
      }
    Object.assign(run.counts, counts)
    return counts
  })

const listVisits = async (parts: Omit<SeatVisit, 'path' | 'who'> & { folder: string }): Promise<SeatVisit[]> => {
  const entries = await readdir(parts.folder, { withFileTypes: true })
  const visits: SeatVisit[] = []
  const seats = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  parts.counts.failed += Math.max(0, seats.length - SEATS_MOST)
  for (const seat of seats.toSorted().slice(0, SEATS_MOST)) {
    const role = await findRoleOfSeat(parts.db, seat, parts.now())
    if (role === null) parts.counts.unknown += 1
    else visits.push({ ...parts, path: join(parts.folder, seat), who: { by: `folder ${seat}`, role, seat } })
  }
  return visits
}

const prepareFolders = async ({ path }: SeatVisit): Promise<void> => {
  for (const name of FOLDERS) await requireFolder(join(path, name))
}

/** A link would redirect what is written. */
const requireFolder = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true })
  if (!(await lstat(path)).isDirectory())
    throw new Refusal('FILE_UNREADABLE', { path, reason: '不是文件夹 not a folder' })
}

const audit = (
  { auditLog, now, run, who }: SeatVisit,
  kind: AuditLogKind,
  entry: { asked: string; outcome: string | null; shown?: string[]; content: string | Buffer | null },
): Promise<void> => {
  const { asked, outcome, shown = [], content } = entry
  const agency = who.seat.includes('@') ? splitSeat(who.seat).agency : null
  return auditLog.row({
    ...{ kind, at: now(), client: who.by, role: who.role, agency, purpose: null, request: `run ${run.id}` },
    ...{ asked, outcome, shown, digest: content === null ? null : digestAnswer(content) },
  })
}

const takeFiles = async (visit: SeatVisit): Promise<void> => {
  const path = join(visit.path, 'in')
  // Rows name the attachments that came with them.
  const attachments: FileClaim[] = []
  try {
    for (let n = 0; n < FILES_MOST; n += 1) {
      visit.signal?.throwIfAborted()
      const { claim } = await visit.transport.claim(path)
      if (claim === null) break
      if (ROWS.test(claim.name)) await takeClaimed(visit, path, claim)
      else attachments.push(claim)
    }
    for (let claim = attachments.shift(); claim !== undefined; claim = attachments.shift()) {
      visit.signal?.throwIfAborted()
      await takeClaimed(visit, path, claim)
    }
  } finally {
    for (const claim of attachments) claim.leave()
  }
}

const takeClaimed = async (visit: SeatVisit, path: string, claim: FileClaim): Promise<void> => {
  await takeFile(visit, path, claim).catch((error) => {
    // Later runs take all other files first.
    claim.leave()
    throw error
  })
  await claim.release()
}

const takeFile = async (visit: SeatVisit, path: string, claim: FileClaim): Promise<void> => {
  const { rules, transport, run, counts } = visit
  const asked = redactIdNumbers(`folder in/${claim.name}`, rules.pseudonymOf)
  try {
    const bytes = await readClaimed(claim)
    await audit(visit, 'ACT', { asked, outcome: null, content: bytes })
    const answer = ROWS.test(claim.name)
      ? await answerFile(visit, claim.name, bytes)
      : await answerAttachment(visit, bytes)
    await audit(visit, 'OUTCOME', { asked, outcome: 'DONE', content: answer })
    await transport.moveToDone(path, claim, answer)
    counts.files += 1
  } catch (error) {
    if (!isRefusedContent(error)) throw error
    await audit(visit, 'OUTCOME', { asked, outcome: error.code, content: '' })
    await transport.moveToRefused(path, claim, {
      outcome: 'REFUSED',
      run: run.id,
      error,
      rejects: (async function* () {})(),
    })
    counts.refused += 1
  }
}

const readClaimed = async ({ path, name }: FileClaim): Promise<Buffer> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null)
  try {
    const found = await file?.stat()
    if (file === null || !found?.isFile())
      throw new Refusal('FILE_UNREADABLE', { path: name, reason: '不是普通文件 not a regular file' })
    if (found.size > FILE_BYTES_MOST)
      throw new Refusal('CONTENT_TOO_LARGE', { limit: `${FILE_BYTES_MOST / 1024 / 1024} MB` })
    // A single read may return fewer bytes, and the rows after them would be lost.
    return await file.readFile()
  } finally {
    await file?.close()
  }
}

const answerFile = async (visit: SeatVisit, name: string, bytes: Buffer): Promise<string> => {
  let told = ''
  for await (const answers of answerRows(visit, readRows(name, bytes)))
    for (const { id: _, ...answer } of answers) told += `${JSON.stringify(answer)}\n`
  return told
}

const answerAttachment = async ({ db, keys, who, now }: SeatVisit, content: Buffer): Promise<string> => {
  const sent = { id: null, seat: who.seat, sha256: hash('sha256', content), content, by: who.by, now: now() }
  const { sha256, bytes, isNew } = await keepAttachment(db, keys, sent)
  return `${JSON.stringify({ result: isNew ? 'created' : 'same', sha256, bytes })}\n`
}

const receiveTaken = async (visit: SeatVisit): Promise<void> => {
  const {
    db,
    path,
    counts,
    who: { seat },
  } = visit
  const names = await readdir(join(path, 'out'))
  const there = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
  const taken = await store.listTaken(db, seat, there)
  if (!names.includes(MARK)) {
    if (taken.length > 0 && there.length === 0) throw new Refusal('FILE_UNREADABLE', { path, reason: REPLACED })
    await writeFile(join(path, 'out', MARK), '')
  }
  for (const { matterId, number, isWhole } of taken) {
    const now = visit.now()
    await receiveMatters(visit, { seat, ids: [matterId], way: 'FOLDER', now })
    if (isWhole) await matters.noteAnswerOpened(db, matterId, seat)
    await store.markTaken(db, seat, matterId, now)
    await rm(join(path, 'out', number), { recursive: true, force: true })
    counts.received += 1
  }
}

/** The row that notes the file comes last: no file counts as taken before it is whole. */
const writeMatters = async (visit: SeatVisit): Promise<void> => {
  const {
    db,
    path,
    counts,
    now,
    signal,
    transport,
    who: { seat },
  } = visit
  const since = new Date(`${addDays(shanghaiDate(now()), -ENDED_DAYS)}T00:00:00+08:00`)
  for (const stored of await store.listUnwritten(db, { seat, since, most: MATTERS_MOST })) {
    signal?.throwIfAborted()
    const { id, number } = stored
    const kept = new Map(
      (await listKeptFiles(db, [id])).map(({ sha256, type }) => [
        sha256,
        `${number}/${sha256}.${PAPER_TYPES[type].extension}`,
      ]),
    )
    const content = JSON.stringify(await tellMatter(visit, stored, kept), null, 2)
    const shown = await findOperatorCodes(db, stored)
    // Auditors learn only how many sealed matters there are; by a digest they could guess a text.
    const told =
      stored.sealedFields === null ? { asked: `folder out/${number}`, content } : { asked: 'folder out', content: null }
    await audit(visit, 'ANSWER', { ...told, outcome: 'DONE', shown })
    const out = join(path, 'out')
    if (kept.size > 0) await requireFolder(join(out, number))
    const there = kept.size > 0 ? await readdir(join(out, number)) : []
    for (const [sha256, name] of kept) {
      const file = there.includes(basename(name)) ? null : await openAttachment(db, visit.keys, { id, sha256 })
      if (file !== null) await transport.putFile(join(out, number), basename(name), file.content)
    }
    await transport.putFile(out, `${number}.json`, content)
    await store.noteWritten(db, { seat, id, moves: stored.matter.moves.length, at: now() })
    counts.written += 1
  }
}

const tellMatter = async ({ db, keys }: SeatVisit, stored: matters.StoredMatter, kept: ReadonlyMap<string, string>) => {
  const kind = await kindAsBegun(db, stored)
  const { matter } = openFields(keys, stored)
  const { state, seats, receivedAt, fields, outcome } = matter
  const moves = await matters.movesOfMatters(db, [stored.id])
  return {
    ...{ number: stored.number, kind: stored.kind, reference: stored.reference, openedAt: stored.openedAt, receivedAt },
    ...{ state, stateName: kind.states[state ?? '']?.zh, waitingFor: findWaitingSeat(kind, matter), outcome },
    ...{ sender: seats.sender, holder: seats.holder, copied: seats.copied, fields },
    clocks: matter.clocks.map(({ clock, seat, due, ended }) => ({
      clock,
      seat,
      dueOn: due?.on ?? null,
      dueAt: due?.at ?? null,
      ended: ended?.how ?? null,
    })),
    moves: moves.map(({ sequence, move, seat, on, at, ...made }) => {
      const { attachments = [], ...given } = openMoveInput(keys, { ...made })
      return {
        sequence,
        move,
        seat,
        on,
        at,
        ...given,
        attachments: attachments.map((one) => ({ ...one, file: kept.get(one.sha256) ?? null })),
      }
    }),
  }
}
