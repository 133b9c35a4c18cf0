import type { BilingualText } from '../../foundation/text/words.js'

export type OfficeSettingKind =
  | 'AGENCY_ADDRESS'
  | 'PLATFORM_ADDRESS'
  | 'PLATFORM_CREDENTIAL'
  | 'PLATFORM_SUBJECTS'
  | 'PLATFORM_TEST'
  | 'WEBHOOK_NETWORKS'
  | 'SITE_OPERATOR'
  | 'SITE_ADDRESS'
  | 'SITE_TELEPHONE'
  | 'SITE_EMAIL'
  | 'SITE_HOURS'
  | 'SITE_ICP_FILING'
  | 'SITE_POLICE_FILING'
  | 'BACKUP_ARRANGEMENT'
  | 'MAIL_SERVER'
  | 'MAIL_CREDENTIAL'
  | 'MAIL_SENDER'

export interface OfficeSetting {
  name: string
  kind: OfficeSettingKind
  of: BilingualText | null
}

export interface SiteIdentity {
  operator: string | null
  address: string | null
  telephone: string | null
  email: string | null
  hours: string | null
  icpFiling: string | null
  policeFiling: string | null
}

/** `shown` lacks the secret. `sealed` holds the whole value where a part of it is secret. */
export interface KeptSettingValue {
  name: string
  shown: string | null
  sealed: string | null
}

const TITLES: Record<OfficeSettingKind, string> = {
  AGENCY_ADDRESS: '的地址',
  PLATFORM_ADDRESS: '的地址',
  PLATFORM_CREDENTIAL: '的密钥',
  PLATFORM_SUBJECTS: '接收的内容',
  PLATFORM_TEST: '的地址是否为测试环境',
  WEBHOOK_NETWORKS: '回调地址可用的内部网段',
  SITE_OPERATOR: '主办单位',
  SITE_ADDRESS: '联系地址',
  SITE_TELEPHONE: '联系电话',
  SITE_EMAIL: '电子邮箱',
  SITE_HOURS: '接待时间',
  SITE_ICP_FILING: '网站备案号',
  SITE_POLICE_FILING: '公安备案号',
  BACKUP_ARRANGEMENT: '备份安排',
  MAIL_SERVER: '邮件服务器',
  MAIL_CREDENTIAL: '邮件服务器的密码',
  MAIL_SENDER: '发件邮箱',
}

export const settingTitle = ({ kind, of }: Pick<OfficeSetting, 'kind' | 'of'>): string =>
  `${of?.zh ?? ''}${TITLES[kind]}`

export const isSecretSetting = (kind: OfficeSettingKind): boolean =>
  kind === 'PLATFORM_CREDENTIAL' || kind === 'MAIL_CREDENTIAL'

/** Settings that are valid only together have the same group. */
export const settingGroup = ({ name, kind }: Pick<OfficeSetting, 'name' | 'kind'>): string =>
  kind.startsWith('MAIL_') ? 'MAIL' : name.replace(/_(URL|SECRET|HEARS|TEST)$/, '')

/** Parameters that name a password or key; drivers of databases take one from the query. */
const SECRET_PARAMETER = /pass|pwd|secret|token|key|sign|auth|credential/i
const isAddress = (kind: OfficeSettingKind): boolean => kind.endsWith('_ADDRESS') || kind === 'MAIL_SERVER'

export const settingWithoutSecret = (kind: OfficeSettingKind, value: string): string | null => {
  if (isSecretSetting(kind)) return null
  if (!isAddress(kind) || !URL.canParse(value)) return value
  const { protocol, username, password, host, pathname, search, searchParams } = new URL(value)
  const parameters = [...searchParams].map(
    ([name, given]) => [name, SECRET_PARAMETER.test(name) ? '…' : given] as const,
  )
  if (password === '' && parameters.every(([, shown]) => shown !== '…')) return value
  const account = password === '' ? username : `${username}:…`
  const query = parameters.map(([name, shown]) => `${name}=${shown}`).join('&')
  return `${protocol}//${account === '' ? '' : `${account}@`}${host}${pathname}${search === '' ? '' : `?${query}`}`
}

export const isRemovedSetting = ({ shown, sealed }: Omit<KeptSettingValue, 'name'>): boolean =>
  shown === null && sealed === null
