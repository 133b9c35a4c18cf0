import { expect } from 'chai'
import { all, faults, from, only, rulesOf } from './items.js'

describe('samplings of food', () => {
  it('name two parties, and each gets a record of its own', async () => {
    const [seller, producer, more] = await all('food', 'food.xlsx')
    expect(more).to.equal(undefined)
    expect([seller?.key, producer?.key]).to.deep.equal(['DBJ25000001/SELLER', 'DBJ25000001/LABELLED_PRODUCER'])
    expect(seller?.subject).to.include({ uscc: '91220102MA0Y3X1HXM', name: '长春市松柏样例电子商务有限公司' })
    expect(producer?.subject).to.include({ uscc: '92220202MA14A9QU2R', name: '样例食品厂' })
    for (const draft of [seller, producer]) {
      expect(draft).to.deep.include({ validFrom: '2025-03-04', remarks: [] })
      expect(draft?.body).to.deep.include({
        notice_number: '样市监食检〔2025〕3号',
        result: 'FAIL',
        failures: ['苯甲酸（检验结果：1.42g/kg；标准值：≤1.0g/kg）', '菌落总数（检验结果：52000；标准值：≤10000）'],
        produced_on: '2025-01-02',
        batch: 'B12',
        labelled_producer: '样例食品厂',
      })
    }
    expect([seller?.body.party_role, producer?.body.party_role]).to.deep.equal(['SELLER', 'LABELLED_PRODUCER'])
  })

  it('have passed if they have "/" in place of failures', async () => {
    const draft = await only('food', 'food.xlsx', 1)
    expect(draft.body).to.deep.include({ result: 'PASS', failures: [], labelled_producer: null, brand: null })
    expect(draft.subject).to.include({ uscc: null, name: '样例商行' })
  })

  it('yield one record for a seller that is also the maker under another spelling, and are keyed by notice and row without a number', async () => {
    const draft = await only('food', 'food.xlsx', 2)
    expect(draft.key).to.equal('样市监食检〔2025〕3号/3/SELLER')
    expect(draft.body).to.include({ party_role: 'SELLER', batch: 'B7', produced_on: null })
  })

  const spellings: [canonical: string, other: string][] = [
    ['标称生产企业名称', '标称生产单位'],
    ['标称生产企业名称', '标称生产者名称'],
    ['被抽样单位名称', '被抽检单位名称'],
    ['被抽样单位名称', '受检单位'],
    ['食品名称', '样品名称'],
    ['不合格项目║检验结果║标准值', '不合格项目|检验结果|标准值'],
    ['公告号', '通告号'],
    ['检验机构', '承检机构'],
  ]
  for (const [canonical, other] of spellings) {
    it(`are read the same with ${other} in place of ${canonical}`, async () => {
      const before = await all('food', 'food.xlsx')
      const value = (await from('food', 'food.xlsx')).fields[canonical]
      expect(await all('food', 'food.xlsx', 0, { [canonical]: undefined, [other]: value })).to.deep.equal(before)
    })
  }

  const traps: [changes: Record<string, unknown>, rules: string[]][] = [
    [{ '不合格项目║检验结果║标准值': '' }, ['检验结论 required']],
    [{ 检验结论: '大致合格' }, ['检验结论 value']],
    [{ 公告日期: '' }, ['公告日期 required']],
    [{ 公告日期: '2025-02-30' }, ['公告日期 date']],
    [{ 食品名称: '/' }, ['食品名称 required']],
    [{ 标称生产企业名称: '/', 被抽样单位名称: '/' }, ['被抽样单位名称 required', '标称生产企业名称 required']],
    [{ 标称生产企业名称: '/' }, ['标称生产企业名称 required']],
    [{ 抽样编号: '/', 序号: '' }, ['序号 required']],
    [{ 被抽样单位统一社会信用代码: '123' }, ['被抽样单位统一社会信用代码 code']],
    [{ 标称生产单位: '另一家食品厂' }, ['标称生产单位 value']],
  ]
  for (const [changes, rules] of traps) {
    it(`are rejected for broken rules: ${JSON.stringify(changes)}`, async () => {
      expect(await faults('food', 'food.xlsx', 0, changes)).to.have.members(rules)
    })
  }

  it('get remarks if the conclusion contradicts the failures or a failure has too many parts', async () => {
    const [draft] = await all('food', 'food.xlsx', 0, { 检验结论: '合格', '不合格项目║检验结果║标准值': 'A║1║2║3' })
    if (!draft) throw new Error('no draft')
    expect(draft.body).to.deep.include({ result: 'PASS', failures: ['A║1║2║3'] })
    expect(rulesOf(draft)).to.deep.equal(['不合格项目║检验结果║标准值 value', '不合格项目║检验结果║标准值 value'])
  })
})

