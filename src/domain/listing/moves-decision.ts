import { addDays } from '../../foundation/time/dates.js'
import { isSamePerson } from '../access/persons.js'
import { addWorkdays } from '../calendar/calendar.js'
import { CASE_STATES, type Case, type CaseAct, type MoveRules } from './case.js'
import { computeLastDayInHub } from './entry-end.js'
import {
  computeTermEnd,
  findLegalBasis,
  findLegalNumber,
  findLegalNumberValue,
  isListEnded,
  needsConsent,
} from './lists.js'
import {
  findMissingNeed,
  type MoveGuard,
  type MoveRow,
  requireGround,
  requireNotEnded,
  requirePublicList,
  requireToday,
} from './moves-row.js'

const BEFORE_PUBLICATION = CASE_STATES.slice(0, CASE_STATES.indexOf('PUBLISHED'))

/** LATE_POINTS_MOST bounds points made after the defence period, which could delay a review for ever. */
const POINTS_MOST = 50
const LATE_POINTS_MOST = 3

const decidedHere: MoveGuard = (_, __, { list }) => (list.decidedHere ? null : 'LIST_NOT_DECIDED_HERE')
const listStands: MoveGuard = (_, { today }, { list }) => (isListEnded(list, today) ? 'LIST_ENDED' : null)
const heavySaid: MoveGuard = (_, act) => (act.heavy === undefined ? 'HEAVY_NOT_SAID' : null)
/** The officer states non-performance: the decision itself cannot show it. */
const nonPerformanceSaid: MoveGuard = (_, act) =>
  act.ground === 'DECISION_NOT_PERFORMED' ? findMissingNeed(['reason'], act) : null
/** The listing may not be decided before the penalty (SAMR order 44, article 13). */
const notBeforeDecision: MoveGuard = (before, act) =>
  before.decisionOn !== null && act.on < before.decisionOn ? { code: 'BEFORE_DECISION', from: before.decisionOn } : null
const anotherPerson: MoveGuard = (before, act) =>
  before.proposedBy !== null && !isSamePerson(before.proposedBy, act.by) ? null : 'SAME_PERSON'
const mended: MoveGuard = ({ returned }) => (returned === null ? null : 'NOT_MENDED')
const defenceAnswered: MoveGuard = (before) => (before.defenceOpen ? 'DEFENCE_UNANSWERED' : null)
const hearingHeld: MoveGuard = (before) =>
  before.hearingAsked && before.hearingOn === null ? 'HEARING_NOT_HELD' : null
const noticeReached: MoveGuard = ({ notifiedOn }, act) =>
  notifiedOn !== null && act.on < notifiedOn ? { code: 'BEFORE_NOTICE', from: notifiedOn } : null
const pointsFew: MoveGuard = (before, act, rules) => {
  if (act.role !== 'party') return null
  const full = isLate(before, act, rules) ? before.latePoints >= LATE_POINTS_MOST : before.points >= POINTS_MOST
  return full ? 'TOO_MANY_POINTS' : null
}
const isLate = (before: Case, act: CaseAct, rules: MoveRules): boolean => {
  const until = lastDefenceDay(before, rules)
  return act.role === 'party' && until !== null && act.on > until
}
const basisInForce: MoveGuard = (_, act, { list }) => (findLegalBasis(list, act.on) === null ? 'NO_BASIS' : null)
const defenceTime: MoveGuard = (_, act, { list }) =>
  findLegalNumberValue(list, 'DEFENCE_WORKDAYS', act.on) === null ? 'NO_DEFENCE_TIME' : null
const defenceOver: MoveGuard = (before, act, rules) => {
  if (act.waived === true) return act.documentNumber?.trim() ? null : 'WAIVER_WITHOUT_DOCUMENT'
  const until = lastDefenceDay(before, rules)
  if (until === null) return 'DEFENCE_RUNNING'
  return act.on > until ? null : { code: 'DEFENCE_RUNNING', from: addDays(until, 1) }
}
const pointChosen: MoveGuard = ({ openPoints }, { point }) => {
  if (openPoints.length === 0) return 'NOTHING_TO_ANSWER'
  if (point === undefined) return openPoints.length === 1 ? null : 'POINT_NOT_SAID'
  return openPoints.includes(point) ? null : 'POINT_UNKNOWN'
}
const consentAsked: MoveGuard = (before, act, { list }) =>
  needsConsent(list, before.level, act.on) ? null : 'CONSENT_NOT_NEEDED'
