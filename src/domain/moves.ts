/**
 * The table of moves of a listing: the states each leaves, the state it reaches, who may make it, what it needs, what
 * must hold, and what it sets. Read by `move` in listing.ts; whatever is not in the table is not allowed.
 */
import { addWorkdays } from './calendar.js'
import { type Act, type Case, type Role, type Rules, STATES, type State } from './case.js'
import { addMonths } from './dates.js'
import type { Words } from './facts.js'
import type { RemovalReason } from './lists.js'
import { numberOf, termEnd } from './lists.js'

export interface MoveRow extends Words {
  from: readonly (State | null)[]
  to: State
  roles: readonly Role[]
  needs: readonly ('documentNumber' | 'reason' | 'text')[]
  guards: readonly Guard[]
  sets: (before: Case, act: Act, rules: Rules) => Partial<Case> & { provisional?: boolean }
}

type Guard = (before: Case, act: Act, rules: Rules) => DenialCode | null

const nothing = (): Partial<Case> => ({})
const BEFORE_PUBLICATION = STATES.slice(0, STATES.indexOf('PUBLISHED'))

// Guards read as what must hold; each answers null, or why not.
const decidedHere: Guard = (_, __, { list }) => (list.decidedHere ? null : 'LIST_NOT_DECIDED_HERE')
const heavySaid: Guard = (_, act) => (act.heavy === undefined ? 'HEAVY_NOT_SAID' : null)
const heavyDecision: Guard = (before) => {
  if (!before.decisionLinked) return 'NO_DECISION'
  return before.decisionHeavy === true ? null : 'DECISION_NOT_HEAVY'
}
/** The listing is decided with the penalty or after it, never before (order 44 art 13). */
const notBeforeDecision: Guard = (before, act) =>
  before.decisionOn !== null && act.on < before.decisionOn ? 'BEFORE_DECISION' : null
/** The hub publishes when it publishes: nobody has been public for days that are past. */
const publishedNow: Guard = (_, act) => (act.on === act.today ? null : 'NOT_TODAY')
const anotherPerson: Guard = (before, act) =>
  before.proposedBy !== null && before.proposedBy !== act.by ? null : 'SAME_PERSON'
const defenceAnswered: Guard = (before) => (before.defenceOpen ? 'DEFENCE_UNANSWERED' : null)
const defenceToAnswer: Guard = (before) => (before.defenceOpen ? null : 'NOTHING_TO_ANSWER')
const defenceTime: Guard = (_, act, { list }) =>
  numberOf(list, 'DEFENCE_WORKDAYS', act.on) === null ? 'NO_DEFENCE_TIME' : null
const defenceOver: Guard = (before, act, rules) => {
  if (act.waived === true) return act.documentNumber?.trim() ? null : 'WAIVER_WITHOUT_DOCUMENT'
  const until = lastDefenceDay(before, rules)
  return until !== null && act.on > until ? null : 'DEFENCE_RUNNING'
}
const termFixed: Guard = (_, act, { list }) => (termEnd(list, act.on) === null ? 'NO_TERM' : null)
const served: Guard = (before) => (before.servedOn === null ? 'NOT_SERVED' : null)
const publicKind: Guard = (_, __, { list }) => (list.public ? null : 'LIST_NOT_PUBLIC')
const notEnded: Guard = (before, act) => (before.endsOn !== null && act.today < before.endsOn ? null : 'ENDED')

/** The day told to the party stands, unless holidays published since then lengthen it. */
const lastDefenceDay = (before: Case, { list, calendar }: Rules): string | null => {
  if (before.notifiedOn === null || before.defenceUntil === null) return null
  const days = numberOf(list, 'DEFENCE_WORKDAYS', before.notifiedOn)
  const now = days === null ? before.defenceUntil : addWorkdays(calendar, before.notifiedOn, days.value).date
  if (now > before.defenceUntil) return now
  return before.defenceUntil
}

/** Who may remove for which reason, on what proof, and when. */
const REMOVING: Record<RemovalReason, { roles: readonly Role[]; needs: MoveRow['needs']; guard: Guard }> = {
  EXPIRED: {
    roles: ['clock'],
    needs: [],
    guard: (before, act) => (before.endsOn !== null && act.on >= before.endsOn ? null : 'NOT_DUE'),
  },
  REPAIRED: {
    roles: ['officer', 'reviewer'],
    needs: ['documentNumber', 'reason'],
    guard: (before, act, { list }) => {
      if (before.decidedOn === null) return 'REPAIR_TOO_EARLY'
      const months = numberOf(list, 'REPAIR_MIN_MONTHS', before.decidedOn)?.value ?? 0
      return act.on >= addMonths(before.decidedOn, months) ? null : 'REPAIR_TOO_EARLY'
    },
  },
  REVOKED: { roles: ['officer', 'reviewer', 'clock'], needs: ['reason'], guard: () => null },
  CORRECTED: { roles: ['officer', 'reviewer', 'clock'], needs: ['reason'], guard: () => null },
  CEASED: { roles: ['officer', 'reviewer', 'clock'], needs: ['reason'], guard: () => null },
}