describe('samplings of other goods', () => {
  it('samplings of herbal slices name the maker on the label, keep where the sample was taken, and have no day', async () => {
    const draft = await only('quality', 'herbal.csv')
    expect(draft.key).to.equal('herbal/样草/样例中药饮片有限公司/20250102/样城样例大药房')
    expect(draft.body).to.deep.include({
      party_role: 'LABELLED_PRODUCER',
      batch: '20250102',
      produced_on: null,
      notice_number: null,
      announced_on: null,
      failures: ['[性状]', '[含量测定]（样酸，样酯）'],
      note: '检品来源：样 城 样例大药房；检验依据：《样例规范》2025年版',
    })
    expect((await only('quality', 'herbal.csv', 1)).key).to.equal(
      'herbal/样草/样例中药饮片有限公司/20250102/样城样例医院',
    )
  })

  it('in a list without numbers or results count as failed, and their key is made of their content', async () => {
    const draft = await only('quality', 'quality.xlsx', 0, {
      通报文号: undefined,
      通报日期: undefined,
      抽查结果: undefined,
      受检单位: undefined,
      被抽查单位: '样例商行',
      受检单位统一社会信用代码: undefined,
    })
    expect(draft.key).to.match(/^quality\/样例商行\/.+\/2025-01-02\/B12$/)
    expect(draft.body).to.include({ notice_number: null, announced_on: null, result: 'FAIL' })
  })
})

describe('recalls', () => {
  it('recalls of the administration keep valid GTINs with 14 digits and get a remark for the others', async () => {
    const draft = await only('recalls', 'recalls.json')
    expect(draft).to.deep.include({ key: 'cn/样市监召〔2025〕1号', validFrom: '2025-03-04' })
    expect(draft.subject).to.include({ uscc: '91220102MA0Y3X1HXM' })
    expect(draft.body).to.deep.include({
      gtins: ['06901234567892', '00000069012341'],
      party_role: 'MANUFACTURER',
      status: 'ONGOING',
      classification: null,
    })
    expect(rulesOf(draft)).to.deep.equal(['商品条码 gtin'])
    expect((await only('recalls', 'recalls.json', 1)).body).to.include({ party_role: 'UNKNOWN', status: 'UNKNOWN' })
  })

  it('recalls of the CPSC yield one record each, without a day if none was sent', async () => {
    const draft = await only('recalls', 'recalls-consumers.jsonl')
    expect(draft).to.deep.include({ key: 'cpsc/99001', validFrom: '2025-01-02' })
    expect(draft.body).to.deep.include({
      product: 'Sample desk lamps; Sample floor lamps',
      gtins: ['00036000291452'],
      firm: 'Sample Works',
      party_role: 'MANUFACTURER',
      hazard: 'Fire; Fall',
      country: 'China',
    })
    // An eleven-digit number has lost an unknown digit.
    expect(rulesOf(draft)).to.deep.equal(['upcs gtin'])
    const second = await only('recalls', 'recalls-consumers.jsonl', 1)
    expect(second.subject.name).to.equal(null)
    expect(second.body).to.include({ product: 'Knives', announced_on: null, firm: 'Sample A; Sample B' })
    expect(rulesOf(second)).to.deep.equal(['descriptions required'])
  })

  it('recalls of Safety Gate name no firm', async () => {
    const draft = await only('recalls', 'recalls-alerts.json')
    expect(draft.body).to.deep.include({
      number: 'A12/90001/25',
      country: null,
      firm: null,
      gtins: ['06901234567892', '00000069012341'],
      hazard: 'Chemical; It holds what it should not.',
    })
    expect(rulesOf(await only('recalls', 'recalls-alerts.json', 1))).to.deep.equal(['barcode gtin'])
  })

  it('recalls of the FDA have a key for each row of an event, and their dates are month first', async () => {
    const draft = await only('recalls', 'recalls-events.json')
    expect(draft).to.deep.include({ key: 'fda/90001/900001', validFrom: '2025-04-14', validTo: null, remarks: [] })
    expect(draft.body).to.deep.include({
      announced_on: '2025-05-06',
      status: 'ONGOING',
      classification: 'Class II',
      gtins: ['00036000291452'],
      authority: 'FDA HFP',
    })
    const ended = await only('recalls', 'recalls-events.json', 1)
    expect(ended).to.include({ key: 'fda/90001/900002', validTo: '2025-09-01' })
    expect(ended.body).to.include({ number: null, status: 'TERMINATED', classification: 'Not classified' })
  })

  const traps: [file: string, changes: Record<string, unknown>, rules: string[]][] = [
    ['recalls.json', { 召回状态: '不明' }, ['召回状态 value']],
    ['recalls.json', { 企业类型: '路人' }, ['企业类型 value']],
    ['recalls.json', { 产品名称: '' }, ['产品名称 required']],
    ['recalls.json', { 召回编号: '' }, ['召回编号 required']],
    ['recalls-consumers.jsonl', { descriptions: [], product_types: null }, ['descriptions required']],
    ['recalls-consumers.jsonl', { upcs: [{}] }, ['upcs value']],
    ['recalls-events.json', { ENFORCEMENTREPORTDT: '14/04/2025' }, ['ENFORCEMENTREPORTDT date']],
    ['recalls-events.json', { PHASETXT: 'Paused' }, ['PHASETXT value']],
    ['recalls-events.json', { PRODUCTID: null }, ['PRODUCTID required']],
  ]
  for (const [file, changes, rules] of traps) {
    it(`are rejected for broken rules: ${file} ${JSON.stringify(changes)}`, async () => {
      expect(await faults('recalls', file, 0, changes)).to.deep.equal(rules)
    })
  }
})

