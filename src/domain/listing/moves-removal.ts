import { addDays } from '../../foundation/time/dates.js'
import { isSamePerson } from '../access/persons.js'
import { type Case, type CaseAct, type CaseState, IN_FORCE_STATES, type MoveRules } from './case.js'
import { computeLastDayInHub } from './entry-end.js'
import { computeFirstRepairDay } from './lists.js'
import {
  findMissingNeed,
  type MoveGuard,
  type MoveRow,
  requireGround,
  requireNotEnded,
  requirePublicList,
  requireToday,
} from './moves-row.js'

const SHOWN_OR_HIDDEN: readonly CaseState[] = ['PUBLISHED', 'REPAIR_APPLIED', 'HIDDEN']

const ofRepair: MoveGuard = (_, __, { list }) =>
  list.removals.some(({ reason }) => reason === 'REPAIRED') ? null : 'REMOVAL_NOT_OF_LIST'

const oldEnough: MoveGuard = (before, act, { list }) => {
  const { decidedOn } = before
  if (decidedOn === null) return 'REPAIR_TOO_EARLY'
  const from = computeFirstRepairDay(list, decidedOn, { from: before.termFrom ?? decidedOn, on: act.on })
  if (from === null) return 'NO_REPAIR_TIME'
  return act.on >= from ? null : { code: 'REPAIR_TOO_EARLY', from }
}

/** The role `clock` carries out repairs that feeds report, never one that only this hub may grant. */
const fromElsewhere: MoveGuard = (_, act, { list }) =>
  act.role === 'clock' && list.repair?.entrance === 'HERE' ? 'ROLE' : null

const repairDecided: MoveGuard = (before, act, rules) => {
  // The office that reported a repair by feed has already judged it.
  if (act.role === 'clock') return fromElsewhere(before, act, rules)
  // A repair granted by another office needs no application in this hub; that office's document counts.
  const here = rules.list.repair?.entrance === 'HERE'
  if (here && before.repair?.acceptedOn == null) return 'REPAIR_NOT_ACCEPTED'
  return oldEnough(before, act, rules)
}

const termOver: MoveGuard = (before, act) => (before.endsOn !== null && act.on > before.endsOn ? null : 'NOT_DUE')

/** One person hides the entry or confirms its hiding; another removes it. */
const correctedByTwo: MoveGuard = ({ hiding }, { by, role }) => {
  const others = [hiding?.by, hiding?.confirmedBy].filter((one) => one != null && one !== 'clock')
  return role === 'clock' || others.some((one) => !isSamePerson(one ?? '', by)) ? null : 'CORRECTION_ALONE'
}

const removable: MoveGuard = (before, act, rules) => {
  const { removal, role } = act
  if (removal === undefined) return 'REMOVAL_NOT_SAID'
  if (removal === 'EXPIRED' && role !== 'clock') return 'CLOCK_ONLY'
  if (!rules.list.removals.some(({ reason }) => reason === removal)) return 'REMOVAL_NOT_OF_LIST'
  if (removal === 'EXPIRED') return termOver(before, act, rules)
  if (removal === 'CORRECTED' && role !== 'clock')
    return findMissingNeed(['documentNumber', 'reason'], act) ?? correctedByTwo(before, act, rules)
  if (removal !== 'REPAIRED') return findMissingNeed(['reason'], act)
  return findMissingNeed(['documentNumber', 'reason'], act) ?? repairDecided(before, act, rules)
}

const unlessHidden =
  (to: CaseState) =>
  ({ state }: Case): CaseState =>
    state === 'HIDDEN' ? 'HIDDEN' : to

/** Only false materials restart the term. */
const anewFrom = ({ termFrom }: Case, { on, restoring }: CaseAct): string | null =>
  restoring === 'RESULT_WITHDRAWN' ? termFrom : on

const restoredEnd = (before: Case, act: CaseAct, rules: MoveRules): string | null =>
  computeLastDayInHub(rules, { ...before, termFrom: anewFrom(before, act) }, act.on)

const timeLeft: MoveGuard = (before, act, rules) => {
  const end = restoredEnd(before, act, rules)
  return end !== null && act.today <= end ? null : 'ENDED'
}

const termMoved: MoveGuard = (before, act, rules) => {
  const next = computeRenewedEnd(before, act.on, rules)
  return next === null || next === before.endsOn ? 'TERM_UNCHANGED' : null
}

