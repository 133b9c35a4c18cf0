import { extractRegionOfUscc, parseCode, readOperatorKindInUscc } from '../../domain/operators/codes.js'
import { PROVINCE_NAMES } from '../../domain/operators/places.js'
import { parseMoney } from '../../domain/records/money.js'
import type { RecordBody } from '../../domain/records/records.js'
import { compactText } from '../../foundation/text/values.js'
import { type Examination, type FormDraft, NO_CODES, type SubjectCodes } from '../examine.js'
import type { FeedDescription, FeedForm } from '../feed.js'
import { splitWords } from '../words.js'
import { makeServicePagesFetch, REGISTER_PAGE_SIZE } from './requests.js'
import { STATUS_BY_WORD } from './states.js'

const BRANCH = /分支机构|分公司|支行|营业部|非法人|营业$/

type RegistrationBody = Omit<RecordBody, 'uscc' | 'reg_no' | 'former_names'> & { name: string }

const registrationOf = (
  codes: SubjectCodes,
  key: string,
  validFrom: string | null,
  rest: RegistrationBody,
): FormDraft => ({
  key,
  subject: { ...codes, name: rest.name },
  body: { uscc: codes.uscc, reg_no: codes.regNo, former_names: [], ...rest },
  validFrom,
})

export const makeRegistrationDrafts = (
  row: Examination,
  codes: SubjectCodes,
  codeField: string,
  validFrom: string | null,
  rest: RegistrationBody,
): FormDraft[] => {
  const key = codes.uscc ?? codes.regNo
  if (key !== null) return [registrationOf(codes, key, validFrom, rest)]
  row.required(codeField)
  if (codes.orgCode)
    row.problem(codeField, 'code', `${codeField}中是组织机构代码。${codeField} holds an organisation code only.`)
  return []
}

export const deriveOperatorKind = (type: string | null, { uscc }: SubjectCodes): string => {
  if (type !== null && BRANCH.test(type)) return 'branch'
  if (uscc !== null) return readOperatorKindInUscc(uscc)
  if (type?.includes('个体')) return 'individual'
  return type?.includes('合作社') ? 'cooperative' : 'other'
}

export const readCapital = (row: Examination, field: string, currency: string | null) => {
  const sent = row.text(field)
  if (sent === null) return { capital_yuan: null, capital_currency: null }
  const amount = currency === null ? parseMoney(sent, 'wan') : parseMoney(`${sent}万${currency}`)
  if (amount === null) row.remark(field, 'money', `${field}无法识别：${sent}。${field} is no amount; left out.`)
  return { capital_yuan: amount?.yuan ?? null, capital_currency: amount?.currency ?? null }
}

export const readRegion = (row: Examination, field: string): string | null => {
  const sent = row.text(field)
  const code = sent === null ? null : compactText(sent)
  if (code === null || /^\d{6}$/.test(code)) return code
  row.remark(field, 'value', `${field}不是六位区划代码：${sent}。${field} is no division code; left out.`)
  return null
}

export const deriveRegion = ({ uscc }: SubjectCodes): string | null =>
  uscc === null ? null : extractRegionOfUscc(uscc)

/** Dates are epoch milliseconds, read at UTC+8; `regcap` is in 万元. */
const service: FeedForm = {
  names: splitWords(`
    entname uniscid regno enttypeCn name estdate apprdate opfrom opto regcap regcapcurCn regstateCn regorgCn dom
    opscope sExtNodenum districtCode`),
  drafts: (row, { today }) => {
    const codes = row.codes({ field: 'uniscid', scheme: 'uscc' }, { field: 'regno', scheme: 'reg_no' })
    const established = row.pastDate('estdate', today)
    const approved = row.pastDate('apprdate', today)
    const type = row.text('enttypeCn')
    return makeRegistrationDrafts(row, codes, 'uniscid', approved ?? established, {
      name: row.requiredName('entname'),
      kind: deriveOperatorKind(type, codes),
      type,
      representative: row.name('name'),
      ...readCapital(row, 'regcap', row.text('regcapcurCn')),
      established_on: established,
      approved_on: approved,
      term_from: row.date('opfrom'),
      term_to: row.endDate('opto'),
      status: row.choice('regstateCn', STATUS_BY_WORD),
      scope: row.text('opscope'),
      authority: row.text('regorgCn'),
      region_code: readRegion(row, 'districtCode') ?? deriveRegion(codes) ?? readRegion(row, 'sExtNodenum'),
      province: null,
      city: null,
      address: row.text('dom'),
    })
  },
}

