/** Each deadline keeps its rule (days and source), so it can be recounted when holidays are published. */
import { addWorkdays, type Calendar } from '../calendar/calendar.js'
import { isInForce } from '../calendar/dated-rows.js'
import type { Case, CaseAct, MoveRules } from './case.js'
import type { LegalNumber, LegalNumberName } from './lists.js'
import type { MoveName } from './moves.js'

const NUMBER_OF_DEADLINE = {
  DEFENCE: 'DEFENCE_WORKDAYS',
  PUBLICATION: 'PUBLICATION_WORKDAYS',
  HIDING_CONFIRMATION: 'HIDING_CONFIRM_WORKDAYS',
  REPAIR_ACCEPTANCE: 'REPAIR_ACCEPT_WORKDAYS',
  REPAIR_DECISION: 'REPAIR_DECIDE_WORKDAYS',
  WITHDRAWAL: 'WITHDRAWAL_WORKDAYS',
} as const satisfies Record<string, LegalNumberName>
export type DeadlineName = keyof typeof NUMBER_OF_DEADLINE
const DEADLINES = Object.keys(NUMBER_OF_DEADLINE) as DeadlineName[]

/** Deadlines set for the party. They run out, but are never counted as missed. */
export const PARTY_DEADLINES: readonly DeadlineName[] = ['DEFENCE']

export const AUTHORITY_DEADLINES = DEADLINES.filter((name) => !PARTY_DEADLINES.includes(name))

export const DEADLINES_TOLD_TO_PARTY: readonly DeadlineName[] = [
  ...PARTY_DEADLINES,
  'REPAIR_ACCEPTANCE',
  'REPAIR_DECISION',
]

export interface Deadline {
  name: DeadlineName
  /** Counting starts after this day. */
  startsOn: string
  dueOn: string
  provisional: boolean
  rule: LegalNumber & { value: number }
}

/** A deadline of the party never ends before `told`, the day announced to it. */
export const countDueDay = (
  { name, startsOn, rule }: Pick<Deadline, 'name' | 'startsOn' | 'rule'>,
  calendar: Calendar,
  told: string | null = null,
): { dueOn: string; provisional: boolean } => {
  const { date, provisional } = addWorkdays(calendar, startsOn, rule.value)
  const dueOn = told !== null && PARTY_DEADLINES.includes(name) && told > date ? told : date
  return { dueOn, provisional }
}

export const findDeadlineChanges = (
  move: MoveName,
  before: Case,
  after: Case,
  act: CaseAct,
  { list, calendar }: MoveRules,
): { begun: Deadline[]; met: DeadlineName[]; dropped: DeadlineName[] } => {
  const { begins = {}, meets = [], drops = [] } = CHANGES[move]?.(before, after, act) ?? {}
  const days = selectingDays(before, after, act)
  const begun = DEADLINES.flatMap((name) => {
    const startsOn = begins[name] ?? null
    const row = list.numbers.find((each) => {
      const day = days[each.selectedBy]
      return each.name === NUMBER_OF_DEADLINE[name] && day !== null && isInForce(each, day)
    })
    if (startsOn === null || row === undefined || row.value === null) return []
    const rule = { ...row, value: row.value }
    return [{ name, startsOn, rule, ...countDueDay({ name, startsOn, rule }, calendar) }]
  })
  return { begun, met: meets, dropped: drops }
}

const selectingDays = (before: Case, after: Case, act: CaseAct): Record<LegalNumber['selectedBy'], string | null> => ({
  DECISION: after.decidedOn,
  NOTICE: before.notifiedOn === after.notifiedOn ? act.on : after.notifiedOn,
  APPLICATION: after.repair?.appliedOn ?? before.repair?.appliedOn ?? null,
  PUBLICATION: after.publishedOn,
})

interface Changes {
  begins?: Partial<Record<DeadlineName, string | null>>
  meets?: DeadlineName[]
  drops?: DeadlineName[]
}

const CHANGES: Partial<Record<MoveName, (before: Case, after: Case, act: CaseAct) => Changes>> = {
  notifyListing: (_, { notifiedOn }) => ({ begins: { DEFENCE: notifiedOn } }),
  returnListing: (_, { state }) => ({ drops: state === 'LEAD' || state === 'PROPOSED' ? ['DEFENCE'] : [] }),
  reviewListing: () => ({ meets: ['DEFENCE'] }),
  decideListing: (_, { decidedOn }) => ({ begins: { PUBLICATION: decidedOn } }),
  publishListing: () => ({ meets: ['PUBLICATION'] }),
  dropListing: () => ({ drops: [...DEADLINES] }),
  hideListing: (_, __, { on }) => ({ begins: { HIDING_CONFIRMATION: on } }),
  confirmHiding: () => ({ meets: ['HIDING_CONFIRMATION'] }),
  unhideListing: () => ({ drops: ['HIDING_CONFIRMATION'] }),
  applyRepair: (_, __, { on }) => ({ begins: { REPAIR_ACCEPTANCE: on } }),
  acceptRepair: (_, __, { on }) => ({ begins: { REPAIR_DECISION: on }, meets: ['REPAIR_ACCEPTANCE'] }),
  refuseRepair: () => ({ meets: ['REPAIR_ACCEPTANCE', 'REPAIR_DECISION'] }),
  withdrawRepair: () => ({ drops: ['REPAIR_ACCEPTANCE', 'REPAIR_DECISION'] }),
  removeListing: (_, __, { on, removal }) => ({
    begins: { WITHDRAWAL: on },
    meets: removal === 'REPAIRED' ? ['REPAIR_ACCEPTANCE', 'REPAIR_DECISION'] : [],
    drops: [...DEADLINES],
  }),
  restoreListing: () => ({ drops: ['WITHDRAWAL'] }),
}
