import { expect } from 'chai'
import fc from 'fast-check'
import { residentIdValid, usccValid } from '../../src/domain/identity.js'
import { redact } from '../../src/domain/privacy.js'

const mark = (id: string): string => `<${[...id].reverse().join('.')}>`
const marked = (id: string): string => `[居民身份证 ${mark(id)}]`
/** The printed example of GB 11643-1999, and one with an invented day of birth and serial number. */
const ID = '11010519491231002X'
const OTHER = '440524188001010014'

const completed = (start: string, alphabet: string, valid: (code: string) => boolean): string =>
  [...alphabet].map((last) => start + last).find(valid) ?? ''
const residentId = fc
  .record({
    region: fc.constantFrom('110105', '220102', '222401', '522301', '820000'),
    days: fc.nat(25_000),
    serial: fc.nat(999),
  })
  .map(({ region, days, serial }) => {
    const birth = new Date(Date.UTC(1940, 0, 1 + days)).toISOString().slice(0, 10).replaceAll('-', '')
    return completed(`${region}${birth}${String(serial).padStart(3, '0')}`, '0123456789X', residentIdValid)
  })
const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const digitUscc = fc
  .tuple(
    fc.constantFrom('91', '92', '93'),
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 15, maxLength: 15 }),
  )
  .map(([head, rest]) => completed(head + rest, USCC, usccValid))

describe('domain/privacy', () => {
  const found: [string, string, string][] = [
    ['alone', ID, marked(ID)],
    ['glued to Chinese text', `当事人身份证号${ID}于某日`, `当事人身份证号${marked(ID)}于某日`],
    ['with a lower-case x', '证件11010519491231002x。', `证件${marked(ID)}。`],
    ['in full-width digits', '证件１１０１０５１９４９１２３１００２Ｘ。', `证件${marked(ID)}。`],
    ['twice', `${ID}、${OTHER}`, `${marked(ID)}、${marked(OTHER)}`],
    ['after Latin letters', `ID:${OTHER};No${OTHER}`, `ID:${marked(OTHER)};No${marked(OTHER)}`],
    ['in groups', '110105 19491231 002X', marked(ID)],
    ['in groups with hyphens', '110105-19491231-002X', marked(ID)],
    ['with a mistyped last digit', '身份证110105194912310021', `身份证${marked('110105194912310021')}`],
    ['of the first generation', '身份证110105491231003号', `身份证${marked('110105491231003')}号`],
  ]
  for (const [how, text, redacted] of found)
    it(`an ID number ${how} is replaced`, () => expect(redact(text, mark)).to.equal(redacted))

  const left: [string, string][] = [
    ['a USCC of digits only', '914403001922038216'],
    ['a USCC with letters', '统一社会信用代码91220102MA0Y3X1HXM'],
    ['a case number of 20 digits', '22010219900101123400'],
    ['18 digits inside a longer run of full-width digits', '３440524188001010014'],
    ['an ID number with a further digit behind', '4405241880010100145'],
    ['18 digits with a month 13', '220102199013011234'],
    ['18 digits with the 30th of February', '220102199002301234'],
    ['18 digits of no province', '990102199001011234'],
    ['a registration number', '220102600012340'],
    ['15 digits of no date', '110105491331003'],
    ['a region, a day and a number, none of them an ID', '220102 20240115 1234'],
    ['a phone number', '13800000000'],
    ['a masked ID number', '110105********002X'],
    ['a long number of money', '110105194912310020000.00元'],
  ]
  for (const [what, text] of left) it(`${what} is left alone`, () => expect(redact(text, mark)).to.equal(text))

  it('15 digits that are a valid registration number are left alone, even where they read as a birthday', () => {
    const regNo = '110105491231002'
    const wrong = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'].map((last) => regNo.slice(0, 14) + last)
    expect(wrong.filter((code) => redact(code, mark) === code)).to.have.length(1)
  })

  it('arrays, fields and keys are read at any depth, the rest is kept as it is', () => {
    const sent = { a: [{ [`k${ID}`]: ID, n: 1.5, b: true, none: null }], when: new Date(0) }
    const redacted = redact(sent, mark)
    expect(redacted).to.deep.equal({
      a: [{ [`k${marked(ID)}`]: marked(ID), n: 1.5, b: true, none: null }],
      when: new Date(0),
    })
    expect(sent.a[0]).to.have.property(`k${ID}`, ID)
  })

  it('an exempt field keeps fifteen digits, and eighteen in it are replaced as anywhere, at any depth', () => {
    const old = '110105491231003'
    const sent = { regNo: old, deep: { regNo: [ID], other: old } }
    const redacted = { regNo: old, deep: { regNo: [marked(ID)], other: marked(old) } }
    expect(redact(sent, mark, new Set(['regNo']))).to.deep.equal(redacted)
  })

  it('an ID number that a spreadsheet holds as a number is replaced, other numbers are not', () => {
    expect(redact<unknown>(440524188001010014n, mark)).to.equal(marked(OTHER))
    expect(JSON.stringify(redact<unknown>(Number(OTHER), mark))).to.match(/居民身份证/)
    for (const number of [0, -1, 20240115, 1420041600000, 220102600012340, 1e300, Number.NaN])
      expect(redact(number, mark)).to.deep.equal(number)
  })

  it('a field named __proto__ stays a plain field', () => {
    const redacted = redact(JSON.parse(`{"__proto__":{"polluted":"${ID}"},"constructor":"x"}`), mark)
    expect(Object.getPrototypeOf(redacted)).to.equal(Object.prototype)
    expect(JSON.stringify(redacted)).to.equal(`{"__proto__":{"polluted":"${marked(ID)}"},"constructor":"x"}`)
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined)
  })

  it('what is nested too deep is left out, not let through', () => {
    let sent: unknown = ID
    for (let depth = 0; depth < 5000; depth += 1) sent = depth % 2 ? [sent] : { sent }
    expect(JSON.stringify(redact(sent, mark)))
      .to.match(/嵌套过深/)
      .and.not.include(ID)
  })

  it('a long text is read in linear time', () => {
    const text = `${'1'.repeat(200_000)} ${'220102 '.repeat(50_000)}${ID}`
    expect(redact(text, mark).endsWith(marked(ID))).to.equal(true)
  })

  it('every ID number is found in any Chinese text, also the one in 31 that passes the check of a USCC', () => {
    const around = fc.string({ unit: fc.constantFrom(...'当事人（身份证号：）,。 <>"') })
    fc.assert(
      fc.property(residentId, around, around, (id, before, after) => {
        expect(redact(before + id + after, mark)).to.equal(before + marked(id) + after)
      }),
      { numRuns: 1000 },
    )
  })

  it('no valid code of a market regulator is ever taken for an ID number', () => {
    fc.assert(
      fc.property(digitUscc, (code) => {
        expect(redact(`代码${code}号`, mark)).to.equal(`代码${code}号`)
      }),
      { numRuns: 1000 },
    )
  })

  it('what holds no ID number is copied unchanged, and redacting again changes nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(redact(value, mark)).to.deep.equal(value)
      }),
    )
    fc.assert(
      fc.property(residentId, (id) => {
        expect(redact(redact(id, mark), mark)).to.equal(redact(id, mark))
      }),
    )
  })
})
