import { expect } from 'chai'
import { extractOrgCode } from '../../../src/domain/operators/codes.js'
import { deliver, type Fields, standingIn } from '../../support/absence.js'
import { at, codeOf, database, later, rowsOf } from '../../support/world.js'

const day = (n: number) => ({ now: at(later(n * 86_400)) })

const dishonest = (n: number, more: Fields = {}): Fields => ({
  ILLID: `L${n}`,
  ENTNAME: `虚构商行${n}`,
  UNISCID: codeOf(n),
  REGNO: null,
  SERILLREA_CN: '售假',
  ABNTIME: '2026-01-05',
  DECORG_CN: '虚构市市场监督管理局',
  DEDOCNUM: null,
  ...more,
})

const certificate = (certifier: string, n: number, more: Fields = {}): Fields => ({
  认证机构: certifier,
  证书编号: `C${n}`,
  认证标志: '可信网站',
  获证主体: `虚构商行${n}`,
  统一社会信用代码: codeOf(n),
  网站域名: '',
  发证日期: '2026-01-05',
  有效期至: '2028-01-04',
  证书状态: '有效',
  ...more,
})

const abnormal = (n: number, more: Fields = {}): Fields => ({
  ENTNAME: `虚构商行${n}`,
  UNISCID: codeOf(n),
  REGNO: null,
  SPECAUSE_CN: '通过登记的住所无法联系',
  ABNTIME: '2026-01-05',
  DECORG_CN: '虚构市市场监督管理局',
  ...more,
})

const trademark = (n: number, more: Fields = {}): Fields => ({
  regNo: String(99_000_000 + n),
  intCls: '30',
  tmName: '虚构牌',
  applicant: `虚构商行${n}`,
  uscc: null,
  status: '注册',
  regDate: '2020-01-05',
  ...more,
})

const BAD = { ABNTIME: '2026-02-31' }

describe('a rejected item of a full delivery preserves only its own records', () => {
  const db = database()

  it('I-A1: absent records end although a rejected item contains null', async () => {
    await deliver(db(), 'dishonest', [dishonest(1), dishonest(2), dishonest(3)])
    const pulled = await deliver(db(), 'dishonest', [dishonest(1), dishonest(9, BAD)], day(1))
    expect([pulled.rejected, pulled.ended]).to.deep.equal([1, 2])
    expect(await standingIn(db(), 'dishonest')).to.deep.equal(['L1'])
  })

  it('I-A1: absent records end although rejected items consist of nulls, empty texts and missing members', async () => {
    await deliver(db(), 'dishonest', [dishonest(1), dishonest(2)])
    const nothing = Object.fromEntries(Object.keys(dishonest(9)).map((name) => [name, null]))
    const pulled = await deliver(db(), 'dishonest', [dishonest(1), nothing, { ...nothing, ILLID: '' }], day(1))
    expect([pulled.rejected, pulled.ended]).to.deep.equal([2, 1])
  })

  it('I-A2: a rejected certificate does not preserve the others of its certifier', async () => {
    await deliver(db(), 'trustmarks', [certificate('甲认证', 1), certificate('甲认证', 2), certificate('乙认证', 3)])
    const bad = certificate('甲认证', 4, { 发证日期: '2026-02-31' })
    const pulled = await deliver(db(), 'trustmarks', [certificate('甲认证', 1), bad], day(1))
    expect(pulled.ended).to.equal(2)
    expect(await standingIn(db(), 'trustmarks')).to.deep.equal(['甲认证/C1'])
  })

  it('I-A2: a rejected item with a prefix of every key preserves no record', async () => {
    await deliver(db(), 'abnormal', [abnormal(1), abnormal(2)])
    const bad = abnormal(9, { ABNTIME: 'never', DECORG_CN: 'abnormal', isMove: 'abnormal' })
    expect((await deliver(db(), 'abnormal', [abnormal(1), bad], day(1))).ended).to.equal(1)
  })

  it('I-A2: a rejected item with a readable key preserves that record, not others of its firm', async () => {
    const second = dishonest(1, { ILLID: 'L1-2' })
    await deliver(db(), 'dishonest', [dishonest(1), second, dishonest(2)])
    await deliver(db(), 'dishonest', [dishonest(2), { ...second, ...BAD }], day(1))
    expect(await standingIn(db(), 'dishonest')).to.deep.equal(['L1-2', 'L2'])
  })

  it('I-A2: a rejected item with an unreadable key preserves the records of its code, in any scheme', async () => {
    await deliver(db(), 'dishonest', [dishonest(1), dishonest(2)])
    await deliver(db(), 'dishonest', [dishonest(2), dishonest(1, { ILLID: null })], day(1))
    expect(await standingIn(db(), 'dishonest')).to.deep.equal(['L1', 'L2'])
    const old = { ...dishonest(1, { ILLID: null, UNISCID: extractOrgCode(codeOf(1)) }), ...BAD }
    await deliver(db(), 'dishonest', [dishonest(2), old], day(2))
    expect(await standingIn(db(), 'dishonest')).to.deep.equal(['L1', 'L2'])
    expect((await deliver(db(), 'dishonest', [dishonest(2)], day(3))).ended).to.equal(1)
  })

  it('I-A2: a rejected trademark with an unreadable class preserves all classes of its number, and no other trademark', async () => {
    const two = trademark(1, { intCls: '31' })
    await deliver(db(), 'trademarks', [trademark(1), two, trademark(2)])
    await deliver(db(), 'trademarks', [trademark(1, { intCls: '99' })], day(1))
    expect(await standingIn(db(), 'trademarks')).to.deep.equal(['99000001/30', '99000001/31'])
  })

  it('I-A2: an unparseable row preserves records whose key or operator code is a word in it', async () => {
    await deliver(db(), 'dishonest', [dishonest(1), dishonest(2), dishonest(3), dishonest(4)])
    const torn = { __row: `L2,"虚构商行2\nL9,虚构商行3,${codeOf(3)}` }
    await deliver(db(), 'dishonest', [dishonest(1), torn], day(1))
    expect(await standingIn(db(), 'dishonest')).to.deep.equal(['L1', 'L2', 'L3'])
  })

  it('I-B8: ended records are counted in the database', async () => {
    await deliver(
      db(),
      'dishonest',
      Array.from({ length: 30 }, (_, n) => dishonest(n)),
    )
    expect((await deliver(db(), 'dishonest', [dishonest(1)], day(1))).ended).to.equal(29)
    expect(await rowsOf(db(), 'select 1 from versions where ended_on is not null')).to.have.length(29)
  })
})
