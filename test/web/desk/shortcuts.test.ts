/** Fast paths for common values must give the same result as the general path. Each test forces the general path for comparison. */
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { addWorkdays, type Calendar } from '../../../src/domain/calendar/calendar.js'
import { isSentLate } from '../../../src/domain/intake/timeliness.js'
import { normalizeName } from '../../../src/domain/operators/names.js'
import { simplifyDocumentNumber } from '../../../src/domain/records/decision-number.js'
import { digestDraft, sealBody } from '../../../src/domain/records/digest.js'
import { parseMoney } from '../../../src/domain/records/money.js'
import { redactIdNumbers } from '../../../src/domain/records/privacy.js'
import { canonicalJson, type Json } from '../../../src/domain/records/records.js'
import { findResidentIds } from '../../../src/domain/records/resident-ids.js'
import { replaceSpans } from '../../../src/domain/records/text-view.js'
import { memoByNames } from '../../../src/foundation/memo.js'
import { compactText, isNullMarker, trimmedTextOrNull } from '../../../src/foundation/text/values.js'
import { addDays, isDate, parseDate } from '../../../src/foundation/time/dates.js'

const RUNS = { numRuns: 2000 }
const of = (parts: Iterable<string>, maxLength: number) => fc.string({ unit: fc.constantFrom(...parts), maxLength })
/** Every UTF-16 code unit by itself, lone surrogates too. */
const UNITS = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit))

