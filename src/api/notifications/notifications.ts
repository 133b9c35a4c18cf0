import type { RobotForm } from '../../domain/notifications/addresses.js'
import { kindsOfferedTo } from '../../domain/notifications/kinds.js'
import { MESSAGE_LIVES_MS } from '../../domain/notifications/schedule.js'
import { Refusal } from '../../foundation/errors.js'
import * as outbox from '../../store/notifications/outbox.js'
import * as store from '../../store/notifications/recipients.js'
import * as robots from '../../work/notifications/group-robots.js'
import { makeMailSender } from '../../work/notifications/mail.js'
import * as work from '../../work/notifications/settings.js'
import { sendTestMail } from '../../work/notifications/test-mail.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'

const UNDELIVERED_MS = 30 * 86_400_000
const UNDELIVERED_MOST = 200
const LOCAL = 'http://localhost'
const NO_STATE: outbox.RecipientState = { sentAt: null, owed: 0, dead: 0, lastError: null }

interface NotificationChoice {
  kinds: readonly string[]
  digestHour?: number | null
  quietFrom?: number | null
  quietTo?: number | null
}

const choiceIn = ({ kinds, digestHour = null, quietFrom = null, quietTo = null }: NotificationChoice) => ({
  ...{ kinds, digestHour, quietFrom, quietTo },
})

const since = ({ now }: GraphqlContext): Date => new Date(now.getTime() - UNDELIVERED_MS)

const deliveryView = async (context: GraphqlContext, id: number | null) => {
  const state = id === null ? NO_STATE : await outbox.readRecipientState(context.parts.db, id, since(context))
  return { sentAt: state.sentAt, owed: state.owed, undelivered: state.dead }
}

const actor = ({ viewer, now }: GraphqlContext) => ({ person: viewer.sub ?? '', now })

const settingsView = async (context: GraphqlContext, settings: store.StoredSettings | null) => {
  const { parts, viewer, now } = context
  const opened = (sealed: string | null | undefined): string | null =>
    sealed == null ? null : parts.keys.unseal(sealed, work.labelOfPerson(viewer.sub ?? ''))
  const waits = settings?.codeUntil != null && settings.codeUntil > now
  return {
    mailAddress: opened(settings?.address),
    pendingAddress: waits ? opened(settings.pendingAddress) : null,
    mailAvailable: parts.office.mail() !== null,
    offered: kindsOfferedTo(viewer.role),
    kinds: settings?.kinds ?? kindsOfferedTo(viewer.role),
    digestHour: settings?.digestHour ?? null,
    quietFrom: settings?.quietFrom ?? null,
    quietTo: settings?.quietTo ?? null,
    ...(await deliveryView(context, settings?.id ?? null)),
  }
}

const ownSettings = async (_: unknown, __: unknown, context: GraphqlContext) =>
  settingsView(context, await store.findOfPerson(context.parts.db, context.viewer.sub ?? ''))

const choose = async (_: unknown, { input }: { input: NotificationChoice }, context: GraphqlContext) =>
  settingsView(context, await work.chooseNotifications(context.parts.db, { ...choiceIn(input), ...actor(context) }))

const mailParts = ({ parts: { keys, office, publicUrl = LOCAL } }: GraphqlContext) => {
  const settings = office.mail()
  return { keys, mail: settings && makeMailSender(settings), publicUrl }
}

const testMail = (_: unknown, __: unknown, context: GraphqlContext) => {
  const { db, keys, office, publicUrl = LOCAL } = context.parts
  return sendTestMail(db, { keys, settings: office.mail(), publicUrl }, actor(context))
}

const sendMailCode = async (_: unknown, args: { mailAddress: string }, context: GraphqlContext) => {
  const { mailAddress } = refuseUnstorableText(args)
  const act = { ...actor(context), address: mailAddress.trim() }
  return settingsView(context, await work.sendMailCode(context.parts.db, mailParts(context), act))
}

const confirmMailAddress = async (_: unknown, args: { mailCode: string }, context: GraphqlContext) => {
  const { mailCode: code } = refuseUnstorableText(args)
  const { db, keys } = context.parts
  return settingsView(context, await work.confirmMailAddress(db, keys, { ...actor(context), code }))
}

const removeMailAddress = async (_: unknown, __: unknown, context: GraphqlContext) => {
  await work.removeMailAddress(context.parts.db, actor(context))
  return settingsView(context, null)
}

const robotView = async (context: GraphqlContext, robot: store.NotificationRecipient) => {
  const { robot: name, form, region, kinds, digestHour, quietFrom, quietTo, changedBy, changedAt } = robot
  const shown = { name, form, region, kinds, digestHour, quietFrom, quietTo, changedBy, changedAt }
  return { ...shown, ...(await deliveryView(context, robot.id)) }
}

const listRobots = async (_: unknown, __: unknown, context: GraphqlContext) =>
  Promise.all((await store.listRobots(context.parts.db)).map((robot) => robotView(context, robot)))

interface RobotArguments {
  name: string
  form: RobotForm
  robotAddress?: string | null
  robotSecret?: string | null
  region?: string | null
  choice: NotificationChoice
  reason?: string | null
}

const REASON = '登记群机器人'

const saveRobot = async (_: unknown, { input }: { input: RobotArguments }, context: GraphqlContext) => {
  const { choice, ...texts } = input
  const { name, form, robotAddress, robotSecret, region, reason } = refuseUnstorableText(texts)
  const { db, keys, office, resolve, publicUrl = LOCAL } = context.parts
  const allow = office.webhookAllow()
  const given = { name, form, address: robotAddress || null, secret: robotSecret || null, region: region || null }
  const made = {
    ...given,
    ...choiceIn(choice),
    reason: reason || REASON,
    by: context.viewer.sub ?? '',
    now: context.now,
  }
  const proposed = await robots.proposeRobot(db, { keys, allow, resolve, publicUrl }, made)
  const { content, proposedBy: changedBy, proposedAt: changedAt } = proposed
  return { ...content, name, changedBy, changedAt, ...(await deliveryView(context, null)) }
}

const removeRobot = async (_: unknown, args: { name: string }, context: GraphqlContext) => {
  const { name } = refuseUnstorableText(args)
  await robots.removeRobot(context.parts.db, name)
  return listRobots(_, {}, context)
}

const undelivered = async (_: unknown, __: unknown, context: GraphqlContext) =>
  (await outbox.listDead(context.parts.db, since(context), UNDELIVERED_MOST)).map(
    ({ id: number, robot: group, notifications: items, ...rest }) => ({ number, group, items, ...rest }),
  )

const resend = async (_: unknown, { message }: { message: number }, context: GraphqlContext) => {
  const term = { now: context.now, expiresAt: new Date(context.now.getTime() + MESSAGE_LIVES_MS) }
  const isRevived = await context.parts.db.transaction((tx) => outbox.reviveMessage(tx, message, term))
  if (!isRevived) throw new Refusal('NOTIFICATION_UNKNOWN')
  return undelivered(_, {}, context)
}

export const notificationResolvers = {
  Query: {
    notificationSettings: ownSettings,
    notificationRobots: listRobots,
    undeliveredNotifications: undelivered,
  },
  Mutation: {
    chooseNotifications: choose,
    sendMailCode,
    confirmMailAddress,
    removeMailAddress,
    sendTestMail: testMail,
    saveNotificationRobot: saveRobot,
    removeNotificationRobot: removeRobot,
    resendNotification: resend,
  },
}
