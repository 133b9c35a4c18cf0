import { createHmac } from 'node:crypto'
import { parseJsonObject } from '../foundation/text/json.js'
import type { MailServerStandIn } from './mail-server.js'
import { isSameSecret, makeJsonAnswer, type StandInRequest, type StandInServer, startStandInServer } from './server.js'
import { makeBehaviour, SWITCH } from './wishes.js'

const OLDEST_MS = 3_600_000
const WECOM_BYTES_MOST = 2_048
const SHOWN_MOST = 100
const SECRET = 'SECdemo-robot'
const KEY = 'demo-robot'

interface RobotMessage {
  form: 'DINGTALK' | 'WECOM'
  text: string
}

export interface GroupRobots extends StandInServer {
  dingtalk: { address: string; secret: string }
  wecom: { address: string }
  messages: RobotMessage[]
  behave: (wanted: { outage?: boolean }) => void
  onMessage: (listener: () => void) => void
}

export const startGroupRobots = async (
  mail: MailServerStandIn,
  now: () => Date = () => new Date(),
): Promise<GroupRobots> => {
  const messages: RobotMessage[] = []
  const listeners: (() => void)[] = []
  const { now: behaviour, behave } = makeBehaviour({ outage: SWITCH })
  const take = (form: RobotMessage['form'], { body }: StandInRequest) => {
    const text = (parseJsonObject(body)?.['text'] as { content?: unknown } | undefined)?.content
    if (typeof text !== 'string' || (form === 'WECOM' && Buffer.byteLength(text) > WECOM_BYTES_MOST))
      return makeJsonAnswer(200, { errcode: 40_058, errmsg: 'text' })
    messages.push({ form, text })
    messages.splice(0, messages.length - SHOWN_MOST)
    for (const listener of listeners) listener()
    return makeJsonAnswer(200, { errcode: 0, errmsg: 'ok' })
  }
  const isSigned = ({ query }: StandInRequest): boolean => {
    const timestamp = Number(query.get('timestamp'))
    const sign = query.get('sign') ?? ''
    return Math.abs(now().getTime() - timestamp) < OLDEST_MS && isSameSecret(sign, signatureOf(timestamp))
  }
  const server = await startStandInServer((asked) => {
    if (behaviour.outage) return 'cut'
    if (asked.method === 'GET' && asked.path === '/')
      return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: pageOf(mail, messages) }
    if (asked.path === '/robot/send')
      return isSigned(asked) && asked.query.get('access_token') === KEY
        ? take('DINGTALK', asked)
        : makeJsonAnswer(200, { errcode: 310_000, errmsg: 'sign not match' })
    if (asked.path === '/cgi-bin/webhook/send')
      return asked.query.get('key') === KEY
        ? take('WECOM', asked)
        : makeJsonAnswer(200, { errcode: 93_000, errmsg: 'invalid webhook url' })
    return makeJsonAnswer(404, {})
  })
  return {
    ...server,
    dingtalk: { address: `${server.url}/robot/send?access_token=${KEY}`, secret: SECRET },
    wecom: { address: `${server.url}/cgi-bin/webhook/send?key=${KEY}` },
    ...{ messages, behave, onMessage: (listener) => void listeners.push(listener) },
  }
}

const signatureOf = (timestamp: number): string =>
  createHmac('sha256', SECRET).update(`${timestamp}\n${SECRET}`).digest('base64')

const RULE = `\n\n${'─'.repeat(60)}\n\n`
const ROBOT_NAMES = { DINGTALK: '钉钉群', WECOM: '企业微信群' } as const

const pageOf = ({ mails }: MailServerStandIn, messages: readonly RobotMessage[]): string =>
  [
    `演示替身收到的邮件 ${mails.length} 封、群消息 ${messages.length} 条（新的在前），内容均为虚构。Mail and group messages taken by the stand-ins, newest first.`,
    ...mails.toReversed().map(({ to, subject, text }) => `邮件  收件人 ${to}\n主题  ${subject}\n\n${text}`),
    ...messages.toReversed().map(({ form, text }) => `${ROBOT_NAMES[form]}\n\n${text}`),
  ].join(RULE)
