import { expect } from 'chai'
import fc from 'fast-check'
import {
  findAmounts,
  isCounterfeitPenalty,
  isHeavyPenalty,
  isWithdrawnPenalty,
  judgePenaltySeverity,
  makeDecisionFactKey,
} from '../../../src/domain/records/penalty.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import { growthExponent, LINEAR_EXPONENT_MAX } from '../../support/processor.js'

const penalty = (more: RecordBody): RecordBody => ({
  violation: null,
  facts: null,
  basis: null,
  types: [],
  content: null,
  fine_yuan: null,
  confiscated_yuan: null,
  ...more,
})

describe('penalty: severity', () => {
  const cases: [string, RecordBody, 'WARNING_ONLY' | 'LIGHT' | 'HEAVY'][] = [
    ['a warning', { types: ['警告'] }, 'WARNING_ONLY'],
    ['a warning and public criticism', { types: ['警告', '通报批评'] }, 'WARNING_ONLY'],
    ['a warning with nothing to pay', { types: ['警告'], fine_yuan: '0.00' }, 'WARNING_ONLY'],
    ['a warning and a fine', { types: ['警告', '罚款'], fine_yuan: '2000' }, 'LIGHT'],
    ['a warning whose row names a fine', { types: ['警告'], fine_yuan: '2000' }, 'LIGHT'],
    [
      'a large fine without heavier punishment (从重)',
      { types: ['罚款'], fine_yuan: '2000000', content: '罚款200万元' },
      'LIGHT',
    ],
    ['confiscation, old vocabulary', { types: ['没收违法所得、没收非法财物'] }, 'LIGHT'],
    ['no type at all', {}, 'LIGHT'],
    [
      'a fine with heavier punishment (从重)',
      { types: ['罚款'], content: '依法从重处罚，罚款50000元', fine_yuan: '50000' },
      'HEAVY',
    ],
    ['a fine with heavier punishment stated in the facts', { types: ['罚款'], facts: '具有从重处罚情节。' }, 'HEAVY'],
    [
      'a fine whose facts deny a cause for heavier punishment',
      { types: ['罚款'], facts: '当事人不具有从重处罚情节，罚款' },
      'LIGHT',
    ],
    [
      'a fine whose facts deny causes for lighter and heavier punishment',
      { types: ['罚款'], facts: '无从轻、从重情节' },
      'LIGHT',
    ],
    ['heavier punishment without a fine', { types: ['警告'], content: '从重处罚' }, 'WARNING_ONLY'],
    [
      'an unlicensed seller fined with heavier punishment',
      { types: ['罚款'], content: '未取得许可从事经营，从重处罚' },
      'HEAVY',
    ],
    ['revocation, 2021 vocabulary', { types: ['吊销许可证件'] }, 'HEAVY'],
    ['downgrade', { types: ['罚款', '降低资质等级'] }, 'HEAVY'],
    ['restriction of business', { types: ['限制开展生产经营活动'] }, 'HEAVY'],
    ['suspension of business', { types: ['责令停产停业'] }, 'HEAVY'],
    ['closure', { types: ['责令关闭'] }, 'HEAVY'],
    ['ban from the trade', { types: ['限制从业'] }, 'HEAVY'],
    ['suspension of a licence, 2021 vocabulary', { types: ['暂扣许可证件'] }, 'LIGHT'],
    [
      'the old joint type (暂扣或吊销) with a revocation in the text',
      { types: ['暂扣或者吊销许可证、暂扣或者吊销执照'], content: '吊销营业执照' },
      'HEAVY',
    ],
    [
      'the old joint type (暂扣或吊销) with a suspension in the text',
      { types: ['暂扣或者吊销许可证、暂扣或者吊销执照'], content: '暂扣许可证30日' },
      'LIGHT',
    ],
    [
      'the old joint type (暂扣或吊销) with a mere threat of revocation',
      { types: ['暂扣或者吊销许可证'], content: '暂扣许可证，逾期不改正的吊销许可证' },
      'LIGHT',
    ],
    ['another type whose text revokes', { types: ['其他'], content: '吊销食品经营许可证' }, 'HEAVY'],
    [
      'a fine whose text only warns of revocation',
      { types: ['罚款'], content: '罚款1000元，再犯将吊销许可证' },
      'LIGHT',
    ],
    ['detention', { types: ['行政拘留'] }, 'HEAVY'],
  ]
  for (const [title, body, expected] of cases) {
    it(`rates ${title} as ${expected}`, () => {
      expect(judgePenaltySeverity(penalty(body))).to.equal(expected)
    })
  }

  it('does not rate detention, which no market regulator imposes, as a ground of listing', () => {
    expect(isHeavyPenalty(penalty({ types: ['行政拘留'] }))).to.equal(false)
  })
})

