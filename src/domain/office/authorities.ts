import { Refusal } from '../../foundation/errors.js'
import { isSamePerson } from '../access/persons.js'
import { holdsIdNumber } from '../records/privacy.js'

export interface AuthorityData {
  name: string
  address: string
  telephone: string
  contact: string | null
  reconsiderationBody: string
  court: string
  fineBank: string | null
}

export type StatementState = 'PROPOSED' | 'IN_FORCE' | 'REFUSED' | 'WITHDRAWN'
export type StatementVerdict = 'CONFIRM' | 'REFUSE' | 'WITHDRAW'

const LONGEST: Record<keyof AuthorityData, { most: number; zh: string; required: boolean }> = {
  name: { most: 200, zh: '机关名称', required: true },
  address: { most: 200, zh: '地址', required: true },
  telephone: { most: 60, zh: '电话', required: true },
  contact: { most: 100, zh: '承办机构或者联系人', required: false },
  reconsiderationBody: { most: 200, zh: '行政复议机关', required: true },
  court: { most: 200, zh: '管辖人民法院', required: true },
  fineBank: { most: 200, zh: '罚款缴款银行', required: false },
}

export const checkAuthorityData = (given: AuthorityData): AuthorityData => {
  const data = { ...given }
  for (const [field, { most, zh, required }] of Object.entries(LONGEST)) {
    const key = field as keyof AuthorityData
    const text = (given[key] ?? '').trim()
    if ((required && text === '') || text.length > most || /\p{C}/u.test(text))
      throw new Refusal('INPUT_INVALID', { reason: `${zh}须为 1–${most} 个字符 ${field} has 1 to ${most} characters` })
    if (holdsIdNumber(text))
      throw new Refusal('INPUT_INVALID', { reason: `${zh}不得含证件号码 ${field} holds no number of a person` })
    if (required) Object.assign(data, { [key]: text })
    else Object.assign(data, { [key]: text === '' ? null : text })
  }
  return data
}

export const findStatementVerdictFault = (
  { state, proposedBy }: { state: StatementState; proposedBy: string },
  verdict: StatementVerdict,
  by: string,
): 'AUTHORITY_SETTLED' | 'SECOND_PERSON' | 'AUTHORITY_ANOTHERS' | null => {
  if (state !== 'PROPOSED') return 'AUTHORITY_SETTLED'
  if (isSamePerson(proposedBy, by)) return verdict === 'WITHDRAW' ? null : 'SECOND_PERSON'
  return verdict === 'WITHDRAW' ? 'AUTHORITY_ANOTHERS' : null
}

export const describeContact = ({ contact, telephone, address }: AuthorityData): string =>
  [contact, `电话：${telephone}`, `地址：${address}`].filter(Boolean).join('；')