const consentGiven: MoveGuard = (before, act, { list }) =>
  before.consentedOn === null && needsConsent(list, before.level, act.on) ? 'CONSENT_MISSING' : null
const decider: MoveGuard = ({ level }, _, { list }) =>
  level === null || list.deciders.includes(level) ? null : 'NOT_A_DECIDER'
const termFixed: MoveGuard = (_, act, { list }) =>
  computeTermEnd(list, act.on, { publishedOn: act.on }) === null ? 'NO_TERM' : null
/** Consent to electronic service is a separate document; the served paper does not prove it. */
const consented: MoveGuard = (_, { service, consentNumber }) =>
  service === 'ELECTRONIC' && !consentNumber?.trim() ? 'NO_SERVICE_CONSENT' : null
const servable: MoveGuard = (_, act, { list }) => {
  const notice = act.service === 'PUBLIC_NOTICE'
  return notice && findLegalNumberValue(list, 'SERVICE_NOTICE_DAYS', act.on) === null ? 'NO_NOTICE_TIME' : null
}
const served: MoveGuard = ({ servedOn }, act) => {
  if (servedOn === null) return 'NOT_SERVED'
  return act.on < servedOn ? { code: 'NOT_SERVED', from: servedOn } : null
}
const objectionsOver: MoveGuard = ({ decidedOn, servedOn }, act, { list, calendar }) => {
  if (servedOn === null || decidedOn === null) return 'NOT_SERVED'
  const days = findLegalNumber(list, 'OBJECTION_WORKDAYS', decidedOn)
  if (days === null) return 'NO_OBJECTION_RULE'
  if (days.value === null) return null
  const last = addWorkdays(calendar, servedOn, days.value).date
  return act.on <= last ? { code: 'OBJECTION_RUNNING', from: addDays(last, 1) } : null
}

/** The last day announced to the party stands, unless newly published holidays extend it. */
const lastDefenceDay = (before: Case, { list, calendar }: MoveRules): string | null => {
  if (before.notifiedOn === null || before.defenceUntil === null) return null
  const days = findLegalNumberValue(list, 'DEFENCE_WORKDAYS', before.notifiedOn)
  const now = days === null ? before.defenceUntil : addWorkdays(calendar, before.notifiedOn, days).date
  if (now > before.defenceUntil) return now
  return before.defenceUntil
}

const effectiveOn = (act: CaseAct, { list }: MoveRules): string =>
  act.service === 'PUBLIC_NOTICE'
    ? addDays(act.on, findLegalNumberValue(list, 'SERVICE_NOTICE_DAYS', act.on) ?? 0)
    : act.on