const removable: Guard = (before, act, rules) => {
  if (act.removal === undefined) return 'REMOVAL_NOT_SAID'
  const row = REMOVING[act.removal]
  if (!row.roles.includes(act.role)) return act.removal === 'EXPIRED' ? 'CLOCK_ONLY' : 'ROLE'
  if (!rules.list.removals.some((rule) => rule.reason === act.removal)) return 'REMOVAL_NOT_OF_LIST'
  return missing(row.needs, act) ?? row.guard(before, act, rules)
}

export const MOVES = {
  openLead: {
    zh: '登记线索',
    en: 'open a lead',
    from: [null],
    to: 'LEAD',
    roles: ['officer', 'clock'],
    needs: ['reason'],
    guards: [decidedHere],
    sets: nothing,
  },
  linkDecision: {
    zh: '关联处罚决定',
    en: 'link the decision',
    from: ['LEAD'],
    to: 'LEAD',
    roles: ['officer'],
    needs: ['documentNumber'],
    guards: [heavySaid],
    sets: (_, act) => ({ decisionLinked: true, decisionHeavy: act.heavy ?? null, decisionOn: act.decisionOn ?? null }),
  },
  proposeListing: {
    zh: '提出列入建议',
    en: 'propose',
    from: ['LEAD'],
    to: 'PROPOSED',
    roles: ['officer'],
    needs: ['reason'],
    guards: [decidedHere, heavyDecision],
    sets: (_, act) => ({ proposedBy: act.by }),
  },
  notifyListing: {
    zh: '告知当事人',
    en: 'notify the party',
    from: ['PROPOSED'],
    to: 'NOTIFIED',
    roles: ['officer'],
    needs: ['documentNumber'],
    guards: [defenceTime],
    sets: (_, act, { list, calendar }) => {
      const days = numberOf(list, 'DEFENCE_WORKDAYS', act.on)
      const end = addWorkdays(calendar, act.on, days?.value ?? 0)
      return { notifiedOn: act.on, defenceUntil: end.date, provisional: end.provisional }
    },
  },
  // A party that speaks late is heard as well, as long as nobody has reviewed.
  recordDefence: {
    zh: '记录陈述申辩',
    en: 'record the defence',
    from: ['NOTIFIED', 'DEFENCE'],
    to: 'DEFENCE',
    roles: ['officer', 'party'],
    needs: ['text'],
    guards: [],
    sets: () => ({ defenceOpen: true }),
  },
  answerDefence: {
    zh: '答复陈述申辩',
    en: 'answer the defence',
    from: ['DEFENCE'],
    to: 'DEFENCE',
    roles: ['officer'],
    needs: ['text'],
    guards: [defenceToAnswer],
    sets: () => ({ defenceOpen: false }),
  },
  reviewListing: {
    zh: '复核',
    en: 'review',
    from: ['NOTIFIED', 'DEFENCE', 'HEARING'],
    to: 'REVIEWED',
    roles: ['reviewer'],
    needs: [],
    guards: [anotherPerson, defenceAnswered, defenceOver],
    sets: nothing,
  },
  decideListing: {
    zh: '作出列入决定',
    en: 'decide',
    from: ['REVIEWED', 'CONSENTED'],
    to: 'DECIDED',
    roles: ['officer', 'reviewer'],
    needs: ['documentNumber'],
    guards: [heavyDecision, notBeforeDecision, termFixed],
    sets: (_, act, { list }) => ({ decidedOn: act.on, endsOn: termEnd(list, act.on) }),
  },
  serveListing: {
    zh: '送达',
    en: 'serve',
    from: ['DECIDED'],
    to: 'SERVED',
    roles: ['officer', 'reviewer'],
    needs: [],
    guards: [],
    sets: (_, act) => ({ servedOn: act.on }),
  },
  publishListing: {
    zh: '公示',
    en: 'publish',
    from: ['SERVED'],
    to: 'PUBLISHED',
    roles: ['officer', 'reviewer'],
    needs: [],
    guards: [served, heavyDecision, publicKind, notEnded, publishedNow],
    sets: (_, act) => ({ publishedOn: act.on }),
  },
  removeListing: {
    zh: '移出',
    en: 'remove',
    from: ['PUBLISHED', 'REPAIR_APPLIED', 'HIDDEN'],
    to: 'REMOVED',
    roles: ['officer', 'reviewer', 'clock'],
    needs: [],
    guards: [removable],
    sets: nothing,
  },
  dropListing: {
    zh: '不予列入',
    en: 'drop',
    from: BEFORE_PUBLICATION,
    to: 'NOT_LISTED',
    roles: ['officer', 'reviewer', 'clock'],
    needs: ['reason'],
    guards: [],
    sets: nothing,
  },
} as const satisfies Record<string, MoveRow>

