import { createHash } from 'node:crypto'
import type { Response } from 'express'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as snapshots from '../../store/publication/snapshots.js'
import {
  type Edition,
  type EditionSegment,
  lastEntryEnd,
  readRange,
  segmentLength,
  segmentsWithout,
} from '../../work/publication/publish-edition.js'
import { FILE_FORMS } from '../../work/publication/publish-files.js'
import { FILE_ENCODINGS, type HeldEdition, type PublishedFiles } from '../../work/publication/published-files.js'
import { type CurrentListReader, type ListInForce, PUBLICATION_WAIT_MS, settlesWithin } from './current.js'
import type { ByteSource, FileRepresentation } from './represented.js'

const TRIES = 5
/** During sending, removals are checked again after this many bytes. */
const CHECK_BYTES = 1024 * 1024

export interface ListedEdition {
  list: ListInForce
  held: HeldEdition
}

export interface EditionDependencies {
  files: PublishedFiles
  waitMs?: number
}

/** The caller must release `held`. Throws LIST_IN_THE_MAKING. */
export type CurrentEditionReader = (db: Db, now: Date, response: Response) => Promise<ListedEdition>

export const makeEditionReader = (
  { files, waitMs = PUBLICATION_WAIT_MS }: EditionDependencies,
  listAt: CurrentListReader,
): CurrentEditionReader => {
  // The last edition served. While the next is built it is served again, less the entries removed since.
  let served: ListInForce | null = null
  const heldOf = ({ snapshot }: ListInForce): HeldEdition | null => {
    const held = files.hold()
    if (held?.edition.sequence === snapshot.sequence && held.edition.hash === snapshot.hash) return held
    held?.release()
    return null
  }
  const before = async (db: Db, now: Date): Promise<ListedEdition | null> => {
    if (served === null || served.signed.validUntil.getTime() <= now.getTime()) return null
    const held = heldOf(served)
    if (held === null) return null
    const gone = await snapshots.entriesGoneSince(db, served.snapshot.sequence, shanghaiDate(now))
    return { list: { ...served, gone }, held }
  }
  return async (db, now, response) => {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const list = await listAt(db, now, response, async (_, found) => found)
      const ready = files.ensure(db, list.snapshot)
      ready.catch(() => undefined)
      if (!(await settlesWithin(ready, waitMs))) {
        const older = await before(db, now)
        if (older !== null) return older
        await ready
      }
      const held = heldOf(list)
      if (held === null) continue
      served = { ...list, gone: [] }
      return { list, held }
    }
    throw new Refusal('LIST_IN_THE_MAKING')
  }
}

/** `form` is an index into FORMS. Reading fails when an entry not yet sent leaves the list. */
export const representEditionFile = (
  db: Db,
  { list, held }: ListedEdition,
  { form, today }: { form: number; today: string },
): Pick<FileRepresentation, 'tag' | 'bytes' | 'read' | 'encodings'> => {
  const { edition } = held
  const { path } = FILE_FORMS[form] ?? {}
  const said = edition.files[form]
  if (said === undefined || path === undefined) throw new Error(`an edition has no form ${form}`)
  const left = async (): Promise<string[]> => {
    const known = new Set(list.gone)
    return (await snapshots.entriesGoneSince(db, edition.sequence, today)).filter((id) => !known.has(id))
  }
  const watched = (bytes: AsyncIterable<Buffer>, from: number) =>
    abortOnRemoval(bytes, from, async (at) => {
      const ids = await left()
      return ids.length > 0 && lastEntryEnd(edition, form, ids) > at
    })
  if (list.gone.length > 0) {
    const { segments, bytes } = segmentsWithout(edition, form, list.gone)
    return {
      tag: `${said.sha256}-${digestOf(list.gone)}`,
      bytes,
      read: (from, to) => watched(readSegments(edition, form, segments, { from, to }), from),
      encodings: {},
    }
  }
  const part = edition.parts[form]
  if (part === undefined) throw new Error(`an edition has no form ${form}`)
  const encodings: FileRepresentation['encodings'] = {}
  for (const name of FILE_ENCODINGS) {
    const file = held.encoded(form, name)
    // Offsets in a compressed file do not tell entries apart, so the removal of any entry aborts the download.
    const read: ByteSource['read'] = (from, to) =>
      abortOnRemoval(readRange(file ?? part, { from, to }), 0, async () => (await left()).length > 0)
    if (file !== null) encodings[name] = { bytes: file.bytes, read }
  }
  return {
    tag: said.sha256,
    bytes: said.bytes,
    read: (from, to) => watched(readRange(part, { from, to }), from),
    encodings,
  }
}

const digestOf = (ids: readonly string[]): string =>
  createHash('sha256')
    .update([...ids].sort().join())
    .digest('base64url')
    .slice(0, 12)

async function* abortOnRemoval(
  bytes: AsyncIterable<Buffer>,
  from: number,
  isBroken: (at: number) => Promise<boolean>,
): AsyncGenerator<Buffer> {
  let [at, checkedAt] = [from, from]
  for await (const some of bytes) {
    if (at - checkedAt >= CHECK_BYTES) {
      if (await isBroken(at)) throw new Error('an entry was removed while the file was sent')
      checkedAt = at
    }
    yield some
    at += some.length
  }
}

async function* readSegments(
  edition: Edition,
  form: number,
  segments: readonly EditionSegment[],
  { from, to }: { from: number; to: number },
): AsyncGenerator<Buffer> {
  const part = edition.parts[form]
  if (part === undefined) throw new Error(`an edition has no form ${form}`)
  let at = 0
  for (const segment of segments) {
    const length = segmentLength(segment)
    const [first, last] = [Math.max(0, from - at), Math.min(length, to - at)]
    at += length
    if (first >= last) continue
    if ('length' in segment) yield Buffer.from(segment.subarray(first, last))
    else yield* readRange(part, { from: segment.from + first, to: segment.from + last })
  }
}
