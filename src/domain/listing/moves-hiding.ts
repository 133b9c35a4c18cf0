/** Hiding is easier than showing again: one officer does it at once. */
import { isSamePerson } from '../access/persons.js'
import type { HidingKind } from './case.js'
import {
  type MoveGuard,
  type MoveRow,
  requireDocumentNumber,
  requireGround,
  requireNotEnded,
  requirePublicList,
  requireToday,
} from './moves-row.js'

const WITH_DOCUMENT: readonly HidingKind[] = ['STAY', 'RULING', 'BANKRUPTCY']

const kindSaid: MoveGuard = (_, { hiding, role }) => {
  if (hiding === undefined) return 'HIDING_NOT_SAID'
  // The clock (an automatic job) alone hides as LOST, after comparing with platforms.
  if (role === 'clock') return hiding === 'LOST' || hiding === 'ERROR' ? null : 'ROLE'
  return hiding === 'LOST' ? 'ROLE' : null
}
const paperGiven: MoveGuard = (before, act, rules) =>
  act.hiding !== undefined && WITH_DOCUMENT.includes(act.hiding) ? requireDocumentNumber(before, act, rules) : null
const anotherConfirms: MoveGuard = ({ hiding }, act) =>
  hiding !== null && isSamePerson(hiding.by, act.by) ? 'SAME_PERSON' : null
/** The confirmation may name another ground, such as a later stay, which then keeps the entry hidden. */
const confirmedAs: MoveGuard = (before, act, rules) => {
  if (act.hiding === undefined) return null
  return act.hiding === 'LOST' ? 'ROLE' : paperGiven(before, act, rules)
}
const liftedByPaper: MoveGuard = (before, act, rules) =>
  before.hiding !== null && WITH_DOCUMENT.includes(before.hiding.kind)
    ? requireDocumentNumber(before, act, rules)
    : null

export const HIDING_MOVES = {
  hideListing: {
    zh: '暂停公示',
    en: 'hide',
    from: ['PUBLISHED', 'REPAIR_APPLIED'],
    to: 'HIDDEN',
    roles: ['officer', 'reviewer', 'clock'],
    needs: ['reason'],
    guards: [kindSaid, paperGiven, requireToday, requireNotEnded],
    sets: (_, act) => ({
      hiding: {
        by: act.by,
        on: act.on,
        kind: act.hiding ?? 'ERROR',
        confirmedBy: null,
        ...(act.run !== undefined && { run: act.run }),
      },
    }),
  },
  // An automatic job updates the displayed text when the penalty or its party changes.
  renewEntry: {
    zh: '依更正后的信息重新公示',
    en: 'show it as its records say now',
    from: ['PUBLISHED', 'REPAIR_APPLIED'],
    roles: ['clock'],
    needs: ['reason'],
    // The legal ground is not checked, so an entry whose record is missing can be renewed too.
    guards: [requirePublicList, requireNotEnded],
  },
  // A late confirmation is accepted; until then the entry stays hidden.
  confirmHiding: {
    zh: '确认暂停公示',
    en: 'confirm the hiding',
    from: ['HIDDEN'],
    roles: ['officer', 'reviewer'],
    offered: ({ hiding }) => (hiding?.confirmedBy != null ? 'HIDING_CONFIRMED' : null),
    guards: [anotherConfirms, confirmedAs, requireToday, requireNotEnded],
    sets: ({ hiding }, act) => ({
      hiding: hiding && { ...hiding, kind: act.hiding ?? hiding.kind, confirmedBy: act.by },
    }),
  },
  unhideListing: {
    zh: '恢复公示',
    en: 'show again',
    from: ['HIDDEN'],
    to: ({ repair }) => (repair === null ? 'PUBLISHED' : 'REPAIR_APPLIED'),
    roles: ['officer', 'reviewer'],
    needs: ['reason'],
    guards: [liftedByPaper, requireGround, requirePublicList, requireToday, requireNotEnded],
    sets: () => ({ hiding: null }),
  },
} satisfies Record<string, MoveRow>
