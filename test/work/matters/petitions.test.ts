import { expect } from 'chai'
import type { DeliveryOutcome } from '../../../src/agencies/delivery.js'
import { petitionsMirror } from '../../../src/agencies/market-regulator/petitions.js'
import {
  checkPetitionRoutes,
  type Petition,
  type PetitionParty,
  type PetitionPlace,
  type PetitionType,
  routePetition,
} from '../../../src/domain/matters/petitions.js'
import { lastGoodPulls } from '../../../src/store/intake/feed-health.js'
import { mirrorPetitions, readPetitionRules } from '../../../src/work/matters/petitions.js'
import { codeOf, database, log, NOW, penalised, pseudonymOf, rowsOf, rules } from '../../support/world.js'

const HERE = '220104'
const THERE = '220202'
const ALL: Record<PetitionPlace, string> = {
  ...{ BUSINESS: '220101', SEAT: '220102', SHOWN: '220103', PLATFORM_SEAT: HERE, ACT: '220105' },
  ...{ PUBLISHER: '220106', ADVERTISER: '220112' },
}
const { SHOWN: _, ...HIDDEN } = ALL

/** Type, party, known places, where it was received, registered on; and who handles it. */
const CASES: readonly [PetitionType, PetitionParty, Partial<typeof ALL>, string | null, string, string | null][] = [
  ['COMPLAINT', 'TRADER', ALL, null, '2026-05-06', ALL.BUSINESS],
  ['COMPLAINT', 'TRADER', ALL, ALL.SEAT, '2026-05-06', ALL.SEAT],
  ['COMPLAINT', 'PLATFORM', ALL, ALL.BUSINESS, '2026-05-06', ALL.SEAT],
  ['COMPLAINT', 'SHOP', ALL, null, '2026-05-06', ALL.SHOWN],
  ['COMPLAINT', 'SHOP', ALL, HERE, '2026-05-06', HERE],
  ['COMPLAINT', 'SHOP_WITHOUT_ADDRESS', HIDDEN, null, '2026-05-06', HERE],
  ['COMPLAINT', 'SHOP', ALL, null, '2026-04-14', ALL.BUSINESS],
  ['REPORT', 'TRADER', ALL, null, '2026-05-06', ALL.ACT],
  ['REPORT', 'PLATFORM', ALL, null, '2026-05-06', ALL.SEAT],
  ['REPORT', 'SHOP', ALL, null, '2026-05-06', ALL.BUSINESS],
  ['REPORT', 'ADVERTISEMENT', ALL, ALL.ADVERTISER, '2026-05-06', ALL.ADVERTISER],
  ['REPORT', 'OWN_ADVERTISEMENT', {}, HERE, '2026-05-06', null],
]

const letter = (number: string, more: object = {}) => ({
  ...{ 登记编号: number, 类型: '举报', 登记日期: '2026-11-02', 主体类型: '平台内经营者', 实际经营地区划: HERE },
  ...{ 主体名称: '虚构服装店', 问题类别: '假冒商品', 问题概述: '虚构的问题', ...more },
})

// biome-ignore lint/suspicious/noExplicitAny: a row has the shape of its statement
type Any = any

