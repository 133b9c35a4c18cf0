/**
 * An edition holds the files of one snapshot. It is built from the snapshot's lines, or derived from the previous
 * edition by copying byte ranges.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { chainHead, chainLine, type ManifestFile, type SnapshotMember } from '../../domain/publication/snapshot.js'
import { FILE_FORMS, type SnapshotHead } from './publish-files.js'

const STEP_BYTES = 256 * 1024
const ID_BYTES = 16

export type EditionLine = SnapshotMember & { line: string | null }

interface PartForm {
  head: (snapshot: SnapshotHead) => string
  entry: (member: SnapshotMember, line: string) => string
  separator: string
  tail: string
}

/** The last part is the text that the snapshot's hash covers. */
const PARTS: readonly PartForm[] = [
  ...FILE_FORMS.map(({ head, entry, separator, tail }) => ({
    head,
    entry: (_: SnapshotMember, line: string) => entry(line),
    separator,
    tail,
  })),
  {
    head: ({ sequence, previousHash }) => chainHead(sequence, previousHash),
    entry: (member) => chainLine(member),
    separator: '',
    tail: '',
  },
]
const CHAIN = PARTS.length - 1

interface EditionPart {
  handle: FileHandle | null
  sha256: string
  bytes: number
  headBytes: number
  /** Byte offset at which each entry ends, in id order; empty without files. */
  ends: Float64Array
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

export type EditionSegment = ByteRange | Uint8Array
export interface ByteRange {
  from: number
  to: number
}

/** With a null folder, only hashes and lengths are computed. */
export const buildEdition = async (
  snapshot: SnapshotHead,
  lines: AsyncIterable<readonly EditionLine[]>,
  folder: string | null,
): Promise<Edition> => {
  const ids: Buffer[] = []
  const parts = await partsIn(snapshot, folder)
  try {
    let entries = 0
    for await (const some of lines) {
      for (const part of parts) {
        let text = ''
        for (const [at, member] of some.entries()) {
          const one = (entries + at === 0 ? '' : part.form.separator) + part.form.entry(member, lineOf(member))
          text += one
          part.end += folder === null ? 0 : Buffer.byteLength(one)
          if (folder !== null) (part.ends as number[]).push(part.end)
        }
        await part.add(Buffer.from(text))
      }
      if (folder !== null) for (const { id } of some) ids.push(bytesOf(id))
      entries += some.length
    }
    return await ended(snapshot, parts, Buffer.concat(ids), entries)
  } catch (error) {
    await closeAll(parts)
    throw error
  }
}

/** Copies `before` without the entries `gone` and with those of `put`, in id order. */
export const deriveEdition = async (
  before: Edition,
  snapshot: SnapshotHead,
  { gone, put }: { gone: readonly string[]; put: readonly EditionLine[] },
  folder: string,
): Promise<Edition> => {
  const steps = stepsOf(before, gone, put)
  const parts = await partsIn(snapshot, folder)
  try {
    for (const [at, part] of parts.entries()) {
      const from = before.parts[at] as EditionPart
      for (const segment of segmentsOf(part.form, from, steps)) {
        if ('length' in segment) await part.add(Buffer.from(segment))
        else for await (const bytes of readRange(from, segment)) await part.add(bytes)
      }
      part.ends = endsOf(part.form, from, steps, part.end)
    }
    const ids = steps.map((step) =>
      'put' in step ? bytesOf(step.put.id) : before.ids.subarray(step.from * ID_BYTES, step.to * ID_BYTES),
    )
    const all = Buffer.concat(ids)
    return await ended(snapshot, parts, all, all.length / ID_BYTES)
  } catch (error) {
    await closeAll(parts)
    throw error
  }
}

export const segmentsWithout = (
  edition: Edition,
  form: number,
  gone: readonly string[],
): { segments: EditionSegment[]; bytes: number } => {
  const [part, { separator, ...rest }] = [edition.parts[form] as EditionPart, PARTS[form] as PartForm]
  const tail = { from: part.bytes - Buffer.byteLength(rest.tail), to: part.bytes }
  const steps = stepsOf(edition, gone, [])
  const between = segmentsOf({ separator, ...rest }, part, steps)
  const segments = [{ from: 0, to: part.headBytes }, ...between, tail]
  return { segments, bytes: segments.reduce((sum, one) => sum + segmentLength(one), 0) }
}

export const segmentLength = (segment: EditionSegment): number =>
  'length' in segment ? segment.length : segment.to - segment.from

export const lastEntryEnd = (edition: Edition, form: number, ids: readonly string[]): number => {
  const { ends } = edition.parts[form] as EditionPart
  return ids.reduce((last, id) => {
    const at = placeOf(edition, bytesOf(id))
    return at.isThere ? Math.max(last, ends[at.index] ?? 0) : last
  }, 0)
}

export async function* readRange(
  { handle }: Pick<EditionPart, 'handle'>,
  { from, to }: ByteRange,
): AsyncGenerator<Buffer> {
  if (handle === null) throw new Error('an edition that was only counted has no bytes')
  for (let at = from; at < to; ) {
    const want = Math.min(STEP_BYTES, to - at)
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(want), 0, want, at)
    if (bytesRead === 0) throw new Error('a published file is shorter than it was written')
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

/** The file is unlinked at once: it disappears with its last reader or the process. */
export const openUnlinkedFile = async (folder: string): Promise<FileHandle> => {
  await mkdir(folder, { recursive: true })
  const path = join(
    folder,
    `${process.pid}-${createHash('sha256').update(String(process.hrtime.bigint())).digest('hex')}`,
  )
  const handle = await open(path, 'wx+', 0o600)
  await unlink(path)
  return handle
}

export const closeEdition = async ({ parts }: Pick<Edition, 'parts'>): Promise<void> => {
  for (const { handle } of parts) await handle?.close()
}

type EditionStep = ByteRange | { put: EditionLine }

const stepsOf = (edition: Edition, gone: readonly string[], put: readonly EditionLine[]): EditionStep[] => {
  const changes = [
    ...gone.map((id) => ({ ...placeOf(edition, bytesOf(id)), put: null as EditionLine | null })),
    ...put.map((one) => ({ ...placeOf(edition, bytesOf(one.id)), put: one as EditionLine | null })),
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

const startOf = ({ ends, headBytes }: EditionPart, entry: number): number =>
  entry === 0 ? headBytes : (ends[entry - 1] ?? 0)

/** Returns the entries' bytes without head and tail. The first entry has no separator before it. */
const segmentsOf = (form: PartForm, part: EditionPart, steps: readonly EditionStep[]): EditionSegment[] => {
  const separator = Buffer.from(form.separator)
  const segments: EditionSegment[] = []
  for (const [n, step] of steps.entries()) {
    if ('put' in step) {
      const text = form.entry(step.put, lineOf(step.put))
      segments.push(Buffer.from(n === 0 ? text : form.separator + text))
      continue
    }
    const hasOwn = step.from > 0
    const from = startOf(part, step.from) + (n === 0 && hasOwn ? separator.length : 0)
    if (n > 0 && !hasOwn && separator.length > 0) segments.push(separator)
    segments.push({ from, to: part.ends[step.to - 1] ?? 0 })
  }
  return segments
}

const endsOf = (form: PartForm, part: EditionPart, steps: readonly EditionStep[], from: number): Float64Array => {
  const separator = Buffer.byteLength(form.separator)
  const ends = new Float64Array(steps.reduce((sum, step) => sum + ('put' in step ? 1 : step.to - step.from), 0))
  let [at, end] = [0, from]
  for (const step of steps) {
    const start = end + (at > 0 ? separator : 0)
    if ('put' in step) {
      end = start + Buffer.byteLength(form.entry(step.put, lineOf(step.put)))
      ends[at] = end
      at += 1
      continue
    }
    const moved = start - startOf(part, step.from) - (step.from > 0 ? separator : 0)
    for (let entry = step.from; entry < step.to; entry += 1, at += 1) ends[at] = (part.ends[entry] ?? 0) + moved
    end = ends[at - 1] ?? start
  }
  return ends
}

interface PartWriter {
  form: PartForm
  handle: FileHandle | null
  headBytes: number
  ends: number[] | Float64Array
  end: number
  add: (bytes: Buffer) => Promise<void>
  finish: () => Promise<{ sha256: string; bytes: number }>
}

const partsIn = (snapshot: SnapshotHead, folder: string | null): Promise<PartWriter[]> =>
  Promise.all(PARTS.map((form) => making(form, Buffer.from(form.head(snapshot)), folder)))

const making = async (form: PartForm, head: Buffer, folder: string | null): Promise<PartWriter> => {
  const handle = folder === null ? null : await openUnlinkedFile(folder)
  const hash = createHash('sha256')
  let bytes = 0
  let waiting: Buffer[] = []
  let waitingBytes = 0
  const flush = async (): Promise<void> => {
    const [first = Buffer.alloc(0), ...more] = waiting
    const all = more.length === 0 ? first : Buffer.concat(waiting)
    waiting = []
    waitingBytes = 0
    hash.update(all)
    bytes += all.length
    await handle?.appendFile(all)
  }
  const add = async (part: Buffer): Promise<void> => {
    waiting.push(part)
    waitingBytes += part.length
    if (waitingBytes >= STEP_BYTES) await flush()
  }
  await add(head)
  const finish = async () => {
    await add(Buffer.from(form.tail))
    await flush()
    return { sha256: hash.digest('hex'), bytes }
  }
  return { form, handle, headBytes: head.length, ends: [], end: head.length, add, finish }
}

const ended = async (
  { sequence }: SnapshotHead,
  makings: readonly PartWriter[],
  ids: Buffer,
  entries: number,
): Promise<Edition> => {
  const parts: EditionPart[] = []
  for (const { handle, headBytes, ends, finish } of makings)
    parts.push({ handle, headBytes, ends: Float64Array.from(ends), ...(await finish()) })
  const files = FILE_FORMS.map(({ path }, at): ManifestFile => {
    const { sha256, bytes } = parts[at] as EditionPart
    return { path, sha256, bytes, entries }
  })
  return { sequence, hash: parts[CHAIN]?.sha256 ?? '', entries, files, ids, parts }
}

const closeAll = async (parts: readonly Pick<PartWriter, 'handle'>[]): Promise<void> => {
  for (const { handle } of parts) await handle?.close()
}

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')

const lineOf = ({ line }: EditionLine): string => {
  if (line === null) throw new Error('an entry of the snapshot being made has no text')
  return line
}