describe('penalty: counterfeits', () => {
  const cases: [string, RecordBody, boolean][] = [
    ['counterfeit trademarks', { violation: '销售假冒注册商标的商品' }, true],
    ['infringing an exclusive right', { violation: '侵犯注册商标专用权' }, true],
    ['goods that infringe a mark, in the facts', { facts: '当事人网店所售商品为侵犯他人注册商标专用权的商品' }, true],
    ['fake goods sold as real', { facts: '在产品中掺杂掺假，以假充真。' }, true],
    ['a forged origin', { violation: '伪造产品产地' }, true],
    ['goods that use another firm’s name', { violation: '冒用他人厂名厂址' }, true],
    ['counterfeits not found', { facts: '经鉴定，未发现假冒商品' }, false],
    ['false advertising', { violation: '发布虚假广告' }, false],
    ['an expired food', { violation: '销售超过保质期的食品' }, false],
  ]
  for (const [title, body, expected] of cases) {
    it(`${expected ? 'counts' : 'does not count'} ${title}`, () => {
      expect(isCounterfeitPenalty(penalty(body))).to.equal(expected)
    })
  }
})

describe('penalty: one decision', () => {
  const authority = '长春市南关区市场监督管理局'
  const same: [string, string | null][] = [
    ['长南市监处罚〔2025〕12号', authority],
    ['长南市监处罚[2025]12号', authority],
    ['长南市监处罚【２０２５】第0012号', authority],
    ['长南市监处罚（2025） 12号', '长春市南关区市场监管局'],
    ['长南市监处罚〔2025〕12号', '吉林省长春市南关区市场监督管理局'],
    ['长南市监处罚〔2025〕12号', ' 长春市南关区市监局 '],
  ]
  it('is one fact for any spelling of number and authority', () => {
    for (const [number, name] of same)
      expect(makeDecisionFactKey(number, name, null), `${number} ${name}`).to.equal(
        `长南市监处罚〔2025〕12号/${authority}`,
      )
  })

  const numbers = [
    '长南市监处罚「2025」12号',
    '长南市监处罚『2025』12号',
    '长南市监处罚‹2025›12号',
    '长南市监处罚“2025”12号',
    '长南市监处罚[2025年]12号',
    '长南市监处罚2025年12号',
    '长南市监处罚2025年第012号',
    '长南市监处罚2025第12号',
    '长南市监处罚〔二〇二五〕12号',
    '长南市监处罚（二○二五年）12号',
    '长南市监处罚「二零二五」第十二号',
    '长南市监处罚二〇二五年十二号',
    '长南市监处罚〔2025〕十二号',
    '长南市监处罚〔2025〕第一二号',
    '长南市监处罚〔2025〕12号。',
    '长南市监处罚〔2025〕12号；',
    '长南市监处罚〔2025〕12号,',
    '长南市监处罚〔2025〕12',
    '长南市监处罚﹝2025﹞第０１２',
    '长南市监处罚〔2025〕12。',
    '长南市监处罚〔2025〕（0012）号',
    '长南市監處罰〔2025〕12號',
    '長南市監處罰〔二〇二五〕第十二號。',
  ]
  for (const number of numbers)
    it(`is one fact also with the number written ${number}`, () =>
      expect(makeDecisionFactKey(number, authority, null)).to.equal(`长南市监处罚〔2025〕12号/${authority}`))

  const authorities = [
    '长春市南关区市场监督管理局（长春市南关区知识产权局）',
    '长春市南关区市场监督管理局(长春市南关区知识产权局',
    '长春市南关区市场监督管理局（知识产权局）（食安办）',
    '长春市南关区市场监督管理局（知识产权局（商标））',
    '长春市南关区市监局【知识产权局】',
    '长春市南关区市場监督管理局',
    '吉林省長春市南關區市場監督管理局（長春市南關區知識產權局）',
  ]
  for (const name of authorities)
    it(`is one fact also with the authority written ${name}`, () =>
      expect(makeDecisionFactKey('长南市监处罚〔2025〕12号', name, null)).to.equal(
        `长南市监处罚〔2025〕12号/${authority}`,
      ))

  const counted: [written: string, number: string][] = [
    ['十', '10'],
    ['十九', '19'],
    ['二十', '20'],
    ['七十七', '77'],
    ['一百', '100'],
    ['一百零八', '108'],
    ['三百四十五', '345'],
    ['一千零一', '1001'],
    ['〇七七', '77'],
    ['百', '百'],
    ['十百', '十百'],
  ]
  for (const [written, number] of counted)
    it(`reads ${written} as the number ${number}`, () =>
      expect(makeDecisionFactKey(`市监罚〔2025〕${written}号`, authority, null)).to.equal(
        `市监罚〔2025〕${number}号/${authority}`,
      ))

  it('is another fact where more than the spelling differs', () => {
    const facts = [
      ['市监罚〔2025〕12号', authority],
      ['市监罚〔2025〕3-12号', authority],
      ['市监罚〔2025〕12-1号', authority],
      ['市监罚〔2025〕112号', authority],
      ['市监罚字〔2025〕12号', authority],
      ['市监罚〔2015〕12号', authority],
      ['市监罚2025012号', authority],
      ['市监罚〔2025〕12号', '（南关）市场监督管理局'],
      ['市监罚〔2025〕12号', '国家税务总局（南关）税务局'],
      ['市监罚〔2025〕12号', '国家税务总局（宽城）税务局'],
      ['市监罚〔2025〕12号', '国家税务总局'],
    ].map(([number, name]) => makeDecisionFactKey(number ?? '', name ?? '', null))
    expect(new Set(facts).size).to.equal(facts.length)
  })

  for (const part of ['(', ')', '()', '〔2025〕', '二〇', '2025年', '第', '0', '。'])
    it(`is compared in linear time among ${part}`, async () => {
      const compare = (times: number) => makeDecisionFactKey(`${part.repeat(times)}x`, `甲${part.repeat(times)}`, null)
      expect(await growthExponent(compare, 1_000)).to.be.below(LINEAR_EXPONENT_MAX)
    })

  it('is one fact with and without the authority’s code, which replaces only a missing name', () => {
    const code = '11220000013555128E'
    expect(makeDecisionFactKey('1号', authority, code)).to.equal(makeDecisionFactKey('1号', authority, null))
    expect(makeDecisionFactKey('1号', null, code)).to.equal(`1号/${code}`)
  })

  it('is another fact with another number, year or authority', () => {
    const facts = [
      makeDecisionFactKey('市场〔2019〕1号', '甲市市场监督管理局', null),
      makeDecisionFactKey('市场〔2019〕1号', '乙市市场监督管理局', null),
      makeDecisionFactKey('市场〔2019〕11号', '甲市市场监督管理局', null),
      makeDecisionFactKey('市场〔2020〕1号', '甲市市场监督管理局', null),
      makeDecisionFactKey('市场〔2019〕1号', '吉林省市场监督管理厅', null),
      makeDecisionFactKey('市场〔2019〕1号', '市场监督管理厅', null),
    ]
    expect(new Set(facts).size).to.equal(facts.length)
  })

  it('has no shared fact without a number or an authority', () => {
    for (const [number, name, code] of [
      [null, authority, null],
      [' ', authority, null],
      ['1号', null, null],
      ['1号', ' ', null],
    ] as const)
      expect(makeDecisionFactKey(number, name, code)).to.equal(null)
  })

  it('has the same fact where its number and authority are already normalised', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.string({ unit: 'binary', maxLength: 40 }),
        (a, b) => {
          const fact = makeDecisionFactKey(a, b, null)
          const [number = '', ...rest] = (fact ?? '').split('/')
          if (fact !== null && rest.length === 1)
            expect(makeDecisionFactKey(number, rest[0] ?? '', null)).to.equal(fact)
        },
      ),
    )
  })

  it('is withdrawn only by the status that its authority reports', () => {
    const withdrawn = ['REVOKED', 'IN_FORCE', 'CHANGED', 'DISPUTED', null].map((status) =>
      isWithdrawnPenalty({ status }),
    )
    expect(withdrawn).to.deep.equal([true, false, false, false, false])
    expect(isWithdrawnPenalty({})).to.equal(false)
  })
})

