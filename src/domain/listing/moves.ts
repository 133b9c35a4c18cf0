import { DECISION_MOVES } from './moves-decision.js'
import { HIDING_MOVES } from './moves-hiding.js'
import { MENDING_MOVES } from './moves-mending.js'
import { REMOVAL_MOVES } from './moves-removal.js'
import type { MoveRow } from './moves-row.js'

export { DENIALS, type DenialCode } from '../../foundation/errors/denials.js'
export { findMissingNeed, type MoveRow, type NotYetDenial } from './moves-row.js'

const ROWS = { ...DECISION_MOVES, ...MENDING_MOVES, ...HIDING_MOVES, ...REMOVAL_MOVES }

export type MoveName = keyof typeof ROWS

export const MOVES: Record<MoveName, MoveRow> = ROWS

const WEIGHED: readonly MoveName[] = [
  'publishListing',
  'hideListing',
  'unhideListing',
  'removeListing',
  'restoreListing',
]

export const changesScore = (name: MoveName): boolean => WEIGHED.includes(name)
