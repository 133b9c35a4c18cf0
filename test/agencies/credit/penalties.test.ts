import { expect } from 'chai'
import { isWithdrawnPenalty } from '../../../src/domain/records/penalty.js'
import { splitLanguages } from '../../../src/foundation/text/words.js'
import { draftsOf, itemsOf, sample } from '../samples.js'
import { faults, from, noted, only } from './support.js'

const FIRM = '91220102MA0Y3X1HXM'

describe('penalties in every file form', () => {
  it('2019 codes: a row without a state has a null status and a null revocation day', async () => {
    const draft = await only('penalties', 'penalties.csv')
    expect(draft.body).to.include({ status: null, revoked_on: null })
    expect(draft.fact).to.equal('样市监处罚〔2025〕12号/样例市市场监督管理局')
  })

  it('a row of a city platform has the name in its own column and the fine as a number in 万元', async () => {
    const draft = await only('penalties', 'penalties-city.json')
    expect(noted(draft)).to.deep.equal([])
    expect(draft.subject).to.include({ uscc: FIRM, name: '长春市松柏样例电子商务有限公司' })
    expect(draft.body).to.include({ fine_yuan: '2000', document_number: '样市场〔2024〕1号', status: null })
  })

  it('a mirror names no party, so each decision has its own key and stays unmatched', async () => {
    const drafts = (await itemsOf('penalties', sample('penalties-mirror.json'))).flatMap((item) =>
      draftsOf('penalties', item),
    )
    expect(drafts.map(({ key }) => key)).to.deep.equal([
      '(样)市监罚〔2023〕第0014号//样例市场监督管理局',
      '样市监罚字〔2023〕18号//样例市场监督管理局',
    ])
    for (const { subject, body } of drafts) {
      expect(Object.values(subject)).to.deep.equal([null, null, null, null, null])
      expect(body).to.include({ party_name: null, party_kind: null, authority_code: null })
    }
    expect(drafts.map(noted)).to.deep.equal([
      ['punishNumber subject.none'],
      ['punishNumber subject.none', 'type required'],
    ])
    expect(drafts.map(({ body }) => [body.fine_yuan, body.confiscated_yuan, body.types])).to.deep.equal([
      ['2000', null, ['罚款']],
      ['1552.95', '1552.95', []],
    ])
  })

  it('2015 codes as XML give a state, amounts from the result text, types from two cells, and the case as violation', async () => {
    const draft = await only('penalties', 'penalties-2015.xml')
    expect(noted(draft)).to.deep.equal([])
    expect(draft.body).to.deep.include({
      document_number: '样工商处字〔2017〕第12号',
      violation: '销售不合格商品案',
      types: ['罚款', '没收违法所得、没收非法财物'],
      fine_yuan: '2000',
      confiscated_yuan: '100',
      party_kind: 'ORGANISATION',
      decided_on: '2017-03-04',
      effective_until: null,
      status: 'IN_FORCE',
    })
    expect(draft.fact).to.equal('样工商处字〔2017〕12号/样例工商行政管理局')
  })

  it("2015 codes: state 1 is withdrawn, and the day of the row's update is not used as revocation day", async () => {
    const draft = await only('penalties', 'penalties-2015.xml', 1)
    expect(draft.body).to.include({ status: 'REVOKED', revoked_on: null, party_kind: null })
    expect(isWithdrawnPenalty(draft.body)).to.equal(true)
    expect(draft.subject).to.include({ uscc: null, regNo: '220102600012340' })
  })

  it('2015 codes: an ID number marks a natural person and is not stored', async () => {
    const draft = await only('penalties', 'penalties-2015.xml', 2)
    expect(draft.body).to.include({ party_kind: 'NATURAL_PERSON', status: 'DISPUTED', party_name: '样丁' })
    expect(draft.subject).to.include({ uscc: null, orgCode: null, regNo: null, name: '样丁' })
    expect(JSON.stringify(draft)).to.not.include('居民身份证')
  })

  it('Chinese labels: reads required marks, a title row, types joined by 、, state and revocation day', async () => {
    const [stands, revoked] = [
      await only('penalties', 'penalties-labels.csv'),
      await only('penalties', 'penalties-labels.csv', 1),
    ]
    expect(noted(stands)).to.deep.equal([])
    expect(stands.body).to.deep.include({
      types: ['警告', '罚款'],
      fine_yuan: '2000',
      status: 'IN_FORCE',
      revoked_on: null,
      document_number: '样市监处罚〔2025〕11号',
    })
    expect(revoked.body).to.include({ status: 'REVOKED', revoked_on: '2025-06-01', party_kind: 'INDIVIDUAL_BUSINESS' })
  })

  it('the template gives party, violation and type, and leaves the rest null', async () => {
    const draft = await only('penalties', 'penalties-template.xlsx')
    expect(draft.body).to.include({ facts: null, basis: null, content: null, fine_yuan: null, authority_code: null })
    expect(draft.fact).to.equal((await only('penalties', 'penalties.csv')).fact)
    const older = await only('penalties', 'penalties-template.xlsx', 1)
    expect(older.body).to.deep.include({ types: ['暂扣或者吊销许可证、暂扣或者吊销执照'], decided_on: '2019-05-06' })
    expect(noted(older)).to.deep.equal([])
  })

  it('several parties of one decision are several records of one fact', async () => {
    const [one, other] = [
      await only('penalties', 'penalties.csv'),
      await only('penalties', 'penalties.csv', 0, { CF_XDR_SHXYM: '92220202MA14A9QU2R', CF_XDR_LB: '个体工商户' }),
    ]
    expect(one.key).to.not.equal(other.key)
    expect(one.fact).to.equal(other.fact)
  })

  const person = { CF_XDR_LB: '自然人', CF_XDR_SHXYM: '' }
  const codes: [sent: string, uscc: string | null, finding: boolean][] = [
    ['', null, false],
    ['11010519491231002X', null, true],
    ['[居民身份证 m1]', null, true],
    ['2201021990****1234', null, true],
    ['92220202MA14A9QU2R', '92220202MA14A9QU2R', false],
  ]
  it("a natural person's ID number in the column of codes is not stored, but the code of a business is", async () => {
    for (const [sent, uscc, finding] of codes) {
      const draft = await only('penalties', 'penalties.csv', 0, { ...person, CF_XDR_SHXYM: sent })
      expect(draft.subject.uscc, sent).to.equal(uscc)
      expect(noted(draft), sent).to.deep.equal(finding ? ['CF_XDR_SHXYM code.person'] : [])
      if (finding) expect(JSON.stringify(draft), sent).to.not.include(sent)
    }
  })

  const states: [sent: unknown, status: string | null, noted: string[]][] = [
    ['0', 'IN_FORCE', []],
    [1, 'REVOKED', []],
    ['１', 'REVOKED', []],
    ['2', 'DISPUTED', []],
    ['3', null, ['CF_ZT value']],
    ['', null, []],
    ['已变更', 'CHANGED', []],
  ]
  it('a state is translated by the list of its form', async () => {
    for (const [sent, status, remarks] of states) {
      const draft = await only('penalties', 'penalties-2015.xml', 0, { CF_ZT: sent })
      expect([draft.body.status, noted(draft)], String(sent)).to.deep.equal([status, remarks])
    }
  })

  const types: [sent: string, types: string[], noted: number][] = [
    ['罚款;没收违法所得、没收非法财物', ['罚款', '没收违法所得、没收非法财物'], 0],
    ['警告、罚款，没收违法所得', ['警告', '罚款', '没收违法所得'], 0],
    ['罚款、训话', ['罚款、训话'], 1],
    ['通报批评；降低资质等级；限制从业', ['通报批评', '降低资质等级', '限制从业'], 0],
  ]
  it('types of both vocabularies are recognised, whatever separates them', async () => {
    for (const [sent, expected, count] of types) {
      const draft = await only('penalties', 'penalties.csv', 0, { CF_CFLB: sent })
      expect(draft.body.types, sent).to.deep.equal(expected)
      expect(
        draft.remarks.filter(({ field }) => field === 'CF_CFLB'),
        sent,
      ).to.have.length(count)
    }
  })

  const unitless: [sent: string, fine: string | null][] = [
    ['2000', '2000'],
    ['0.2', '2000'],
    ['2000元', '2000'],
    ['0.2万元', '2000'],
    ['20', null],
  ]
  it('an amount without a unit counts only if the decision text confirms it', async () => {
    for (const [sent, fine] of unitless) {
      const changes = { '罚款金额（万元）': '', 罚款金额: sent }
      if (fine === null) {
        expect(await faults('penalties', 'penalties-labels.csv', 0, changes)).to.deep.equal(['罚款金额 money.unit'])
      } else {
        expect((await only('penalties', 'penalties-labels.csv', 0, changes)).body.fine_yuan, sent).to.equal(fine)
      }
    }
  })

  const bad: [file: string, at: number, changes: Record<string, unknown>, fault: string][] = [
    ['penalties-2015.xml', 0, { CF_ZT: '9' }, 'CF_ZT value'],
    ['penalties-2015.xml', 0, { CF_XZJG: '' }, 'CF_XZJG required'],
    ['penalties-2015.xml', 0, { CF_WSH: ['一', '二'] }, 'CF_WSH value'],
    ['penalties-labels.csv', 1, { 撤销日期: '2025-01-01' }, '撤销日期 date'],
    ['penalties-labels.csv', 1, { 撤销日期: '2025-02-30' }, '撤销日期 date'],
    ['penalties-labels.csv', 1, { 当前状态: '正常' }, '撤销日期 value'],
    ['penalties-template.xlsx', 0, { 处罚决定书签发日期: '' }, '处罚决定书签发日期 required'],
    ['penalties-mirror.json', 0, { punishNumber: '' }, 'punishNumber required'],
    ['penalties-mirror.json', 0, { decisionDate: '2023-02-29' }, 'decisionDate date'],
  ]
  for (const [file, at, changes, fault] of bad) {
    it(`${file}: ${JSON.stringify(changes)} in row ${at + 1} is rejected`, async () => {
      expect(await faults('penalties', file, at, changes)).to.deep.equal([fault])
    })
  }

  const kept: [file: string, changes: Record<string, unknown>, noted: string[]][] = [
    ['penalties.csv', { CF_NR_FK: '2000' }, ['CF_NR_FK money.unit']],
    ['penalties.csv', { CF_NR_FK: '3000' }, ['CF_NR_FK money.mismatch']],
    ['penalties.csv', { COMP_NAME: '另一家公司' }, ['COMP_NAME field.twice']],
    ['penalties-2015.xml', { CF_JG: '对甲罚款1000元；对乙罚款2000元' }, ['CF_JG money.several']],
    ['penalties-2015.xml', { CF_SY: '' }, ['CF_SY required']],
  ]
  for (const [file, changes, remarks] of kept) {
    it(`${file}: ${JSON.stringify(changes)} is accepted with a remark`, async () => {
      expect(noted(await only('penalties', file, 0, changes))).to.deep.equal(remarks)
    })
  }

  it('an amount in yuan in a column of 万元 is yuan if the decision text confirms it', async () => {
    const draft = await only('penalties', 'penalties.csv', 0, { CF_NR_FK: '￥2000' })
    expect(draft.body).to.include({ fine_yuan: '2000' })
  })

  it('a remark on an amount names its unit in each language', async () => {
    const { remarks } = await only('penalties', 'penalties.csv', 0, { CF_NR_FK: '2000' })
    const [words] = remarks.filter(({ field }) => field === 'CF_NR_FK').map(({ message }) => splitLanguages(message))
    expect(words?.zh).to.include('万元')
    expect(words?.en).to.match(/^CF_NR_FK is meant in units of 10,000 yuan; [a-z, ]+\.$/)
  })

  it('a revocation day without a state means revoked', async () => {
    const draft = await only('penalties', 'penalties-labels.csv', 1, { 当前状态: '' })
    expect(draft.body).to.include({ status: 'REVOKED', revoked_on: '2025-06-01' })
  })

  it('certificate numbers are never stored, in any form', async () => {
    const secret = 'ZJ-998877'
    const hidden: [file: string, fields: string[]][] = [
      ['penalties-city.json', ['CF_FR_ZJHM', 'CF_XDR_ZJHM', 'CF_FR_SFZH']],
      ['penalties-2015.xml', ['CF_XDR_SFZ', 'CF_FR_SFZH']],
      ['penalties-labels.csv', ['法定代表人证件号码', '证件号码', '自然人证件号码']],
    ]
    for (const [file, fields] of hidden) {
      for (const field of fields) {
        const drafts = draftsOf('penalties', await from('penalties', file, 0, { [field]: secret }))
        expect(JSON.stringify(drafts), field).to.not.include(secret)
      }
    }
  })
})
