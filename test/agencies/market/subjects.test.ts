import { expect } from 'chai'
import { world } from '../../../seeds/world.js'
import { digestDraft } from '../../../src/domain/records/digest.js'
import { spellIndividual, spellRegistration } from '../../../src/sandbox/agencies/market-regulator.js'
import { draftsOf } from '../samples.js'
import { faults, only, rulesOf } from './items.js'

describe('registrations of individual businesses', () => {
  it('are read alike from the service and from a table', async () => {
    const sent = await only('individuals', 'individuals.json')
    expect(sent).to.deep.include({ key: '92220202MA14A9QU2R', validFrom: '2021-03-01', remarks: [] })
    expect(sent.body).to.include({
      name: '样城松柏样例商行',
      kind: 'individual',
      type: '个体工商户',
      representative: '样甲',
      capital_yuan: '50000',
      established_on: '2019-02-28',
      status: 'ACTIVE',
      region_code: '220202',
      address: '样城样例街1号',
    })
    const tabled = await only('individuals', 'individuals.csv')
    expect(tabled.body).to.deep.equal({ ...sent.body, term_from: null })
  })

  it("use the operator's name if they have no name of their own, with a remark", async () => {
    const draft = await only('individuals', 'individuals.json', 1)
    expect(draft.key).to.equal('220102600012340')
    expect(draft.subject).to.deep.include({ name: '样乙', uscc: null, regNo: '220102600012340' })
    expect(draft.body).to.include({
      name: '样乙',
      type: '个体工商户（家庭经营）',
      status: 'DEREGISTERED',
      capital_yuan: null,
    })
    expect(rulesOf(draft)).to.deep.equal(['TRANAME name'])
  })

  const traps: [changes: Record<string, unknown>, rules: string[]][] = [
    [{ TRANAME: '/', NAME: '' }, ['TRANAME required']],
    [{ REGSTATE_CN: '好' }, ['REGSTATE_CN value']],
    [{ REGSTATE_CN: '' }, ['REGSTATE_CN required']],
    [{ ESTDATE: '2019-02-30' }, ['ESTDATE date']],
    [{ UNISCID: '9222', REGNO: '' }, ['UNISCID code']],
    [{ UNISCID: '', REGNO: '' }, ['UNISCID required']],
    [{ 字号名称: '另一个名称' }, ['字号名称 value']],
    [{ 字号名称: ' 样城松柏样例商行 ' }, []],
  ]
  for (const [changes, rules] of traps) {
    it(`are checked by their rules: ${JSON.stringify(changes)}`, async () => {
      expect(await faults('individuals', 'individuals.json', 0, changes)).to.have.members(rules)
    })
  }

  it("get remarks for an unknown composition, an unreadable capital and an enterprise's code", async () => {
    const draft = await only('individuals', 'individuals.json', 0, {
      COMPFORM: '合伙',
      FUNDAM: '若干',
      UNISCID: '91220102MA0Y3X1HXM',
    })
    expect(rulesOf(draft)).to.have.members(['COMPFORM value', 'FUNDAM money', 'UNISCID code.kind'])
    expect(draft.body).to.include({ type: '个体工商户', capital_yuan: null })
  })

  it('records of the synthetic world equal those seeded through the registry', () => {
    const all = world().operators.filter(({ kind }) => kind === 'individual')
    expect(all.length).to.be.greaterThan(40)
    for (const [n, one] of all.entries()) {
      const [seeded] = draftsOf('registry', { page: null, row: 1, fields: spellRegistration(one, n) })
      const [pulled] = draftsOf('individuals', { page: 1, row: 1, fields: spellIndividual(one, n) })
      if (!seeded || !pulled) throw new Error('no draft')
      expect([pulled.key, digestDraft(pulled)]).to.deep.equal([seeded.key, digestDraft(seeded)])
    }
  })
})

describe("a vendor's search", () => {
  it('gives an operator by its code, and a firm of another registry by name only', async () => {
    const ours = await only('registry', 'search.json')
    expect(ours).to.deep.include({ key: '91220102MA0Y3X1HXM', validFrom: '2018-06-08', remarks: [] })
    expect(ours.body).to.include({ status: 'ACTIVE', kind: 'enterprise', region_code: '220102' })
    const foreign = await only('registry', 'search.json', 1)
    expect(foreign.key).to.equal('qcc/h0000000000000000000000000000002')
    expect(foreign.subject).to.deep.equal({
      uscc: null,
      orgCode: null,
      regNo: null,
      shop: null,
      name: '香港松柏样例有限公司',
    })
    expect(foreign.body).to.include({ status: 'DEREGISTERED', uscc: null, reg_no: null })
    expect(rulesOf(foreign)).to.deep.equal(['No code'])
  })
})

