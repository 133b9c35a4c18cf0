/** Small PNG files: a palette of 256 colours suffices for pages of flat areas. */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const COLOURS = 256
/** Bits per channel. Closer colours count as one. */
const BITS = 5

interface Pixels {
  width: number
  height: number
  /** Three bytes per pixel. */
  rgb: Buffer
}

/** Reduces a picture to at most 256 colours. */
export const inPalette = (png: Buffer): Buffer => {
  const { width, height, rgb } = read(png)
  const { palette, indexOf } = paletteOf(rgb)
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3
      rows[y * (width + 1) + 1 + x] = indexOf(rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0)
    }
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0])
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  const chunks = [
    ['IHDR', head],
    ['PLTE', palette],
    ['IDAT', deflateSync(rows, { level: 9 })],
    ['IEND', Buffer.alloc(0)],
  ] as const
  return Buffer.concat([SIGNATURE, ...chunks.map(([type, body]) => chunk(type, body))])
}

const chunk = (type: string, body: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

/** Reads Chromium's PNGs: eight bits per channel, optional alpha, not interlaced. */
const read = (png: Buffer): Pixels => {
  const parts: Buffer[] = []
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const wide = { 2: 3, 6: 4 }[png[25] ?? 0]
  if (png[24] !== 8 || wide === undefined || png[28] !== 0) throw new Error('a PNG of another form')
  const filtered = inflateSync(Buffer.concat(parts))
  const stride = width * wide
  const lines = Buffer.alloc(stride * height)
  const rgb = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y += 1) {
    const filter = filtered[y * (stride + 1)] ?? 0
    for (let i = 0; i < stride; i += 1) {
      const at = y * stride + i
      const left = i < wide ? 0 : (lines[at - wide] ?? 0)
      const up = y === 0 ? 0 : (lines[at - stride] ?? 0)
      const corner = i < wide || y === 0 ? 0 : (lines[at - stride - wide] ?? 0)
      lines[at] = (filtered[y * (stride + 1) + 1 + i] ?? 0) + guess(filter, left, up, corner)
    }
    for (let x = 0; x < width; x += 1)
      for (let c = 0; c < 3; c += 1) rgb[(y * width + x) * 3 + c] = lines[y * stride + x * wide + c] ?? 0
  }
  return { width, height, rgb }
}

/** Predictor of a line filter (PNG, 9.2). */
const guess = (filter: number, left: number, up: number, corner: number): number => {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) return 0
  const near = left + up - corner
  const [a, b, c] = [Math.abs(near - left), Math.abs(near - up), Math.abs(near - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/** The most frequent colours; any other maps to the nearest of them. */
const paletteOf = (rgb: Buffer) => {
  const exact = new Map<number, number>()
  for (let at = 0; at < rgb.length; at += 3) {
    const colour = rgb.readUIntBE(at, 3)
    exact.set(colour, (exact.get(colour) ?? 0) + 1)
  }
  const cells = new Map<number, { count: number; colour: number; most: number }>()
  for (const [colour, count] of exact) {
    const cell = cellOf(colour)
    const before = cells.get(cell) ?? { count: 0, colour, most: 0 }
    const shown = count > before.most ? { colour, most: count } : before
    cells.set(cell, { ...before, ...shown, count: before.count + count })
  }
  const kept = [...cells.values()]
    .sort((a, b) => b.count - a.count || a.colour - b.colour)
    .slice(0, COLOURS)
    .map(({ colour }) => colour)
  const nearest = new Map<number, number>()
  const indexOf = (r: number, g: number, b: number): number => {
    const colour = (r << 16) | (g << 8) | b
    const known = nearest.get(colour)
    if (known !== undefined) return known
    let [best, least] = [0, Number.POSITIVE_INFINITY]
    for (const [i, one] of kept.entries()) {
      const far = (r - (one >> 16)) ** 2 + (g - ((one >> 8) & 255)) ** 2 + (b - (one & 255)) ** 2
      if (far < least) [best, least] = [i, far]
    }
    nearest.set(colour, best)
    return best
  }
  const palette = Buffer.alloc(kept.length * 3)
  for (const [i, colour] of kept.entries()) palette.writeUIntBE(colour, i * 3, 3)
  return { palette, indexOf }
}

const cellOf = (colour: number): number => {
  const part = (shift: number) => ((colour >> shift) & 255) >> (8 - BITS)
  return (part(16) << (2 * BITS)) | (part(8) << BITS) | part(0)
}