describe('fast paths', () => {
  const anything = fc.oneof(
    of(
      [
        '/',
        '／',
        '无',
        '暂',
        '—',
        '-',
        'N',
        'n',
        'A',
        '\\',
        '1',
        '9',
        '１',
        '９',
        '0',
        ' ',
        '\u3000',
        '\u200b',
        '𠮷',
        '\ud800',
        '\u0301',
        '\u{e0001}',
        '中',
      ],
      20,
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )

  it('trimming removes exactly the characters that are defined as blank', () => {
    const blank = /^[\s\p{Cc}\p{Cf}]$/u
    fc.assert(
      fc.property(anything, (text) => {
        const characters = [...text]
        while (characters[0] !== undefined && blank.test(characters[0])) characters.shift()
        while (blank.test(characters.at(-1) ?? '')) characters.pop()
        const trimmed = characters.join('')
        expect(trimmedTextOrNull(text)).to.equal(trimmed === '' || isNullMarker(trimmed) ? null : trimmed)
      }),
      RUNS,
    )
    expect(UNITS.filter((unit) => trimmedTextOrNull(`字${unit}`) === '字')).to.deep.equal(
      UNITS.filter((unit) => blank.test(unit)),
    )
  })

  it('a null marker is recognised in any width and case, and nothing else is one', () => {
    const markers = [
      '/',
      '\\',
      '无',
      '暂无',
      '—',
      '——',
      '-',
      '--',
      'N/A',
      'NULL',
      '\\N',
      '1900-01-01',
      '1900-01-01 00:00:00',
    ]
    fc.assert(
      fc.property(anything, (text) => {
        const narrow = text.normalize('NFKC').trim().toUpperCase()
        expect(isNullMarker(text)).to.equal(markers.includes(narrow))
      }),
      RUNS,
    )
    for (const marker of markers) {
      const wide = marker.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
      for (const text of [marker, marker.toLowerCase(), wide]) expect(trimmedTextOrNull(text), text).to.equal(null)
    }
  })

  it('visible ASCII, ideographs and some signs are their own compact text', () => {
    const signs = ['、〔〕“”', ...UNITS.slice(0x3008, 0x3012)]
    const plain = [...UNITS.slice(0x21, 0x7f), ...UNITS.slice(0x4e00, 0xa000), ...signs].join('')
    expect(compactText(plain)).to.equal(plain)
    expect(compactText(`${plain} `)).to.equal(plain)
    expect(plain.normalize('NFKC')).to.equal(plain)
  })

  it('a document number and the same number with a full stop simplify alike', () => {
    const before = of([...'长市監处罚一〇年第字1〔[', '二〇二六年'], 5)
    const behind = fc.oneof(fc.constantFrom('7', '07', '十二', '(3)', '第5', '2026〕6'), of([...'120十〔〕-第'], 3))
    fc.assert(
      fc.property(before, behind, (unit, serial) => {
        const number = `${unit}〔2025〕${serial}号`
        expect(simplifyDocumentNumber(number)).to.equal(simplifyDocumentNumber(`${number}。`))
      }),
      RUNS,
    )
  })

  it('a name and the same name with a trailing blank normalise alike', () => {
    const different = (names: readonly string[]) =>
      names.filter((name) => normalizeName(name) !== normalizeName(`${name}\u3000`))
    expect(different(UNITS)).to.deep.equal([])
    expect(different(UNITS.map((unit) => `（字${unit}A)`))).to.deep.equal([])
    const parts = [
      '字',
      '龥',
      'A',
      'a',
      'Ａ',
      '9',
      '(',
      ')',
      '（',
      '）',
      '【',
      '〕',
      '·',
      '•',
      ' ',
      '\u0301',
      '㈱',
      '\ud800',
    ]
    fc.assert(
      fc.property(of(parts, 12), (name) => {
        expect(normalizeName(name)).to.equal(normalizeName(`${name}\u3000`))
      }),
      RUNS,
    )
  })

  it('isLate agrees with counting workdays, whatever the calendar', () => {
    const around = Array.from({ length: 81 }, (_, at) => addDays('2026-11-25', at - 40))
    const near = fc.constantFrom(...around)
    const days = fc.array(near, { maxLength: 40 }).map((some) => new Set(some))
    const calendars = fc.record({ holidays: days, workdays: days, knownUntil: near })
    fc.assert(
      fc.property(calendars, fc.nat(9), near, (calendar, workdays, today) => {
        for (const from of ['1985-01-01', ...around, '2099-12-31']) {
          expect(isSentLate(from, { workdays }, calendar, today), from).to.equal(
            plainlyLate(from, workdays, calendar, today),
          )
        }
      }),
    )
  })

  it('a date and the same date with a trailing blank parse alike', () => {
    const two = fc.nat(40).map((number) => String(number).padStart(2, '0'))
    const day = fc.tuple(fc.nat(3100), two, two, fc.constantFrom('-', '/', ''))
    fc.assert(
      fc.property(day, ([year, month, date, gap]) => {
        const text = [String(year).padStart(4, '0'), month, date].join(gap)
        expect(parseDate(text)).to.equal(parseDate(`${text} `))
        expect(isDate(text)).to.equal(
          gap === '-' &&
            year >= 1900 &&
            year < 3000 &&
            !Number.isNaN(Date.parse(text)) &&
            new Date(text).toISOString().startsWith(text),
        )
      }),
      RUNS,
    )
  })

  it('an amount and the same amount with a leading blank parse alike, in any unit', () => {
    const number = fc.oneof(
      fc.tuple(fc.nat(9_999_999), fc.constantFrom('', '.', '.0', '.50', '.123456789')).map((parts) => parts.join('')),
      fc.tuple(fc.nat(999), fc.nat(9999)).map(([many, few]) => `${many},${String(few).padStart(3, '0')}`),
      fc.constantFrom('0', '000', '0.00', '007', '00.10'),
    )
    const unit = of(['(', ')', '（', '）', '万', '亿', '元', '人民币', '美元', '美', '港元', '人', '角', '整', '百'], 5)
    fc.assert(
      fc.property(number, unit, fc.constantFrom('yuan', 'wan', 'yi'), (amount, written, as) => {
        expect(parseMoney(amount + written, as)).to.deep.equal(parseMoney(` ${amount}${written}`, as))
      }),
      RUNS,
    )
  })

  it('a text is redacted alike with and without an ampersand, which forces the general path', () => {
    const pseudonymOf = (id: string): string => (id.length === 18 ? '甲' : '乙')
    const digits = [
      ...'0123456789',
      ...'０１２３',
      '㉑',
      '㊿',
      '⒛',
      '½',
      '㏾',
      '㍙',
      '𝟏',
      '-',
      ' ',
      'X',
      '.',
      '号',
      '\u200b',
    ]
    const text = fc.oneof(
      of(digits, 40),
      fc
        .tuple(
          of(digits, 3),
          fc.constantFrom(
            '11010519491231002X',
            '110105 19491231 002X',
            '１１０１０５491231003',
            '91220102MA0Y3X1HXM',
            '914403001922038216',
            '440524188001010014',
          ),
          of(digits, 3),
        )
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (sent) => {
        expect(`${redactIdNumbers(sent, pseudonymOf)}号&`).to.equal(redactIdNumbers(`${sent}号&`, pseudonymOf))
        expect(redactIdNumbers({ [sent]: [sent] }, pseudonymOf)).to.deep.equal({
          [redactIdNumbers(sent, pseudonymOf)]: [redactIdNumbers(sent, pseudonymOf)],
        })
      }),
      RUNS,
    )
  })

  it('an ID number is redacted in any digits that Unicode reads as such', () => {
    for (const digits of ['０１２３４５６７８９', '⓪①②③④⑤⑥⑦⑧⑨', '₀₁₂₃₄₅₆₇₈₉', '⁰¹²³⁴⁵⁶⁷⁸⁹', '𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗']) {
      const written = '440524188001010014'.replace(/\d/g, (digit) => [...digits][Number(digit)] ?? '')
      expect(
        redactIdNumbers(`号${written}`, () => '甲'),
        digits,
      ).to.match(/^号\[居民身份证 甲\]$/)
    }
  })

  it('the fast test passes over no text in which the search finds an ID number', () => {
    const pieces = fc.oneof(
      fc.constantFrom('11010519491231002', '44052418800101', '19491231', '110105<b>19491231<b>002X', '一九四九'),
      of([...'0123456789', '１', '㉑', '&', '&#49;', ' ', '-', '.', ',', 'X', 'x', 'Ｘ', 'A', 'm', '号', '五', '𝟏'], 8),
    )
    let found = 0
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.join('')
        const spans = findResidentIds(text, 'LONE_KEPT')
        const redacted = redactIdNumbers(text, () => '甲')
        expect(redacted).to.equal(replaceSpans(text, spans, () => '[居民身份证 甲]'))
        if (spans.length > 0) found += 1
      }),
      { numRuns: 20_000 },
    )
    // Guards against a vacuous test: the pieces did form ID numbers.
    expect(found).to.be.greaterThan(100)
  })

  it('redaction returns a value without ID numbers as the same object', () => {
    const sent = {
      code: '91220102MA0Y3X1HXM',
      day: '2018-06-08',
      list: [{ amount: 1.5, text: '人民大街1号' }],
      none: null,
    }
    expect(redactIdNumbers(sent, () => '')).to.equal(sent)
    const held = { ...sent, text: '11010519491231002X' }
    expect(redactIdNumbers(held, () => '甲')).to.deep.equal({ ...sent, text: '[居民身份证 甲]' })
    expect(held.text).to.equal('11010519491231002X')
  })

  it('canonical JSON quotes every character as JSON does, in short and in long texts', () => {
    const wrong = UNITS.filter((unit) =>
      [unit, unit.padEnd(100, '字')].some((text) => canonicalJson(text) !== JSON.stringify(text)),
    )
    expect(wrong).to.deep.equal([])
  })

  it('canonical JSON equals JSON.stringify of an object with sorted keys', () => {
    const inOrder = (value: Json): Json => {
      if (value === null || typeof value !== 'object') return value
      if (Array.isArray(value)) return value.map(inOrder)
      // JavaScript enumerates integer-like keys before all others.
      const keys = Object.keys(value).sort()
      return Object.fromEntries(keys.map((key) => [key, inOrder(value[key] ?? null)]))
    }
    const leaf = fc.oneof(
      fc.constant(null),
      fc.string(),
      fc.constantFrom('"', '\\', '字', 'a"'),
      fc.boolean(),
      fc.integer(),
    )
    const key = fc.string().map((name) => `k${name}`)
    const { any } = fc.letrec<{ any: Json }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 6, noNullPrototype: true }),
      ),
    }))
    fc.assert(
      fc.property(any, (value) => {
        expect(canonicalJson(value)).to.equal(JSON.stringify(inOrder(value)))
      }),
      RUNS,
    )
  })

  it('canonical JSON keeps bodies with the same number of keys apart', () => {
    const bodies: Json[] = [
      { b: 1, a: 2 },
      { c: 1, a: 2 },
      { b: 1, a: 2 },
      { a: 1, b: 2 },
    ]
    expect(bodies.map(canonicalJson)).to.deep.equal([
      '{"a":2,"b":1}',
      '{"a":2,"c":1}',
      '{"a":2,"b":1}',
      '{"a":1,"b":2}',
    ])
  })

  it('a sealed draft holds its body as canonical JSON and a 128-bit digest', () => {
    const subject = { uscc: null, orgCode: null, regNo: null, shop: null, name: '"某\\' }
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (any) => {
        const body = JSON.parse(JSON.stringify(any))
        const draft = { body, subject, validFrom: null, validTo: null }
        expect(sealBody(draft).body).to.equal(canonicalJson(body))
        expect(sealBody(draft).digest).to.equal(digestDraft(draft))
        const all = `${canonicalJson(body)},null,null,null,null,null,null,"\\"某\\\\"`
        expect(digestDraft(draft)).to.equal(createHash('sha256').update(all, 'utf16le').digest('hex').slice(0, 32))
      }),
    )
    const long = { body: { text: '字'.repeat(50_000) }, subject, validFrom: null, validTo: null }
    expect(digestDraft(long)).to.not.equal(digestDraft({ ...long, body: { text: `${'字'.repeat(49_999)}子` } }))
    // The digest depends on which field of the subject a text is in.
    const swapped = (uscc: string | null, orgCode: string | null) =>
      digestDraft({ body: {}, subject: { ...subject, uscc, orgCode }, validFrom: null, validTo: null })
    expect(swapped('1', null)).to.not.equal(swapped(null, '1'))
  })

  it('memoByNames caches by the content of the list, not by its identity', () => {
    let made = 0
    const joined = memoByNames((names) => {
      made += 1
      return names.join()
    })
    const names = ['a', 'b']
    expect([joined(names), joined(['a', 'b']), joined(['b', 'a']), joined(['a']), joined([])].join(' ')).to.equal(
      'a,b a,b b,a a ',
    )
    expect(made).to.equal(4)
    joined(names)
    names[0] = 'c'
    expect(joined(names)).to.equal('c,b')
  })
})

const plainlyLate = (from: string, workdays: number, calendar: Calendar, today: string): boolean | null => {
  const { date, provisional } = addWorkdays(calendar, from, workdays)
  if (today <= date) return false
  return provisional ? null : true
}
