/** Each recipient is told of an occasion once. */
import { type Act, mayInRegion, type Role, regionBoundOf, type Viewer } from '../access/viewer.js'

/** In the order of a message: the longest part comes last. */
export const NOTIFICATION_KINDS = ['DEADLINE', 'PLATFORM', 'FEED', 'MATTER', 'OBJECTION', 'REPAIR', 'WAITING'] as const
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number]

export const KIND_TITLES: Record<NotificationKind, string> = {
  WAITING: '待办事项',
  DEADLINE: '办理期限',
  MATTER: '协作事项',
  OBJECTION: '新的异议',
  REPAIR: '修复申请',
  FEED: '数据源异常',
  PLATFORM: '信用平台异常',
}

const ROLES_BY_KIND: Record<NotificationKind, readonly Role[]> = {
  WAITING: ['officer', 'reviewer', 'administrator'],
  DEADLINE: ['officer', 'reviewer', 'agency'],
  MATTER: ['officer', 'reviewer', 'agency'],
  OBJECTION: ['officer', 'reviewer', 'agency'],
  REPAIR: ['officer', 'reviewer'],
  FEED: ['officer', 'administrator', 'agency'],
  PLATFORM: ['officer', 'reviewer', 'administrator'],
}

/** They concern no operator, so no region bounds them. */
const HUB_WIDE: readonly NotificationKind[] = ['FEED', 'PLATFORM', 'MATTER']

export const isNotificationKind = (text: string): text is NotificationKind =>
  (NOTIFICATION_KINDS as readonly string[]).includes(text)

export const kindsOfferedTo = (role: Role): NotificationKind[] =>
  NOTIFICATION_KINDS.filter((kind) => ROLES_BY_KIND[kind].includes(role))

export interface NotificationOccasion {
  kind: NotificationKind
  /** With `occasion` the key by which it is told once. */
  subject: string
  occasion: string
  text: string
  /** Desk path where the work is done. */
  path: string
  /** Operator whom the text names, for the audit log. */
  code: string | null
}

export interface SharedOccasion extends NotificationOccasion {
  roles: readonly Role[]
  act: Act
  /** Occasions of the hub and unknown operators have none. */
  region: string | null
  agency: string | null
  /** Only people of this seat hear of it. */
  seat?: string
}

export interface OccasionRecipient {
  kinds: readonly NotificationKind[]
  /** A group receives what any of its roles does. */
  roles: readonly Role[]
  /** Groups have none. */
  person: string | null
  agency: string | null
  region: string | null
  seat: string | null
}

export const receivesOccasion = (recipient: OccasionRecipient, one: SharedOccasion): boolean =>
  recipient.kinds.includes(one.kind) &&
  (one.seat === undefined || one.seat === recipient.seat) &&
  recipient.roles.some(
    (role) =>
      ROLES_BY_KIND[one.kind].includes(role) &&
      one.roles.includes(role) &&
      (role !== 'agency' || (one.agency !== null && one.agency === recipient.agency)) &&
      isSeenBy({ role, sub: recipient.person, agency: recipient.agency, region: recipient.region }, one),
  )

const isSeenBy = (viewer: Viewer, { kind, act, region }: SharedOccasion): boolean => {
  if (!mayInRegion(viewer, act, region)) return false
  const sight = HUB_WIDE.includes(kind) ? null : regionBoundOf(viewer)
  return sight === null || (region ?? '').startsWith(sight)
}
