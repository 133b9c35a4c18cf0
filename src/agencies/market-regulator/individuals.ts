import type { Examination } from '../examine.js'
import type { FeedDescription } from '../feed.js'
import { splitWords } from '../words.js'
import { deriveOperatorKind, deriveRegion, makeRegistrationDrafts, readCapital, readRegion } from './registry.js'
import { makeServicePagesFetch, REGISTER_PAGE_SIZE } from './requests.js'
import { makeSpellings, makeSpeltForm } from './spelling.js'
import { STATUS_BY_WORD } from './states.js'

const TYPE = '个体工商户'
const COMPOSITION: Record<string, string> = { 个人经营: '', 家庭经营: '（家庭经营）' }

const FIELDS = makeSpellings({
  TRANAME: '字号名称 字号 名称 个体工商户名称',
  NAME: '经营者 经营者姓名',
  UNISCID: '统一社会信用代码',
  REGNO: '注册号 工商注册号',
  ENTTYPE_CN: '市场主体类型 主体类型',
  COMPFORM: '组成形式 COMPFORM_CN',
  FUNDAM: '资金数额 资金数额（万元）',
  OPLOC: '经营场所 经营场所地址',
  ESTDATE: '成立日期 注册日期',
  APPRDATE: '核准日期',
  OPFROM: '经营期限自',
  OPTO: '经营期限至',
  REGSTATE_CN: '登记状态',
  REGORG_CN: '登记机关',
  OPSCOPE: '经营范围',
  DISTRICT: '行政区划 行政区划代码',
})
const LEFT_OUT = ['PRIPID', 'EMPNUM', '从业人数']

const individual = makeSpeltForm(
  FIELDS,
  (row, as, { today }) => {
    const codes = row.codes({ field: as('UNISCID'), scheme: 'uscc' }, { field: as('REGNO'), scheme: 'reg_no' })
    const established = row.pastDate(as('ESTDATE'), today)
    const approved = row.pastDate(as('APPRDATE'), today)
    const type = row.text(as('ENTTYPE_CN')) ?? TYPE
    const kind = deriveOperatorKind(type, codes)
    if (kind !== 'individual') {
      const field = as('UNISCID')
      row.remark(field, 'code.kind', `${field}不是个体工商户的代码。${field} is no individual business's code.`)
    }
    return makeRegistrationDrafts(row, codes, as('UNISCID'), approved ?? established, {
      name: nameOf(row, as('TRANAME'), as('NAME')),
      kind,
      type: type + composition(row, as('COMPFORM')),
      representative: row.name(as('NAME')),
      ...readCapital(row, as('FUNDAM'), null),
      established_on: established,
      approved_on: approved,
      term_from: row.date(as('OPFROM')),
      term_to: row.endDate(as('OPTO')),
      status: row.choice(as('REGSTATE_CN'), STATUS_BY_WORD),
      scope: row.text(as('OPSCOPE')),
      authority: row.text(as('REGORG_CN')),
      region_code: readRegion(row, as('DISTRICT')) ?? deriveRegion(codes),
      province: null,
      city: null,
      address: row.text(as('OPLOC')),
    })
  },
  LEFT_OUT,
)

const nameOf = (row: Examination, ownField: string, operatorField: string): string => {
  const own = row.name(ownField)
  if (own !== null) return own
  const operator = row.name(operatorField)
  if (operator === null) return row.requiredName(ownField)
  row.remark(
    ownField,
    'name',
    '没有字号名称，以经营者姓名代替。No name of its own; the name of its operator stands for it.',
  )
  return operator
}

const composition = (row: Examination, field: string): string => {
  const sent = row.text(field)
  if (sent === null) return ''
  const word = COMPOSITION[sent]
  if (word === undefined) {
    row.remark(
      field,
      'value',
      `${field}的取值未知，未采用：${sent}。${field} has a value that is on no list; left out.`,
    )
  }
  return word ?? ''
}

export const individualsFeed: FeedDescription = {
  id: 'individuals',
  kind: 'registration',
  title: { zh: '个体工商户登记信息', en: 'Registrations of individual businesses' },
  whole: true,
  provesAbsenceOf: ['registration'],
  duty: { workdays: 20 },
  exempt: ['REGNO', '注册号', '工商注册号'],
  bounds: { most: 5_000_000, rejectShare: 0.2, shrinkShare: 0.2, staleAfterHours: 48 },
  marks: splitWords('TRANAME COMPFORM COMPFORM_CN OPLOC 字号名称 字号 个体工商户名称 经营者 组成形式 经营场所'),
  forms: [individual],
  fetch: makeServicePagesFetch('/individuals', REGISTER_PAGE_SIZE),
}
