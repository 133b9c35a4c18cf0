import { expect } from 'chai'
import * as versions from '../../../src/store/records/versions.js'
import * as scores from '../../../src/store/scoring/scores.js'
import { decideSubject } from '../../../src/work/operators/identity.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { deliver, type Fields } from '../../support/absence.js'
import { at, codeOf, database, later, operatorOf, rowsOf, rules, TODAY } from '../../support/world.js'

const NAME = '虚构商行1'
const hours = (n: number) => later(n * 3_600)

const standard = (more: Fields = {}): Fields => ({
  标准编号: 'Q/XGSH 0001S—2025',
  标准名称: '虚构参片',
  企业名称: NAME,
  统一社会信用代码: codeOf(1),
  标准状态: '现行有效',
  公开时间: '2025-03-04',
  产品: [{ 产品名称: '参片' }],
  ...more,
})
const nameless = (more: Fields = {}) => standard({ 统一社会信用代码: '', ...more })

describe('one standard is one fact', () => {
  const db = database()
  const part = (n: number, ...items: Fields[]) => deliver(db(), 'standards', items, { whole: false, now: at(hours(n)) })
  /** A person attaches the unmatched rows without a code. */
  const attach = async (n: number) => {
    const [waits] = await rowsOf(db(), `select id from unmatched where state = 'OPEN'`)
    await decideSubject(db(), rules, {
      unmatched: Number(waits?.['id']),
      verdict: 'ATTACH',
      operator: codeOf(1),
      reason: '名称与地址一致',
      by: 'officer-1',
      now: hours(n),
    })
  }
  const counted = async (n: number): Promise<number> => {
    await scoreOperators(db(), { cause: 'command', rules, families: ['standards'], now: at(hours(n)) })
    const operator = await operatorOf(db(), codeOf(1))
    const found = (await scores.latest(db(), [operator], { asOf: TODAY, knownAt: hours(n + 1) })).get(operator)
    return found?.reasons.find(({ fact }) => fact === 'standard_declared')?.count ?? 0
  }
  const shown = async (n: number) => {
    const operator = await operatorOf(db(), codeOf(1))
    const when = { asOf: TODAY, knownAt: hours(n) }
    const sight = { kinds: ['standard'] as const, removed: false, first: 9, after: null }
    const records = await versions.ofOperators(db(), [operator], when, sight)
    const sources = await versions.findVersionsWithFact(db(), [operator], when, sight)
    return { keys: records.map(({ key }) => key), sources: sources.length }
  }

  it('I-A6: a file with the code and one without give one standard with both as its sources', async () => {
    await part(0, nameless())
    await part(1, standard(), standard({ 标准编号: 'Q/XGSH 0002S—2025' }))
    await attach(2)
    expect(await counted(3)).to.equal(2)
    expect(await shown(4)).to.deep.equal({
      keys: [`${codeOf(1)}/Q/XGSH 0002S—2025`, `${codeOf(1)}/Q/XGSH 0001S—2025`],
      sources: 3,
    })
  })

  it('I-A6: the newest row of a standard counts, with or without the code', async () => {
    await part(0, nameless())
    await part(1, standard({ 标准编号: 'Q/XGSH 0002S—2025' }))
    await attach(2)
    expect(await counted(3)).to.equal(2)
    await part(4, standard({ 标准状态: '废止', 废止时间: '2025-09-01' }))
    expect(await counted(5)).to.equal(1)
  })

  it('I-A6: the same number of another firm is another standard', async () => {
    await part(0, standard(), standard({ 统一社会信用代码: codeOf(2), 企业名称: '虚构商行2' }))
    const told = await rowsOf(db(), `select count(distinct (operator_id, fact))::int as n from versions`)
    expect(told).to.deep.equal([{ n: 2 }])
  })
})
