import { findRobotFault, type RobotForm } from '../../domain/notifications/addresses.js'
import { composeTestMessage } from '../../domain/notifications/message.js'
import { findSendingTime, type SendingChoice } from '../../domain/notifications/schedule.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as outbox from '../../store/notifications/outbox.js'
import * as store from '../../store/notifications/recipients.js'
import * as proposals from '../../store/office/proposals.js'
import type { HostResolver } from '../standing/subscriber-client.js'
import { callRobot } from './robots.js'
import { labelOfRecipient, nameOfRecipient, wordsOf } from './send.js'
import { checkedKinds, refuseChoiceFault } from './settings.js'

const NAME = /^[^\p{C}@]{1,40}$/u
const REGION = /^\d{6}$/

export interface RobotInput extends SendingChoice {
  name: string
  form: RobotForm
  /** The present one stays if null. */
  address: string | null
  secret: string | null
  region: string | null
  kinds: readonly string[]
  now: Date
}

/** Address and secret are sealed. */
export type RobotContent = Omit<store.RobotSettings, 'by' | 'now'>
export type RobotProposal = proposals.OfficeProposal<RobotContent>

interface RobotParts {
  keys: Pick<Keys, 'seal' | 'unseal'>
  allow: readonly string[]
  resolve?: HostResolver | undefined
  publicUrl: string
}

const labelOf = (robot: string): string => labelOfRecipient(nameOfRecipient({ person: null, robot }))

/** Sends a test message. Refusals: INPUT_INVALID, ROBOT_FAILED. */
export const examineRobot = async (db: Db, parts: RobotParts, input: RobotInput): Promise<RobotContent> => {
  const { name, form, region, now, digestHour, quietFrom, quietTo } = input
  if (!NAME.test(name) || name.trim() !== name)
    throw new Refusal('INPUT_INVALID', { reason: '群名称须为 1–40 个可见字符 a name has 1–40 visible characters' })
  if (region !== null && !REGION.test(region))
    throw new Refusal('INPUT_INVALID', { reason: '区划代码为六位数字 a region is a code of six digits' })
  const kinds = checkedKinds(input.kinds)
  const choice = { digestHour, quietFrom, quietTo }
  refuseChoiceFault(choice)
  const { address, secret } = await presentOr(db, parts, input)
  const fault = findRobotFault(form, address, secret)
  if (fault !== null) throw new Refusal('INPUT_INVALID', { reason: fault })
  await callTest(parts, { form, address, secret, now })
  const label = labelOf(name)
  const sealed = { address: parts.keys.seal(address, label), secret: secret && parts.keys.seal(secret, label) }
  return { robot: name, form, ...sealed, region, kinds, ...choice }
}

/** Another administrator confirms it: a group hears of all cases. Refusals as above, and OFFICE_PROPOSAL_WAITS. */
export const proposeRobot = async (
  db: Db,
  parts: RobotParts & { keys: Pick<Keys, 'pseudonymOf'> },
  { reason, by, ...input }: RobotInput & { reason: string; by: string },
): Promise<RobotProposal> => {
  const said = checkAndRedactText(reason, '理由 the reason', parts.keys.pseudonymOf)
  const content = await examineRobot(db, parts, input)
  return db.transaction(async (tx) => {
    await proposals.lockOffice(tx)
    const waiting = await proposals.listWaiting<RobotContent>(tx, 'ROBOT')
    if (waiting.some((one) => one.content.robot === content.robot)) throw new Refusal('OFFICE_PROPOSAL_WAITS')
    return proposals.propose(tx, { kind: 'ROBOT', content, reason: said, by, at: input.now })
  })
}

export const keepRobot = async (
  tx: Tx,
  { content, proposedBy }: Pick<RobotProposal, 'content' | 'proposedBy'>,
  now: Date,
): Promise<void> => {
  await store.saveRobot(tx, { ...content, by: proposedBy, now })
  const { id } = await there(tx, content.robot)
  await outbox.moveDueTimes(tx, id, findSendingTime(content, now))
}

/** A settled proposal keeps no address, so a deleted robot leaves none behind. */
export const robotWithoutAddress = (content: RobotContent): RobotContent => ({ ...content, address: '', secret: null })

const presentOr = async (db: Db, { keys }: RobotParts, { name, form, address, secret }: RobotInput) => {
  if (address !== null) return { address, secret }
  const present = await store.findRobot(db, name)
  if (present?.address == null || present.form !== form)
    throw new Refusal('INPUT_INVALID', { reason: '请填写机器人的地址 give the address of the robot' })
  const kept = present.secret === null ? null : keys.unseal(present.secret, labelOf(name))
  return { address: keys.unseal(present.address, labelOf(name)), secret: secret ?? kept }
}

const callTest = async (
  { allow, resolve, publicUrl }: RobotParts,
  robot: { form: RobotForm; address: string; secret: string | null; now: Date },
): Promise<void> => {
  const text = composeTestMessage(publicUrl).body
  await callRobot({ ...robot, text, allow, resolve }).catch((error: unknown) => {
    throw new Refusal('ROBOT_FAILED', { reason: wordsOf(error) })
  })
}

/** Refusal ROBOT_UNKNOWN. */
export const removeRobot = async (db: Db, name: string): Promise<void> => {
  if (!(await db.transaction((tx) => store.removeRobot(tx, name)))) throw new Refusal('ROBOT_UNKNOWN', { name })
}

const there = async (db: Parameters<typeof store.findRobot>[0], name: string): Promise<store.NotificationRecipient> => {
  const robot = await store.findRobot(db, name)
  if (robot === null) throw new Refusal('ROBOT_UNKNOWN', { name })
  return robot
}