describe('penalty: amounts in a text', () => {
  const cases: [text: string, fine: string | null, confiscated: string | null, several: boolean][] = [
    ['罚款2000元', '2000', null, false],
    ['罚款人民币贰仟元整。', '2000', null, false],
    ['处以人民币肆万捌仟元的罚款', '48000', null, false],
    ['处10,000元罚款', '10000', null, false],
    ['罚款金额为：1.5万元', '15000', null, false],
    ['罚款贰仟元（2000元）', '2000', null, false],
    ['1.没收广告费1552.95元，2.罚款1552.95元。', '1552.95', '1552.95', false],
    ['1，没收广告费用26220.46元2，罚款600000元', '600000', '26220.46', false],
    ['没收违法所得壹佰元伍角，罚款３００元', '300', '100.5', false],
    ['罚款2000元；逾期不缴纳的，每日按罚款数额的百分之三加处罚款60元', '2000', null, false],
    ['对甲罚款1000元；对乙罚款2000元', null, null, true],
    ['没收违法所得100元；没收非法财物200元', null, null, true],
    ['违法经营额310元，无违法所得', null, null, false],
    ['不予罚款1000元', null, null, false],
    ['可以并处10000元以下罚款', null, null, false],
    ['警告', null, null, false],
    ['', null, null, false],
  ]
  for (const [text, fine, confiscated, several] of cases) {
    it(`"${text}": ${fine ?? 'no'} fine, ${confiscated ?? 'no'} confiscation`, () => {
      expect(findAmounts(text)).to.deep.equal({ fine, confiscated, several })
    })
  }

  for (const part of ['罚款', '没收', '一', '1,', '元', '人民币', '罚款人民币一', '没收一'])
    it(`are found in linear time among ${part}`, async () => {
      const find = (times: number) => findAmounts(part.repeat(times))
      expect(await growthExponent(find, 1_000)).to.be.below(LINEAR_EXPONENT_MAX)
    })
})
