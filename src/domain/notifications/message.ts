/** The text of a message. It names cases and enterprises, never a natural person. */
import { maskName } from '../listing/masked-names.js'
import type { RobotForm } from './addresses.js'
import { KIND_TITLES, NOTIFICATION_KINDS, type NotificationKind } from './kinds.js'

const LINES_MOST = 40
/** The robots take 2,048 and 20,000 bytes. */
const ROBOT_BYTES_MOST = { WECOM: 2_000, DINGTALK: 18_000 } as const
/** A text bounded more narrowly has no links beside its lines. */
const LINKS_FROM_BYTES = 10_000
const SHORT_NUMBER_LENGTH = 8
const NAME_MOST = 60

export interface NotificationLine {
  kind: NotificationKind
  text: string
  path: string
}

export interface MailSettings {
  host: string
  port: number
  /** TLS from the first byte (smtps); otherwise STARTTLS. */
  secure: boolean
  user: string | null
  password: string | null
  sender: string
}

export interface MessageText {
  subject: string
  body: string
}

interface MessageFrame {
  publicUrl: string
  isDigest: boolean
  /** A mail has none. */
  robot: { form: RobotForm; number: string } | null
}

/** The same at each attempt, so a group recognises a repeated message. */
export const numberOfMessage = (messageId: string): string =>
  /[0-9a-f]{8}/.exec(messageId)?.[0].toUpperCase() ?? messageId

export const composeMessage = (lines: readonly NotificationLine[], frame: MessageFrame): MessageText => {
  const counts = NOTIFICATION_KINDS.map((kind) => ({ kind, n: lines.filter((line) => line.kind === kind).length }))
  const summary = counts.flatMap(({ kind, n }) => (n === 0 ? [] : [`${KIND_TITLES[kind]} ${n} 项`])).join('、')
  const subject = `【信用枢纽】${frame.isDigest ? '每日汇总：' : ''}${summary}`
  for (let shown = Math.min(lines.length, LINES_MOST); ; shown -= 1) {
    const body = bodyOf(lines, shown, { ...frame, subject })
    if (shown === 0 || frame.robot === null || Buffer.byteLength(body) <= ROBOT_BYTES_MOST[frame.robot.form])
      return { subject, body }
  }
}

const bodyOf = (
  lines: readonly NotificationLine[],
  shown: number,
  { publicUrl, robot, subject }: MessageFrame & { subject: string },
): string => {
  const hasLinks = robot === null || ROBOT_BYTES_MOST[robot.form] >= LINKS_FROM_BYTES
  const ordered = NOTIFICATION_KINDS.flatMap((kind) => lines.filter((line) => line.kind === kind)).slice(0, shown)
  const parts = NOTIFICATION_KINDS.flatMap((kind) => {
    const own = ordered.filter((line) => line.kind === kind)
    if (own.length === 0) return []
    return [
      `■ ${KIND_TITLES[kind]}`,
      ...own.map(({ text, path }, i) => `${i + 1}. ${text}${hasLinks ? `\n   ${publicUrl}${path}` : ''}`),
      '',
    ]
  })
  const more = lines.length - shown
  return [
    subject,
    '',
    ...parts,
    ...(more > 0 ? [`消息过长，已在此截断：另有 ${more} 项，见工作台。`] : []),
    `工作台：${publicUrl}/desk`,
    ...(robot === null
      ? ['', '本邮件由系统自动发送，请勿回复。', `提醒设置：${publicUrl}/desk/reminders`]
      : [`消息编号 ${robot.number}（编号相同的为同一条）`]),
  ].join('\n')
}

export const composeCodeMessage = (code: string, minutes: number): MessageText => ({
  subject: '【信用枢纽】邮箱确认码',
  body: `您正在为吉林省电子商务信用信息枢纽的工作提醒登记邮箱，确认码：${code}\n\n${minutes} 分钟内有效。非本人操作的，请不必理会。`,
})

export const composeTestMail = (publicUrl: string): MessageText => ({
  subject: '【信用枢纽】测试邮件',
  body: `这是一封测试邮件：邮件服务器可以送出工作提醒。\n工作台：${publicUrl}/desk`,
})

export const composeTestMessage = (publicUrl: string): MessageText => ({
  subject: '【信用枢纽】测试消息',
  body: `【信用枢纽】测试消息：本群机器人可以收到工作提醒。\n工作台：${publicUrl}/desk`,
})

export interface NamedParty {
  kind: string
  name: string | null
}

/** Signs by which a name could become markup or call somebody (`<@name>`), and their replacements. */
const PLAIN_SIGNS: Readonly<Record<string, string>> = { '<': '＜', '>': '＞', '@': '＠' }

/** Only an enterprise is named: other names may hold those of natural persons. */
export const nameParty = ({ kind, name }: NamedParty): string => {
  if (kind === 'INDIVIDUAL') return '某个体工商户'
  if (kind !== 'ENTERPRISE' || name === null) return '某经营者'
  return maskName(name)
    .replace(/[\p{C}\s]+/gu, ' ')
    .replace(/[<>@]/g, (sign) => PLAIN_SIGNS[sign] ?? sign)
    .trim()
    .slice(0, NAME_MOST)
}

export const shortCaseNumber = (id: string): string => id.slice(0, SHORT_NUMBER_LENGTH).toUpperCase()
