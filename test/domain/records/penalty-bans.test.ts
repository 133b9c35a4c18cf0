import { expect } from 'chai'
import { findBan, imposesBan } from '../../../src/domain/records/penalty.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import { growthExponent, LINEAR_EXPONENT_MAX } from '../../support/processor.js'

const penalty = (more: RecordBody): RecordBody => ({ types: [], content: null, effective_until: null, ...more })
const JOINT = '暂扣或者吊销许可证、暂扣或者吊销执照'

describe('penalty: restrictions with a legal term', () => {
  const bans: [string, RecordBody][] = [
    ['a restriction of business', { types: ['限制开展生产经营活动'] }],
    ['a ban from the trade', { types: ['罚款', '限制从业'] }],
    ['a suspension of business', { types: ['责令停产停业'] }],
    ['a suspension of business in the text', { types: ['其他'], content: '责令停业整顿三个月' }],
    ['a suspended licence', { types: ['暂扣许可证件'] }],
    [
      'the old joint type (暂扣或吊销) with a suspension in the text',
      { types: [JOINT], content: '暂扣营业执照六个月' },
    ],
    ['a ban from an activity', { types: ['罚款'], content: '罚款1万元，禁止其五年内从事食品生产经营管理工作' }],
    ['a ban in the words of the food law', { content: '自处罚决定作出之日起五年内不得从事食品生产经营活动' }],
    ['a ban from a post', { content: '三年内不得担任食品生产企业的法定代表人' }],
    ['a suspension imposed beside a threat', { content: '责令停产停业三个月；逾期不缴纳罚款的，每日加处百分之三' }],
    ['a ban from the market', { content: '对其实施市场禁入' }],
  ]
  for (const [title, body] of bans) it(`is ${title}`, () => expect(imposesBan(penalty(body))).to.equal(true))

  const others: [string, RecordBody][] = [
    ['nothing said', {}],
    ['a fine', { types: ['罚款'], content: '罚款20000元', effective_until: '2031-01-01' }],
    ['a revoked licence', { types: ['吊销许可证件'], content: '吊销营业执照' }],
    [
      'the old joint type (暂扣或吊销) with a revocation in the text',
      { types: [JOINT], content: '吊销营业执照', effective_until: '2031-01-01' },
    ],
    ['the old joint type (暂扣或吊销) without a decisive text', { types: [JOINT] }],
    ['a closure', { types: ['责令关闭'], content: '责令关闭' }],
    ['a threat', { types: ['罚款'], content: '逾期不改正的，责令停产停业' }],
    ['a suspension that was not imposed', { types: ['警告'], content: '免予责令停产停业' }],
    ['a suspension that was lifted', { types: ['警告'], content: '解除暂扣' }],
    ['an admonition', { types: ['警告'], content: '不得从事违法经营活动' }],
  ]
  for (const [title, body] of others)
    it(`is not ${title}`, () => {
      expect(imposesBan(penalty(body))).to.equal(false)
      expect(findBan(penalty(body))).to.equal(null)
    })

  const ends: [string, RecordBody, until: string | null, endless: boolean][] = [
    ['the day in the record', { effective_until: '2031-01-01' }, '2031-01-01', false],
    ['no known day', { effective_until: null }, null, false],
    ['no known day where the record’s day does not exist', { effective_until: '2031-02-30' }, null, false],
    ['no day where the record has 2099-12-31, which means no end', { effective_until: '2099-12-31' }, null, true],
    ['no day where the record has 2999-12-31, which means no end', { effective_until: '2999-12-31' }, null, true],
    ['no end, for life', { content: '终身不得从事食品生产经营管理工作' }, null, true],
  ]
  for (const [title, body, until, endless] of ends)
    it(`ends on ${title}`, () => {
      expect(findBan(penalty({ types: ['限制从业'], ...body }))).to.deep.equal({ until, endless })
    })

  for (const words of ['禁止', '逾期', '年内不得'])
    it(`is parsed in linear time among ${words}`, async () => {
      const find = (times: number) => findBan(penalty({ content: words.repeat(times) }))
      expect(await growthExponent(find, 2_500)).to.be.below(LINEAR_EXPONENT_MAX)
    })
})
