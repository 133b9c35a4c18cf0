import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { isRefusal } from '../../src/foundation/errors.js'
import { series } from '../support/series.js'
import { context, feedOf, fileOf, SAMPLES, sample } from './samples.js'

const RUNS = 10
const REFUSALS = ['CONTENT_UNREADABLE', 'CONTENT_UNKNOWN', 'CONTENT_TOO_LARGE']

/** Returns items and drafts, or the refusal's code. Any other error fails the test. */
const outcome = async (
  id: string,
  bytes: Buffer,
  reader?: string,
): Promise<{ items: number; drafts: number } | string> => {
  const feed = feedOf(id)
  const tally = { items: 0, drafts: 0 }
  try {
    for await (const item of feed.read(fileOf(bytes), reader ? { reader } : {})) {
      const mapped = feed.map(item, context)
      tally.items += 1
      if ('drafts' in mapped) tally.drafts += 1
      else expect(mapped.problems).to.not.be.empty
    }
    return tally
  } catch (error) {
    if (isRefusal(error)) return error.code
    throw error
  }
}

const every = Object.entries(SAMPLES).flatMap(([id, names]) => names.map((name): [string, string] => [id, name]))

describe('bytes that are not a feed', () => {
  it('are refused by every reader', async () => {
    const starts = [
      '',
      'PK\x03\x04',
      '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
      '<',
      '{',
      '[{',
      '"',
      '\xff\xfe',
      'CF_WSH,CF_XDR_MC,CF_XDR_LB\n"',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 4000 }),
        fc.constantFrom(undefined, 'csv', 'xlsx', 'xls', 'xml', 'json', 'jsonl'),
        fc.constantFrom(...Object.keys(SAMPLES)),
        async (start, bytes, reader, id) => {
          const got = await outcome(id, Buffer.concat([Buffer.from(start, 'latin1'), bytes]), reader)
          if (typeof got === 'string') expect(REFUSALS).to.include(got)
          // Bytes with a recognised header may be read, but yield no record.
          else expect(got.drafts).to.equal(0)
        },
      ),
      series(RUNS * 4),
    )
  })

  for (const [id, name] of every) {
    const whole = readFileSync(sample(name))
    // Each workbook starts a thread, so this test damages fewer. The soak damages thousands.
    const runs = name.endsWith('.xlsx') ? RUNS / 5 : RUNS

    it(`a truncated ${name} never yields more than the whole`, async () => {
      const full = await outcome(id, whole)
      if (typeof full === 'string') throw new Error(full)
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
          const got = await outcome(id, whole.subarray(0, length))
          if (typeof got === 'string') expect(REFUSALS).to.include(got)
          else expect(got.drafts).to.be.at.most(full.drafts)
        }),
        series(runs),
      )
    })

    it(`a damaged ${name} is read, rejected or refused, and never crashes`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: whole.length - 1 }),
          fc.integer({ min: 0, max: 255 }),
          async (place, byte) => {
            const bytes = Buffer.from(whole)
            bytes[place] = byte
            const got = await outcome(id, bytes)
            if (typeof got === 'string') expect(REFUSALS).to.include(got)
          },
        ),
        series(runs),
      )
    })
  }

  it('a table that was wrongly decoded twice is refused', async () => {
    const text = readFileSync(sample('registry.csv'))
    const mangled = Buffer.from(iconv.decode(text, 'gb18030'))
    expect(await outcome('registry', mangled)).to.equal('CONTENT_UNKNOWN')
    expect(await outcome('registry', Buffer.from(text.toString('latin1')))).to.equal('CONTENT_UNKNOWN')
  })

  it('an empty OLE2 container is unreadable', async () => {
    expect(await outcome('quality', Buffer.from('d0cf11e0a1b11ae1'.padEnd(4096, '0'), 'hex'))).to.equal(
      'CONTENT_UNREADABLE',
    )
  })
})
