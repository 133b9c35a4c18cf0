import { expect } from 'chai'
import fc from 'fast-check'
import {
  isTypingSlip,
  type MatchProposal,
  makeSubjectKey,
  type OperatorCandidate,
  proposeOperator,
  type SubjectDetails,
  subjectDetails,
} from '../../../src/domain/intake/matching.js'
import { digitsOfDivision, divisionPrefixIn } from '../../../src/domain/operators/places.js'
import type { RecordBody, RecordSubject } from '../../../src/domain/records/records.js'

const NAME = '长春虚构商贸有限公司'
/** Valid codes that belong to no real operator. */
const CODE = '91220102MA0Y4J8P4X'
const nobody: RecordSubject = { uscc: null, orgCode: null, regNo: null, shop: null, name: null }
const subject = (given: Partial<RecordSubject>): RecordSubject => ({ ...nobody, ...given })
const said = (given: Partial<SubjectDetails>): SubjectDetails => ({
  ...nobody,
  name: NAME,
  region: null,
  representative: null,
  ...given,
})
const place = (text: string): SubjectDetails['region'] => {
  const digits = divisionPrefixIn(text)
  return digits === null ? null : { text, digits }
}
const held = (operator: number, given: Partial<OperatorCandidate> = {}): OperatorCandidate => ({
  operator,
  name: NAME,
  former: false,
  uscc: null,
  codes: [],
  regions: ['220102'],
  representatives: ['松某'],
  ...given,
})
const told = (found: MatchProposal): string =>
  found.operator === null ? found.because : `${found.operator}: ${found.evidence.map(({ field }) => field).join(' ')}`

describe('division code of a place named in a text', () => {
  const table: [string, string | null][] = [
    ['220102', '220102'],
    ['220100', '2201'],
    ['220000', '22'],
    ['100000', null],
    ['吉林省长春市朝阳区虚构路1号', '2201'],
    ['长春市虚构路1号', '2201'],
    ['长春东路1号', null],
    ['吉林省', '22'],
    ['吉林', '22'],
    ['吉林市船营区', '2202'],
    ['吉林省吉林市', '2202'],
    ['吉林省通化县', '2205'],
    ['吉林省延边朝鲜族自治州延吉市', '2224'],
    ['吉林省公主岭市', '22'],
    ['广东省深圳市', '44'],
    ['内蒙古自治区通辽市', '15'],
    ['虚构国', null],
    ['', null],
  ]
  for (const [text, digits] of table)
    it(`${text || 'an empty text'} is ${digits ?? 'no known place'}`, () =>
      expect(divisionPrefixIn(text)).to.equal(digits))

  it('the code has 2, 4 or 6 digits, or there is none', () => {
    fc.assert(fc.property(fc.string(), (text) => [null, 2, 4, 6].includes(divisionPrefixIn(text)?.length ?? null)))
  })

  it('digitsOfDivision drops trailing zeros only', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{6}$/), (code) => {
        const digits = digitsOfDivision(code)
        return digits === null || code === digits.padEnd(6, '0')
      }),
    )
  })
})

describe('details of a subject beside its name', () => {
  const table: [string, RecordBody, string | null, string | null][] = [
    [
      'come from the division code of a registration',
      { region_code: '220102', representative: '松某' },
      '220102',
      '松某',
    ],
    ['come from the city of a registration', { region_code: null, province: '吉林省', city: '长春市' }, '2201', null],
    ['come from the address of a registration', { region_code: null, address: '长春市虚构路1号' }, '2201', null],
    [
      'take the representative of a penalty, never the place of its authority',
      { authority: '长春市虚构局', representative: '松某' },
      null,
      '松某',
    ],
    [
      'take the address of the sampled party',
      { party_role: 'SELLER', note: '地址：吉林省四平市虚构街；备注：无' },
      '2203',
      null,
    ],
    ['ignore the note of any other record', { note: '地址：吉林省四平市虚构街' }, null, null],
    ['ignore the authority of a list entry', { list: 'serious', authority: '长春市虚构局' }, null, null],
  ]
  for (const [title, body, digits, representative] of table)
    it(title, () => {
      const found = subjectDetails(subject({ name: NAME }), body)
      expect([found.region?.digits ?? null, found.representative]).to.deep.equal([digits, representative])
    })
})

