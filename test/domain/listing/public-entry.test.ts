import { expect } from 'chai'
import fc from 'fast-check'
import {
  checkPublicEntryRules,
  makePublicEntry,
  type PartyToPublish,
  type PublicEntryRules,
} from '../../../src/domain/listing/public-entry.js'
import { passesLuhn } from '../../../src/domain/records/bank-accounts.js'
import { maskPersonalData, PERSONAL_DATA, type PersonalDataKind } from '../../../src/domain/records/personal-data.js'
import { readPublicEntryRules } from '../../../src/work/listing/publication-clocks.js'

const ROW = { list: 'serious', from: null, to: null, public: true, basis: '测试', mark: 'F', confirmed: true } as const
const PERSONS: PublicEntryRules = { persons: [ROW] }
const NOBODY: PublicEntryRules = { persons: [] }
const ON = '2026-11-16'
const listing = {
  id: '00000000-0000-4000-8000-000000000001',
  list: 'serious',
  reason: '销售假冒注册商标的商品',
  basis: '市场监督管理严重违法失信名单管理办法 市场监管总局令第44号 第九条',
  authority: '虚构市市场监督管理局',
  documentNumber: '虚市监列〔2026〕1号',
  decidedOn: '2026-11-12',
  publishedOn: ON,
  endsOn: '2029-11-12',
}
const firm: PartyToPublish = {
  uscc: '91220102MA7A0700XC',
  name: '虚构商贸有限公司',
  region: '220102',
  kind: 'ENTERPRISE',
}
const shop: PartyToPublish = { uscc: null, name: '虚构小店', region: null, kind: 'SHOP' }
const reasonOf = (reason: string) => makePublicEntry({ ...listing, reason }, firm, NOBODY, ON)

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const residentId = fc
  .tuple(
    fc.integer({ min: 1940, max: 2005 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.nat(999),
  )
  .map(([year, month, day, serial]) => {
    const two = (n: number) => String(n).padStart(2, '0')
    const head = `220102${year}${two(month)}${two(day)}${String(serial).padStart(3, '0')}`
    const sum = [...head].reduce((all, digit, i) => all + Number(digit) * (WEIGHTS[i] ?? 0), 0)
    return head + '10X98765432'.charAt(sum % 11)
  })
const digits = (count: number) => fc.array(fc.nat(9), { minLength: count, maxLength: count }).map((all) => all.join(''))
const mobile = fc.tuple(fc.integer({ min: 3, max: 9 }), digits(9)).map(([second, rest]) => `1${second}${rest}`)
const card = fc.tuple(fc.constantFrom(15, 16, 17, 18), digits(18)).map(([length, all]) => {
  const head = `6${all.slice(1, length)}`
  return [...'0123456789'].map((last) => head + last).find(passesLuhn) ?? ''
})
/** Spellings that people use to get numbers past a filter. */
const SPELLINGS: ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  (text) => text.replace(/\d/g, (digit) => '〇一二三四五六七八九'.charAt(Number(digit))),
  (text) => [...text].join('\u200b'),
]
const spelling = fc.constantFrom(...SPELLINGS)
const GROUPED: ((text: string) => string)[] = [
  (text) => text,
  (text) => `${text.slice(0, 3)}-${text.slice(3, 7)}-${text.slice(7)}`,
  (text) => `${text.slice(0, 3)} ${text.slice(3, 7)} ${text.slice(7)}`,
  (text) => [...text].join(' '),
  (text) => `+86 ${text}`,
]
const words = fc.constantFrom(
  '',
  '当事人',
  '经查，其',
  '销售假冒商品。',
  '（',
  '）',
  '联系',
  '于2026年3月1日',
  '\n',
  '货款2000元，',
)
const around = fc.tuple(fc.array(words, { maxLength: 4 }), fc.array(words, { maxLength: 4 }))

const personal: fc.Arbitrary<{ kind: PersonalDataKind; written: string; secret: string }> = fc.oneof(
  fc
    .tuple(residentId, fc.constantFrom(...SPELLINGS))
    .map(([id, as]) => ({ kind: 'ID_NUMBER' as const, written: as(id), secret: id })),
  fc
    .tuple(mobile, fc.constantFrom(...GROUPED), spelling)
    .map(([number, group, as]) => ({ kind: 'PHONE' as const, written: as(group(number)), secret: number })),
  fc.tuple(card, spelling).map(([number, as]) => ({ kind: 'ACCOUNT' as const, written: as(number), secret: number })),
  fc.tuple(digits(9)).map(([number]) => ({ kind: 'ACCOUNT' as const, written: `账号：${number}`, secret: number })),
  fc.tuple(digits(7)).map(([number]) => ({ kind: 'PHONE' as const, written: `电话${number}`, secret: number })),
  fc
    .tuple(fc.stringMatching(/^[a-z]{3,12}$/), fc.constantFrom('@', '＠'))
    .map(([name, at]) => ({ kind: 'EMAIL' as const, written: `${name}${at}example.cn`, secret: `${name}@` })),
  fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 101, max: 3299 })).map(([block, room]) => ({
    kind: 'ADDRESS' as const,
    written: `虚构区某路${block}栋2单元${room}室`,
    secret: `${room}室`,
  })),
  fc
    .stringMatching(/^[a-z]\d{6,12}$/)
    .map((name) => ({ kind: 'CHAT' as const, written: `微信号：${name}`, secret: name })),
)

