/**
 * Properties of every normaliser of codes, dates, amounts, names and texts: it never throws, leaves its own result
 * unchanged and ignores character width. Fast paths must agree with the plain rule, which is written here once more.
 */
import { expect } from 'chai'
import fc from 'fast-check'
import * as identity from '../../../src/domain/operators/codes.js'
import { normalizeName } from '../../../src/domain/operators/names.js'
import { parseHostName } from '../../../src/domain/records/hosts.js'
import { parseIcpNumber } from '../../../src/domain/records/icp.js'
import * as money from '../../../src/domain/records/money.js'
import { redactIdNumbers } from '../../../src/domain/records/privacy.js'
import { parseNiceClass, parseTrademarkNumber } from '../../../src/domain/records/trademark.js'
import * as values from '../../../src/foundation/text/values.js'
import * as dates from '../../../src/foundation/time/dates.js'

/** Every printable ASCII character in its full-width form. */
const wide = (text: string): string =>
  text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)).replaceAll(' ', '　')
const digits = (min: number, max = min) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max })
const of = (signs: string, maxLength = 20) => fc.string({ unit: fc.constantFrom(...signs), maxLength })

/** Texts similar to codes, dates and amounts. Random texts are never close to them. */
const near = fc.oneof(
  of('0123456789ABCXYZaxｘ０１９－-‐ 　\u200b'),
  of('91220102MA0Y3X1HXM:：shop', 24),
  of('零〇一二两三四壹贰叁肆拾佰仟百千万萬亿億元圆角分整正负.,，0123456789()（）人民币美港'),
  of('0123456789年月日时分秒-/.: TZ+民國国'),
  of('〔〕[]【】（）(){}<>〈〉2025年号第 　罚字'),
  of('/／\\—－-N/AnullUL无暂1900-01 　\ufeff'),
)
const anything = fc.oneof(
  near,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.anything(),
  fc.double(),
  fc.bigInt(),
  fc.date(),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, -0, 1e21, 5e-324, '\ud800', '\udfff\ud800', '\u0000', 'ﷺ'.repeat(20)),
)

type Normaliser = (value: unknown) => unknown
const text =
  (rule: (sent: string) => unknown): Normaliser =>
  (value) =>
    rule(typeof value === 'string' ? value : '')

/** Each returns the normal form of a value that an agency sent, or null. */
const NORMALISERS: Record<string, Normaliser> = {
  'values.clean': values.trimmedTextOrNull,
  'values.compact': text(values.compactText),
  'values.digitsNarrow': text(values.toHalfWidth),
  'values.documentNumber': text(values.normalizeDocumentNumber),
  'dates.parseDate': dates.parseDate,
  'money.parseMoney': (value) => money.parseMoney(value)?.yuan ?? null,
  'names.normalizeName': text(normalizeName),
  'identity.normalizeCode': identity.normalizeCode,
  'identity.codeOf': (value) => identity.parseCode(value)?.code ?? null,
  'icp.icpNumber': (value) => parseIcpNumber(value)?.number ?? null,
  'hosts.hostName': parseHostName,
  'trademark.trademarkNumber': parseTrademarkNumber,
  'trademark.niceClass': parseNiceClass,
}

describe('every normaliser', () => {
  for (const [name, normalise] of Object.entries(NORMALISERS)) {
    it(`${name} never throws, returns a text, a number or null, and leaves its own result unchanged`, () => {
      fc.assert(
        fc.property(anything, (value) => {
          const once = normalise(value)
          expect(once === null || ['string', 'number'].includes(typeof once)).to.equal(true)
          expect(normalise(once)).to.equal(once)
        }),
        { numRuns: 1000 },
      )
    })
  }

  for (const name of Object.keys(NORMALISERS).filter((one) => one !== 'values.clean')) {
    const normalise = NORMALISERS[name] ?? (() => null)
    it(`${name} treats full-width characters as narrow ones`, () => {
      const narrow = fc
        .oneof(near, digits(6, 19), of('0123456789ABCXYZ-./:, ()', 20))
        .map((sent) => sent.normalize('NFKC'))
      fc.assert(
        fc.property(narrow, (sent) => {
          expect(normalise(wide(sent))).to.equal(normalise(sent))
        }),
        { numRuns: 1000 },
      )
    })
  }
})