describe('declared standards', () => {
  it('carry their products, from a list or from lines in cells, and are keyed by the normalised number', async () => {
    const sent = await only('standards', 'standards.json')
    expect(sent.key).to.equal('91220102MA0Y3X1HXM/Q/YLSP 0001S—2024')
    expect(sent.body).to.deep.include({
      kind: 'ENTERPRISE',
      status: 'IN_FORCE',
      declared_on: '2024-05-06',
      products: [
        { name: '样例参片', model: '60g/瓶', category: '滋补', gtin: '06901234567892' },
        { name: '样例参茶', model: null, category: null, gtin: null },
      ],
    })
    expect(await only('standards', 'standards.csv')).to.deep.equal(sent)
    const abolished = await only('standards', 'standards.json', 1)
    expect(abolished).to.include({ validFrom: '2023-05-06', validTo: '2024-05-05' })
    expect(abolished.body).to.deep.include({ kind: 'GROUP', status: 'ABOLISHED', products: [] })
  })

  const kinds: [number: string, kind: string][] = [
    ['GB/T 12904-2008', 'NATIONAL'],
    ['GB 2760—2024', 'NATIONAL'],
    ['DB22/T 2418-2015', 'LOCAL'],
    ['SB/T 11227-2021', 'INDUSTRY'],
    ['q/abc 001-2024', 'ENTERPRISE'],
  ]
  for (const [number, kind] of kinds) {
    it(`have the kind that their number shows: ${number}`, async () => {
      expect((await only('standards', 'standards.json', 0, { 标准编号: number })).body.kind).to.equal(kind)
    })
  }

  const traps: [changes: Record<string, unknown>, rules: string[]][] = [
    [{ 标准编号: '第一号' }, ['标准编号 value']],
    [{ 标准编号: '' }, ['标准编号 required']],
    [{ 标准状态: '即将实施' }, ['标准状态 value']],
    [{ 废止时间: '2025-01-01' }, ['标准状态 value']],
    [{ 标准状态: '废止', 废止时间: '2023-01-01' }, ['废止时间 date']],
    [{ 产品: [{ 产品型号: 'X' }] }, ['产品名称 required']],
    [{ 产品: '参片' }, ['产品 value']],
  ]
  for (const [changes, rules] of traps) {
    it(`are rejected for broken rules: ${JSON.stringify(changes)}`, async () => {
      expect(await faults('standards', 'standards.json', 0, changes)).to.deep.equal(rules)
    })
  }
})
