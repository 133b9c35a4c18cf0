/** List entries decided by other authorities, which the hub mirrors. */
import { at } from './chance.js'
import { regNoOf, usccOf } from './codes.js'
import { CAST } from './operators.js'
import { authorityOf } from './places.js'
import type { WorldListEntry, WorldOperator } from './types.js'

interface ListEntryStory {
  /** Index of the operator; null for a firm of another province. */
  operator: number | null
  reasonCode: string
  reason: string
  listedOn: string
  serial: number
  removedOn: string | null
  removal: string
}

const OTHER_PROVINCE = {
  region: '370202',
  name: '青岛溯棠野海产电子商务有限公司',
  authority: '青岛市市南区市场监督管理局',
  mark: '青南',
}
const [FIRST, SECOND, THIRD, FOURTH] = CAST.listed
const STORIES: readonly ListEntryStory[] = [
  {
    operator: FIRST,
    reasonCode: '91',
    reason: '故意侵犯知识产权，被处以较重行政处罚',
    listedOn: '2024-11-18',
    serial: 31,
    removedOn: null,
    removal: '',
  },
  {
    operator: SECOND,
    reasonCode: '92',
    reason: '组织虚假交易，帮助其他经营者进行虚假商业宣传，情节严重',
    listedOn: '2025-06-09',
    serial: 12,
    removedOn: null,
    removal: '',
  },
  {
    operator: THIRD,
    reasonCode: '73',
    reason: '产品质量监督抽查不合格，受到省级以上市场监督管理部门公告，经复查仍不合格',
    listedOn: '2024-02-25',
    serial: 7,
    removedOn: '2025-04-11',
    removal: '列入满一年，已自觉履行行政处罚决定规定的义务并消除危害后果，提前移出',
  },
  {
    operator: FOURTH,
    reasonCode: '101',
    reason: '提交虚假材料取得市场主体登记，被撤销登记',
    listedOn: '2022-06-08',
    serial: 3,
    removedOn: '2025-06-08',
    removal: '列入严重违法失信名单届满三年',
  },
  {
    operator: CAST.listedIndividual,
    reasonCode: '51',
    reason: '用超过保质期的食品原料生产食品，被处以较重行政处罚',
    listedOn: '2026-01-20',
    serial: 2,
    removedOn: null,
    removal: '',
  },
  {
    operator: null,
    reasonCode: '54',
    reason: '生产经营标签、说明书不符合规定的保健食品，情节严重',
    listedOn: '2025-09-30',
    serial: 44,
    removedOn: null,
    removal: '',
  },
]

export const listEntries = (operators: readonly WorldOperator[]): WorldListEntry[] =>
  STORIES.map((story, i) => {
    const party = story.operator === null ? stranger() : at(operators, story.operator)
    const authority = story.operator === null ? OTHER_PROVINCE.authority : authorityOf(party.region).name
    const mark = story.operator === null ? OTHER_PROVINCE.mark : authorityOf(party.region).mark
    const number = (kind: string, on: string, serial: number): string =>
      `${mark}市监${kind}〔${on.slice(0, 4)}〕${serial}号`
    return {
      id: `YZWF${story.listedOn.replaceAll('-', '')}${String(i + 1).padStart(4, '0')}`,
      uscc: party.code,
      regNo: party.regNo,
      name: party.name,
      reasonCode: story.reasonCode,
      reason: story.reason,
      listedOn: story.listedOn,
      authority,
      authorityRegion: party.region,
      documentNumber: number('列严', story.listedOn, story.serial),
      removal:
        story.removedOn === null
          ? null
          : {
              on: story.removedOn,
              reason: story.removal,
              authority,
              documentNumber: number('移严', story.removedOn, story.serial + 5),
            },
    }
  })

const stranger = (): Pick<WorldOperator, 'code' | 'name' | 'regNo' | 'region'> => ({
  code: usccOf('91', OTHER_PROVINCE.region, 700),
  name: OTHER_PROVINCE.name,
  regNo: regNoOf(OTHER_PROVINCE.region, false, 700),
  region: OTHER_PROVINCE.region,
})
