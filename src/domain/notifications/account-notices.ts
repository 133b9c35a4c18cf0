/** Account notices cannot be switched off, and no digest or quiet hours delay them. */
import { shanghaiMinute } from '../../foundation/time/dates.js'
import type { MessageText } from './message.js'

const EVENT_WORDS = {
  PASSWORD_CHANGED: '密码已修改',
  PASSWORD_RESET: '管理员重置了密码',
  PASSKEY_ADDED: '增加了一个通行密钥',
  PASSKEY_REMOVED: '删除了一个通行密钥',
  CODES_ADDED: '启用了一次性验证码',
  CODES_REMOVED: '停用了一次性验证码',
  FACTORS_RESET: '管理员重置了第二因素',
  RECOVERY_USED: '使用了一个恢复码',
  RECOVERY_RENEWED: '重新生成了恢复码',
  LOCKED: '多次登录不成功，账号暂时锁定；当日再次锁定的不另行通知',
  MAIL_REPLACED: '提醒邮箱已更换为另一邮箱',
  MAIL_REMOVED: '提醒邮箱已删除',
} as const

export type AccountEvent = keyof typeof EVENT_WORDS

export const ACCOUNT_EVENTS = Object.keys(EVENT_WORDS) as AccountEvent[]

export const describeAccountEvent = (event: AccountEvent, at: Date): string =>
  `${shanghaiMinute(at)}，${EVENT_WORDS[event]}。`

/** No link: nobody shall get used to follow one from a mail about passwords. */
export const composeAccountMessage = (events: readonly string[]): MessageText => ({
  subject: '【信用枢纽】账号安全通知',
  body: [
    '您在吉林省电子商务信用信息枢纽工作台的账号有以下变动（北京时间）：',
    '',
    ...events.map((text, i) => `${i + 1}. ${text}`),
    '',
    '是您本人或者经您同意的，不必理会；不是的，请立即联系本机关的系统管理员和安全管理员。',
    '本邮件由系统自动发送，请勿回复；不会要求您点击链接或者提供密码。',
  ].join('\n'),
})
