/** Moves that stop an entry from being shown and start it again. Stopping is easier: one officer does it, at once. */

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

/** Kinds that rest on a paper of a court or an authority. */
const WITH_DOCUMENT: readonly HidingKind[] = ['STAY', 'RULING', 'BANKRUPTCY']

const kindSaid: Guard = (_, act) => {
  if (act.hiding === undefined) return 'HIDING_NOT_SAID'
  // What a platform has lost is found by reconciling, and by nobody else; the clock knows errors by the records alone.
  const clocks = act.hiding === 'LOST' || act.hiding === 'ERROR'
  if (act.role === 'clock') return clocks ? null : 'ROLE'
  return act.hiding === 'LOST' ? 'ROLE' : null
}
const paperGiven: Guard = (before, act, rules) =>
  act.hiding !== undefined && WITH_DOCUMENT.includes(act.hiding) ? documentGiven(before, act, rules) : null
const anotherConfirms: Guard = ({ hiding }, act) =>
  hiding !== null && samePerson(hiding.by, act.by) ? 'SAME_PERSON' : null
/** What was hidden for a doubt may be confirmed for a stay or a ruling that has come since: then that paper holds it. */
const confirmedAs: Guard = (before, act, rules) => {
  if (act.hiding === undefined) return null
  return act.hiding === 'LOST' ? 'ROLE' : paperGiven(before, act, rules)
}
/** What a paper has stopped, a paper starts again. */
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
  // The penalty behind it, or its party, is told otherwise now: what is shown follows, by itself.
  renewEntry: {
    zh: '依更正后的信息重新公示',
    en: 'show it as its records say now',
    from: ['PUBLISHED', 'REPAIR_APPLIED'],
    to: 'SAME',
    roles: ['clock'],
    needs: ['reason'],
    // Not that its ground stands: of a record that is merely absent the entry stays, and in no worse words.
    guards: [publicKind, notEnded],
    sets: nothing,
  },
  // Late it is confirmed as well: until then the entry stays hidden, and is shown as late.
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
