/** The mirror of 12315. Fields that name the person who complains or reports are not known here and never read. */

import type { HistoryStep } from '../../domain/matters/matter.js'
import type { Petition, PetitionPlace, PetitionType } from '../../domain/matters/petitions.js'
import type { ItemProblem, SourceItem } from '../../domain/records/records.js'
import type { FeedDelivery } from '../delivery.js'
import { type Examination, examineItem } from '../examine.js'
import { makeFeedReading } from '../feed.js'
import { mapWordsToValues, splitWords } from '../words.js'
import { makeServicePagesFetch } from './requests.js'

const TYPES: Readonly<Record<string, readonly PetitionType[]>> = {
  投诉: ['COMPLAINT'],
  举报: ['REPORT'],
  投诉举报: ['COMPLAINT', 'REPORT'],
}
const PARTIES = mapWordsToValues({
  TRADER: '线下经营者',
  PLATFORM: '平台经营者 自建网站',
  SHOP: '平台内经营者',
  SHOP_WITHOUT_ADDRESS: '平台内经营者（未公示地址）',
  ADVERTISEMENT: '广告发布',
  OWN_ADVERTISEMENT: '自行发布广告',
})
const GROUNDS = mapWordsToValues({
  ...{ OUT_OF_SCOPE: '第一项', HANDLED_BEFORE: '第二项', NOT_FOR_LIVING: '第三项', TOO_LATE: '第四项' },
  ...{ NO_MATERIAL: '第五项', NOT_VERIFIED: '第六项', OTHER_LAW: '第七项' },
})
const RESULTS = mapWordsToValues({ MEDIATED: '达成协议', FAILED: '未达成协议', ENDED: '终止调解' })

const PLACES: Readonly<Record<PetitionPlace, string>> = {
  ...{ BUSINESS: '实际经营地区划', SEAT: '住所地区划', SHOWN: '公示地址区划', PLATFORM_SEAT: '平台住所地区划' },
  ...{ ACT: '行为发生地区划', PUBLISHER: '广告发布者区划', ADVERTISER: '广告主区划' },
}

interface StepColumn {
  of: PetitionType
  day: string
  move: string
  more?: (row: Examination) => Partial<HistoryStep>
}

const TOLD_MOVES = { MEDIATED: 'tell_mediated', FAILED: 'tell_failed', ENDED: 'tell_ended' } as const

const STEPS: readonly StepColumn[] = [
  { of: 'COMPLAINT', day: '受理日期', move: 'take_up' },
  {
    ...{ of: 'COMPLAINT', day: '不予受理日期', move: 'not_take_up' },
    more: (row) => ({ fields: { ground: row.choice('不予受理情形', GROUNDS) ?? '' } }),
  },
  { of: 'COMPLAINT', day: '鉴定开始日期', move: 'experts_begin' },
  { of: 'COMPLAINT', day: '鉴定结束日期', move: 'experts_end' },
  {
    ...{ of: 'COMPLAINT', day: '调解终结日期', move: 'end_mediation' },
    more: (row) => ({ fields: { result: row.choice('调解结果', RESULTS) ?? '' } }),
  },
  {
    ...{ of: 'COMPLAINT', day: '告知日期', move: '' },
    more: (row) => ({ move: TOLD_MOVES[row.choice('调解结果', RESULTS) ?? 'ENDED'] }),
  },
  { of: 'REPORT', day: '延长核查日期', move: 'extend_check' },
  { of: 'REPORT', day: '立案日期', move: 'file', more: (row) => ({ number: row.required('立案编号') }) },
  { of: 'REPORT', day: '不予立案日期', move: 'not_file' },
  { of: 'REPORT', day: '告知去处日期', move: 'return' },
]

