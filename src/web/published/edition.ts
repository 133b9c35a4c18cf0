import { hash } from 'node:crypto'
import { setTimeout as after } from 'node:timers/promises'
import type { Response } from 'express'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as snapshots from '../../store/publication/snapshots.js'
import {
  type ByteRange,
  type EditionBytes,
  type EditionSegment,
  readFileRange,
  readRange,
  sliceSegments,
} from '../../work/publication/edition-bytes.js'
import { cutSegmentsWithout, findLastEntryEnd, findPart } from '../../work/publication/publish-edition.js'
import { FILE_FORMS, type FileForm } from '../../work/publication/publish-files.js'
import { FILE_ENCODINGS, type HeldEdition, type PublishedFiles } from '../../work/publication/published-files.js'
import { type CurrentListReader, type ListInForce, PUBLICATION_WAIT_MS, settlesWithin } from './current.js'
import type { FileRepresentation, ServedBody } from './represented.js'

const TRIES = 5
const AGAIN_MS = 200
/** During sending, removals are checked again after this many bytes. */
const CHECK_BYTES = 1024 * 1024

export interface ListedEdition {
  list: ListInForce
  held: HeldEdition
}

/** The reader's caller must release `held` after use. The reader throws LIST_IN_THE_MAKING. */
export const makeEditionReader = (
  { files, waitMs = PUBLICATION_WAIT_MS }: { files: PublishedFiles; waitMs?: number },
  listAt: CurrentListReader,
) => {
  // While the next is built this is served again, less the entries removed since.
  let served: ListInForce | null = null
  const heldOf = ({ snapshot }: ListInForce): HeldEdition | null => {
    const held = files.hold()
    if (held?.edition.sequence === snapshot.sequence && held.edition.hash === snapshot.hash) return held
    held?.release()
    return null
  }
  const goneSince = (db: Db, { snapshot }: ListInForce, now: Date): Promise<string[]> =>
    snapshots.findEntriesGoneSince(db, snapshot.sequence, shanghaiDate(now))
  const before = async (db: Db, now: Date): Promise<ListedEdition | null> => {
    if (served === null || served.signed.validUntil.getTime() <= now.getTime()) return null
    const held = heldOf(served)
    if (held === null) return null
    return { list: { ...served, gone: await goneSince(db, served, now) }, held }
  }
  return async (db: Db, now: Date, response: Response): Promise<ListedEdition> => {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const list = await listAt(db, now, response, async (_, found) => found)
      const ready = files.ensure(db, list.snapshot).catch(async (error: unknown) => {
        // The text of an entry that has left meanwhile is gone.
        if (!isRefusal(error) && (await goneSince(db, list, now)).length === 0) throw error
      })
      ready.catch(() => undefined)
      let held = (await settlesWithin(ready, waitMs)) ? heldOf(list) : null
      if (held === null) {
        const older = await before(db, now)
        if (older !== null) return older
        await ready
        held = heldOf(list)
      }
      if (held === null) {
        await after(AGAIN_MS)
        continue
      }
      served = { ...list, gone: [] }
      return { list, held }
    }
    throw new Refusal('LIST_IN_THE_MAKING')
  }
}

/** `form` is an index into FILE_FORMS. Reading fails when an entry not yet sent leaves the list. */
export const representEditionFile = (
  db: Db,
  { list, held }: ListedEdition,
  form: number,
  today: string,
): ServedBody => {
  const { edition } = held
  const { path, type } = FILE_FORMS[form] as FileForm
  const part = findPart(edition, form)
  const saveAs = path.endsWith('.csv') ? `blacklist-${edition.sequence}.csv` : null
  const left = async (): Promise<string[]> => {
    const known = new Set(list.gone)
    return (await snapshots.findEntriesGoneSince(db, edition.sequence, today)).filter((id) => !known.has(id))
  }
  const watched = (bytes: AsyncIterable<Buffer>, from: number) =>
    abortOnRemoval(bytes, from, async (at) => {
      const ids = await left()
      return ids.length > 0 && findLastEntryEnd(edition, form, ids) > at
    })
  if (list.gone.length > 0) {
    const { segments, bytes } = cutSegmentsWithout(edition, form, list.gone)
    const tag = `${part.sha256}-${hash('sha256', [...list.gone].sort().join(), 'base64url').slice(0, 12)}`
    const read: ServedBody['read'] = (from, to) => watched(readSegments(part, segments, { from, to }), from)
    return { type, saveAs, tag, bytes, read, encodings: {} }
  }
  const encodings: FileRepresentation['encodings'] = {}
  for (const name of FILE_ENCODINGS) {
    const encoded = held.encoded(form, name)
    if (encoded === null) continue
    // Offsets in a compressed file do not tell entries apart, so the removal of any entry aborts the download.
    const read: ServedBody['read'] = (from, to) =>
      abortOnRemoval(readFileRange(encoded, { from, to }), 0, async () => (await left()).length > 0)
    encodings[name] = { bytes: encoded.bytes, read }
  }
  const read: ServedBody['read'] = (from, to) => watched(readRange(part, { from, to }), from)
  return { type, saveAs, tag: part.sha256, bytes: part.bytes, read, encodings }
}

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
  part: EditionBytes,
  segments: readonly EditionSegment[],
  range: ByteRange,
): AsyncGenerator<Buffer> {
  for (const segment of sliceSegments(segments, range)) {
    if ('length' in segment) yield segment
    else yield* readRange(part, segment)
  }
}
