/** A robot's address holds its credential and is never shown. */
import { holdsIdNumber } from '../records/privacy.js'

/** One plain address: no name, comment, quotes or line break that could become a header or a second recipient. */
const MAIL = /^[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/
const ADDRESS_MOST = 254
const ROBOT_ADDRESS_MOST = 500

export const findMailAddressFault = (text: string): string | null => {
  if (text.length > ADDRESS_MOST || !MAIL.test(text) || text.includes('..'))
    return '不是一个邮箱地址 not one mail address'
  return holdsIdNumber(text) ? '邮箱地址中不得含身份证件号码 a mail address must hold no ID number' : null
}

export type RobotForm = 'DINGTALK' | 'WECOM'
export type RecipientForm = 'EMAIL' | RobotForm

export const findRobotFault = (form: RobotForm, address: string, secret: string | null): string | null => {
  if (address.length > ROBOT_ADDRESS_MOST || !URL.canParse(address)) return '不是地址 not an address'
  const { protocol, username, password, hash } = new URL(address)
  if (protocol !== 'https:' && protocol !== 'http:') return '只可使用 https only https'
  if (username !== '' || password !== '' || hash !== '')
    return '地址中不得含账号和 # an address must hold no credentials and no #'
  if (form === 'DINGTALK' && !secret) return '钉钉机器人须用加签密钥 a DingTalk robot needs its signing secret'
  return null
}
