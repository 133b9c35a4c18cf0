import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import {
  type ManifestFile,
  type SnapshotMember,
  writeChainHead,
  writeChainLine,
} from '../../domain/publication/snapshot.js'
import { joinTexts } from '../../foundation/text/packed-texts.js'
import type { EntryBatch } from '../../store/publication/entry-batches.js'
import type { SnapshotLine } from '../../store/publication/snapshots.js'
import {
  type ByteRange,
  type EditionBytes,
  type EditionSegment,
  eraseRanges,
  measureSegment,
  openUnlinkedFile,
  readRange,
  releaseFile,
  type SharedFile,
  STEP_BYTES,
  sliceSegments,
} from './edition-bytes.js'
import { FILE_FORMS, type FileForm, type SnapshotHead } from './publish-files.js'

const PIECES_MOST = 1_000
const ID_BYTES = 16

interface PartForm extends Pick<FileForm, 'head' | 'entries' | 'separator' | 'end' | 'tail'> {
  entry: (line: string, member: SnapshotMember) => string
}

const PARTS: readonly PartForm[] = [
  ...FILE_FORMS,
  {
    head: ({ sequence, previousHash }) => writeChainHead(sequence, previousHash),
    entry: (_, member) => writeChainLine(member),
    entries: ({ chain }) => chain,
    separator: '',
    end: '',
    tail: '',
  },
]

export interface EditionPart extends EditionBytes {
  form: PartForm
  sha256: string
  bytes: number
  headBytes: number
  /** Byte offset at which each entry ends, in id order; empty without files. */
  ends: Float64Array
  /** Ranges of the shared file that only the edition before still reads. */
  dropped: readonly ByteRange[]
}

export interface Edition {
  sequence: number
  hash: string
  entries: number
  files: readonly ManifestFile[]
  /** Sorted ids, 16 bytes each. */
  ids: Buffer
  parts: readonly EditionPart[]
}

/** With a null folder, only hashes and lengths are computed. */
export const buildEdition = async (
  snapshot: SnapshotHead,
  batches: AsyncIterable<EntryBatch>,
  folder: string | null,
): Promise<Edition> =>
  writeEdition(snapshot, await openFiles(folder), async (parts) => {
    const ids: Buffer[] = []
    for await (const batch of batches) {
      for (const part of parts) {
        await part.add(entriesOf(part, batch, ids.length === 0))
        await part.flush()
        await turn()
      }
      ids.push(Buffer.from(batch.ids))
    }
    const all = Buffer.concat(ids)
    return { ids: all, entries: all.length / ID_BYTES }
  })

/** Shares the files of the edition before, unless worn or read by an older one. */
export const deriveEdition = async (
  before: Edition,
  snapshot: SnapshotHead,
  { gone, put }: { gone: readonly string[]; put: readonly SnapshotLine[] },
  folder: string,
): Promise<Edition> => {
  const steps = stepsOf(before, gone, put)
  const shares = before.parts.every(
    ({ file, pieces }) => file?.users === 1 && pieces.length + steps.length <= PIECES_MOST,
  )
  const files = shares ? before.parts.map(({ file }) => file) : await openFiles(folder)
  return writeEdition(snapshot, files, async (parts) => {
    const room = Buffer.allocUnsafeSlow(STEP_BYTES)
    for (const [at, part] of parts.entries()) {
      const from = findPart(before, at)
      for (const [n, step] of steps.entries()) {
        for (const segment of segmentsOf(from, step, n === 0)) {
          if ('length' in segment) await part.add(segment)
          else await part.copy(from, segment, room)
        }
        const end = part.bytes()
        if ('put' in step) part.ends.push(Float64Array.of(end))
        else part.ends.push(moveEnds(from.ends.subarray(step.from, step.to), end - endOf(from, step.to)))
      }
      if (shares) part.dropped.push(...rangesOf(before, from, gone))
    }
    const kept = steps.map((step) =>
      'put' in step ? bytesOf(step.put.id) : before.ids.subarray(step.from * ID_BYTES, step.to * ID_BYTES),
    )
    const ids = Buffer.concat(kept)
    return { ids, entries: ids.length / ID_BYTES }
  })
}

