import { expect } from 'chai'
import fc from 'fast-check'
import { isValidResidentId } from '../../../src/domain/operators/codes.js'
import { redactIdNumbers } from '../../../src/domain/records/privacy.js'
import { growthExponent, LINEAR_EXPONENT_MAX } from '../../support/processor.js'
import { completed, grouped, ID, marked, OTHER, pseudonymOf, residentId } from './identity-numbers.js'

describe('redaction of ID numbers', () => {
  const found: [string, string, string][] = [
    ['alone', ID, marked(ID)],
    ['in a document number', `吉市监罚字〔2025〕第${ID}号`, `吉市监罚字〔2025〕第${marked(ID)}号`],
    ['mistyped, called a number', '身份证第110105194912310020号', `身份证第${marked('110105194912310020')}号`],
    ['glued to Chinese text', `当事人身份证号${ID}于某日`, `当事人身份证号${marked(ID)}于某日`],
    ['with a lower-case x', '证件11010519491231002x。', `证件${marked(ID)}。`],
    ['in full-width digits', '证件１１０１０５１９４９１２３１００２Ｘ。', `证件${marked(ID)}。`],
    ['twice', `${ID}、${OTHER}`, `${marked(ID)}、${marked(OTHER)}`],
    ['after Latin letters', `ID:${OTHER};No${OTHER}`, `ID:${marked(OTHER)};No${marked(OTHER)}`],
    ['in groups', '110105 19491231 002X', marked(ID)],
    ['in groups with hyphens', '110105-19491231-002X', marked(ID)],
    ['with a mistyped last digit', '身份证110105194912310021', `身份证${marked('110105194912310021')}`],
    ['before a year', `${ID}2025`, `${marked(ID)}2025`],
    ['before a digit', `${OTHER}5`, `${marked(OTHER)}5`],
    ['behind a digit', `3${OTHER}`, `3${marked(OTHER)}`],
    ['behind a full-width digit', `３${OTHER}`, `３${marked(OTHER)}`],
    ['between digits', `2025${OTHER}1`, `2025${marked(OTHER)}1`],
    ['in groups before a year', '110105 19491231 002X2025', `${marked(ID)}2025`],
    ['in groups behind a digit', '3110105 19491231 002X', `3${marked(ID)}`],
    ['in a row of numbers', `20240115 ${ID} 13800000000 1.5`, `20240115 ${marked(ID)} 13800000000 1.5`],
    ['in groups behind a count', `1. 440524-18800101-0014`, `1. ${marked(OTHER)}`],
    ['with a mistyped last digit and a zero-width space', '110105194912\u200b310021', marked('110105194912310021')],
    ['of the first generation in groups', '证110105 491231 003号', `证${marked('110105491231003')}号`],
    ['of the first generation in groups with hyphens', '110105-491231-003', marked('110105491231003')],
    ['of the first generation after a letter', 'ID110105491231003', `ID${marked('110105491231003')}`],
    ['of the first generation', '身份证110105491231003号', `身份证${marked('110105491231003')}号`],
  ]
  for (const [how, text, redacted] of found)
    it(`an ID number ${how} is replaced`, () => expect(redactIdNumbers(text, pseudonymOf)).to.equal(redacted))

  const left: [string, string][] = [
    ['a USCC of digits only', '914403001922038216'],
    ['a USCC with letters', '统一社会信用代码91220102MA0Y3X1HXM'],
    ['a document number of region, day and serial', '吉市监罚字〔2025〕第220102202503150012号'],
    ['a document number of region, day and serial without 第', '吉市监处罚[2012]220102201203150012号'],
    ['a case number of 20 digits', '22010219900101123400'],
    ['a mistyped ID number with a further digit behind', '1101051949123100215'],
    ['a mistyped ID number in groups', '110105 19491231 0021'],
    ['a run of more than 24 digits', `1234567${OTHER}`],
    ['a row of days', '20240115 20240116 123456'],
    ['a row of days that hold a province and a birthday', '20210115 20240116 1234 2021-01-15 2024-01-16 1234'],
    ['a row of amounts and a day', '3500.00 20240115 1200.00 3500.00 20240115 1240.00 3500.00 20240115 1260.00'],
    ['a registration number in groups', '110105 491231 002'],
    ['a registration number after a letter', 'No220102600012340'],
    ['15 digits before a letter', '110105491231003A'],
    ['three numbers with two kinds of separators', '110105.491231 003'],
    ['18 digits with a month 13', '220102199013011234'],
    ['18 digits with the 30th of February', '220102199002301234'],
    ['18 digits without a valid province', '990102199001011234'],
    ['a registration number', '220102600012340'],
    ['15 digits without a valid date', '110105491331003'],
    ['a region, a day and a number, none of them an ID', '220102 20240115 1234'],
    ['a phone number', '13800000000'],
    ['a masked ID number', '110105********002X'],
    ['a long number of money', '110105194912310020000.00元'],
  ]
  for (const [what, text] of left)
    it(`${what} is left unchanged`, () => expect(redactIdNumbers(text, pseudonymOf)).to.equal(text))

  it('15 digits that are a valid registration number are kept, even where they read as a birthday', () => {
    const regNo = '110105491231002'
    const wrong = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'].map((last) => regNo.slice(0, 14) + last)
    expect(wrong.filter((code) => redactIdNumbers(code, pseudonymOf) === code)).to.have.length(1)
  })

  const BORN = '220102198801014513'
  const plausible = residentId.filter((id) => id.slice(6, 10) >= '1940' && id.slice(6, 10) <= '2015')
  const phone = '13812345678'
  it('F-9: an ID number in the digits of another script is replaced', () => {
    for (const zero of [0x660, 0x6f0, 0x966, 0xe50, 0x1d7ce, 0x116da]) {
      const written = ID.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
      expect(redactIdNumbers(`证件 ${written}。`, pseudonymOf), zero.toString(16)).to.equal(`证件 ${marked(ID)}。`)
    }
    expect(redactIdNumbers('١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨', pseudonymOf)).to.equal('١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨')
  })

  it('an ID number glued to a phone number or to another one is replaced, however long the run of digits', () => {
    const digits = plausible.filter((id) => !id.endsWith('X'))
    fc.assert(
      fc.property(digits, digits, (id, other) => {
        for (const text of [`赵六${id}${phone}`, `${phone}${id}`, `${id}${other}`, `${id}${phone}${other}`])
          for (const each of [id, ...(text.includes(other) ? [other] : [])])
            expect(redactIdNumbers(text, pseudonymOf).includes(each)).to.equal(false)
      }),
      { numRuns: 300 },
    )
    expect(
      redactIdNumbers(`赵六${completed(BORN.slice(0, 17), '0123456789X', isValidResidentId)}${phone}`, pseudonymOf),
    ).to.match(/居民/)
  })

  it('at most one long serial number in some thousand is taken for an ID number', () => {
    const run = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 30, maxLength: 30 })
    const taken = fc
      .sample(run, { numRuns: 20_000, seed: 1 })
      .filter((text) => redactIdNumbers(text, pseudonymOf) !== text)
    expect(taken.length).to.be.below(20)
  })

  const wide: Record<string, string> = {
    'five blanks': ' '.repeat(5),
    'forty blanks': ' '.repeat(40),
    'five tabs': '\t'.repeat(5),
    'a line break and an indentation': '\n        ',
    'a line break of Windows and tabs': '\r\n\t\t\t\t\t\t',
    'a comma': ',',
    'a full-width comma': '，',
    'an enumeration comma': '、',
    'a comma and a blank': ', ',
    'a colon': ':',
    'a full-width colon': '：',
    'a plus sign': '+',
    'a tilde': '~',
    'a full-width tilde': '～',
    'an asterisk': '*',
    'a backslash': '\\',
    points: '.....',
    tags: '</td><td>',
    'tags and a line break': '</td>\n  <td class="id">',
    'a break': '<br/>',
  }
  for (const [name, gap] of Object.entries(wide))
    it(`an ID number in parts with ${name} between them is found`, () => {
      fc.assert(
        fc.property(
          plausible,
          fc.constantFrom([6, 8, 4], [6, 4, 4, 4], [6, 12], [14, 4], [6, 4, 2, 2, 4]),
          (id, parts) => {
            expect(redactIdNumbers(`证${grouped(id, parts, gap)}号`, pseudonymOf)).to.equal(`证${marked(id)}号`)
          },
        ),
      )
    })

  it('an ID number with its day of birth in brackets is found', () => {
    fc.assert(
      fc.property(plausible, fc.constantFrom('()', '（）'), (id, [open, close]) => {
        const text = `${id.slice(0, 6)}${open}${id.slice(6, 14)}${close}${id.slice(14)}`
        expect(redactIdNumbers(text, pseudonymOf)).to.equal(marked(id))
      }),
    )
  })

  for (const numerals of [
    '〇一二三四五六七八九',
    '零一二三四五六七八九',
    '○一二三四五六七八九',
    '零壹贰叁肆伍陆柒捌玖',
  ])
    it(`an ID number in the numerals ${numerals} is found`, () => {
      fc.assert(
        fc.property(plausible, (id) => {
          const written = id.replace(/\d/g, (digit) => numerals[Number(digit)] ?? '')
          expect(redactIdNumbers(`号${written}。`, pseudonymOf)).to.equal(`号${marked(id)}。`)
          expect(redactIdNumbers({ note: `号${written.slice(0, 9)}${id.slice(9)}。` }, pseudonymOf).note).to.equal(
            `号${marked(id)}。`,
          )
        }),
      )
    })

  it('numerals in a sentence are kept', () => {
    const scope =
      '一般项目：日用百货零售；二类医疗器械零售；三类；零售一、二、三、四、五、六、七、八、九类商品，二〇二四年一月一日起'
    for (const text of [scope, `${scope}220102`, `${scope}${phone}`])
      expect(redactIdNumbers({ text }, pseudonymOf).text).to.equal(text)
  })

  const doubtful = '110105491231002'
  it('15 digits that may be an ID number or a registration number are replaced in a text and in a neutral field', () => {
    for (const text of [`当事人${doubtful}于某日`, `身份证${doubtful}`, `证件号码：${doubtful}`])
      expect(redactIdNumbers(text, pseudonymOf)).to.equal(text.replace(doubtful, marked(doubtful)))
    expect(redactIdNumbers({ note: doubtful, list: [doubtful] }, pseudonymOf)).to.deep.equal({
      note: marked(doubtful),
      list: [marked(doubtful)],
    })
  })

  it('15 digits that may be an ID number or a registration number are kept in a field or context of the latter', () => {
    const kept = {
      工商注册号: doubtful,
      统一社会信用代码: doubtful,
      reg_no: doubtful,
      key: `市监罚〔2025〕1号/${doubtful}/`,
      note: `注册号：${doubtful}`,
      more: `营业执照${doubtful}`,
    }
    expect(redactIdNumbers(kept, pseudonymOf)).to.deep.equal(kept)
    expect(redactIdNumbers({ CF_XDR_X: doubtful }, pseudonymOf, new Set(['CF_XDR_X']))).to.deep.equal({
      CF_XDR_X: doubtful,
    })
  })

  it('15 digits that the text calls an ID number are replaced in every field', () => {
    for (const id of [doubtful, '110105491231003'])
      expect(redactIdNumbers({ regNo: `身份证号${id}` }, pseudonymOf, new Set(['regNo'])).regNo).to.equal(
        `身份证号${marked(id)}`,
      )
  })

  it('an ID number is found in a negative number', () => {
    for (const number of [-Number(OTHER), -110105491231003, -BigInt(OTHER)])
      expect(JSON.stringify(redactIdNumbers<unknown>(number, pseudonymOf))).to.match(/居民身份证/)
  })

  it('an ID number split over two cells side by side is replaced in both', () => {
    fc.assert(
      fc.property(plausible, fc.integer({ min: 3, max: 15 }), (id, at) => {
        const [a, b] = [id.slice(0, at), id.slice(at)]
        const both = { facts: marked(id), basis: marked(id) }
        expect(redactIdNumbers({ facts: a, basis: b, n: 1 }, pseudonymOf)).to.deep.equal({ ...both, n: 1 })
        expect(redactIdNumbers({ x: ['甲', a, b] }, pseudonymOf)).to.deep.equal({ x: ['甲', marked(id), marked(id)] })
        const numbers = { facts: Number(a), basis: /X$/.test(b) || b.startsWith('0') ? b : Number(b) }
        expect(redactIdNumbers<unknown>(numbers, pseudonymOf)).to.deep.equal(both)
      }),
    )
  })

  it('cells that are not adjacent, hold more than digits or form no ID number are kept', () => {
    const id = completed(BORN.slice(0, 17), '0123456789X', isValidResidentId)
    const [a, b] = [id.slice(0, 6), id.slice(6)]
    const wrong = `${b.slice(0, -1)}${b.endsWith('0') ? 1 : 0}`
    for (const row of [
      { a, between: '', b },
      { b, a },
      { a, b: `${b} 元` },
      { a, b: wrong },
      { a: id.slice(0, 2), b: id.slice(2) },
    ])
      expect(redactIdNumbers<unknown>(row, pseudonymOf)).to.deep.equal(row)
  })

  it('rows of a region, a business day and a count are kept, whatever separates them', () => {
    const row = fc.tuple(fc.constantFrom('220102', '350000'), fc.nat(3000), fc.nat(9999))
    fc.assert(
      fc.property(row, fc.constantFrom(',', ';', '|', '，', '          '), ([region, days, count], gap) => {
        const day = new Date(Date.UTC(2016, 0, 1 + days)).toISOString().slice(0, 10).replaceAll('-', '')
        const text = [region, day, String(count).padStart(4, '0')].join(gap)
        expect(redactIdNumbers(text, pseudonymOf)).to.equal(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('arrays, fields and keys are searched at any depth, and the rest is unchanged', () => {
    const sent = { a: [{ [`k${ID}`]: ID, n: 1.5, b: true, none: null }], when: new Date(0) }
    const redacted = redactIdNumbers(sent, pseudonymOf)
    expect(redacted).to.deep.equal({
      a: [{ [`k${marked(ID)}`]: marked(ID), n: 1.5, b: true, none: null }],
      when: new Date(0),
    })
    expect(sent.a[0]).to.have.property(`k${ID}`, ID)
  })

  it('an exempt field keeps 15 digits, but 18 digits are replaced in it at any depth', () => {
    const old = '110105491231003'
    const sent = { regNo: old, deep: { regNo: [ID], other: old } }
    const redacted = { regNo: old, deep: { regNo: [marked(ID)], other: marked(old) } }
    expect(redactIdNumbers(sent, pseudonymOf, new Set(['regNo']))).to.deep.equal(redacted)
  })

  it('an ID number that a spreadsheet holds as a number is replaced, other numbers are not', () => {
    expect(redactIdNumbers<unknown>(440524188001010014n, pseudonymOf)).to.equal(marked(OTHER))
    expect(JSON.stringify(redactIdNumbers<unknown>(Number(OTHER), pseudonymOf))).to.match(/居民身份证/)
    for (const number of [0, -1, 20240115, 1420041600000, 220102600012340, 1e300, Number.NaN])
      expect(redactIdNumbers(number, pseudonymOf)).to.deep.equal(number)
  })

  it('a field named __proto__ stays a plain field', () => {
    const redacted = redactIdNumbers(JSON.parse(`{"__proto__":{"polluted":"${ID}"},"constructor":"x"}`), pseudonymOf)
    expect(Object.getPrototypeOf(redacted)).to.equal(Object.prototype)
    expect(JSON.stringify(redacted)).to.equal(`{"__proto__":{"polluted":"${marked(ID)}"},"constructor":"x"}`)
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined)
  })

  it('values nested too deep are omitted', () => {
    let sent: unknown = ID
    for (let depth = 0; depth < 5000; depth += 1) sent = depth % 2 ? [sent] : { sent }
    expect(JSON.stringify(redactIdNumbers(sent, pseudonymOf)))
      .to.match(/嵌套过深/)
      .and.not.include(ID)
  })

  const long: [string, string][] = [
    ['digits', '1'],
    ['digits with blanks', '1 '],
    ['years and days', '19 '],
    ['ID numbers with a wrong last digit', '11010519491231 0021 '],
    ['blanks', ' '],
    ['numbers with wide gaps', '220102    '],
    ['zero-width spaces and digits', '1\u200b'],
    ['entities', '&nbsp;1&#'],
    ['letters outside Unicode’s first plane', '𝟏𝒂'],
    ['Chinese text', '当事人于二〇二四年1月'],
    ['numerals', '一二〇'],
    ['tags', '<td>1</td>'],
    ['tags that never end', '<a 1'],
    ['regions and wide gaps', `220102${' '.repeat(150)}`],
    ['regions, years and commas', '220102,1988,'],
    ['random digits', '8317220102198801014512'],
  ]
  for (const [what, part] of long)
    it(`long texts of ${what} are searched in linear time`, async () => {
      const search = (length: number) => {
        const text = `${part.repeat(Math.ceil(length / part.length))}。${ID}`
        if (!redactIdNumbers(text, pseudonymOf).endsWith(marked(ID))) throw new Error('the number is not found')
      }
      expect(await growthExponent(search, 5_000)).to.be.below(LINEAR_EXPONENT_MAX)
    })
})
