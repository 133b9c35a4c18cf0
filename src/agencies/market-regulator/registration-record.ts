import { operatorKindIn, regionOfUscc } from '../../domain/operators/codes.js'
import { parseMoney } from '../../domain/records/money.js'
import type { Body, Draft } from '../../domain/records/records.js'
import { compactText } from '../../foundation/text/values.js'
import type { Examination, RegisterCodes } from '../examine.js'

const BRANCH = /分支机构|分公司|支行|营业部|非法人|营业$/

type RegistrationBody = Omit<Body, 'uscc' | 'reg_no' | 'former_names'> & { name: string }

export const registrationDrafts = (
  row: Examination,
  { uscc, orgCode, regNo }: RegisterCodes,
  codeField: string,
  validFrom: string | null,
  rest: RegistrationBody,
): Omit<Draft, 'remarks'>[] => {
  const key = uscc ?? regNo
  if (key === null) {
    row.required(codeField)
    if (orgCode)
      row.problem(codeField, 'code', `${codeField}中是组织机构代码。${codeField} holds an organisation code only.`)
    return []
  }
  return [
    {
      kind: 'registration',
      key,
      subject: { uscc, orgCode, regNo, shop: null, name: rest.name },
      body: { uscc, reg_no: regNo, former_names: [], ...rest },
      validFrom,
      validTo: null,
    },
  ]
}

/** Only the type shows that a firm is a branch, not its code. */
export const operatorKindOf = (type: string | null, { uscc }: RegisterCodes): string => {
  if (type !== null && BRANCH.test(type)) return 'branch'
  if (uscc !== null) return operatorKindIn(uscc)
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

export const regionOfCodes = ({ uscc }: RegisterCodes): string | null => (uscc === null ? null : regionOfUscc(uscc))