const NUMERAL = /[\d〇零一二三四五六七八九十百千两壹贰叁肆伍陆柒捌玖拾佰仟]/u
const AMOUNT = /^[\d,.]{1,20}[(（]?[万亿]/u

/** Rejects a row with two impossible values: its columns have shifted. */
const refuseShifted = (row: Examination): void => {
  const [type, capitalSent, province] = [row.text('企业类型'), row.text('注册资金'), row.text('所在省份')]
  const odd = [
    type !== null && AMOUNT.test(type) && '企业类型',
    capitalSent !== null && !NUMERAL.test(capitalSent) && '注册资金',
    province !== null && !PROVINCE_NAMES.some((name) => province.startsWith(name)) && '所在省份',
  ].filter((field) => field !== false)
  if (odd.length < 2) return
  const fields = odd.join('、')
  row.problem(
    odd[0] ?? null,
    'columns',
    `${fields}的内容不属于该列，整行疑似错列。${fields}: the columns of this row seem shifted.`,
  )
}

const table: FeedForm = {
  names: splitWords('企业名称 统一社会信用代码 注册日期 企业类型 法人代表 注册资金 经营范围 所在省份 地区 注册地址'),
  drafts: (row, { today }) => {
    const codes = row.codes({ field: '统一社会信用代码', scheme: 'uscc' })
    const established = row.pastDate('注册日期', today)
    const type = row.text('企业类型')
    refuseShifted(row)
    return makeRegistrationDrafts(row, codes, '统一社会信用代码', established, {
      name: row.requiredName('企业名称'),
      kind: deriveOperatorKind(type, codes),
      type,
      representative: row.name('法人代表'),
      ...readCapital(row, '注册资金', null),
      established_on: established,
      approved_on: null,
      term_from: null,
      term_to: null,
      status: 'UNKNOWN',
      scope: row.text('经营范围'),
      authority: null,
      region_code: deriveRegion(codes),
      province: row.text('所在省份'),
      city: row.text('地区'),
      address: row.text('注册地址'),
    })
  },
}

/** An officer must identify firms whose code is of another registry. */
const search: FeedForm = {
  names: splitWords('KeyNo Name StartDate Status No CreditCode'),
  drafts: (row, { today }) => {
    const foreign = row.text('CreditCode') === null && parseCode(row.text('No')) === null
    if (foreign) {
      row.remark(
        'No',
        'code',
        '没有统一社会信用代码，注册号不是本登记机关的。No USCC, and a number of another registry.',
      )
    }
    const codes = foreign
      ? NO_CODES
      : row.codes({ field: 'CreditCode', scheme: 'uscc' }, { field: 'No', scheme: 'reg_no' })
    const established = row.pastDate('StartDate', today)
    const body = {
      name: row.requiredName('Name'),
      kind: deriveOperatorKind(null, codes),
      type: null,
      representative: null,
      capital_yuan: null,
      capital_currency: null,
      established_on: established,
      approved_on: null,
      term_from: null,
      term_to: null,
      status: row.choice('Status', STATUS_BY_WORD),
      scope: null,
      authority: null,
      region_code: deriveRegion(codes),
      province: null,
      city: null,
      address: null,
    }
    return [registrationOf(codes, codes.uscc ?? codes.regNo ?? `qcc/${row.required('KeyNo')}`, established, body)]
  },
}

export const registryFeed: FeedDescription = {
  id: 'registry',
  kind: 'registration',
  title: { zh: '市场主体登记信息', en: 'Registrations' },
  whole: true,
  provesAbsenceOf: ['registration'],
  duty: { workdays: 20 },
  exempt: ['regno', 'No'],
  bounds: { rejectShare: 0.2, shrinkShare: 0.2 },
  forms: [service, table, search],
  fetch: makeServicePagesFetch('/registry', REGISTER_PAGE_SIZE),
}
