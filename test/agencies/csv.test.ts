/** The fast path for separated text must agree with csv-parse. */
import { expect } from 'chai'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { contentFromBytes, type FileContent } from '../../src/agencies/readers/content.js'
import { readCsv } from '../../src/agencies/readers/csv.js'
import type { SourceItem } from '../../src/domain/records/records.js'
import { decodeStream, encodingOf } from '../../src/foundation/text/encodings.js'
import { growthExponent, LINEAR_EXPONENT_MAX } from '../support/processor.js'

const NAMES = ['甲列', '乙列', '丙列', '丁列']
const SHAPES = [{ names: NAMES }]
const RUNS = { numRuns: 100 }

const inPieces = (bytes: Buffer, size: number): FileContent => ({
  ...contentFromBytes(bytes),
  chunks: async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  },
})

const read = async (text: string, size = 64 * 1024): Promise<SourceItem[]> => {
  const items: SourceItem[] = []
  for await (const item of readCsv(inPieces(Buffer.from(text), size), { feed: 'feed', shapes: SHAPES }))
    items.push(item)
  return items
}

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '中', '1', ' ', '\u3000', '𠮷', '\0', 'é'), maxLength: 5 }),
  fc
    .string({ unit: fc.constantFrom('a', '"', ',', ';', '\t', '|', '中', ' '), maxLength: 6 })
    .map((text) => `"${text.replaceAll('"', '""')}"`),
  // A quote inside a cell is an ordinary character.
  fc.constantFrom('a"b', 'a"', ' "a"', '""', '12" 屏', '"a"b', '"a" ', '"a"b"', '"'),
)

describe('separated text', () => {
  it('is split line by line exactly as csv-parse splits it', async () => {
    const table = fc.tuple(
      fc.constantFrom(',', ';', '\t', '|'),
      fc.array(fc.array(cell, { minLength: 3, maxLength: 5 }), { maxLength: 8 }),
    )
    await fc.assert(
      fc.asyncProperty(table, async ([separator, rows]) => {
        const header = NAMES.join(separator)
        const lines = rows.map((cells) =>
          cells.map((text) => (/^[^"].*[,;\t|]/.test(text) ? 'a' : text)).join(separator),
        )
        const short = await read([header, ...lines].join('\n'))
        const [first, ...long] = await read([header, ['a', 'b', 'c', '"d\nd"'].join(separator), ...lines].join('\n'))
        expect(first?.fields).to.deep.equal({ 甲列: 'a', 乙列: 'b', 丙列: 'c', 丁列: 'd\nd' })
        expect(long.map(({ row, fields }) => [row - 2, fields])).to.deep.equal(
          short.map(({ row, fields }) => [row, fields]),
        )
      }),
      RUNS,
    )
  })

  it('gives the same rows for any chunk size', async () => {
    const table = fc.array(
      fc.oneof(
        fc.array(cell, { minLength: 3, maxLength: 5 }).map((cells) => cells.join(',')),
        fc.constantFrom('a,"b\nc",d,e', '"', 'a,b"c,d,e', '', '"a,b,c,d'),
      ),
      { maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (lines, size) => {
        const text = [NAMES.join(','), 'a,b,c,d', ...lines].join('\n')
        expect(await read(text, size)).to.deep.equal(await read(text))
      }),
      RUNS,
    )
  })

  it('keeps a column named __proto__ and columns without a name', async () => {
    const [item] = await read('甲列,乙列,丙列,__proto__,\na,b,c,d,e\n')
    expect(Object.entries(item?.fields ?? {})).to.deep.equal([
      ['甲列', 'a'],
      ['乙列', 'b'],
      ['丙列', 'c'],
      ['__proto__', 'd'],
      ['第5列', 'e'],
    ])
  })

  it('shows NUL as U+FFFD everywhere', async () => {
    const items = await read('甲列,乙列,丙列,丁列\na,b,c,d\na,b\0,c,"d"\n')
    expect(items.map(({ fields }) => fields.乙列)).to.deep.equal(['b', 'b\uFFFD'])
  })

  for (const [what, end] of [
    ['line feeds', '\n'],
    ['carriage returns', '\r'],
    ['line ends of Windows', '\r\n'],
  ] as const)
    it(`a text of millions of ${what} is counted line by line and read in linear time`, async () => {
      const readLines = async (lines: number) => {
        const items = await read(`${NAMES.join(',')}${end}${end.repeat(lines)}a,b,c,d`)
        expect(items.map(({ row }) => row)).to.deep.equal([lines + 2])
      }
      expect(await growthExponent(readLines, 200_000)).to.be.below(LINEAR_EXPONENT_MAX)
    })

  it('a file of many short lines without a separator is refused or rejected in linear time', async () => {
    const readLines = async (lines: number) =>
      expect(await read(`${NAMES.join(',')}\n${'a\n'.repeat(lines)}`)).to.have.length(lines)
    expect(await growthExponent(readLines, 10_000)).to.be.below(LINEAR_EXPONENT_MAX)
  })
})

describe('bytes as text', () => {
  const character = fc.constantFrom('a', '中', '𠮷', 'é', '\r\n', '\r', '\n', '\uFEFF')
  const bytes = fc
    .array(
      fc.oneof(
        character.map((text) => Buffer.from(text)),
        fc.nat(255).map((byte) => Buffer.of(byte)),
        fc.constantFrom(
          Buffer.of(0xe0, 0x80),
          Buffer.of(0xed, 0xa0),
          Buffer.of(0xe4, 0xb8),
          Buffer.of(0xf0, 0x9f, 0x98),
        ),
      ),
      { maxLength: 12 },
    )
    .map((parts) => Buffer.concat(parts))
  const size = fc.integer({ min: 1, max: 9 })
  const textOf = async (content: FileContent): Promise<string> => {
    let text = ''
    for await (const piece of decodeStream(content, 'utf-8')) text += piece
    return text
  }

  it('give the same text for any chunk size, damaged or not', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, size, async (sent, pieces) => {
        const whole = sent
          .toString('utf8')
          .replace(/^\uFEFF/, '')
          .replace(/\r\n?/g, '\n')
        expect(await textOf(inPieces(sent, pieces))).to.equal(whole)
      }),
      { numRuns: 2000, examples: [[Buffer.of(0xf0, 0x9f, 0x98, 0xef, 0xbb, 0xbf), 3]] },
    )
  })

  it('are UTF-8 if all are valid, except for a truncated last character', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: character, minLength: 1, maxLength: 9 }),
        fc.nat(2),
        size,
        async (text, cut, pieces) => {
          const all = Buffer.from(text)
          expect(await encodingOf(inPieces(all.subarray(0, Math.max(1, all.length - cut)), pieces))).to.equal('utf-8')
        },
      ),
      { numRuns: 1000 },
    )
    for (const last of [[0xe0, 0x80], [0xed, 0xa0], [0xff], [0xc0], [0xf4, 0x90], [0xd6, 0xd0]])
      expect(await encodingOf(contentFromBytes(Buffer.from([0x61, ...last]))), last.join()).to.equal('gb18030')
  })

  it('are GB18030 if not UTF-8, even when only the end shows it', async () => {
    const late = Buffer.concat([Buffer.alloc(100_000, 'a'), iconv.encode('名', 'gb18030')])
    expect(await encodingOf(contentFromBytes(late))).to.equal('gb18030')
  })
})
