/** Each deadline keeps its rule (days and source), so that it can be recomputed when a year's holidays are published. */
import { addWorkdays, type Calendar } from '../calendar/calendar.js'
import type { Case, CaseAct, MoveRules } from './case.js'
import { type LegalNumber, type LegalNumberName, type ListKind, legalNumberOn } from './lists.js'
import type { MoveName } from './moves.js'

const DEADLINES = [
  'DEFENCE',
  'PUBLICATION',
  'HIDING_CONFIRMATION',
  'REPAIR_ACCEPTANCE',
  'REPAIR_DECISION',
  'WITHDRAWAL',
] as const
export type DeadlineName = (typeof DEADLINES)[number]

/** Deadlines set for the party. They run out, but are never counted as missed. */
export const PARTY_DEADLINES: readonly DeadlineName[] = ['DEFENCE']

export interface Deadline {
  name: DeadlineName
  /** Counting starts after this day. */
  startsOn: string
  dueOn: string
  /** True when `dueOn` lies beyond the announced holidays and may still move. */
  provisional: boolean
  rule: SetNumber
}

type SetNumber = LegalNumber & { value: number }

export interface DeadlineChanges {
  begun: Deadline[]
  met: DeadlineName[]
  dropped: DeadlineName[]
}

const NUMBERS: Record<DeadlineName, LegalNumberName> = {
  DEFENCE: 'DEFENCE_WORKDAYS',
  PUBLICATION: 'PUBLICATION_WORKDAYS',
  HIDING_CONFIRMATION: 'HIDING_CONFIRM_WORKDAYS',
  REPAIR_ACCEPTANCE: 'REPAIR_ACCEPT_WORKDAYS',
  REPAIR_DECISION: 'REPAIR_DECIDE_WORKDAYS',
  WITHDRAWAL: 'WITHDRAWAL_WORKDAYS',
}

export const dueDay = (
  { name, startsOn, rule }: Pick<Deadline, 'name' | 'startsOn' | 'rule'>,
  calendar: Calendar,
  told: string | null = null,
): { dueOn: string; provisional: boolean } => {
  const { date, provisional } = addWorkdays(calendar, startsOn, rule.value)
  const dueOn = told !== null && PARTY_DEADLINES.includes(name) && told > date ? told : date
  return { dueOn, provisional }
}

export const deadlinesOf = (
  name: MoveName,
  before: Case,
  after: Case,
  act: CaseAct,
  rules: MoveRules,
): DeadlineChanges => {
  const changes = CHANGES[name]?.(before, after, act) ?? {}
  const begun = Object.entries(changes.begins ?? {}).flatMap(([deadline, from]) =>
    begin(deadline as DeadlineName, from, selectingDays(before, after, act), rules),
  )
  return { begun, met: changes.meets ?? [], dropped: changes.drops ?? [] }
}

type SelectingDays = Record<LegalNumber['selectedBy'], string | null>

const selectingDays = (before: Case, after: Case, act: CaseAct): SelectingDays => ({
  DECISION: after.decidedOn,
  NOTICE: before.notifiedOn === after.notifiedOn ? act.on : after.notifiedOn,
  APPLICATION: after.repair?.appliedOn ?? before.repair?.appliedOn ?? null,
  PUBLICATION: after.publishedOn,
})

const begin = (
  name: DeadlineName,
  startsOn: string | null,
  days: SelectingDays,
  { list, calendar }: MoveRules,
): Deadline[] => {
  const rule = startsOn === null ? null : selected(list, NUMBERS[name], days)
  if (startsOn === null || rule === null) return []
  return [{ name, startsOn, rule, ...dueDay({ name, startsOn, rule }, calendar) }]
}

const selected = (list: ListKind, name: LegalNumberName, days: SelectingDays): SetNumber | null => {
  // Rows of one name share `selectedBy`; this is checked on loading.
  const by = list.numbers.find((row) => row.name === name)?.selectedBy
  const day = by === undefined ? null : days[by]
  const row = day === null ? null : legalNumberOn(list, name, day)
  return row !== null && row.value !== null ? { ...row, value: row.value } : null
}

interface Changes {
  begins?: Partial<Record<DeadlineName, string | null>>
  meets?: DeadlineName[]
  drops?: DeadlineName[]
}

const CHANGES: Partial<Record<MoveName, (before: Case, after: Case, act: CaseAct) => Changes>> = {
  notifyListing: (_, { notifiedOn }) => ({ begins: { DEFENCE: notifiedOn } }),
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
  removeListing: (_, __, { on, removal }) => ({
    begins: { WITHDRAWAL: on },
    meets: removal === 'REPAIRED' ? ['REPAIR_ACCEPTANCE', 'REPAIR_DECISION'] : [],
    drops: [...DEADLINES],
  }),
  restoreListing: () => ({ drops: ['WITHDRAWAL'] }),
}
