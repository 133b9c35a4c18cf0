import { expect } from 'chai'
import { up as standards } from '../../../migrations/20261129-92-standards-facts.js'
import { up as entries } from '../../../migrations/20261129-93-entry-facts.js'
import { extractOrgCode } from '../../../src/domain/operators/codes.js'
import { deliver } from '../../support/absence.js'
import { codeOf, database, rowsOf } from '../../support/world.js'

describe('migrations that fill the fact of records stored before facts existed', () => {
  const db = database()
  const facts = () => rowsOf(db(), 'select feed, record_key as key, fact from versions order by feed, record_key')
  const deliverAll = async () => {
    const abnormal = { SPECAUSE_CN: '通过登记的住所无法联系', DECORG_CN: '虚构市市场监督管理局' }
    await deliver(db(), 'abnormal', [
      { ...abnormal, ENTNAME: '虚构商行1', UNISCID: codeOf(1), ABNTIME: '2026-01-05' },
      { ...abnormal, ENTNAME: '虚构商行2', UNISCID: codeOf(2), ABNTIME: '2026-01-06' },
    ])
    const of2018 = { 工商注册号: '', 组织机构代码: '', 失信领域: '售假；刷单' }
    await deliver(db(), 'dishonest', [{ ...of2018, 企业名称: '虚构商行1', 统一信用代码: codeOf(1) }])
    const defaulter = { partyTypeName: '法人或其他组织', courtName: '虚构市某区人民法院', publishDate: '2026-01-05' }
    const gist = { gistId: '（2025）吉0102民初00001号', disruptTypeName: '违反财产报告制度' }
    await deliver(db(), 'defaulters', [
      {
        ...defaulter,
        ...gist,
        iname: '虚构商行1',
        cardnum: extractOrgCode(codeOf(1)),
        caseCode: '（2026）吉0102执00001号',
      },
    ])
    const standard = {
      标准编号: 'Q/XGSH 0001S—2025',
      标准名称: '虚构参片',
      公开时间: '2025-03-04',
      标准状态: '现行有效',
    }
    await deliver(db(), 'standards', [{ ...standard, 企业名称: '虚构商行1', 统一社会信用代码: codeOf(1) }])
  }

  it('I-A6: fill the fact that today’s maps give', async () => {
    await deliverAll()
    const named = await facts()
    expect(named).to.have.length(6)
    expect(named.every(({ fact }) => fact !== null)).to.equal(true)
    await db().raw('update versions set fact = null; update unmatched set fact = null')
    for (const up of [standards, entries]) await db().transaction((tx) => up(tx))
    expect(await facts()).to.deep.equal(named)
  })

  it('I-A6: keep the rows of duplicate records without a fact, so that old scores can be replayed', async () => {
    await deliverAll()
    await db().raw(`update versions set fact = null;
      insert into versions (feed, kind, record_key, operator_id, digest, body, known_from, run_id, row_number, partial)
        select feed, kind, 'abnormal/220102000007123/2026-01-05/' || (body->>'reason'), operator_id, 'x', body, known_from, run_id, 9, true
        from versions where body->>'listed_on' = '2026-01-05' and feed = 'abnormal'`)
    await db().transaction((tx) => entries(tx))
    const found = await rowsOf(db(), `select fact from versions where feed = 'abnormal' order by record_key`)
    expect(found.filter(({ fact }) => fact === null)).to.have.length(2)
    expect(found).to.have.length(3)
  })
})
