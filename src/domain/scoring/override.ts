import { addYears } from '../../foundation/time/dates.js'
import type { Reason } from './score.js'
import { GRADES, type Grade } from './scorecard.js'

/** Years are counted from the proposal. */
export const OVERRIDE_YEARS_MOST = 1

export interface ComputedScore {
  grade: Grade
  reasons: readonly Pick<Reason, 'why'>[]
}

export const findOverrideEndFault = (endsOn: string, today: string): string | null => {
  const last = addYears(today, OVERRIDE_YEARS_MOST)
  if (endsOn > today && endsOn <= last) return null
  return `endsOn 须晚于今天且不晚于 ${last} it must be after today and not after ${last}`
}

export const findOverrideFault = (grade: Grade, computed: ComputedScore | null): string | null => {
  if (computed === null) return '该主体尚未评分 this operator has not been scored'
  if (grade === computed.grade) return '与评分所得等级相同 the score gives that grade already'
  return vetoBlocksOverride(computed, grade) ? VETOED : null
}

export const findConfirmationFault = (
  { grade, endsOn }: { grade: Grade; endsOn: string },
  computed: ComputedScore | null,
  today: string,
): string | null => {
  if (endsOn < today) return '期限已过，请撤回后重新提出 its end has come; withdraw it and propose another'
  return computed !== null && vetoBlocksOverride(computed, grade) ? VETOED : null
}

const VETOED =
  '在严重失信名单或失信被执行人名单中，等级以评分卡所限为准，不得上调 while a veto stands (a serious list, a judgment defaulter) the grade may not be raised'

/** A veto forbids every raise of the grade, also by an override confirmed earlier. */
export const vetoBlocksOverride = (computed: ComputedScore, grade: Grade): boolean =>
  GRADES.indexOf(grade) < GRADES.indexOf(computed.grade) && computed.reasons.some(({ why }) => why === 'VETO')