describe('the mirror of 12315', () => {
  const db = database()

  let sentBack: string[] = []
  const settle = async ({ rejects }: DeliveryOutcome) => {
    sentBack = []
    for await (const { row, field, rule } of rejects) sentBack.push(`${row} ${field} ${rule}`)
  }
  const take = async (...letters: object[]) => {
    const bytes = Buffer.from(JSON.stringify(letters))
    const keys = { seal: (text: string) => text, unseal: (text: string) => text }
    const open = () => ({ items: petitionsMirror.read(bytes, {}), file: null, settle })
    const given = {
      feed: petitionsMirror,
      open,
      rules,
      keys,
      pseudonymOf,
      log,
      now: () => NOW,
      cause: 'command' as const,
    }
    const told = await mirrorPetitions(db(), given)
    const {
      received,
      new: fresh,
      changed,
      unchanged,
      rejected,
    } = told ?? { received: 0, new: 0, changed: 0, unchanged: 0, rejected: 0 }
    return { received, new: fresh, changed, unchanged, rejected }
  }
  const petition = async (reference: string): Promise<Any> =>
    (
      await rowsOf(db(), 'select state, content, operator_id as operator from matters where reference = ?', [reference])
    )[0]
  const dueOf = ({ content }: Any, clock: string) =>
    content.clocks.findLast((one: Any) => one.clock === clock)?.due?.on ?? null
  const none = { received: 1, new: 0, changed: 0, unchanged: 0, rejected: 0 }

  for (const [n, [type, party, places, receivedBy, registeredOn, region]] of CASES.entries())
    it(`case ${n + 1}: a ${type.toLowerCase()} about ${party} of ${registeredOn} goes to ${region ?? 'nobody'}`, () => {
      const asked = { party, places, receivedBy, registeredOn, sentTo: null } as unknown as Petition
      expect(routePetition(readPetitionRules(), asked, type)).to.equal(region)
      if (region !== null) expect(routePetition(readPetitionRules(), { ...asked, sentTo: THERE }, type)).to.equal(THERE)
    })

  it('two rows that route the same stop the start', () => {
    const { routes } = structuredClone(readPetitionRules())
    const [first] = routes
    const faults = checkPetitionRoutes({ routes: first === undefined ? [] : [...routes, first] })
    expect(faults[0]?.place).to.equal('routes[0]')
  })

  it('a letter with a complaint and a report becomes two petitions', async () => {
    const both = letter('甲', { 类型: '投诉举报', 公示地址区划: THERE, 受理日期: '2026-11-06' })
    expect(await take(both)).to.deep.equal({ ...none, new: 1 })
    const [complaint, report] = [await petition('甲 投诉'), await petition('甲 举报')]
    expect([complaint.state, report.state]).to.deep.equal(['ACCEPTED', 'REGISTERED'])
    const holderOf = ({ content }: Any) => content.seats.holder
    expect([complaint, report].map(holderOf)).to.deep.equal([`market-regulator@${THERE}`, `market-regulator@${HERE}`])
    expect(dueOf(complaint, 'MEDIATE')).to.equal('2027-01-05')
    expect(dueOf(report, 'ANSWER')).to.equal('2026-11-23')
    expect(await take(both)).to.deep.equal({ ...none, unchanged: 1 })
  })

  it('its later steps are followed: mediated and told, or filed', async () => {
    const complaint = letter('乙', { 类型: '投诉', 公示地址区划: HERE, 登记日期: '2026-08-03', 受理日期: '2026-08-04' })
    await take(complaint)
    expect(dueOf(await petition('乙 投诉'), 'MEDIATE')).to.equal('2026-10-08')
    const ended = { ...complaint, 调解终结日期: '2026-10-12', 调解结果: '未达成协议', 告知日期: '2026-10-13' }
    expect(await take(ended)).to.deep.equal({ ...none, changed: 1 })
    expect((await petition('乙 投诉')).state).to.equal('FAILED')
    await take(
      letter('丙'),
      letter('丙', { 延长核查日期: '2026-11-20', 立案日期: '2026-11-24', 立案编号: '虚构〔2026〕1号' }),
    )
    expect((await petition('丙 举报')).state).to.equal('FILED')
    expect(dueOf(await petition('丙 举报'), 'ANSWER')).to.equal('2026-12-14')
  })

  it('a report repeated adds nothing; with new facts it is merged and its clock restarts', async () => {
    await take(letter('丁'))
    const before = await rowsOf(db(), 'select count(*)::int as n from matters')
    const again = letter('丁-2', { 登记日期: '2026-11-09', 关联编号: '丁' })
    expect(await take(again)).to.deep.equal({ ...none, unchanged: 1 })
    expect(dueOf(await petition('丁 举报'), 'ANSWER')).to.equal('2026-11-23')
    const more = { ...letter('丁-3', { 登记日期: '2026-11-10', 关联编号: '丁' }), 新的事实: '虚构的新事实' }
    expect(await take(more)).to.deep.equal({ ...none, changed: 1 })
    expect(await take(more)).to.deep.equal({ ...none, unchanged: 1 })
    expect(dueOf(await petition('丁 举报'), 'ANSWER')).to.equal('2026-12-01')
    expect(await rowsOf(db(), 'select count(*)::int as n from matters')).to.deep.equal(before)
  })

  it('who complained or reported is never read, and a firm that the hub knows is linked', async () => {
    const { operatorId } = await penalised(db(), 1)
    const secret = { 投诉人姓名: '虚构甲某某', 联系电话: '13900000000', 统一社会信用代码: codeOf(1) }
    expect(await take(letter('戊', secret))).to.deep.equal({ ...none, new: 1 })
    expect((await petition('戊 举报')).operator).to.equal(operatorId)
    for (const table of ['matters', 'matter_moves', 'runs', 'rejects'])
      expect(JSON.stringify(await rowsOf(db(), `select t::text from ${table} t`))).not.to.match(
        /虚构甲某某|13900000000/,
      )
  })

  it('a bad letter is rejected with all its faults, keeps no text, and loses no other', async () => {
    const bad = [
      letter('己', { 类型: '表扬', 登记日期: '昨天' }),
      letter('庚', { 实际经营地区划: '长春' }),
      letter('辛', { 主体类型: '自行发布广告', 主体名称: '虚构店 110101199003074514' }),
      letter('壬', { 立案日期: '2026-11-24' }),
      letter('子', { 问题类别: '一'.repeat(2_000), 立案日期: '2026-11-02', 立案编号: '虚构〔2026〕2号' }),
    ]
    expect(await take(...bad, letter('癸'))).to.deep.equal({ ...none, received: 6, new: 1, rejected: 5 })
    const told = ['1 类型 value', '2 实际经营地区划 value', '3 承办机关区划 ORGANISATION_UNKNOWN']
    told.push('4 立案编号 required', '5 问题类别 MATTER_FIELD_INVALID')
    expect(sentBack).to.deep.equal(told)
    const kept = (): Promise<Any[]> =>
      rowsOf(db(), `select problems, item from rejects where feed = 'petitions' and state = 'OPEN' order by id`)
    const [first, , third] = await kept()
    expect(first.problems.map(({ field }: Any) => field)).to.deep.equal(['类型', '登记日期'])
    expect(third.item).to.include({ 登记编号: '辛', 主体类型: '自行发布广告' }).and.not.have.property('问题概述')
    expect(JSON.stringify(third)).not.to.include('110101199003074514')
    await take(...bad)
    expect(await kept(), 'sent again').to.have.length(5)
    expect((await lastGoodPulls(db(), ['petitions'])).get('petitions')).to.deep.equal(NOW)
  })
})
