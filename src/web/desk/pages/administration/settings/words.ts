import { labelOf } from '../../../pieces/words.js'
import type { OfficeSettingKind, SettingLineFragment } from '../office.generated.js'

type NamedSetting = Pick<SettingLineFragment, 'kind' | 'of'>

export const settingName = ({ kind, of }: NamedSetting): string =>
  of
    ? `${of.zh}：${labelOf('OfficeSettingKind', kind).replace(/^(信源单位|信用平台)的?/, '')}`
    : labelOf('OfficeSettingKind', kind)

interface ChangedSetting extends NamedSetting {
  value?: string | null
  isSecret: boolean
  isRemoved: boolean
}

export const settingChangeWords = (of: ChangedSetting & { present?: string | null }, isWaiting: boolean): string => {
  const after = settingValueWords(of)
  if (!isWaiting || of.isSecret) return `${settingName(of)}：${after}`
  const before = of.present == null ? '未设定' : `“${shownSettingWords(of.kind, of.present)}”`
  return `${settingName(of)}：由${before}改为${of.isRemoved ? '不设定' : `“${after}”`}`
}

export const settingValueWords = ({ kind, value, isSecret, isRemoved }: ChangedSetting): string => {
  if (isRemoved) return '取消'
  if (isSecret) return '新的密钥（不显示）'
  return shownSettingWords(kind, value ?? '')
}

export const shownSettingWords = (kind: OfficeSettingKind, value: string): string => {
  if (kind === 'PLATFORM_TEST') return value === 'yes' ? '是' : '否'
  return kind === 'PLATFORM_SUBJECTS' ? subjectWords(value) : value
}

const subjectWords = (value: string): string =>
  value
    .split(',')
    .map((kind) => labelOf('SubjectKind', kind.trim().toUpperCase()))
    .join('、')

export const SETTING_HINTS: Partial<Record<OfficeSettingKind, string>> = {
  SITE_TELEPHONE: '如 0431-00000000',
  SITE_EMAIL: '如 xinyong@example.gov.cn',
  SITE_HOURS: '如 工作日 8:30–11:30、13:30–17:00',
  SITE_ICP_FILING: '如 吉ICP备00000000号-1',
  SITE_POLICE_FILING: '如 吉公网安备 00000000000000号',
  AGENCY_ADDRESS: '接口 https://…，文件夹 file:///…，或前置机数据库 postgres://…',
  PLATFORM_ADDRESS: '由平台运行单位提供',
  BACKUP_ARRANGEMENT: '如 每日 1:00 备份至机房乙，保留 30 日；密钥由安全管理员另存',
  MAIL_SERVER: '如 smtps://账号@mail.example.gov.cn（端口 465），或 smtp://账号@主机:端口',
  MAIL_SENDER: '如 tixing@example.gov.cn',
  WEBHOOK_NETWORKS: '以逗号分隔，如 10.1.0.0/16；没有内网平台的不填',
}

export const MAIL_SECTION = '邮件服务器'

export const SETTING_SECTIONS: readonly { title: string; about: string; kinds: readonly OfficeSettingKind[] }[] = [
  {
    title: '网站',
    about: '显示在公开页面的页脚和“关于”页。',
    kinds: [
      'SITE_OPERATOR',
      'SITE_ADDRESS',
      'SITE_TELEPHONE',
      'SITE_EMAIL',
      'SITE_HOURS',
      'SITE_ICP_FILING',
      'SITE_POLICE_FILING',
    ],
  },
  {
    title: '信源单位',
    about: '没有地址的，其数据由人上传。',
    kinds: ['AGENCY_ADDRESS'],
  },
  {
    title: '信用平台',
    about:
      '没有地址的，应推送的照记，设定后推送。网络地址须同时设定密钥。声明正式运行以前，只向注明是测试环境的地址推送新增和变更；声明以前须换成正式地址。',
    kinds: ['PLATFORM_ADDRESS', 'PLATFORM_CREDENTIAL', 'PLATFORM_TEST', 'PLATFORM_SUBJECTS'],
  },
  {
    title: MAIL_SECTION,
    about: '用于发送工作提醒和账号安全通知，三项一并设定；除本机外须加密连接。生效后请发送测试邮件。',
    kinds: ['MAIL_SERVER', 'MAIL_CREDENTIAL', 'MAIL_SENDER'],
  },
  {
    title: '备份',
    about: '写明何时、由谁、存于何处；密钥另行保存。',
    kinds: ['BACKUP_ARRANGEMENT'],
  },
  {
    title: '电子商务平台的回调',
    about: '回调地址通常须为公网地址；位于内部网络的，在此写明网段。',
    kinds: ['WEBHOOK_NETWORKS'],
  },
]
