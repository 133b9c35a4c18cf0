import { expect } from 'chai'
import { regNoOf } from '../../../seeds/world/codes.js'
import { extractOrgCode } from '../../../src/domain/operators/codes.js'
import * as versions from '../../../src/store/records/versions.js'
import * as scores from '../../../src/store/scoring/scores.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { deliver, type Fields } from '../../support/absence.js'
import { row } from '../../support/rows.js'
import { at, codeOf, database, later, operatorOf, pullItems, rules, TODAY } from '../../support/world.js'

const hours = (n: number) => later(n * 3_600)
const NAME = '虚构商行1'
const REG = regNoOf('220102', false, 1)

const abnormal = (more: Fields): Fields => ({
  ENTNAME: NAME,
  SPECAUSE_CN: '通过登记的住所无法联系',
  ABNTIME: '2026-01-05',
  DECORG_CN: '虚构市市场监督管理局',
  ...more,
})
const of2018 = (more: Fields): Fields => ({
  企业名称: NAME,
  工商注册号: '',
  组织机构代码: '',
  统一信用代码: '',
  失信领域: '售假',
  ...more,
})
const defaulter = (more: Fields): Fields => ({
  iname: NAME,
  partyTypeName: '法人或其他组织',
  caseCode: '（2026）吉0102执00001号',
  gistId: '（2025）吉0102民初00001号',
  courtName: '虚构市某区人民法院',
  publishDate: '2026-01-05',
  disruptTypeName: '违反财产报告制度',
  ...more,
})

/** One entry of each list, with an older code of its firm and with its USCC. */
const ENTRIES: [feed: string, fact: string, older: Fields, newer: Fields][] = [
  ['abnormal', 'abnormal_list', abnormal({ REGNO: REG, UNISCID: null }), abnormal({ UNISCID: codeOf(1) })],
  [
    'dishonest',
    'serious_list',
    of2018({ 组织机构代码: extractOrgCode(codeOf(1)) }),
    of2018({ 统一信用代码: codeOf(1) }),
  ],
  [
    'defaulters',
    'judgment_defaulter',
    defaulter({ cardnum: extractOrgCode(codeOf(1)) }),
    defaulter({ cardnum: codeOf(1) }),
  ],
]

describe('one entry of a list is one fact', () => {
  const db = database()
  beforeEach(async () => {
    await pullItems(db(), [row(1, { reg: REG })], { id: 'registry', kind: 'registration', now: at(hours(0)) })
  })
  const part = (feed: string, n: number, item: Fields) =>
    deliver(db(), feed, [item], { whole: false, now: at(hours(n)) })
  const counted = async (fact: string, n: number): Promise<number> => {
    await scoreOperators(db(), {
      cause: 'command',
      rules,
      families: ['lists', 'abnormal', 'courts'],
      now: at(hours(n)),
    })
    const operator = await operatorOf(db(), codeOf(1))
    const found = (await scores.latest(db(), [operator], { asOf: TODAY, knownAt: hours(n + 1) })).get(operator)
    return found?.reasons.find((reason) => reason.fact === fact)?.count ?? 0
  }
  const mirrored = async (n: number) => {
    const operator = await operatorOf(db(), codeOf(1))
    const all = await versions.findMirroredEntries(db(), [operator], { asOf: TODAY, knownAt: hours(n) })
    return all.map(({ body }) => body['removed_on'])
  }

  for (const [feed, fact, older, newer] of ENTRIES)
    it(`I-A6: a file of ${feed} with an older code and one with the USCC give one entry`, async () => {
      expect((await part(feed, 1, older)).new).to.equal(1)
      expect((await part(feed, 2, newer)).new).to.equal(1)
      expect(await counted(fact, 3)).to.equal(1)
      expect(await mirrored(4)).to.deep.equal([null])
    })

  it('I-A6: an entry removed under the USCC no longer stands under the registration number', async () => {
    const [, , older, newer] = ENTRIES[0] as (typeof ENTRIES)[number]
    await part('abnormal', 1, older)
    await part('abnormal', 2, { ...newer, isMove: '1', REMDATE: '2026-06-01', REMEXCPRES_CN: '已办理变更登记' })
    await counted('abnormal_list', 3)
    expect(await mirrored(4)).to.deep.equal(['2026-06-01'])
    const operator = await operatorOf(db(), codeOf(1))
    const found = (await scores.latest(db(), [operator], { asOf: TODAY, knownAt: hours(4) })).get(operator)
    expect(found?.reasons.some(({ fact, points }) => fact === 'abnormal_list' && points < 0)).to.equal(false)
  })

  it('I-A6: an entry with another day or another reason is another entry', async () => {
    const [, , older, newer] = ENTRIES[0] as (typeof ENTRIES)[number]
    await part('abnormal', 1, older)
    await part('abnormal', 2, { ...newer, ABNTIME: '2026-01-06' })
    expect(await counted('abnormal_list', 3)).to.equal(2)
  })
})
