import { expect } from 'chai'
import { isCounterfeit, isHeavy, severity } from '../../src/domain/penalty.js'
import type { Body } from '../../src/domain/records.js'

const penalty = (more: Body): Body => ({
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
  const cases: [string, Body, 'WARNING_ONLY' | 'LIGHT' | 'HEAVY'][] = [
    ['a warning', { types: ['警告'] }, 'WARNING_ONLY'],
    ['a warning and public criticism', { types: ['警告', '通报批评'] }, 'WARNING_ONLY'],
    ['a warning with nothing to pay', { types: ['警告'], fine_yuan: '0.00' }, 'WARNING_ONLY'],
    ['a warning and a fine', { types: ['警告', '罚款'], fine_yuan: '2000' }, 'LIGHT'],
    ['a warning whose row names a fine', { types: ['警告'], fine_yuan: '2000' }, 'LIGHT'],
    ['a large fine not from the heavy end', { types: ['罚款'], fine_yuan: '2000000', content: '罚款200万元' }, 'LIGHT'],
    ['confiscation, old vocabulary', { types: ['没收违法所得、没收非法财物'] }, 'LIGHT'],
    ['no type at all', {}, 'LIGHT'],
    [
      'a fine from the heavy end',
      { types: ['罚款'], content: '依法从重处罚，罚款50000元', fine_yuan: '50000' },
      'HEAVY',
    ],
    ['a fine after the heavy end in its facts', { types: ['罚款'], facts: '具有从重处罚情节。' }, 'HEAVY'],
    ['a fine without cause for the heavy end', { types: ['罚款'], facts: '当事人不具有从重处罚情节，罚款' }, 'LIGHT'],
    ['a fine with neither lighter nor heavier causes', { types: ['罚款'], facts: '无从轻、从重情节' }, 'LIGHT'],
    ['the heavy end without any fine', { types: ['警告'], content: '从重处罚' }, 'WARNING_ONLY'],
    [
      'an unlicensed seller fined from the heavy end',
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
      'the old joint type, revoked',
      { types: ['暂扣或者吊销许可证、暂扣或者吊销执照'], content: '吊销营业执照' },
      'HEAVY',
    ],
    [
      'the old joint type, suspended',
      { types: ['暂扣或者吊销许可证、暂扣或者吊销执照'], content: '暂扣许可证30日' },
      'LIGHT',
    ],
    [
      'the old joint type, threatened',
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
    it(`takes ${title} for ${expected}`, () => {
      expect(severity(penalty(body))).to.equal(expected)
    })
  }

  it('takes detention, which no market regulator imposes, for no ground of listing', () => {
    expect(isHeavy(penalty({ types: ['行政拘留'] }))).to.equal(false)
  })
})

describe('penalty: counterfeits', () => {
  const cases: [string, Body, boolean][] = [
    ['counterfeit trademarks', { violation: '销售假冒注册商标的商品' }, true],
    ['infringing an exclusive right', { violation: '侵犯注册商标专用权' }, true],
    ['goods that infringe a mark, in the facts', { facts: '当事人网店所售商品为侵犯他人注册商标专用权的商品' }, true],
    ['fake for real', { facts: '在产品中掺杂掺假，以假充真。' }, true],
    ['a forged origin', { violation: '伪造产品产地' }, true],
    ['another name used', { violation: '冒用他人厂名厂址' }, true],
    ['counterfeits not found', { facts: '经鉴定，未发现假冒商品' }, false],
    ['false advertising', { violation: '发布虚假广告' }, false],
    ['an expired food', { violation: '销售超过保质期的食品' }, false],
  ]
  for (const [title, body, expected] of cases) {
    it(`${expected ? 'counts' : 'does not count'} ${title}`, () => {
      expect(isCounterfeit(penalty(body))).to.equal(expected)
    })
  }
})