/** A shorter term ends the entry no earlier than the day before `on`. */
export const computeRenewedEnd = (before: Case, on: string, rules: Pick<MoveRules, 'list' | 'clocks'>) => {
  const end = computeLastDayInHub(rules, before, on)
  return end !== null && end < on ? addDays(on, -1) : end
}

export const REMOVAL_MOVES = {
  applyRepair: {
    zh: '申请信用修复',
    en: 'apply for repair',
    from: ['PUBLISHED', 'HIDDEN'],
    to: unlessHidden('REPAIR_APPLIED'),
    roles: ['officer', 'party'],
    needs: ['text'],
    offered: ({ repair }) => (repair === null ? null : 'REPAIR_PENDING'),
    guards: [ofRepair, oldEnough, requireNotEnded],
    sets: (_, act) => ({ repair: { appliedOn: act.on, acceptedOn: null } }),
  },
  acceptRepair: {
    zh: '受理修复申请',
    en: 'accept the application for repair',
    from: ['REPAIR_APPLIED', 'HIDDEN'],
    roles: ['officer', 'reviewer'],
    needs: ['documentNumber'],
    offered: ({ repair }) => {
      if (repair === null) return 'NO_REPAIR_PENDING'
      return repair.acceptedOn === null ? null : 'REPAIR_ACCEPTED'
    },
    guards: [requireNotEnded],
    sets: ({ repair }, act) => ({ repair: repair && { ...repair, acceptedOn: act.on } }),
  },
  refuseRepair: {
    zh: '不予修复',
    en: 'refuse the repair',
    from: ['REPAIR_APPLIED', 'HIDDEN'],
    to: unlessHidden('PUBLISHED'),
    roles: ['officer', 'reviewer', 'clock'],
    needs: ['documentNumber', 'reason'],
    offered: ({ repair }) => (repair === null ? 'NO_REPAIR_PENDING' : null),
    guards: [fromElsewhere, requireNotEnded],
    sets: () => ({ repair: null }),
  },
  withdrawRepair: {
    zh: '撤回修复申请',
    en: 'withdraw the application for repair',
    from: ['REPAIR_APPLIED', 'HIDDEN'],
    to: unlessHidden('PUBLISHED'),
    roles: ['officer', 'party'],
    offered: ({ repair }) => (repair === null ? 'NO_REPAIR_PENDING' : null),
    sets: () => ({ repair: null }),
  },
  removeListing: {
    zh: '移出',
    en: 'remove',
    from: SHOWN_OR_HIDDEN,
    to: 'REMOVED',
    roles: ['officer', 'reviewer', 'clock'],
    guards: [removable],
    sets: (_, act) => ({ removal: act.removal ?? null, repair: null, hiding: null }),
  },
  // The term passed before any publication, so nothing is left to publish.
  lapseListing: {
    zh: '期满终结（未曾公示）',
    en: 'end unpublished',
    from: ['DECIDED', 'SERVED'],
    to: 'REMOVED',
    roles: ['clock'],
    guards: [termOver],
    sets: () => ({ removal: 'EXPIRED' }),
  },
  restoreListing: {
    zh: '撤销修复、恢复列入',
    en: 'restore',
    from: ['REMOVED'],
    to: 'PUBLISHED',
    roles: ['officer', 'reviewer'],
    needs: ['documentNumber', 'reason'],
    offered: ({ removal }) => (removal === 'REPAIRED' ? null : 'NOT_REPAIRED'),
    guards: [requireGround, requirePublicList, requireToday, timeLeft],
    sets: (before, act, rules) => ({
      removal: null,
      restoredOn: act.on,
      termFrom: anewFrom(before, act),
      endsOn: restoredEnd(before, act, rules),
    }),
  },
  // An automatic job recomputes the last day of existing entries when a new rule row takes effect.
  renewTerm: {
    zh: '依新规则重计期限',
    en: 'count the term by a new rule',
    from: IN_FORCE_STATES,
    roles: ['clock'],
    needs: ['reason'],
    guards: [requireNotEnded, termMoved],
    sets: (before, act, rules) => ({ endsOn: computeRenewedEnd(before, act.on, rules) }),
  },
} satisfies Record<string, MoveRow>