export const DECISION_MOVES = {
  openLead: {
    zh: '登记线索',
    en: 'open a lead',
    from: [null],
    to: 'LEAD',
    roles: ['officer', 'clock'],
    needs: ['reason'],
    guards: [decidedHere, listStands],
  },
  linkDecision: {
    zh: '关联处罚决定',
    en: 'link the decision',
    from: ['LEAD'],
    to: 'LEAD',
    roles: ['officer', 'clock'],
    needs: ['documentNumber'],
    guards: [heavySaid, nonPerformanceSaid],
    sets: (_, act) => ({
      decisionLinked: true,
      decisionHeavy: act.heavy ?? null,
      decisionOn: act.decisionOn ?? null,
      ground: act.ground ?? 'HEAVIER_PENALTY',
      level: act.level ?? null,
    }),
  },
  proposeListing: {
    zh: '提出列入建议',
    en: 'propose',
    from: ['LEAD'],
    to: 'PROPOSED',
    roles: ['officer'],
    needs: ['reason'],
    guards: [decidedHere, basisInForce, requireGround],
    sets: (_, act) => ({ proposedBy: act.by, returned: null }),
  },
  notifyListing: {
    zh: '告知当事人',
    en: 'notify the party',
    from: ['PROPOSED'],
    to: 'NOTIFIED',
    roles: ['officer'],
    needs: ['documentNumber'],
    guards: [consented, servable, defenceTime],
    sets: (_, act, rules) => {
      const notifiedOn = effectiveOn(act, rules)
      const days = findLegalNumberValue(rules.list, 'DEFENCE_WORKDAYS', notifiedOn)
      return { notifiedOn, defenceUntil: addWorkdays(rules.calendar, notifiedOn, days ?? 0).date, returned: null }
    },
  },
  // A late defence is accepted too, until the review. Each statement is one point to answer.
  recordDefence: {
    zh: '记录陈述申辩',
    en: 'record the defence',
    from: ['NOTIFIED', 'DEFENCE', 'HEARING'],
    to: 'DEFENCE',
    roles: ['officer', 'party'],
    needs: ['text'],
    guards: [pointsFew],
    sets: (before, act, rules) => {
      const { points, openPoints, latePoints } = before
      return {
        defenceOpen: true,
        points: points + 1,
        openPoints: [...openPoints, points + 1],
        latePoints: latePoints + (isLate(before, act, rules) ? 1 : 0),
        // A hearing held before this request does not answer it.
        ...(act.hearing === true && { hearingAsked: true, hearingOn: null }),
      }
    },
  },
  answerDefence: {
    zh: '答复陈述申辩',
    en: 'answer the defence',
    from: ['DEFENCE', 'HEARING'],
    roles: ['officer'],
    needs: ['text'],
    guards: [pointChosen],
    sets: ({ openPoints }, act) => {
      const answered = act.point ?? openPoints[0]
      const left = openPoints.filter((point) => point !== answered)
      return { openPoints: left, defenceOpen: left.length > 0 }
    },
  },
  holdHearing: {
    zh: '举行听证',
    en: 'hold the hearing',
    from: ['NOTIFIED', 'DEFENCE'],
    to: 'HEARING',
    roles: ['officer', 'reviewer'],
    needs: ['text'],
    guards: [noticeReached],
    sets: (_, act) => ({ hearingOn: act.on }),
  },
  reviewListing: {
    zh: '复核',
    en: 'review',
    from: ['NOTIFIED', 'DEFENCE', 'HEARING'],
    to: 'REVIEWED',
    roles: ['reviewer'],
    usualText: '同意',
    guards: [anotherPerson, mended, defenceAnswered, hearingHeld, defenceOver],
  },
  consentListing: {
    zh: '上级同意',
    en: 'the higher authority consents',
    from: ['REVIEWED'],
    to: 'CONSENTED',
    roles: ['officer', 'reviewer'],
    needs: ['documentNumber'],
    guards: [consentAsked],
    sets: (_, act) => ({ consentedOn: act.on }),
  },
  decideListing: {
    zh: '作出列入决定',
    en: 'decide',
    from: ['REVIEWED', 'CONSENTED'],
    to: 'DECIDED',
    roles: ['officer', 'reviewer'],
    needs: ['documentNumber'],
    guards: [basisInForce, requireGround, notBeforeDecision, decider, consentGiven, termFixed],
    sets: (before, { on, today }, rules) => ({
      decidedOn: on,
      endsOn: computeLastDayInHub(rules, { ...before, decidedOn: on }, today),
    }),
  },
  serveListing: {
    zh: '送达',
    en: 'serve',
    from: ['DECIDED'],
    to: 'SERVED',
    roles: ['officer', 'reviewer'],
    guards: [consented, servable, requireNotEnded],
    sets: (_, act, rules) => ({ servedOn: effectiveOn(act, rules) }),
  },
  publishListing: {
    zh: '公示',
    en: 'publish',
    from: ['SERVED'],
    to: 'PUBLISHED',
    roles: ['officer', 'reviewer'],
    guards: [served, objectionsOver, requireGround, requirePublicList, requireNotEnded, requireToday],
    sets: (before, { on, today, ofAge = null }, rules) => ({
      publishedOn: on,
      ofAge,
      endsOn: computeLastDayInHub(rules, { ...before, publishedOn: on }, today),
    }),
  },
  dropListing: {
    zh: '不予列入',
    en: 'drop',
    from: BEFORE_PUBLICATION,
    to: 'NOT_LISTED',
    roles: ['officer', 'reviewer', 'clock'],
    needs: ['reason'],
    sets: (_, act) => ({ notListed: act.notListed ?? (act.role === 'clock' ? 'DECISION_GONE' : 'OTHER') }),
  },
} satisfies Record<string, MoveRow>
