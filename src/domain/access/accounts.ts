import { Refusal } from '../../foundation/errors.js'
import { redactIdNumbers } from '../records/privacy.js'
import { isSamePerson } from './persons.js'
import { CLIENT_ROLES, isRole, ROLES_OF_ORGANISATIONS, type Role } from './viewer.js'

/** Separation of duties (三员分立): `systems` registers accounts, `security` confirms them; the auditor audits. */
export const ADMINISTRATOR_DUTIES = ['systems', 'security'] as const
export type AdministratorDuty = (typeof ADMINISTRATOR_DUTIES)[number]

export interface Confirmer {
  sub: string
  duty: AdministratorDuty | null
}

export type PendingChange = 'REGISTERED' | 'PASSWORD' | 'SECOND_FACTOR' | 'SECRET'

/** One administrator alone could create both officer and reviewer of a case. `changers`: since the last confirmation. */
export const findAccountConfirmationFault = (
  changers: readonly string[],
  { sub, duty }: Confirmer,
): 'DUTY_MISSING' | 'SECOND_PERSON' | null => {
  if (duty !== 'security') return 'DUTY_MISSING'
  return changers.some((changer) => isSamePerson(changer, sub)) ? 'SECOND_PERSON' : null
}

/** `\p{DI}` and U+2800 show nothing, so two names would look alike. */
const NAME = /^[^\p{C}\p{DI}\s:\u2800\uFFFD]{1,64}$/u
const REGION = /^\d{6}$/

export interface AccountInput {
  name: string
  role: string
  agency?: string
  region?: string
}

/** Throws USAGE, ROLE_UNKNOWN or AGENCY_UNKNOWN. */
export const checkedAccount = ({ name, role, agency, region }: AccountInput, agencies: readonly string[]) => {
  if (!NAME.test(name))
    throw new Refusal('USAGE', {
      reason:
        '名称须为 1–64 个可见字符，不含空白、冒号和不可见字符 a name has 1–64 visible characters, no blank, no colon, nothing unseen',
    })
  if (redactIdNumbers(name, () => '') !== name)
    throw new Refusal('USAGE', { reason: '名称不得含证件号码 a name holds no number of a person' })
  if (!isRole(role) || !CLIENT_ROLES.includes(role))
    throw new Refusal('ROLE_UNKNOWN', { role, known: CLIENT_ROLES.join(' ') })
  if (agency !== undefined && !agencies.includes(agency))
    throw new Refusal('AGENCY_UNKNOWN', { agency, known: agencies.join(' ') })
  if (region !== undefined && !REGION.test(region))
    throw new Refusal('USAGE', { reason: `地区须为六位区划代码 a region is a division code of six digits: ${region}` })
  return { name, role, agency: agency ?? null, region: region ?? null }
}

/** Throws USAGE. */
export const isOfOrganisation = ({ role, agency }: AccountInput): boolean => {
  const isOf = ROLES_OF_ORGANISATIONS.some((each) => each === role)
  if (isOf && agency === undefined)
    throw new Refusal('USAGE', {
      reason:
        '平台和合作单位的人员须写明所属单位，即该单位系统的名称 a person of a marketplace or a partner belongs to a client: give its name as the agency',
    })
  return isOf
}

/** Throws USAGE. */
export const refuseAgencyOfOrganisation = ({ role, agency }: AccountInput): void => {
  if (agency !== undefined && ROLES_OF_ORGANISATIONS.some((each) => each === role))
    throw new Refusal('USAGE', {
      reason:
        '平台和合作单位的系统自成一个单位，不写所属单位 the system of a marketplace or a partner is an organisation of its own and has no agency',
    })
}

/** An administrator has the duty `systems` unless another is given. Throws USAGE. */
export const checkedDuty = (role: Role, given: string | undefined): AdministratorDuty | null => {
  if (role !== 'administrator' && given === undefined) return null
  const duty = ADMINISTRATOR_DUTIES.find((each) => each === (given ?? 'systems'))
  if (role === 'administrator' && duty !== undefined) return duty
  throw new Refusal('USAGE', {
    reason: `只有管理员负有职责 only an administrator has a duty, one of ${ADMINISTRATOR_DUTIES.join(', ')}`,
  })
}
