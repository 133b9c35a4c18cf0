/** Group robots of 钉钉 and 企业微信. Both answer 200 to refusals, with `errcode`. */
import { createHmac } from 'node:crypto'
import { findRobotFault, type RobotForm } from '../../domain/notifications/addresses.js'
import { parseJsonObject } from '../../foundation/text/json.js'
import { callCheckedUrl, type HostResolver } from '../standing/subscriber-client.js'

const TIMEOUT_MS = 10_000
const ANSWER_BYTES_MOST = 4_096

export interface RobotCall {
  form: RobotForm
  address: string
  secret: string | null
  text: string
  now: Date
  allow: readonly string[]
  resolve?: HostResolver | undefined
  signal?: AbortSignal | undefined
}

/** Never holds the address. */
export class RobotError extends Error {
  override readonly name = 'RobotError'
}

/** 钉钉: base64 of HMAC-SHA-256 over `timestamp\nsecret`, keyed by the secret. */
const signDingtalk = (timestamp: number, secret: string): string =>
  createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')

export const callRobot = async ({ form, address, secret, text, now, ...limits }: RobotCall): Promise<void> => {
  if (findRobotFault(form, address, secret) !== null) throw new RobotError('address')
  const url = new URL(address)
  if (form === 'DINGTALK' && secret !== null) {
    const timestamp = now.getTime()
    url.searchParams.set('timestamp', String(timestamp))
    url.searchParams.set('sign', signDingtalk(timestamp, secret))
  }
  const answer = await callCheckedUrl(url, {
    ...limits,
    headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'credit-hub' },
    body: JSON.stringify({ msgtype: 'text', text: { content: text } }),
    timeoutMs: TIMEOUT_MS,
    answerBytesMost: ANSWER_BYTES_MOST,
  })
  if (answer.status !== 200) throw new RobotError(`HTTP ${answer.status}`)
  const code = parseJsonObject(answer.body)?.['errcode']
  if (code !== 0) throw new RobotError(typeof code === 'number' ? `errcode ${code}` : 'no errcode')
}