describe('fast paths', () => {
  // The plain rules without fast paths.
  const OUTER = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu
  const MARKERS = '/ \\ 无 暂无 — —— - -- N/A NULL \\N 1900-01-01'.split(' ')
  const isMarker = (sent: string): boolean =>
    MARKERS.includes(sent.normalize('NFKC').trim().toUpperCase()) ||
    sent.normalize('NFKC').trim().toUpperCase() === '1900-01-01 00:00:00'
  const plainCompact = (sent: string): string =>
    sent
      .normalize('NFKC')
      .replace(/[\s\p{Cc}\p{Cf}]+/gu, '')
      .normalize('NFKC')

  const short = fc.oneof(
    near,
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc
      .tuple(
        of(' 　\u200b\t\n\ufeff', 3),
        fc.constantFrom(...MARKERS, 'ｎ／ａ', '／', '－－', 'Null', '1９00-01-01'),
        of(' 　\u00a0\u0338', 3),
      )
      .map((parts) => parts.join('')),
  )

  it('trimmedTextOrNull and isNullMarker agree with the plain rule', () => {
    fc.assert(
      fc.property(short, (sent) => {
        const trimmed = sent.replace(OUTER, '')
        expect(values.isNullMarker(sent), JSON.stringify(sent)).to.equal(sent.length <= 32 && isMarker(sent))
        expect(values.trimmedTextOrNull(sent)).to.equal(
          trimmed === '' || (trimmed.length <= 32 && isMarker(trimmed)) ? null : trimmed,
        )
      }),
      { numRuns: 3000 },
    )
  })

  it('compactText removes blanks as the plain rule does', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anything.filter((value) => typeof value === 'string'),
          of('!~Aa \u007fé́ﬁ'),
        ),
        (sent) => {
          expect(values.compactText(String(sent))).to.equal(plainCompact(String(sent)))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('isDate accepts exactly the calendar days', () => {
    const plain = (sent: string): boolean => {
      const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(sent) ?? []
      const time = new Date(`${sent}T00:00:00Z`)
      const exists = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(sent)
      return exists && Number(year) >= 1900 && Number(year) <= 2999 && month !== '' && day !== ''
    }
    const two = (most: number) => fc.nat(most).map((n) => String(n).padStart(2, '0'))
    const day = fc.tuple(fc.integer({ min: 1890, max: 3010 }), two(14), two(33)).map((parts) => parts.join('-'))
    const spoilt = fc
      .tuple(day, fc.nat(9), fc.constantFrom(...'0９ -/:a\u0660'))
      .map(([sent, at, sign]) => sent.slice(0, at) + sign + sent.slice(at + 1))
    fc.assert(
      fc.property(fc.oneof(day, spoilt, fc.string({ maxLength: 11 })), (sent) => {
        expect(dates.isDate(sent), sent).to.equal(plain(sent))
      }),
      { numRuns: 3000 },
    )
  })

  it('an amount in plain digits equals the same amount with a blank in it, in any unit', () => {
    const amount = fc.tuple(
      fc.oneof(
        digits(1, 15),
        fc.nat(10 ** 9).map((n) => n.toLocaleString('en-US')),
        of('0123,', 9),
      ),
      fc.oneof(
        fc.constant(''),
        digits(1, 12).map((fraction) => `.${fraction}`),
      ),
      fc.oneof(
        fc.constantFrom(
          '',
          '元',
          '万',
          '万元',
          '亿元',
          '万亿元',
          '(万元人民币)',
          '（万元）',
          '(人民币)',
          '万美元',
          '港元',
          '()',
          '(万元(人民币))',
          '万人民币元',
        ),
        of('()（）万亿元人民币美港', 12),
      ),
    )
    fc.assert(
      fc.property(amount, fc.constantFrom('yuan', 'wan', 'yi'), ([whole, fraction, unit], bare) => {
        const sent = `${whole}${fraction}${unit}`
        // A zero-width space does not change the amount, but prevents the fast path.
        expect(money.parseMoney(sent, bare), sent).to.deep.equal(money.parseMoney(`\u200b${sent}`, bare))
      }),
      { numRuns: 3000 },
    )
  })

  it('redactIdNumbers skips the full check only where it would change nothing', () => {
    const pseudonymOf = (id: string): string => `#${id.length}`
    const ID = '220102190001010016'
    const parts = fc.oneof(
      of('0123456789Xx ', 24),
      fc.constantFrom(
        ID,
        `${ID.slice(0, 17)}ｘ`,
        wide(ID),
        [...ID].join(' '),
        '110105491231002',
        '2201\u200b02190001010016',
        '22010219000101001&#54;',
        '①②③④⑤⑥⑦⑧⑨⑩⑪⑫',
        '91220102MA0Y3X1HXM',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
    )
    const sent = fc.array(parts, { maxLength: 4 }).map((all) => all.join(''))
    fc.assert(
      fc.property(sent, fc.boolean(), (value, asKey) => {
        const inside = asKey ? { [value]: 1 } : { value }
        // An ID number in the same array forces the full check of all values.
        const [looked] = redactIdNumbers([inside, ID], pseudonymOf) as unknown[]
        expect(redactIdNumbers(inside, pseudonymOf)).to.deep.equal(looked)
      }),
      { numRuns: 3000 },
    )
    fc.assert(
      fc.property(
        fc.oneof(fc.maxSafeInteger(), fc.double(), fc.bigInt(), fc.constantFrom(220102190001010016n, 110105491231002)),
        (value) => {
          const [looked] = redactIdNumbers([value, ID], pseudonymOf) as unknown[]
          expect(redactIdNumbers([value], pseudonymOf)).to.deep.equal([looked])
        },
      ),
      { numRuns: 1000 },
    )
  })
})
