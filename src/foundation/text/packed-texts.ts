const LENGTH_BYTES = 4

/** `lengths` are in bytes, as big-endian int4. */
export interface PackedTexts {
  bytes: Buffer
  lengths: Buffer
}

export const packTexts = (texts: readonly string[]): PackedTexts => {
  const lengths = Buffer.alloc(texts.length * LENGTH_BYTES)
  for (const [n, text] of texts.entries()) lengths.writeInt32BE(Buffer.byteLength(text), n * LENGTH_BYTES)
  return { bytes: Buffer.from(texts.join('')), lengths }
}

export const makeTextPacker = () => {
  let [bytes, lengths] = [Buffer.alloc(0), Buffer.alloc(0)]
  let [end, count] = [0, 0]
  return {
    clear: (): void => {
      end = 0
      count = 0
    },
    add: (source: Buffer, from: number, to: number): void => {
      const length = to - from
      const at = count * LENGTH_BYTES
      if (end + length > bytes.length) bytes = Buffer.concat([bytes.subarray(0, end)], (end + length) * 2)
      if (at + LENGTH_BYTES > lengths.length)
        lengths = Buffer.concat([lengths.subarray(0, at)], (at + LENGTH_BYTES) * 2)
      lengths.writeInt32BE(length, at)
      end += source.copy(bytes, end, from, to)
      count += 1
    },
    packed: (): PackedTexts => ({ bytes: bytes.subarray(0, end), lengths: lengths.subarray(0, count * LENGTH_BYTES) }),
  }
}

export const countTexts = ({ lengths }: PackedTexts): number => lengths.length / LENGTH_BYTES

export const unpackTexts = ({ bytes, lengths }: PackedTexts): string[] => {
  let at = 0
  return Array.from({ length: countTexts({ bytes, lengths }) }, (_, n) => {
    const from = at
    at += lengths.readInt32BE(n * LENGTH_BYTES)
    return bytes.toString('utf8', from, at)
  })
}

/** `roomFor` may return the same buffer each time. */
export const joinTexts = (
  { bytes, lengths }: PackedTexts,
  { before, behind }: { before: Buffer; behind: Buffer },
  { roomFor, note }: { roomFor: (bytes: number) => Buffer; note: (end: number) => void },
): Buffer => {
  const count = countTexts({ bytes, lengths })
  const added = before.length + behind.length
  const joined = added === 0 ? bytes : roomFor(bytes.length + count * added)
  let [from, at] = [0, 0]
  for (let n = 0; n < count; n += 1) {
    const to = from + lengths.readInt32BE(n * LENGTH_BYTES)
    if (added === 0) at = to
    else {
      at += before.copy(joined, at)
      at += bytes.copy(joined, at, from, to)
      at += behind.copy(joined, at)
    }
    note(at)
    from = to
  }
  return joined
}