const rangesOf = (edition: Edition, part: EditionPart, ids: readonly string[]): ByteRange[] =>
  ids.flatMap((id) => {
    const { index, isThere } = placeOf(edition, bytesOf(id))
    const entry = { from: endOf(part, index), to: endOf(part, index + (isThere ? 1 : 0)) }
    return sliceSegments(part.pieces, entry).flatMap((piece) => ('length' in piece ? [] : [piece]))
  })

export const cutSegmentsWithout = (
  edition: Edition,
  form: number,
  gone: readonly string[],
): { segments: EditionSegment[]; bytes: number } => {
  const part = findPart(edition, form)
  const kept = stepsOf(edition, gone, []).flatMap((step, n) => segmentsOf(part, step, n === 0))
  const tail = { from: part.bytes - Buffer.byteLength(part.form.tail), to: part.bytes }
  const segments = [{ from: 0, to: part.headBytes }, ...kept, tail]
  return { segments, bytes: segments.reduce((sum, one) => sum + measureSegment(one), 0) }
}

export const findLastEntryEnd = (edition: Edition, form: number, ids: readonly string[]): number =>
  ids.reduce((last, id) => {
    const { index, isThere } = placeOf(edition, bytesOf(id))
    return isThere ? Math.max(last, endOf(findPart(edition, form), index + 1)) : last
  }, 0)

export const findPart = ({ parts }: Pick<Edition, 'parts'>, form: number): EditionPart => {
  const part = parts[form]
  if (part === undefined) throw new Error(`an edition has no form ${form}`)
  return part
}

export const closeEdition = async ({ parts }: { parts: readonly Pick<EditionPart, 'file'>[] }): Promise<void> => {
  for (const { file } of parts) await releaseFile(file)
}

/** Call once the edition before is closed. */
export const eraseDropped = async ({ parts }: Edition): Promise<void> => {
  for (const { file, dropped } of parts) if (file?.users === 1) await eraseRanges(file, dropped)
}

type EditionStep = ByteRange | { put: SnapshotLine }

const stepsOf = (edition: Edition, gone: readonly string[], put: readonly SnapshotLine[]): EditionStep[] => {
  const changes = [
    ...gone.map((id) => ({ ...placeOf(edition, bytesOf(id)), put: null as SnapshotLine | null })),
    ...put.map((one) => ({ ...placeOf(edition, bytesOf(one.id)), put: one as SnapshotLine | null })),
  ].sort((a, b) => a.index - b.index || ((a.put?.id ?? '') < (b.put?.id ?? '') ? -1 : 1))
  const steps: EditionStep[] = []
  let at = 0
  for (const { index, isThere, put: one } of changes) {
    if (index > at) steps.push({ from: at, to: index })
    if (one !== null) steps.push({ put: one })
    at = Math.max(at, isThere ? index + 1 : index)
  }
  const all = edition.ids.length / ID_BYTES
  if (at < all) steps.push({ from: at, to: all })
  return steps
}

const placeOf = ({ ids }: Pick<Edition, 'ids'>, id: Buffer): { index: number; isThere: boolean } => {
  let [low, high] = [0, ids.length / ID_BYTES]
  while (low < high) {
    const middle = (low + high) >> 1
    const compared = ids.compare(id, 0, ID_BYTES, middle * ID_BYTES, (middle + 1) * ID_BYTES)
    if (compared === 0) return { index: middle, isThere: true }
    if (compared < 0) low = middle + 1
    else high = middle
  }
  return { index: low, isThere: false }
}

const endOf = ({ ends, headBytes }: EditionPart, entries: number): number =>
  entries === 0 ? headBytes : (ends[entries - 1] ?? 0)

const segmentsOf = (part: EditionPart, step: EditionStep, isFirst: boolean): EditionSegment[] => {
  const separator = Buffer.from(part.form.separator)
  const before = isFirst ? [] : [separator]
  if ('put' in step) return [...before, Buffer.from(entryText(part.form, step.put))]
  const from = endOf(part, step.from) + (step.from > 0 ? separator.length : 0)
  return [...before, { from, to: endOf(part, step.to) }]
}

const moveEnds = (ends: Float64Array, by: number): Float64Array => {
  const moved = ends.slice()
  for (let n = 0; n < moved.length; n += 1) moved[n] = (moved[n] ?? 0) + by
  return moved
}