describe('proposed operator for an unmatched record', () => {
  const table: [string, OperatorCandidate[], Partial<SubjectDetails>, string][] = [
    ['is none where no operator has the name', [], {}, 'UNKNOWN_NAME'],
    ['is none on a name alone, even a unique one', [held(1)], {}, 'NAME_ONLY'],
    ['is the operator in the same district', [held(1)], { region: place('220102') }, '1: NAME REGION'],
    ['is the operator in the named city', [held(1)], { region: place('吉林省长春市') }, '1: NAME REGION'],
    [
      'is the operator registered by the city of the named district',
      [held(1, { regions: ['220100'] })],
      { region: place('220102') },
      '1: NAME REGION',
    ],
    ['is none on the province alone', [held(1)], { region: place('吉林省') }, 'NAME_ONLY'],
    ['is none in another province', [held(1)], { region: place('广东省') }, 'CONTRADICTS'],
    ['is none in another district', [held(1)], { region: place('220103') }, 'CONTRADICTS'],
    [
      'is the operator formerly in that district',
      [held(1, { regions: ['220102', '220103'] })],
      { region: place('220103') },
      '1: NAME REGION',
    ],
    ['is the operator with that representative', [held(1)], { representative: '松 某' }, '1: NAME REPRESENTATIVE'],
    [
      'is the operator with that former representative',
      [held(1, { representatives: ['竹某', '松某'] })],
      { representative: '松某' },
      '1: NAME REPRESENTATIVE',
    ],
    ['is none with another representative', [held(1)], { representative: '竹某' }, 'CONTRADICTS'],
    [
      'is none where the region agrees and the representative differs',
      [held(1)],
      { region: place('220102'), representative: '竹某' },
      'CONTRADICTS',
    ],
    [
      'is the one of two that agrees',
      [held(1), held(2, { regions: ['220302'] })],
      { region: place('220102') },
      '1: NAME REGION',
    ],
    ['is none where two agree', [held(1), held(2)], { region: place('220102') }, 'SEVERAL'],
    [
      'is the one of two whose representative agrees too',
      [held(1), held(2, { representatives: ['竹某'] })],
      { region: place('220102'), representative: '松某' },
      '1: NAME REGION REPRESENTATIVE',
    ],
    [
      'is the operator that bore the name formerly',
      [held(1, { former: true })],
      { region: place('220102') },
      '1: FORMER_NAME REGION',
    ],
    [
      'is the operator whose code differs by one slip',
      [held(1, { uscc: CODE })],
      { uscc: `${CODE.slice(0, 17)}0` },
      '1: NAME CODE',
    ],
    [
      'is none with an entirely different code',
      [held(1, { uscc: CODE })],
      { uscc: '91220102MA0Y4J9999', region: place('220102') },
      'CONTRADICTS',
    ],
    [
      'is none with another organisation code',
      [held(1, { uscc: CODE })],
      { orgCode: '715267265', region: place('220102') },
      'CONTRADICTS',
    ],
    [
      'is the operator whose registration number may have changed',
      [held(1)],
      { regNo: '220102000012345', region: place('220102') },
      '1: NAME REGION',
    ],
    [
      'is none where the hub holds nothing to compare',
      [held(1, { regions: [], representatives: [] })],
      { region: place('220102'), representative: '松某' },
      'NAME_ONLY',
    ],
  ]
  for (const [title, candidates, given, expected] of table)
    it(title, () => expect(told(proposeOperator(candidates, said(given)))).to.equal(expected))

  it('shows the evidence in the spelling of the record and of the register', () => {
    const found = proposeOperator([held(1)], said({ representative: ' 松某' }))
    expect(found).to.deep.equal({
      operator: 1,
      evidence: [
        { field: 'NAME', said: NAME, held: NAME },
        { field: 'REPRESENTATIVE', said: ' 松某', held: '松某' },
      ],
    })
  })

  const region = fc.constantFrom('220102', '220103', '220100', '220000', '440305')
  const person = fc.constantFrom('松某', '竹某', '梅某')
  const candidates = fc.array(
    fc.record({ regions: fc.array(region, { maxLength: 2 }), representatives: fc.array(person, { maxLength: 2 }) }),
    { maxLength: 5 },
  )
  const of = (rows: { regions: string[]; representatives: string[] }[]) => rows.map((row, n) => held(n + 1, row))

  it('a name alone never proposes an operator', () => {
    fc.assert(fc.property(candidates, (rows) => proposeOperator(of(rows), said({})).operator === null))
  })

  it('the order of the candidates does not change the proposal', () => {
    fc.assert(
      fc.property(candidates, region, fc.option(person), (rows, where, representative) => {
        const asked = said({ region: place(where), representative })
        expect(told(proposeOperator(of(rows).reverse(), asked))).to.equal(told(proposeOperator(of(rows), asked)))
      }),
    )
  })

  it('the representative of a proposed operator agrees or is unknown, and of two equal candidates none is proposed', () => {
    fc.assert(
      fc.property(candidates, region, fc.option(person), (rows, where, representative) => {
        const asked = said({ region: place(where), representative })
        const found = proposeOperator(of(rows), asked)
        if (found.operator === null) return
        const chosen = of(rows)[found.operator - 1] as OperatorCandidate
        expect(
          representative === null ||
            chosen.representatives.length === 0 ||
            chosen.representatives.includes(representative),
        ).to.equal(true)
        expect(proposeOperator([...of(rows), { ...chosen, operator: 99 }], asked)).to.deep.equal({
          operator: null,
          because: 'SEVERAL',
        })
      }),
    )
  })
})

