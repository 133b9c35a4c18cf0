import { expect } from 'chai'
import { redactIdNumbers } from '../../../src/domain/records/privacy.js'
import type { RecordDraft, SourceItem } from '../../../src/domain/records/records.js'
import { contractCheck } from '../../../src/foundation/contracts.js'
import { draftsOf, feedOf, fileOf, itemsOf, problemsOf, sample, TODAY } from '../samples.js'

/** A synthetic ID number. Its birth date is in 1900. */
const PERSON = '220102190001010016'

const itemOf = async (id: string, file: string, at = 0, changes: Record<string, unknown> = {}): Promise<SourceItem> => {
  const item = (await itemsOf(id, sample(file)))[at]
  if (!item) throw new Error('no such item')
  return { ...item, fields: { ...item.fields, ...changes } }
}
const only = async (id: string, file: string, at = 0, changes: Record<string, unknown> = {}): Promise<RecordDraft> => {
  const [draft, ...others] = draftsOf(id, await itemOf(id, file, at, changes))
  if (!draft || others.length > 0) throw new Error('not one draft')
  return draft
}

describe('filings, shops and trust certificates', () => {
  it('icp: identifies a firm by its code and normalises host names', async () => {
    const draft = await only('icp', 'icp.json')
    expect(draft).to.deep.include({ key: '吉ICP备99000001号-1', validFrom: '2021-05-06', validTo: null, remarks: [] })
    expect(draft.subject).to.include({ uscc: '91220102MA0Y3X1HXM', name: '长春市松柏样例电子商务有限公司' })
    expect(draft.body).to.deep.equal({
      number: '吉ICP备99000001号-1',
      main_number: '吉ICP备99000001号',
      domains: ['songbai.example', 'www.songbai.example'],
      site_name: '松柏样例官网',
      filed_on: '2021-05-06',
      status: 'VALID',
    })
    expect((await only('icp', 'icp.csv')).subject).to.include({ uscc: '92220202MA14A9QU2R' })
  })

  it("icp: never stores a person's ID number", async () => {
    for (const unitCode of [PERSON, '91220102MA0Y3X1HXM', '护照 E00000000', '[居民身份证 x]', '', null]) {
      const draft = await only('icp', 'icp.json', 1, { unitCode })
      expect(draft.subject).to.deep.equal({ uscc: null, orgCode: null, regNo: null, shop: null, name: '样丁' })
      expect(draft.remarks).to.deep.equal([])
      expect(JSON.stringify(draft)).to.not.include(PERSON)
    }
    const draft = await only('icp', 'icp.json', 1)
    expect(draft.key).to.equal('吉ICP备99000002号-2')
    expect(draft.body).to.deep.include({ status: 'CANCELLED', domains: ['yangding.example', '样丁.example'] })
  })

  it("icp: a firm with a person's number is rejected without repeating the number", async () => {
    const item = await itemOf('icp', 'icp.json', 0, { unitCode: PERSON })
    expect(problemsOf('icp', item).map(({ field, rule }) => `${field} ${rule}`)).to.deep.equal(['unitCode code'])
    expect(JSON.stringify(problemsOf('icp', item))).to.not.include(PERSON)
  })

  it('shops: a firm’s shop leads to the firm, a natural person’s is an operator of its own', async () => {
    const firm = await only('shops', 'shops.jsonl')
    expect(firm).to.deep.include({ key: 'shop:yangli-mall:YL1', validFrom: '2021-06-01', validTo: null, remarks: [] })
    expect(firm.subject).to.deep.include({ uscc: '91220102MA0Y3X1HXM', shop: null })
    expect(firm.body).to.include({ real_name_method: 'LICENCE', real_name_matched: true })
    const person = await only('shops', 'shops.jsonl', 1)
    expect(person.subject).to.deep.equal({
      uscc: null,
      orgCode: null,
      regNo: null,
      shop: 'shop:yangli-mall:YL2',
      name: '样例小铺',
    })
    expect(person.body).to.include({ real_name_method: 'NETWORK_ID', real_name_matched: false })
    const closed = await only('shops', 'shops.jsonl', 2)
    expect(closed.body).to.include({ real_name_method: null, real_name_matched: null, url: null, category: null })
    expect(closed.validTo).to.equal('2024-04-04')
    const table = await only('shops', 'shops.csv')
    expect(table).to.deep.include({ key: 'shop:yangli-mall:YL4', validTo: null })
    expect(table.body).to.include({ marketplace: 'yangli-mall', real_name_method: 'LICENCE', real_name_matched: true })
  })

  it("shops: a natural person's name is not stored, and an ID number causes a remark that does not repeat it", async () => {
    for (const field of ['idNumber', 'certNo', '身份证号码', '证件号码']) {
      const item = await itemOf('shops', 'shops.jsonl', 1, { sellerName: '样某某', [field]: PERSON })
      const [draft] = draftsOf('shops', item)
      expect(draft?.remarks.map((one) => `${one.field} ${one.rule}`)).to.deep.equal([`${field} personal.number`])
      expect(JSON.stringify(draft)).to.not.match(new RegExp(`${PERSON}|样某某`))
      const [marked] = draftsOf(
        'shops',
        redactIdNumbers(item, () => 'x'),
      )
      expect(marked?.remarks.map(({ rule }) => rule)).to.deep.equal(['personal.number'])
      expect((await only('shops', 'shops.jsonl', 1, { [field]: '/' })).remarks).to.deep.equal([])
    }
  })

  it('trustmarks: keys are per certifier, valid certificates end and revoked ones do not', async () => {
    const valid = await only('trustmarks', 'trustmarks.csv')
    expect(valid).to.deep.include({
      key: '样例可信认证中心/YL-2025-001',
      validFrom: '2025-01-01',
      validTo: '2027-12-31',
      remarks: [],
    })
    expect(valid.body).to.deep.include({ domains: ['songbai.example', 'www.songbai.example'], status: 'VALID' })
    const revoked = await only('trustmarks', 'trustmarks.csv', 1)
    expect(revoked.validTo).to.equal(null)
    expect(revoked.body).to.deep.include({ valid_to: '2025-12-31', status: 'REVOKED', domains: [] })
  })

  it('ratings: a grade is kept as the association words it, with the address of its pact', async () => {
    const grade = await only('ratings', 'ratings.csv')
    expect(grade).to.deep.include({
      key: '样例电子商务协会/YX-2025-001',
      validFrom: '2025-03-15',
      validTo: '2028-03-14',
      remarks: [],
    })
    expect(grade.body).to.deep.equal({
      association: '样例电子商务协会',
      scheme: '会员诚信经营评价办法（2024年）',
      grade: 'AAA',
      certificate_number: 'YX-2025-001',
      awarded_on: '2025-03-15',
      valid_to: '2028-03-14',
      pact_url: 'https://pact.example/2024',
    })
    const endless = await only('ratings', 'ratings.csv', 1)
    expect([endless.validTo, endless.body.valid_to, endless.body.pact_url]).to.deep.equal([null, null, null])
  })

  const bad: [id: string, file: string, changes: Record<string, unknown>, problem: string][] = [
    ['icp', 'icp.json', { serviceLicence: '吉ICP备9900001' }, ''],
    ['icp', 'icp.json', { serviceLicence: '吉ICP备99000号-1' }, 'serviceLicence code'],
    ['icp', 'icp.json', { serviceLicence: '某ICP备99000001号-1' }, 'serviceLicence code'],
    ['icp', 'icp.json', { serviceLicence: '' }, 'serviceLicence required'],
    ['icp', 'icp.json', { natureName: '公司' }, 'natureName value'],
    ['icp', 'icp.json', { natureName: null }, 'natureName required'],
    ['icp', 'icp.json', { state: '审核中' }, 'state value'],
    ['icp', 'icp.json', { auditDate: '2021-02-30' }, 'auditDate date'],
    ['icp', 'icp.json', { domains: ['ok.example', 'http://bad.example/'] }, 'domains value'],
    ['icp', 'icp.json', { domains: 'localhost' }, 'domains value'],
    ['icp', 'icp.json', { domains: [1] }, 'domains value'],
    ['icp', 'icp.json', { domains: { a: 1 } }, 'domains value'],
    ['icp', 'icp.json', { unitName: ' ' }, 'unitName required'],
    ['shops', 'shops.jsonl', { uscc: '' }, 'uscc required'],
    ['shops', 'shops.jsonl', { uscc: '91220102MA0Y3X1HX' }, 'uscc code'],
    ['shops', 'shops.jsonl', { sellerKind: '店主' }, 'sellerKind value'],
    ['shops', 'shops.jsonl', { sellerKind: '自然人' }, 'uscc code'],
    ['shops', 'shops.jsonl', { sellerName: null }, 'sellerName required'],
    ['shops', 'shops.jsonl', { marketplace: '羊栗商城' }, 'shopId code'],
    ['shops', 'shops.jsonl', { shopId: 'a b' }, 'shopId code'],
    ['shops', 'shops.jsonl', { shopId: '' }, 'shopId required'],
    ['shops', 'shops.jsonl', { url: 'javascript:alert(1)' }, 'url value'],
    ['shops', 'shops.jsonl', { realNameMethod: '人脸' }, 'realNameMethod value'],
    ['shops', 'shops.jsonl', { realNameMatched: '大概' }, 'realNameMatched value'],
    ['shops', 'shops.jsonl', { realNameMatched: 1 }, 'realNameMatched value'],
    ['shops', 'shops.jsonl', { realNameMatched: { result: true } }, 'realNameMatched value'],
    ['shops', 'shops.jsonl', { closedOn: '2021-05-31' }, 'closedOn date'],
    ['trustmarks', 'trustmarks.csv', { 证书状态: '失效' }, '证书状态 value'],
    ['trustmarks', 'trustmarks.csv', { 有效期至: '2024-12-31' }, '有效期至 date'],
    ['trustmarks', 'trustmarks.csv', { 发证日期: '' }, '发证日期 required'],
    ['trustmarks', 'trustmarks.csv', { 网站域名: 'www.songbai.example/shop' }, '网站域名 value'],
    ['trustmarks', 'trustmarks.csv', { 证书编号: '无' }, '证书编号 required'],
    ['ratings', 'ratings.csv', { 评价等级: '' }, '评价等级 required'],
    ['ratings', 'ratings.csv', { 评价编号: '/' }, '评价编号 required'],
    ['ratings', 'ratings.csv', { 有效期至: '2025-03-14' }, '有效期至 date'],
    ['ratings', 'ratings.csv', { 自律公约网址: 'javascript:alert(1)' }, '自律公约网址 value'],
  ]
  for (const [id, file, changes, problem] of bad) {
    it(`${id}: ${JSON.stringify(changes)} ${problem ? 'is rejected' : 'is accepted'}`, async () => {
      const problems = problemsOf(id, await itemOf(id, file, 0, changes))
      expect(problems.map(({ field, rule }) => `${field} ${rule}`).join()).to.equal(problem)
      for (const { message } of problems) expect(message).to.match(/\p{Script=Han}.*[a-z]/u)
    })
  }

  const noted: [id: string, file: string, changes: Record<string, unknown>, finding: string][] = [
    ['icp', 'icp.json', { unitCode: '91220102MA0Y3X1HX0' }, 'unitCode code.digit'],
    ['icp', 'icp.json', { unitCode: '220102600012340' }, 'unitCode code.column'],
    ['icp', 'icp.json', { auditDate: '2030-01-01' }, 'auditDate date.future'],
    ['shops', 'shops.jsonl', { realNameMethod: null }, 'realNameMethod required'],
    ['shops', 'shops.jsonl', { phone: '00000000000' }, 'phone field.unknown'],
    ['trustmarks', 'trustmarks.csv', { 有效期至: '2026-01-01' }, '证书状态 date.past'],
  ]
  for (const [id, file, changes, finding] of noted) {
    it(`${id}: ${JSON.stringify(changes)} is accepted with a remark`, async () => {
      const draft = await only(id, file, 0, changes)
      expect(draft.remarks.map(({ field, rule }) => `${field} ${rule}`)).to.deep.equal([finding])
      expect(contractCheck(`records/${feedOf(id).kind}`)(draft.body)).to.deep.equal([])
    })
  }

  it('shops: a line that is not a record is one broken item', async () => {
    const [line = ''] = (await import('node:fs')).readFileSync(sample('shops.jsonl'), 'utf8').split('\n')
    const items = await itemsOf('shops', fileOf(`${line}\n{"marketplace": \n${line.replace('YL1', 'YL9')}\n`))
    const mapped = items.map((item) => feedOf('shops').map(item, { dated: null, today: TODAY }))
    expect(mapped.map((one) => ('problems' in one ? one.problems[0]?.rule : one.drafts[0]?.key))).to.deep.equal([
      'shop:yangli-mall:YL1',
      'row',
      'shop:yangli-mall:YL9',
    ])
  })
})