const entriesOf = (
  { form, file, ends, bytes, roomFor }: Pick<PartWriter, 'form' | 'file' | 'ends' | 'bytes' | 'roomFor'>,
  batch: EntryBatch,
  isFirst: boolean,
): Buffer => {
  const around = { before: Buffer.from(form.separator), behind: Buffer.from(form.end) }
  const skipped = isFirst ? around.before.length : 0
  const start = bytes() - skipped
  const noted: number[] = []
  const note = file === null ? () => undefined : (end: number) => noted.push(start + end)
  const joined = joinTexts(form.entries(batch), around, { roomFor, note }).subarray(skipped)
  ends.push(new Float64Array(noted))
  return joined
}

type PartWriter = ReturnType<typeof makePartWriter>

const openFiles = (folder: string | null): Promise<(SharedFile | null)[]> =>
  Promise.all(PARTS.map(async () => (folder === null ? null : { handle: await openUnlinkedFile(folder), users: 0 })))

/** A file with users is only read. */
const makePartWriter = (form: PartForm, snapshot: SnapshotHead, file: SharedFile | null) => {
  const writes = file?.users === 0
  if (file !== null) file.users += 1
  const hash = createHash('sha256')
  const head = Buffer.from(form.head(snapshot))
  const ends: Float64Array[] = []
  const dropped: ByteRange[] = []
  const pieces: EditionSegment[] = []
  let waiting: Buffer[] = [head]
  let [bytes, waitingBytes] = [head.length, head.length]
  const put = async (some: Buffer): Promise<void> => {
    hash.update(some)
    if (writes) await file.handle.appendFile(some)
  }
  const flush = async (): Promise<void> => {
    const all = waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat(waiting)
    waiting = []
    waitingBytes = 0
    if (!writes && file !== null && all.length > 0) pieces.push(all)
    await put(all)
  }
  const add = async (part: Buffer): Promise<void> => {
    waiting.push(part)
    bytes += part.length
    waitingBytes += part.length
    if (waitingBytes >= STEP_BYTES) await flush()
  }
  const copy = async (source: EditionPart, range: ByteRange, room: Buffer): Promise<void> => {
    await flush()
    if (!writes) pieces.push(...sliceSegments(source.pieces, range))
    for await (const some of readRange(source, range, room)) await put(some)
    bytes += measureSegment(range)
  }
  let joined = Buffer.alloc(0)
  const roomFor = (size: number): Buffer => {
    if (joined.length < size) joined = Buffer.allocUnsafe(size * 2)
    return joined.subarray(0, size)
  }
  const finish = async (): Promise<EditionPart> => {
    await add(Buffer.from(form.tail))
    await flush()
    const sha256 = hash.digest('hex')
    const held = { file, pieces: writes ? [{ from: 0, to: bytes }] : pieces, dropped }
    return { form, ...held, sha256, bytes, headBytes: head.length, ends: joinEnds(ends) }
  }
  return { form, file, ends, dropped, bytes: () => bytes, roomFor, add, copy, flush, finish }
}

const joinEnds = (pieces: readonly Float64Array[]): Float64Array => {
  const ends = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    ends.set(piece, at)
    at += piece.length
  }
  return ends
}

const writeEdition = async (
  snapshot: SnapshotHead,
  sources: readonly (SharedFile | null)[],
  write: (parts: readonly PartWriter[]) => Promise<Pick<Edition, 'ids' | 'entries'>>,
): Promise<Edition> => {
  const writers = PARTS.map((form, n) => makePartWriter(form, snapshot, sources[n] ?? null))
  try {
    const { ids, entries } = await write(writers)
    const parts: EditionPart[] = []
    for (const { finish } of writers) parts.push(await finish())
    const files = FILE_FORMS.map(({ path }, form): ManifestFile => {
      const { sha256, bytes } = findPart({ parts }, form)
      return { path, sha256, bytes, entries }
    })
    const { sha256: hash } = findPart({ parts }, PARTS.length - 1)
    return { sequence: snapshot.sequence, hash, entries, files, ids, parts }
  } catch (error) {
    await closeEdition({ parts: writers })
    throw error
  }
}

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')

const entryText = (form: PartForm, entry: SnapshotLine): string => {
  if (entry.line === null) throw new Error('an entry of the snapshot being made has no text')
  return form.entry(entry.line, entry) + form.end
}
