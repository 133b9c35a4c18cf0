import { expect } from 'chai'
import { mapWordsToStates } from '../../src/agencies/market-regulator/states.js'
import type { SourceItem } from '../../src/domain/records/records.js'
import { contractCheck } from '../../src/foundation/contracts.js'
import { Refusal } from '../../src/foundation/errors.js'
import { context, draftsOf, feedOf, itemsOfSample, problemsOf, SAMPLES } from './samples.js'

const from = async (
  id: string,
  file: string,
  at: number,
  changes: Record<string, unknown> = {},
): Promise<SourceItem> => {
  const item = (await itemsOfSample(id, file))[at]
  if (!item) throw new Error('no such item')
  return { ...item, fields: { ...item.fields, ...changes } }
}
const only = async (id: string, file: string, at = 0, changes: Record<string, unknown> = {}) => {
  const [draft] = draftsOf(id, await from(id, file, at, changes))
  if (!draft) throw new Error('no draft')
  return draft
}

describe('meaning of a feed’s fields', () => {
  it('a key over 300 characters or a name over 200 rejects an item', async () => {
    const limits: [field: string, length: number, rules: string[]][] = [
      ['ILLID', 300, []],
      ['ILLID', 301, ['key']],
      ['ENTNAME', 200, []],
      ['ENTNAME', 201, ['name']],
    ]
    for (const [field, length, rules] of limits) {
      const item = await from('dishonest', 'dishonest.json', 0, { [field]: '样'.repeat(length) })
      expect(
        problemsOf('dishonest', item).map(({ rule }) => rule),
        `${field} ${length}`,
      ).to.deep.equal(rules)
    }
  })

  it('F-10: reads 1900-01-01 as "no date" in any form, and as missing where a day is required', async () => {
    for (const none of ['1900-01-01', '1900/1/1', '1900年1月1日']) {
      const item = await from('dishonest', 'dishonest.json', 0, { REMDATE: none })
      expect(draftsOf('dishonest', item)[0]?.body['removed_on'], none).to.equal(null)
      const undated = await from('dishonest', 'dishonest.json', 0, { ABNTIME: none })
      expect(problemsOf('dishonest', undated).map(({ field, rule }) => `${field} ${rule}`)).to.deep.equal([
        'ABNTIME required',
      ])
    }
  })

  it('registry: reads dates in milliseconds, capital in 万元, states and terms of the query service', async () => {
    const draft = await only('registry', 'registry.json')
    expect(draft).to.deep.include({ key: '91220102MA0Y3X1HXM', validFrom: '2021-03-01', validTo: null, remarks: [] })
    expect(draft.body).to.deep.include({
      established_on: '2018-06-08',
      approved_on: '2021-03-01',
      term_to: null,
      capital_yuan: '5000000',
      capital_currency: 'CNY',
      status: 'ACTIVE',
      kind: 'enterprise',
      region_code: '220102',
    })
    const individual = await only('registry', 'registry.json', 1)
    expect(individual.subject).to.include({ uscc: '92220202MA14A9QU2R', regNo: '220102600012340' })
    expect(individual.body).to.include({
      kind: 'individual',
      status: 'REVOKED',
      established_on: '2019-02-28',
      capital_yuan: null,
    })
    const cooperative = await only('registry', 'registry.json', 2)
    expect(cooperative.body).to.include({
      kind: 'cooperative',
      capital_yuan: '1000000',
      capital_currency: 'USD',
      term_to: null,
    })
  })

  it('registry: a table without states yields UNKNOWN, and only the type identifies a branch', async () => {
    expect((await only('registry', 'registry.csv')).body).to.include({
      status: 'UNKNOWN',
      type: null,
      kind: 'enterprise',
      capital_yuan: '200000',
      region_code: '220102',
    })
    expect((await only('registry', 'registry.csv', 1)).body).to.include({
      kind: 'branch',
      representative: null,
      city: null,
    })
  })

  it('F-12: rejects a register row with shifted columns, and accepts a single odd cell with a remark', async () => {
    const slipped: Record<string, string>[] = [
      { 注册资金: '样某某', 所在省份: '普通合伙' },
      { 企业类型: '301.5000(万美元)', 注册资金: 'SAMPLE）' },
      { 企业类型: 'SampleNAME', 注册资金: 'Jean', 所在省份: '1', 地区: '200(万美元)' },
    ]
    for (const changes of slipped) {
      const item = await from('registry', 'registry.csv', 0, changes)
      expect(
        problemsOf('registry', item).map(({ rule }) => rule),
        JSON.stringify(changes),
      ).to.deep.equal(['columns'])
    }
    for (const changes of [{ 注册资金: '不详' }, { 所在省份: '新疆生产建设兵团' }, { 注册资金: '叁仟万元' }]) {
      expect((await only('registry', 'registry.csv', 0, changes)).body.kind).to.equal('enterprise')
    }
  })

  it('I-A12: reads the words that registers use for their states, and rejects unknown ones', async () => {
    const states: [word: string, state: string | null][] = [
      ['在营（开业）企业', 'ACTIVE'],
      ['在营 (开业)', 'ACTIVE'],
      ['登记成立', 'ACTIVE'],
      ['正常', 'ACTIVE'],
      ['停业', 'SUSPENDED'],
      ['清算', 'SUSPENDED'],
      ['吊销,未注销', 'REVOKED'],
      ['责令关闭', null],
    ]
    for (const [word, state] of states) {
      const item = await from('registry', 'registry.json', 0, { regstateCn: word })
      if (state === null) expect(problemsOf('registry', item)[0]).to.include({ field: 'regstateCn', rule: 'value' })
      else expect(draftsOf('registry', item)[0]?.body['status'], word).to.equal(state)
      const individual = await from('individuals', 'individuals.json', 0, { REGSTATE_CN: word })
      if (state !== null) expect(draftsOf('individuals', individual)[0]?.body['status'], word).to.equal(state)
    }
  })

  it('I-A12: refuses a table of states that contains a word twice', () => {
    const rows = ['在营（开业）', '在营(开业)'].map((word) => ({ word, state: 'ACTIVE' }))
    expect(() => mapWordsToStates(rows))
      .to.throw(Refusal)
      .with.property('code', 'RULES_BROKEN')
  })

  it('registry: an impossible capital causes a remark and is left out', async () => {
    const draft = await only('registry', 'registry.csv', 0, { 注册资金: '若干' })
    expect(draft.body.capital_yuan).to.equal(null)
    expect(draft.remarks).to.deep.include.members([{ ...draft.remarks[0], field: '注册资金', rule: 'money' }])
  })

  it('trademarks: the key is number and class, and an owner may have no code', async () => {
    const draft = await only('trademarks', 'trademarks.xml')
    expect(draft).to.deep.include({ key: '81234567/30', validFrom: '2016-02-14', validTo: '2026-02-13' })
    expect(draft.body).to.deep.include({ class: 30, status: 'REGISTERED', goods: ['糖果', '茶 & 咖啡'] })
    const pending = await only('trademarks', 'trademarks.xml', 1)
    expect(pending.subject).to.include({ uscc: null, name: '样丁' })
    expect(pending.body).to.deep.include({ status: 'APPLIED', goods: ['香皂'], owner_uscc: null })
  })

  it('quality: the inspected party is the seller, and the producer on the label is only a text', async () => {
    const draft = await only('quality', 'quality.xlsx')
    expect(draft.key).to.equal('样市监〔2025〕3号/1')
    expect(draft.subject).to.include({ uscc: '91220102MA0Y3X1HXM', name: '长春市松柏样例电子商务有限公司' })
    expect(draft.body).to.deep.include({
      party_role: 'SELLER',
      labelled_producer: '样例食品厂',
      produced_on: '2025-01-02',
      batch: 'B12',
      result: 'FAIL',
      failures: ['水分', '灰分'],
    })
    const byName = await only('quality', 'quality.xlsx', 1)
    expect(byName.subject).to.deep.equal({ uscc: null, orgCode: null, regNo: null, shop: null, name: '样例商行' })
    expect(byName.body).to.deep.include({ result: 'PASS', failures: [], batch: '批号 A7', marketplace: null })
  })

  const cells: [sent: unknown, produced: string | null, batch: string | null][] = [
    ['2025-01-02', '2025-01-02', null],
    ['2025年1月2日／X', '2025-01-02', 'X'],
    ['20250102', '2025-01-02', null],
    ['12345678', null, '12345678'],
    ['2025-02-30/X', null, '2025-02-30/X'],
    ['1601001', null, '1601001'],
    ['/', null, null],
  ]
  it('quality: one cell may hold the day, the batch, or both', async () => {
    for (const [sent, produced_on, batch] of cells) {
      const { body } = await only('quality', 'quality.xlsx', 0, { '生产日期/批号': sent })
      expect([body.produced_on, body.batch], String(sent)).to.deep.equal([produced_on, batch])
    }
  })

  it('penalties: amounts in 万元 become exact yuan, types are split, and decision numbers are normalised', async () => {
    const draft = await only('penalties', 'penalties.csv')
    expect(draft.key).to.equal('样市监处罚〔2025〕12号/91220102MA0Y3X1HXM/11220000013555128E')
    expect(draft.body).to.deep.include({
      fine_yuan: '2000',
      confiscated_yuan: '123.45',
      types: ['罚款', '没收违法所得'],
      decided_on: '2025-03-04',
      effective_until: null,
      party_kind: 'ORGANISATION',
    })
  })

  it('penalties: numbers of certificates never reach the body', async () => {
    const secret = 'ZJ-998877'
    const draft = await only('penalties', 'penalties.csv', 1, { CF_XDR_ZJHM: secret, CF_FR_ZJHM: secret })
    expect(JSON.stringify(draft)).to.not.include(secret)
    expect(draft.subject).to.include({ uscc: null, name: '样丁' })
  })

  it('penalties: an organisation without a code is kept, with a remark', async () => {
    const draft = await only('penalties', 'penalties.csv', 0, { CF_XDR_SHXYM: '' })
    expect(draft.subject.uscc).to.equal(null)
    expect(draft.remarks.map(({ field, rule }) => `${field} ${rule}`)).to.deep.equal(['CF_XDR_SHXYM required'])
  })

  it('dishonest: reads dates in several spellings, and sets no end of the term', async () => {
    const listed = await only('dishonest', 'dishonest.json')
    expect(listed).to.deep.include({ key: 'ILL-1', validFrom: '2024-06-08', validTo: null })
    expect(listed.body).to.include({ list: 'serious', document_number: '样市监严违〔2024〕1号', ends_on: null })
    const removed = await only('dishonest', 'dishonest.json', 1)
    expect(removed.body).to.include({ listed_on: '2023-01-10', removed_on: '2024-02-25', removal_reason: '期满' })
  })

  it('dishonest: a cell with two reasons yields two drafts of one item', async () => {
    const drafts = draftsOf('dishonest', await from('dishonest', 'dishonest.csv', 0))
    expect(drafts.map(({ key }) => key)).to.deep.equal([
      'ecommerce-2018/91220102MA0Y3X1HXM/甲类失信',
      'ecommerce-2018/91220102MA0Y3X1HXM/乙类失信',
    ])
    const [moved] = drafts
    expect(moved?.subject).to.deep.include({ uscc: '91220102MA0Y3X1HXM', orgCode: null, regNo: '220102600012340' })
    expect(moved?.remarks.map(({ rule }) => rule)).to.deep.equal(['code.column'])
    const older = await only('dishonest', 'dishonest.csv', 2)
    expect(older.subject).to.deep.include({ uscc: null, orgCode: '71526726X', regNo: '220102600012340' })
  })
})