const plain = (text: string): string =>
  [...text.normalize('NFKC').replace(/[\u200b\s-]/g, '')]
    .map((one) => ('〇一二三四五六七八九'.includes(one) ? String('〇一二三四五六七八九'.indexOf(one)) : one))
    .join('')

describe('public entry', () => {
  it('contains the fields that the law prescribes', () => {
    expect(makePublicEntry(listing, firm, NOBODY, ON)).to.deep.equal({
      body: { ...listing, uscc: firm.uscc, name: firm.name, region: firm.region, contested: false },
      withheld: null,
      masked: [],
    })
  })

  it('masks personal data in any spelling and position, and reports each mask with its field', () => {
    fc.assert(
      fc.property(personal, around, fc.constantFrom('reason', 'basis', 'authority'), (one, [before, after], field) => {
        const text = `${before.join('')}，${one.written}，${after.join('')}`
        const { body, masked } = makePublicEntry({ ...listing, [field]: text }, firm, NOBODY, ON)
        expect(plain(JSON.stringify(body))).to.not.include(plain(one.secret))
        // Eighteen digits of an account may form an ID number. They are masked as such.
        const kinds = masked.map(({ what }) => what)
        if (one.kind === 'ACCOUNT') expect(kinds).to.have.length.greaterThan(0)
        else expect(kinds).to.include(one.kind)
        expect(masked.every((each) => each.field === field)).to.equal(true)
      }),
      { numRuns: 500 },
    )
  })

  it('masks personal data also in the name and the document number', () => {
    fc.assert(
      fc.property(residentId, (id) => {
        const { body } = makePublicEntry(
          { ...listing, documentNumber: `虚市监列〔2026〕${id}号` },
          { ...firm, name: `小店${id}` },
          NOBODY,
          ON,
        )
        expect(JSON.stringify(body)).to.not.include(id)
      }),
      { numRuns: 50 },
    )
  })

  it('is unchanged when masked again', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            personal.map(({ written }) => written),
            words,
          ),
          { maxLength: 8 },
        ),
        (parts) => {
          const { text } = maskPersonalData(parts.join(''))
          expect(maskPersonalData(text)).to.deep.equal({ text, found: [] })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('contains no ID number, for any surrounding text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        residentId,
        fc.string({ maxLength: 20 }),
        (a, id, b) => {
          expect(maskPersonalData(`${a} ${id} ${b}`).text).to.not.include(id)
        },
      ),
      { numRuns: 200 },
    )
  })

  const kept: [what: string, text: string][] = [
    ['amounts and days', '2026年3月1日至2026-04-01销售假冒商品货值12345.67元，违法所得2000元，罚款50000元'],
    ['the number of a document', '虚市监处罚〔2026〕220102号行政处罚决定书'],
    ['a firm’s code', '统一社会信用代码91220102MA7A0700XC的虚构商贸有限公司'],
    ['the barcode of goods', '条码6901234567892的白酒'],
    ['a registration number named as such', '注册号220102000000016'],
    ['articles of a law', '违反《商标法》第五十七条第（三）项，依据第六十条第二款'],
    ['a firm’s seat on a street', '在长春市虚构区虚构大街12号的门店内'],
    ['a house number with a dash', '位于虚构市虚构路71-1号的网点'],
    ['a trade in telephony', '经营本地电话业务、900/1800MHz移动通信业务'],
    ['an office', '虚构大厦A座1203室'],
    ['a trademark and a batch', '第30类第1234567号注册商标，批号20260301'],
  ]
  for (const [what, text] of kept)
    it(`keeps ${what}`, () => expect(maskPersonalData(text)).to.deep.equal({ text, found: [] }))

  const masked: [text: string, shown: string][] = [
    ['联系电话：0431-88812345。', '联系电话：［号码略］。'],
    ['其手机138 1234 5678，微信同号', '其手机［号码略］，微信同号'],
    ['家庭住址：长春市虚构区虚构胡同8号，另查', '家庭住址：［地址略］，另查'],
    ['[居民身份证 0123456789abcdef]冒用他人', '［证件号略］冒用他人'],
    ['货款汇入账户 6222 0000 0000 0000 00。', '货款汇入账户 ［账户略］。'],
    ['在虚构小区3栋2单元105、106室查获', '在［地址略］查获'],
    ['在虚构路9号3-2-501室查获', '在［地址略］查获'],
    ['在虚构小区3栋402室查获', '在［地址略］查获'],
  ]
  for (const [text, shown] of masked)
    it(`shows ${text} as ${shown}`, () => expect(reasonOf(text).body?.reason).to.equal(shown))

  it('keeps the place of business, also if it is a dwelling', () => {
    const reason = '在长春市虚构区虚构小区3栋2单元402室经营'
    const at = (businessAddress: string | null) =>
      makePublicEntry({ ...listing, reason }, firm, NOBODY, ON, { businessAddress }).body?.reason
    expect(at('吉林省长春市虚构区虚构小区3栋2单元402室')).to.equal(reason)
    expect(at(null)).to.equal('在［地址略］经营')
    expect(at('吉林省长春市虚构区虚构大街1号')).to.equal('在［地址略］经营')
  })

  it('omits a code that reads as an ID number', () => {
    const { body, masked: told } = makePublicEntry(listing, { ...firm, uscc: '110101199003070011' }, NOBODY, ON)
    expect(body?.uscc).to.equal(null)
    expect(told).to.deep.equal([{ field: 'uscc', what: 'ID_NUMBER', times: 1 }])
  })

  it('names each kind of mask in both languages', () => {
    for (const { zh, en, shown } of Object.values(PERSONAL_DATA)) {
      expect(zh).to.match(/\p{Script=Han}/u)
      expect(en).to.match(/^[A-Za-z]/)
      expect(shown).to.match(/^［.+略］$/)
    }
  })
})

