import { expect } from 'chai'
import { TEXT_LENGTH_MOST } from '../../src/agencies/examine.js'
import { REASON_TOPICS } from '../../src/domain/listing/reason-topics.js'
import {
  COUNTERFEIT_PATTERN,
  isCounterfeitPenalty,
  isHeavyPenalty,
  judgePenaltySeverity,
} from '../../src/domain/records/penalty.js'
import { cellOf, sampled } from '../soak/cells.js'
import { context, draftsOf, itemsOf, problemsOf, sample } from './samples.js'

const RUNS = 500
const SEED = 20_261_129

/** Returns the longest text given to any pattern while `act` runs. All matching ends in `exec`. */
const longestMatched = (act: () => void): { length: number; pattern: string } => {
  const { exec } = RegExp.prototype
  let longest = { length: 0, pattern: '' }
  RegExp.prototype.exec = function counted(text: string) {
    if (text.length > longest.length) longest = { length: text.length, pattern: this.source }
    return exec.call(this, text)
  }
  try {
    act()
  } finally {
    RegExp.prototype.exec = exec
  }
  return longest
}

describe('long cells', () => {
  it('I-B1: gives no pattern a text longer than a field may be', async () => {
    const items = await sampled()
    let beyond = 0
    for (let n = 0; n < RUNS; n += 1) {
      const { title, feed, item } = cellOf(items, SEED, n)
      const { length, pattern } = longestMatched(() => feed.map(item, context))
      expect(length, `${title}: ${pattern}`).to.be.at.most(TEXT_LENGTH_MOST)
      if (JSON.stringify(item.fields).length > TEXT_LENGTH_MOST) beyond += 1
    }
    // Guards against a vacuous test: enough random texts exceed the bound.
    expect(beyond).to.be.greaterThan(RUNS / 20)
  })

  it('I-B1: refuses a text of a known field that is too long, at any depth, and names the field', async () => {
    const [item] = await itemsOf('standards', sample('standards.json'))
    if (!item) throw new Error('no item')
    const long = '样'.repeat(TEXT_LENGTH_MOST + 1)
    for (const value of [long, [{ 产品名称: long }]]) {
      const problems = problemsOf('standards', { ...item, fields: { ...item.fields, 产品: value } })
      expect(problems.map(({ field, rule }) => `${field} ${rule}`)).to.deep.equal(['产品 length'])
    }
    // A column that the feed does not read may hold any length.
    const [draft] = draftsOf('standards', { ...item, fields: { ...item.fields, 附注: long } })
    expect(draft?.remarks.map(({ rule }) => rule)).to.deep.equal(['field.unknown'])
  })

  it('I-B1: limits the number of remarks on one item', async () => {
    const [item] = await itemsOf('standards', sample('standards.json'))
    if (!item) throw new Error('no item')
    const 产品 = Array.from({ length: 900 }, (_, at) => ({ 产品名称: `样${at}`, 颜色: '红' }))
    const [draft] = draftsOf('standards', { ...item, fields: { ...item.fields, 产品 } })
    expect(draft?.remarks.length).to.equal(200)
    const [problem] = problemsOf('standards', { ...item, fields: { ...item.fields, 标准状态: '样'.repeat(20_000) } })
    expect(problem?.message.length).to.equal(500)
    const reasons = Array.from({ length: 1_001 }, (_, at) => `样${at}`).join('、')
    const [entry] = await itemsOf('dishonest', sample('dishonest.csv'))
    if (!entry) throw new Error('no item')
    expect(
      problemsOf('dishonest', { ...entry, fields: { ...entry.fields, 失信领域: reasons } }).map(({ rule }) => rule),
    ).to.deep.equal(['records'])
  })

  it('I-B1: reads names over several lines, numbers of standards, failures and tests as it did without bounds', async () => {
    const name = async (sent: string) => {
      const [item] = await itemsOf('dishonest', sample('dishonest.json'))
      if (!item) throw new Error('no item')
      return draftsOf('dishonest', { ...item, fields: { ...item.fields, ENTNAME: sent } })[0]?.subject.name
    }
    expect(await name(' 长春绯簏商贸 \r\n\n\t 有限公司 ')).to.equal('长春绯簏商贸有限公司')
    expect(await name('Green \n Apple Ltd')).to.equal('GreenApple Ltd')
    const numbers: [sent: string, number: string][] = [
      ['q / shly  0001s  –  2025', 'Q/SHLY 0001S—2025'],
      ['Q/SHLY 0001S--2025', 'Q/SHLY 0001S—2025'],
      ['ＧＢ／Ｔ 19001 - 2016', 'GB/T 19001—2016'],
    ]
    for (const [sent, number] of numbers) {
      const [item] = await itemsOf('standards', sample('standards.json'))
      if (!item) throw new Error('no item')
      const [draft] = draftsOf('standards', { ...item, fields: { ...item.fields, 标准编号: sent } })
      expect(draft?.body['number'], sent).to.equal(number)
    }
    const [slices] = await itemsOf('quality', sample('herbal.csv'))
    if (!slices) throw new Error('no item')
    const tests = '【性状】, 【检查】（水分，总灰分）；含量测定(甲,乙),,其他'
    expect(
      draftsOf('quality', { ...slices, fields: { ...slices.fields, 不合格项目: tests } })[0]?.body['failures'],
    ).to.deep.equal(['【性状】', '【检查】（水分，总灰分）', '含量测定(甲,乙)', '其他'])
  })

  it('I-B1: limits each pattern for penalties to one clause of the text', () => {
    for (const pattern of [COUNTERFEIT_PATTERN.source, ...Object.values(REASON_TOPICS).map((topic) => topic.pattern)]) {
      expect(pattern).not.to.match(/\.[*+]/)
    }
    for (const words of ['侵犯', '伪造', '禁止从事', '暂扣', '虚假', '编造', '不符合']) {
      const text = words.repeat(20_000 / words.length)
      const body = { types: ['其他'], content: text, facts: text, violation: text }
      expect(isHeavyPenalty(body), words).to.equal(false)
      expect(isCounterfeitPenalty(body), words).to.equal(false)
      expect(judgePenaltySeverity(body), words).to.equal('LIGHT')
    }
    expect(isCounterfeitPenalty({ facts: '销售侵犯“绯簏”等二十三件注册商标专用权的商品' })).to.equal(true)
    expect(isCounterfeitPenalty({ facts: '侵犯消费者知情权。该商标已注册' })).to.equal(false)
    expect(isHeavyPenalty({ types: ['禁止从事食品生产经营活动'] })).to.equal(true)
  })
})
