import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { findReasonTopics, REASON_TOPICS } from '../../../src/domain/listing/reason-topics.js'

const CASES: [string, string[]][] = [
  ['销售侵犯注册商标专用权的商品；销售假冒商品', ['counterfeit']],
  ['伪造产品产地', ['counterfeit']],
  ['组织虚假交易，刷单炒信', ['sham']],
  ['发布虚假广告', ['advertising']],
  ['对商品作引人误解的宣传', ['advertising']],
  ['以不合格产品冒充合格产品', ['quality']],
  ['经营超过保质期的食品，情节严重', ['food']],
  ['未取得许可从事食品经营', ['food', 'licence']],
  ['提供虚假材料取得登记', ['licence']],
  ['拒不履行行政处罚决定', ['refusal']],
  ['哄抬价格', []],
]

describe('topics of a reason', () => {
  for (const [reason, topics] of CASES)
    it(`${reason}: ${topics.join(' ') || 'no known topic'}`, () => {
      expect(findReasonTopics(reason)).to.deep.equal(topics)
    })

  it('every topic has a word in both languages', () => {
    for (const { zh, en } of Object.values(REASON_TOPICS))
      expect([zh, en].every((words) => words.trim() !== '')).to.equal(true)
  })

  for (const page of ['schema/public-data.md', 'schema/public-data.zh-CN.md'])
    it(`every topic is named in ${page}`, () => {
      for (const topic of Object.keys(REASON_TOPICS)) expect(readFileSync(page, 'utf8')).to.include(`\`${topic}\``)
    })
})
