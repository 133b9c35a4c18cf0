import { expect } from 'chai'
import { usccOf as usccIn } from '../../../seeds/world/codes.js'
import { makeRepeatMatcher } from '../../../src/domain/listing/own-decisions.js'
import { extractOrgCode } from '../../../src/domain/operators/codes.js'
import { makeDecisionFactKey } from '../../../src/domain/records/penalty.js'
import type { RecordBody } from '../../../src/domain/records/records.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as scores from '../../../src/store/scoring/scores.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { deliver, type Fields } from '../../support/absence.js'
import { row } from '../../support/rows.js'
import {
  at,
  codeOf,
  database,
  later,
  operatorOf,
  published,
  pullItems,
  removed,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const NUMBER = '测市监列〔2026〕1号'
const AUTHORITY = '虚构市市场监督管理局'

const scored = async (db: JobDb, n: number, seconds: number) => {
  await scoreOperators(db, { cause: 'command', rules, families: ['penalties', 'lists'], now: at(later(seconds)) })
  const operator = await operatorOf(db, codeOf(n))
  const found = (await scores.latest(db, [operator], { asOf: TODAY, knownAt: later(seconds + 1) })).get(operator)
  return { grade: found?.grade, entries: found?.reasons.find(({ fact }) => fact === 'serious_list')?.count ?? 0 }
}

describe('the hub’s own entry, repeated in an agency’s list', () => {
  const db = database()
  const mirror = (n: number, body: RecordBody, seconds: number) =>
    pullItems(db(), [row(n, { key: 'BACK' })], {
      id: 'dishonest',
      now: at(later(seconds)),
      body: () => ({ document_number: NUMBER, ...body }),
    })

  it('I-A9: is counted once', async () => {
    await published(db(), 1)
    await mirror(1, {}, 60)
    expect(await scored(db(), 1, 120)).to.deep.equal({ grade: 'D', entries: 1 })
  })

  it('I-A9: is not counted after the hub removed the entry, in any spelling of its number', async () => {
    const { id } = await published(db(), 1)
    await mirror(1, { document_number: '测市监列[2026]001号' }, 60)
    await removed(db(), id)
    expect((await scored(db(), 1, 120)).entries).to.equal(0)
  })

  it('I-A9: does not hide another decision of the same list', async () => {
    const { id } = await published(db(), 1)
    await mirror(1, { document_number: '测市监列〔2026〕2号' }, 60)
    await removed(db(), id)
    expect(await scored(db(), 1, 120)).to.deep.equal({ grade: 'D', entries: 1 })
  })

  const own = [{ documentNumber: NUMBER, authority: AUTHORITY }]
  const cases: [what: string, body: RecordBody, repeats: boolean][] = [
    ['the same number and authority', { document_number: NUMBER, authority: AUTHORITY }, true],
    ['the authority spelt otherwise', { document_number: NUMBER, authority: '虚构市场监督管理局' }, true],
    ['no authority', { document_number: NUMBER, authority: null }, true],
    ['another authority', { document_number: NUMBER, authority: '别市市场监督管理局' }, false],
    ['another number', { document_number: '测市监列〔2026〕2号', authority: AUTHORITY }, false],
    ['no number', { document_number: null, authority: AUTHORITY }, false],
  ]
  for (const [what, body, repeats] of cases)
    it(`I-A9: ${repeats ? 'is' : 'is not'} recognised in a copy with ${what}`, () => {
      expect(makeRepeatMatcher(own)(body)).to.equal(repeats)
    })
})

const CODE = usccIn('11', '220102', 9)

const penalty = (more: Fields = {}): Fields => ({
  CF_XDR_MC: '虚构商行1',
  CF_XDR_LB: '法人及非法人组织',
  CF_XDR_SHXYM: codeOf(1),
  CF_WSH: '长市监罚〔2026〕7号',
  CF_WFXW: '销售假冒商品',
  CF_SY: '当事人销售假冒商品',
  CF_YJ: '《商标法》',
  CF_CFLB: '罚款',
  CF_NR: '罚款人民币贰万元',
  CF_NR_FK: '2',
  CF_JDRQ: '2026-10-10',
  CF_GSJZQ: '2029-10-10',
  CF_CFJG: '长春市市场监督管理局',
  CF_CFJGDM: CODE,
  CF_SJLY: '长春市市场监督管理局',
  CF_SJLYDM: CODE,
  ...more,
})

describe('one penalty is one fact', () => {
  const db = database()
  const facts = () =>
    rowsOf(
      db(),
      `select count(*)::int as records, count(distinct fact)::int as facts from versions where kind = 'penalty' and known_to is null`,
    )
  // The same number in another spelling, so that the agency’s key differs.
  const otherwise = { CF_WSH: '长市监罚〔2026〕第007号' }

  it('F-8: a city’s regulator is one authority with 市 written once or twice', () => {
    const spelt = ['长春市市场监督管理局', '长春市场监督管理局', '长春市市场监管局', '吉林省长春市市监局']
    const told = spelt.map((authority) => makeDecisionFactKey('长市监罚〔2026〕7号', authority, null))
    expect(new Set(told).size).to.equal(1)
    for (const other of ['农安县市场监督管理局', '吉林市市场监督管理局', '长春市南关区市场监督管理局'])
      expect(makeDecisionFactKey('长市监罚〔2026〕7号', other, null)).to.not.equal(told[0])
  })

  it('F-8: two records with one number, party and authority code are one fact in any spelling of the authority', async () => {
    await deliver(db(), 'penalties', [penalty()])
    await deliver(db(), 'penalties', [penalty({ ...otherwise, CF_CFJG: '长春市局（市场监管）' })])
    expect(await facts()).to.deep.equal([{ records: 2, facts: 1 }])
  })

  it('F-8: two such records of one delivery are one fact as well', async () => {
    await deliver(db(), 'penalties', [penalty(), penalty({ ...otherwise, CF_CFJG: '长春市局（市场监管）' })])
    expect(await facts()).to.deep.equal([{ records: 2, facts: 1 }])
  })

  it('F-8: another code, another number or another party is another penalty', async () => {
    await deliver(db(), 'penalties', [
      penalty(),
      penalty({ CF_CFJG: '吉林市市场监督管理局', CF_CFJGDM: usccIn('11', '220202', 9) }),
      penalty({ CF_WSH: '长市监罚〔2026〕8号', CF_CFJG: '长春市局（市场监管）' }),
      penalty({ CF_XDR_MC: '虚构商行2', CF_XDR_SHXYM: codeOf(2) }),
    ])
    expect(await rowsOf(db(), 'select distinct operator_id, fact from versions')).to.have.length(4)
  })

  it('F-8: rows of one delivery that differ in reporter or spelling of the authority do not conflict', async () => {
    const pulled = await deliver(db(), 'penalties', [
      penalty(),
      penalty({ CF_SJLY: '长春市政务服务局', CF_SJLYDM: usccIn('11', '220102', 10) }),
      penalty({ CF_CFJG: '长春市场监督管理局' }),
    ])
    expect([pulled.new, pulled.unchanged, pulled.rejected]).to.deep.equal([1, 2, 0])
    expect((await deliver(db(), 'penalties', [penalty(), penalty({ CF_NR_FK: '3' })])).rejected).to.equal(1)
  })
})

describe('a row without a USCC', () => {
  const db = database()
  const entry = (more: Fields): Fields => ({
    企业名称: '虚构商行1',
    工商注册号: '',
    组织机构代码: '',
    统一信用代码: '',
    失信领域: '售假',
    ...more,
  })

  it('F-7: is unmatched with a remark where its registration number is malformed', async () => {
    const org = extractOrgCode(codeOf(1))
    const pulled = await deliver(db(), 'dishonest', [entry({ 组织机构代码: org, 工商注册号: '22010212' })])
    expect([pulled.rejected, pulled.unmatched]).to.deep.equal([0, 1])
    const [waits] = await rowsOf(db(), `select subject->>'orgCode' as code, findings from unmatched`)
    expect(waits?.['code']).to.equal(org)
    expect(JSON.stringify(waits?.['findings'])).to.contain('工商注册号')
  })

  it('F-7: is rejected where no code is well formed', async () => {
    const pulled = await deliver(db(), 'dishonest', [entry({ 组织机构代码: '12', 工商注册号: '22010212' })])
    expect(pulled.rejected).to.equal(1)
  })
})