describe('a typing slip in a code', () => {
  const table: [string, string, boolean][] = [
    ['12345', '12345', false],
    ['12345', '12355', true],
    ['12345', '13245', true],
    ['12345', '13255', false],
    ['12345', '52341', false],
    ['12345', '1234', false],
  ]
  for (const [sent, right, slip] of table)
    it(`${sent} is ${slip ? '' : 'not '}${right} with one slip`, () => expect(isTypingSlip(sent, right)).to.equal(slip))
})

describe('key of a subject', () => {
  const key = (given: Partial<RecordSubject>, body: RecordBody = {}, record = 'R1') =>
    makeSubjectKey({ subject: subject(given), body, key: record })
  const placed = { region_code: '220102' }
  const first = key({ name: NAME }, placed)

  it('ignores the spelling of the name and the record where a region is given', () => {
    expect(key({ name: ' 长春虚构商贸有限公司　' }, { ...placed, violation: '另一事' }, 'R2')).to.equal(first)
    expect(key({ name: '虚构(长春)店' }, placed)).to.equal(key({ name: '虚构（长春）店' }, placed, 'R2'))
  })
  it('ignores the record where a representative or a code is given', () => {
    const led = { representative: '松某' }
    expect(key({ name: NAME }, led)).to.equal(key({ name: NAME }, { ...led, violation: '另一事' }, 'R2'))
    expect(key({ name: NAME, regNo: '715267265' })).to.equal(key({ name: NAME, regNo: '715267265' }, {}, 'R2'))
  })
  it('differs by name, code, region and representative', () => {
    const keys = [
      first,
      key({ name: '长春虚构商贸公司' }, placed),
      key({ name: NAME, orgCode: '715267265' }, placed),
      key({ name: NAME, regNo: '715267265' }, placed),
      key({ name: NAME }, { region_code: '220104' }),
      key({ name: NAME }, { representative: '松某' }),
      key({ name: NAME }, { ...placed, representative: '松某' }),
    ]
    expect(new Set(keys).size).to.equal(keys.length)
  })
  it('is null where a valid code identifies the operator, and exists where the check digit fails', () => {
    const valid = '91220101MA0Y4J8P4X'
    const digits = [...'0123456789ABCDEFGHJKLMNPQRTUWXY'].map((last) =>
      key({ uscc: valid.slice(0, 17) + last, name: NAME }),
    )
    expect(digits.filter((each) => each === null)).to.have.length(1)
  })
  it('is the record’s own where only a name is given, or the name is a person’s', () => {
    expect(key({ name: NAME }, {}, 'R1')).to.not.equal(key({ name: NAME }, {}, 'R2'))
    expect(key({ name: NAME }, {}, 'R1')).to.equal(key({ name: '另一名' }, { content: '另一事' }, 'R1'))
    const person = { ...placed, party_kind: 'NATURAL_PERSON' }
    expect(key({ name: '松某' }, person, 'R1')).to.not.equal(key({ name: '松某' }, person, 'R2'))
  })
  it('is the record’s own without a name, whatever representative and region it has', () => {
    const led = { ...placed, representative: '松某' }
    expect(key({}, led, 'R1')).to.not.equal(key({}, led, 'R2'))
  })
  it('is the record’s own without any details', () => {
    expect(key({}, {}, 'R1')).to.equal(key({}, { content: '另一事' }, 'R1'))
    expect(key({}, {}, 'R1')).to.not.equal(key({}, {}, 'R2'))
  })
  it('has at most 64 hexadecimal digits for any input', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string()), fc.option(fc.string()), (name, orgCode, representative) =>
        /^[0-9a-f]{1,64}$/.test(key({ name, orgCode }, { representative }) ?? ''),
      ),
    )
  })
})