const OPENING_NAMES = {
  ...{ '/to': '/承办机关区划', '/on': '/登记日期', '/reference': '/登记编号', '/reason': '/新的事实' },
  ...{ '/fields/about': '/主体名称', '/fields/subject': '/问题类别', '/fields/facts': '/问题概述' },
}
const STEP_NAMES = {
  ...{ '/number': '/立案编号', '/documentNumber': '/立案编号' },
  ...{ '/fields/ground': '/不予受理情形', '/fields/result': '/调解结果' },
}

const NAMES = [
  ...splitWords('登记编号 类型 登记日期 主体类型 主体名称 统一社会信用代码 问题类别 问题概述 关联编号 新的事实'),
  ...splitWords('收到机关区划 承办机关区划 不予受理情形 调解结果 立案编号'),
  ...Object.values(PLACES),
  ...STEPS.map(({ day }) => day),
]
const REGION = /^\d{6}$/

type PetitionOrProblems = { petition: Petition } | { problems: readonly ItemProblem[] }

const readPetition = (item: SourceItem, today: string): PetitionOrProblems => {
  const known = Object.fromEntries(NAMES.flatMap((name) => (name in item.fields ? [[name, item.fields[name]]] : [])))
  const row = examineItem({ ...item, fields: known }, new Set(NAMES))
  const region = (field: string): string | null => {
    const sent = row.text(field)
    if (sent !== null && !REGION.test(sent)) row.problem(field, 'value', `${field}不是区划代码。No division code.`)
    return sent
  }
  const steps = STEPS.flatMap(({ of, day, move, more }) => {
    const on = row.date(day)
    return on === null ? [] : [{ of, at: `/${day}`, names: STEP_NAMES, move, on, ...more?.(row) }]
  })
  const places = Object.entries(PLACES).flatMap(([place, field]) => {
    const code = region(field)
    return code === null ? [] : [[place, code]]
  })
  const petition: Petition = {
    number: row.required('登记编号'),
    types: row.choice('类型', TYPES) ?? [],
    registeredOn: row.requiredDate('登记日期', today),
    party: row.choice('主体类型', PARTIES) ?? 'TRADER',
    places: Object.fromEntries(places),
    receivedBy: region('收到机关区划'),
    sentTo: region('承办机关区划'),
    about: row.name('主体名称'),
    code: row.uscc('统一社会信用代码'),
    subject: row.text('问题类别'),
    facts: row.text('问题概述'),
    repeats: row.text('关联编号'),
    newFacts: row.text('新的事实'),
    names: OPENING_NAMES,
    steps: steps.sort((one, other) => (one.on < other.on ? -1 : one.on > other.on ? 1 : 0)),
  }
  const problems = row.faults()
  return problems.length > 0 ? { problems } : { petition }
}

const TEXTS = ['问题概述', '新的事实']

/** Texts may name whoever wrote them. */
const withoutTexts = ({ fields }: SourceItem): Record<string, unknown> =>
  Object.fromEntries(NAMES.flatMap((name) => (name in fields && !TEXTS.includes(name) ? [[name, fields[name]]] : [])))

const FORMS = [{ names: NAMES }]

export const petitionsMirror = {
  id: 'petitions',
  agency: 'market-regulator',
  title: { zh: '12315 投诉举报（镜像）', en: 'Complaints and reports of 12315, mirrored' },
  kind: 'petition',
  whole: true,
  forms: FORMS,
  ...makeFeedReading('petitions', {
    forms: FORMS,
    fetch: makeServicePagesFetch('/petitions'),
  }),
  interpret: readPetition,
  withoutTexts,
}

interface PetitionSource {
  url: string | null
  file: (({ path: string } | { bytes: Buffer }) & { reader?: string }) | undefined
  signal: AbortSignal | undefined
}

export const openPetitions = ({ url, file, signal }: PetitionSource): FeedDelivery | Promise<FeedDelivery> =>
  file === undefined
    ? petitionsMirror.open({ url: url ?? '', ...(signal && { signal }) }, { state: null })
    : { items: petitionsMirror.read('path' in file ? file.path : file.bytes, { reader: file.reader }), file: null }