export type MoveName = keyof typeof MOVES
export const missing = (needs: MoveRow['needs'], act: Act): DenialCode | null => {
  const lacking = needs.find((need) => !act[need]?.trim())
  return lacking === undefined ? null : LACKING[lacking]
}

const LACKING = { documentNumber: 'NO_DOCUMENT_NUMBER', reason: 'NO_REASON', text: 'NO_TEXT' } as const

/** Why a step may not be taken: what the user reads. */
export const DENIALS = {
  NO_CASE: { zh: '没有这条名单记录', en: 'there is no such listing' },
  STATE: { zh: '当前状态不允许此步骤', en: 'this step does not follow from the present state' },
  ROLE: { zh: '当前角色无权进行此步骤', en: 'this role may not take this step' },
  NOBODY: { zh: '没有写明由谁作出', en: 'it is not said who acts' },
  NOT_A_DAY: { zh: '日期无效', en: 'not a day' },
  AFTER_TODAY: { zh: '日期晚于今天', en: 'the day lies after today' },
  BEFORE_LAST: { zh: '日期早于上一步骤', en: 'the day lies before the last step' },
  OTHER_LIST: { zh: '名单类别不符', en: 'the rules are those of another list' },
  NO_DOCUMENT_NUMBER: { zh: '缺少文号', en: 'the document number is missing' },
  NO_REASON: { zh: '缺少事由', en: 'the reason is missing' },
  NO_TEXT: { zh: '缺少内容', en: 'the text is missing' },
  HEAVY_NOT_SAID: { zh: '没有写明是否属于较重行政处罚', en: 'it is not said whether the penalty is a heavier one' },
  NO_DECISION: { zh: '尚未关联处罚决定', en: 'no penalty decision is linked' },
  DECISION_NOT_HEAVY: { zh: '所关联的处罚不属于较重行政处罚', en: 'the linked penalty is not a heavier one' },
  LIST_NOT_DECIDED_HERE: { zh: '该名单不在此认定', en: 'this list is not decided here' },
  LIST_NOT_PUBLIC: { zh: '该名单不公示', en: 'this list is not public' },
  SAME_PERSON: { zh: '复核人不得是提出人', en: 'whoever proposed may not review' },
  NO_DEFENCE_TIME: { zh: '该日没有适用的陈述申辩期限', en: 'no time for the defence is set for that day' },
  DEFENCE_RUNNING: { zh: '陈述申辩期限尚未届满', en: 'the time for the defence has not run out' },
  DEFENCE_UNANSWERED: { zh: '陈述申辩尚未答复', en: 'a point of the defence is not answered' },
  NOTHING_TO_ANSWER: { zh: '没有待答复的陈述申辩', en: 'there is nothing to answer' },
  WAIVER_WITHOUT_DOCUMENT: {
    zh: '当事人放弃陈述申辩须有书面文号',
    en: 'a waiver needs the document in which the party gave it',
  },
  NO_TERM: { zh: '该日没有适用的列入期限', en: 'no term is set for that day' },
  BEFORE_DECISION: { zh: '日期早于所关联的处罚决定', en: 'the day lies before the linked decision' },
  NOT_TODAY: { zh: '公示自当日起，不得补记', en: 'publication is of today and cannot be entered for a past day' },
  NOT_SERVED: { zh: '列入决定尚未送达', en: 'the decision has not been served' },
  ENDED: { zh: '列入期限已届满', en: 'its term has ended' },
  NOT_DUE: { zh: '列入期限尚未届满', en: 'its term has not ended' },
  CLOCK_ONLY: { zh: '期满移出由系统自动进行', en: 'only the clock removes at the end of the term' },
  REMOVAL_NOT_SAID: { zh: '没有写明移出事由', en: 'the reason of removal is not said' },
  REMOVAL_NOT_OF_LIST: { zh: '该名单没有此移出事由', en: 'this list knows no such removal' },
  REPAIR_TOO_EARLY: { zh: '未到可以信用修复的日期', en: 'it is too early for repair' },
} as const satisfies Record<string, Words>

export type DenialCode = keyof typeof DENIALS
