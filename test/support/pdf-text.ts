/** The text of a PDF that the hub wrote: one embedded font, whose map of glyphs to characters the file holds. */
import { inflateSync } from 'node:zlib'

const STREAM = /stream\r?\n([\s\S]*?)\r?\nendstream/g
const RANGE = /<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/gi

export const pdfText = (pdf: Buffer): string => {
  const streams = [...pdf.toString('latin1').matchAll(STREAM)].flatMap(([, body = '']) => {
    try {
      return inflateSync(Buffer.from(body, 'latin1')).toString('latin1')
    } catch {
      return []
    }
  })
  const characters = new Map<number, string>()
  for (const map of streams.filter((one) => one.includes('beginbfrange')))
    for (const [, first = '', targets = ''] of map.matchAll(RANGE))
      for (const [i, [, units = '']] of [...targets.matchAll(/<([0-9a-f]+)>/gi)].entries())
        characters.set(Number.parseInt(first, 16) + i, utf16(units))
  const lines = streams.flatMap((one) => [...one.matchAll(/\[([^\]]*)\] TJ/g)].map(([, shown = '']) => shown))
  return lines
    .map((line) =>
      [...line.matchAll(/<([0-9a-f]+)>/gi)]
        .flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
        .map((glyph) => characters.get(Number.parseInt(glyph, 16)) ?? '')
        .join(''),
    )
    .join('\n')
}

const utf16 = (hex: string): string =>
  String.fromCharCode(...(hex.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16)))
