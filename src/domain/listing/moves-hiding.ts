/** Hiding is easier than showing again: one officer does it at once. */
import { samePerson } from '../access/persons.js'
import type { HidingKind } from './case.js'
import {
  documentGiven,
  type Guard,
  groundStands,
  type MoveRow,
  madeToday,
  notEnded,
  nothing,
  publicKind,
} from './moves-row.js'

/** Hidings that need a document of a court or authority. */
const WITH_DOCUMENT: readonly HidingKind[] = ['STAY', 'RULING', 'BANKRUPTCY']

const kindSaid: Guard = (_, act) => {
  if (act.hiding === undefined) return 'HIDING_NOT_SAID'
  // Only the clock hides as LOST, after reconciling. It also hides errors that it finds in the records.
  const clocks = act.hiding === 'LOST' || act.hiding === 'ERROR'
  if (act.role === 'clock') return clocks ? null : 'ROLE'
  return act.hiding === 'LOST' ? 'ROLE' : null
}
const paperGiven: Guard = (before, act, rules) =>
  act.hiding !== undefined && WITH_DOCUMENT.includes(act.hiding) ? documentGiven(before, act, rules) : null
const anotherConfirms: Guard = ({ hiding }, act) =>
  hiding !== null && samePerson(hiding.by, act.by) ? 'SAME_PERSON' : null
/** The confirmation may name another ground, such as a later stay or ruling, which then keeps the entry hidden. */
const confirmedAs: Guard = (before, act, rules) => {
  if (act.hiding === undefined) return null
  return act.hiding === 'LOST' ? 'ROLE' : paperGiven(before, act, rules)
}
const liftedByPaper: Guard = (before, act, rules) =>
  before.hiding !== null && WITH_DOCUMENT.includes(before.hiding.kind) ? documentGiven(before, act, rules) : null

export const HIDING_MOVES = {
  hideListing: {
    zh: '暂停公示',
    en: 'hide',
    from: ['PUBLISHED', 'REPAIR_APPLIED'],
    to: 'HIDDEN',
    roles: ['officer', 'reviewer', 'clock'],
    needs: ['reason'],
    guards: [kindSaid, paperGiven, madeToday, notEnded],
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
  // The clock makes the displayed text follow a change of the penalty or its party.
  renewEntry: {
    zh: '依更正后的信息重新公示',
    en: 'show it as its records say now',
    from: ['PUBLISHED', 'REPAIR_APPLIED'],
    to: 'SAME',
    roles: ['clock'],
    needs: ['reason'],
    // The legal ground is not checked, so an entry whose record is missing can be renewed too.
    guards: [publicKind, notEnded],
    sets: nothing,
  },
  // A late confirmation is accepted. Until then the entry stays hidden and is shown as late.
  confirmHiding: {
    zh: '确认暂停公示',
    en: 'confirm the hiding',
    from: ['HIDDEN'],
    to: 'SAME',
    roles: ['officer', 'reviewer'],
    needs: [],
    offered: ({ hiding }) => (hiding?.confirmedBy != null ? 'HIDING_CONFIRMED' : null),
    guards: [anotherConfirms, confirmedAs, madeToday, notEnded],
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
    guards: [liftedByPaper, groundStands, publicKind, madeToday, notEnded],
    sets: () => ({ hiding: null }),
  },
} as const satisfies Record<string, MoveRow>