describe('a value that is not understood', () => {
  const bad: [id: string, file: string, changes: Record<string, unknown>, problem: string][] = [
    ['registry', 'registry.json', { regstateCn: '神秘状态' }, 'regstateCn value'],
    ['registry', 'registry.json', { regstateCn: '' }, 'regstateCn required'],
    ['registry', 'registry.json', { entname: ' ' }, 'entname required'],
    ['registry', 'registry.json', { estdate: '2019-02-29' }, 'estdate date'],
    ['registry', 'registry.json', { uniscid: '' }, 'uniscid required'],
    ['registry', 'registry.json', { uniscid: '91220102MA0Y3X1H' }, 'uniscid code'],
    ['registry', 'registry.json', { uniscid: 9e17 }, 'uniscid value'],
    ['registry', 'registry.json', { entname: { a: 1 } }, 'entname value'],
    ['registry', 'registry.csv', { 统一社会信用代码: 'N/A' }, '统一社会信用代码 required'],
    ['registry', 'registry.csv', { 统一社会信用代码: '91220102OA0Y3X1HXM' }, '统一社会信用代码 code'],
    ['trademarks', 'trademarks.xml', { intCls: '46' }, 'intCls value'],
    ['trademarks', 'trademarks.xml', { status: '好' }, 'status value'],
    ['trademarks', 'trademarks.xml', { goods: { item: { a: '1' } } }, 'goods value'],
    ['quality', 'quality.xlsx', { 抽查结果: '尚可' }, '抽查结果 value'],
    ['quality', 'quality.xlsx', { 通报日期: '2025-13-01' }, '通报日期 date'],
    ['quality', 'quality.xlsx', { 序号: '' }, '序号 required'],
    ['penalties', 'penalties.csv', { CF_XDR_LB: '其他组织' }, 'CF_XDR_LB value'],
    ['penalties', 'penalties.csv', { CF_NR_FK: '-1' }, 'CF_NR_FK money'],
    ['penalties', 'penalties.csv', { CF_NR_FK: '1万美元' }, 'CF_NR_FK money'],
    ['penalties', 'penalties.csv', { CF_CFJGDM: '' }, 'CF_CFJGDM required'],
    ['penalties', 'penalties.csv', { CF_JDRQ: '/' }, 'CF_JDRQ required'],
    ['penalties', 'penalties.csv', { CF_XDR_ZZJG: '92220202MA14A9QU2R' }, 'CF_XDR_ZZJG code'],
    ['dishonest', 'dishonest.json', { ABNTIME: '' }, 'ABNTIME required'],
    ['dishonest', 'dishonest.json', { REMDATE: '2020-01-01' }, 'REMDATE date'],
    ['dishonest', 'dishonest.csv', { 失信领域: '' }, '失信领域 required'],
    ['dishonest', 'dishonest.csv', { 组织机构代码: '', 工商注册号: '' }, '统一信用代码 required'],
  ]
  for (const [id, file, changes, problem] of bad) {
    it(`${id}: ${Object.entries(changes).map(([field, value]) => `${field} = ${JSON.stringify(value)}`)} is rejected`, async () => {
      const problems = problemsOf(id, await from(id, file, 0, changes))
      expect(problems.map(({ field, rule }) => `${field} ${rule}`)).to.deep.equal([problem])
      expect(problems[0]?.message).to.match(/\p{Script=Han}.*[a-z]/u)
    })
  }

  const noted: [id: string, file: string, changes: Record<string, unknown>, finding: string][] = [
    ['registry', 'registry.json', { uniscid: '91220102MA0Y3X1HX0' }, 'uniscid code.digit'],
    ['registry', 'registry.json', { surprise: 'x' }, 'surprise field.unknown'],
    ['registry', 'registry.json', { estdate: '2030-01-01' }, 'estdate date.future'],
    ['registry', 'registry.json', { regno: '2201012010785' }, 'regno code'],
    ['penalties', 'penalties.csv', { CF_CFLB: '训话' }, 'CF_CFLB value'],
    ['penalties', 'penalties.csv', { CF_NR_FK: '' }, 'CF_NR_FK required'],
    ['penalties', 'penalties.csv', { CF_XDR_SHXYM: '', CF_XDR_SWDJ: '91220102MA0Y3X1HXM' }, 'CF_XDR_SWDJ code.column'],
    ['penalties', 'penalties.csv', { CF_XDR_ZZJG: '71526726-X' }, 'CF_XDR_ZZJG code.mismatch'],
    ['quality', 'quality.xlsx', { 主要不合格项目: '/' }, '主要不合格项目 value'],
    ['dishonest', 'dishonest.json', { UNISCID: '', REGNO: '91220102MA0Y3X1HXM' }, 'REGNO code.column'],
  ]
  for (const [id, file, changes, finding] of noted) {
    it(`${id}: ${Object.entries(changes).map(([field, value]) => `${field} = ${JSON.stringify(value)}`)} is accepted with a remark`, async () => {
      const draft = await only(id, file, 0, changes)
      expect(draft.remarks.map(({ field, rule }) => `${field} ${rule}`)).to.deep.equal([finding])
      expect(contractCheck(`records/${draft.kind}`)(draft.body)).to.deep.equal([])
    })
  }

  it('never crashes on any field type', async () => {
    for (const [id, files] of Object.entries(SAMPLES)) {
      for (const file of files) {
        const item = await from(id, file, 0)
        for (const field of Object.keys(item.fields)) {
          for (const value of [
            null,
            undefined,
            true,
            0,
            -1,
            1e21,
            '',
            '\uFFFD',
            [],
            [1],
            {},
            { a: [] },
            '9'.repeat(12),
          ]) {
            const mapped = feedOf(id).map({ ...item, fields: { ...item.fields, [field]: value } }, context)
            if ('problems' in mapped) expect(mapped.problems).to.not.be.empty
            else
              for (const { body, kind } of mapped.drafts)
                expect(contractCheck(`records/${kind}`)(body), field).to.deep.equal([])
          }
        }
      }
    }
  })

  it('is rejected if no form has its fields', () => {
    const mapped = feedOf('registry').map({ page: null, row: 1, fields: { a: 1, b: 2 } }, context)
    expect('problems' in mapped && mapped.problems[0]?.rule).to.equal('form')
  })
})
