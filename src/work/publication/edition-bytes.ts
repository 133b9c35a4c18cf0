/** An edition reads ranges of an unlinked file shared with the next, and texts in memory. */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'

export const STEP_BYTES = 256 * 1024

export interface ByteRange {
  from: number
  to: number
}
export type EditionSegment = ByteRange | Buffer

export interface SharedFile {
  handle: FileHandle
  users: number
}

export interface EditionBytes {
  file: SharedFile | null
  pieces: readonly EditionSegment[]
}

/** The unlinked file disappears with its last reader or the process. */
export const openUnlinkedFile = async (folder: string): Promise<FileHandle> => {
  await mkdir(folder, { recursive: true })
  const path = join(folder, randomUUID())
  const handle = await open(path, 'wx+', 0o600)
  await unlink(path)
  return handle
}

export const measureSegment = (segment: EditionSegment): number =>
  'length' in segment ? segment.length : segment.to - segment.from

export const sliceSegments = (segments: readonly EditionSegment[], { from, to }: ByteRange): EditionSegment[] => {
  let at = 0
  return segments.flatMap((segment): EditionSegment[] => {
    const [first, last] = [Math.max(0, from - at), Math.min(measureSegment(segment), to - at)]
    at += measureSegment(segment)
    if (first >= last) return []
    return 'length' in segment
      ? [segment.subarray(first, last)]
      : [{ from: segment.from + first, to: segment.from + last }]
  })
}

/** With `room`, each yielded buffer is valid until the next. */
export async function* readFileRange(
  { handle }: Pick<SharedFile, 'handle'>,
  { from, to }: ByteRange,
  room: Buffer | null = null,
): AsyncGenerator<Buffer> {
  for (let at = from; at < to; ) {
    const want = Math.min(STEP_BYTES, to - at)
    const { bytesRead, buffer } = await handle.read(room ?? Buffer.allocUnsafe(want), 0, want, at)
    if (bytesRead === 0) throw new Error('a published file is shorter than it was written')
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

export async function* readRange(
  { file, pieces }: EditionBytes,
  range: ByteRange,
  room: Buffer | null = null,
): AsyncGenerator<Buffer> {
  for (const piece of sliceSegments(pieces, range)) {
    if ('length' in piece) yield piece
    else if (file === null) throw new Error('an edition that was only counted has no bytes')
    else yield* readFileRange(file, piece, room)
  }
}

export const releaseFile = async (file: SharedFile | null): Promise<void> => {
  if (file === null) return
  file.users -= 1
  if (file.users === 0) await file.handle.close()
}

export const eraseRanges = async ({ handle }: SharedFile, ranges: readonly ByteRange[]): Promise<void> => {
  for (const { from, to } of ranges) await handle.write(Buffer.alloc(to - from), 0, to - from, from)
}