describe('natural persons on the public list', () => {
  const answer = (party: PartyToPublish, rules: PublicEntryRules, known = {}, on = ON) =>
    makePublicEntry(listing, party, rules, on, known).withheld
  const cases: [what: string, PartyToPublish, PublicEntryRules, object, string | null][] = [
    ['a firm', firm, NOBODY, {}, null],
    ['an individual business, by the name on its licence', { ...firm, kind: 'INDIVIDUAL' }, NOBODY, {}, null],
    ['a shop without a licence where no rule exists', shop, NOBODY, { minor: false }, 'PERSON'],
    ['a party that the penalty calls a natural person', firm, NOBODY, { naturalPerson: true }, 'PERSON'],
    [
      'a person where the rule is not confirmed',
      shop,
      { persons: [{ ...ROW, mark: 'M', confirmed: false }] },
      { minor: false },
      'PERSON',
    ],
    [
      'a person where the rule forbids publication',
      shop,
      { persons: [{ ...ROW, public: false }] },
      { minor: false },
      'PERSON',
    ],
    ['a person of another list', shop, { persons: [{ ...ROW, list: 'other' }] }, { minor: false }, 'PERSON'],
    [
      'a person before the first day of the rule',
      shop,
      { persons: [{ ...ROW, from: '2026-11-17' }] },
      { minor: false },
      'PERSON',
    ],
    [
      'a person after the last day of the rule',
      shop,
      { persons: [{ ...ROW, to: '2026-11-15' }] },
      { minor: false },
      'PERSON',
    ],
    ['an adult where a confirmed rule allows publication', shop, PERSONS, { minor: false }, null],
    ['a person whose age nobody has established', shop, PERSONS, {}, 'AGE_UNKNOWN'],
    ['a minor, whatever the rule', shop, PERSONS, { minor: true }, 'MINOR'],
    ['a minor with a licence', { ...firm, kind: 'INDIVIDUAL' }, PERSONS, { minor: true }, 'MINOR'],
    ['a party without a name', { ...firm, name: ' ' }, PERSONS, {}, 'NO_NAME'],
  ]
  for (const [what, party, rules, known, withheld] of cases)
    it(`${withheld === null ? 'shows' : `withholds (${withheld})`} ${what}`, () => {
      expect(answer(party, rules, known)).to.equal(withheld)
      expect(makePublicEntry(listing, party, rules, ON, known).body === null).to.equal(withheld !== null)
    })

  it('are never published as minors, under any rule, list or kind of party', () => {
    const party = fc.constantFrom<PartyToPublish>(
      firm,
      shop,
      { ...firm, kind: 'INDIVIDUAL' },
      { ...firm, kind: 'OTHER' },
    )
    fc.assert(
      fc.property(party, fc.boolean(), fc.boolean(), (who, open, naturalPerson) => {
        const rules = { persons: [{ ...ROW, public: open }] }
        expect(makePublicEntry(listing, who, rules, ON, { minor: true, naturalPerson }).body).to.equal(null)
      }),
    )
  })

  it('are published by rules that are checked when read', () => {
    expect(checkPublicEntryRules(readPublicEntryRules())).to.deep.equal([])
    const [first] = checkPublicEntryRules({ persons: [{ ...ROW, confirmed: false }] })
    expect(first?.place).to.equal('persons[0]')
    expect(checkPublicEntryRules({ persons: [ROW, ROW] })).to.have.length(1)
  })
})