describe('entries of abnormal operation', () => {
  it('are in force, have ended or were revoked, and the body says which', async () => {
    const standing = await only('abnormal', 'abnormal.json')
    expect(standing.key).to.equal('abnormal/91220102MA0Y3X1HXM/2025-07-08/未按规定期限公示年度报告')
    expect(standing.body).to.include({ list: 'abnormal', removed_on: null, removal_reason: null })
    const ended = await only('abnormal', 'abnormal.json', 1)
    expect(ended).to.include({ validFrom: '2024-02-25', validTo: '2024-06-08' })
    expect(ended.body).to.include({ removed_on: '2024-06-08', removal_reason: '已办理住所变更（样城市场监督管理局）' })
    const revoked = await only('abnormal', 'abnormal.json', 2)
    expect(revoked.subject).to.include({ uscc: '92220202MA14A9QU2R', regNo: '220102600012340' })
    expect(revoked.body).to.include({
      removed_on: '2025-08-01',
      removal_reason: '撤销列入：标记有误（样城市场监督管理局）',
    })
  })

  it('are read alike through the gateway and from a table', async () => {
    expect(await only('abnormal', 'abnormal.csv')).to.deep.equal(await only('abnormal', 'abnormal.json'))
    expect(await only('abnormal', 'abnormal.csv', 1)).to.deep.equal(await only('abnormal', 'abnormal.json', 2))
  })

  const traps: [at: number, changes: Record<string, unknown>, rules: string[]][] = [
    [0, { isMove: '3' }, ['isMove value']],
    [0, { isMove: '2' }, ['REMDATE required']],
    [0, { isMove: '1' }, ['REMDATE required']],
    [0, { REMEXCPRES_CN: '已补报' }, ['REMDATE required']],
    [0, { UNISCID: '', REGNO: '' }, ['UNISCID required']],
    [0, { ABNTIME: '' }, ['ABNTIME required']],
    [0, { SPECAUSE_CN: '—' }, ['SPECAUSE_CN required']],
    [1, { isMove: '0' }, ['isMove value']],
    [1, { REMDATE: '2023-01-01' }, ['REMDATE date']],
    [1, { REMDATE: '2024-02-30' }, ['REMDATE date']],
  ]
  for (const [at, changes, rules] of traps) {
    it(`are rejected for broken rules: ${at} ${JSON.stringify(changes)}`, async () => {
      expect(await faults('abnormal', 'abnormal.json', at, changes)).to.include.members(rules)
    })
  }

  it('without a kind of ending count as ended, with a remark', async () => {
    const draft = await only('abnormal', 'abnormal.json', 1, { isMove: '' })
    expect(rulesOf(draft)).to.deep.equal(['isMove value'])
    expect(draft.body.removal_reason).to.equal('已办理住所变更（样城市场监督管理局）')
  })
})

describe('commitments', () => {
  it('contain their checks, from a list or from lines in cells', async () => {
    const sent = await only('commitments', 'commitments.json')
    expect(sent).to.deep.include({ key: 'CN1', validFrom: '2024-05-06', validTo: null })
    expect(sent.body.checks).to.deep.equal([
      { checked_on: '2024-08-06', result: 'KEPT', by: '样例核查中心', note: null },
      { checked_on: '2025-02-03', result: 'PARTLY', by: '样例核查中心', note: '未在首页公示' },
    ])
    expect(await only('commitments', 'commitments.csv')).to.deep.equal(sent)
    expect((await only('commitments', 'commitments.json', 1)).body).to.deep.include({
      checks: [],
      valid_to: '2027-05-06',
    })
  })

  const checks = (changes: Record<string, unknown>) => ({
    核查情况: [{ 核查日期: '2024-08-06', 核查结果: '履行', ...changes }],
  })
  const traps: [changes: Record<string, unknown>, rules: string[]][] = [
    [checks({ 核查结果: '尚可' }), ['核查结果 value']],
    [checks({ 核查结果: '' }), ['核查结果 required']],
    [checks({ 核查日期: '2024-02-30' }), ['核查日期 date']],
    [checks({ 核查日期: null }), ['核查日期 required']],
    [checks({ 核查日期: '2024-05-05' }), ['核查日期 date']],
    [checks({ 核查单位: {} }), ['核查情况/核查单位 value']],
    [{ 核查情况: ['履行'] }, ['核查情况 value']],
    [{ 核查情况: '履行' }, ['核查情况 value']],
    [{ 有效期至: '2024-05-05' }, ['有效期至 date']],
    [{ 承诺编号: '' }, ['承诺编号 required']],
  ]
  for (const [changes, rules] of traps) {
    it(`are rejected for broken rules: ${JSON.stringify(changes)}`, async () => {
      expect(await faults('commitments', 'commitments.json', 0, changes)).to.deep.equal(rules)
    })
  }

  it('are rejected when cells have different numbers of lines', async () => {
    expect(await faults('commitments', 'commitments.csv', 0, { 核查结果: '履行' })).to.deep.equal(['核查结果 value'])
  })
})
