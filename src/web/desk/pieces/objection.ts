import type { ObjectionState } from '../../../domain/scoring/objection.js'
import { labelOf } from './words.js'

interface ObjectionOutcome {
  state: ObjectionState
  correctionPending: boolean
}

export const objectionStateText = ({ state, correctionPending }: ObjectionOutcome): string => {
  if (state !== 'UPHELD') return labelOf('ObjectionState', state)
  return correctionPending ? '成立，待信源单位更正' : '成立，信息已更正'
}

/** The mark 有异议 of an operator stands for these objections. */
export const contestText = (all: readonly ObjectionOutcome[]): string =>
  all.some(({ state }) => state === 'OPEN') || !all.some(({ correctionPending }) => correctionPending)
    ? '有异议在核实'
    : '有异议成立，待信源单位更正'
