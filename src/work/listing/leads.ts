/** A falling score opens a lead only where a penalty can be linked. */
import {
  chooseLeadPenalty,
  findLeadRules,
  type LeadRule,
  listWeighingPenalties,
} from '../../domain/listing/lead-ground.js'
import { readLinkedDecision } from '../../domain/listing/legal-ground.js'
import { isListEnded } from '../../domain/listing/lists.js'
import { DISHONEST_LIST_FACT, type Facts } from '../../domain/records/facts.js'
import { isHeavyPenalty } from '../../domain/records/penalty.js'
import { groupBy } from '../../foundation/groups.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Tx } from '../../store/db/db.js'
import * as store from '../../store/listing/leads.js'
import type { WorkRules } from '../calendar/rules.js'
import { type LeadOpening, openLeads } from './listing.js'

interface WeighedOperators {
  ids: readonly number[]
  facts: ReadonlyMap<number, Facts>
  /** New values of operators whose score fell below the line of leads. */
  fallen: ReadonlyMap<number, number>
  on: string
  now: Date
}

export const openLeadsOnPenalties = async (tx: Tx, rules: WorkRules, weighed: WeighedOperators): Promise<void> => {
  const { ids, facts, fallen, on, now } = weighed
  for (const list of rules.lists) {
    const { id, decidedHere, leads = [] } = list
    if (!decidedHere || leads.length === 0 || isListEnded(list, shanghaiDate(now))) continue
    const [byItself, withScore] = [
      findLeadRules(leads, ['PENALTY'], on),
      findLeadRules(leads, ['PENALTY', 'SCORE'], on),
    ]
    const records = ids.flatMap((operator) => {
      const own = facts.get(operator)
      if (own === undefined || isListedElsewhere(own)) return []
      return listWeighingPenalties(own, fallen.has(operator) ? withScore : byItself)
    })
    if (records.length === 0) continue
    const found = groupBy(await store.listUnconsideredPenalties(tx, id, records), ({ operatorId }) => operatorId)
    const opening = [...found].flatMap(([operatorId, own]) => leadOf(operatorId, own, leads, weighed) ?? [])
    await openLeads(tx, rules, id, opening, { on, now })
  }
}

const isListedElsewhere = ({ events, asOf }: Facts): boolean =>
  events.some(
    ({ fact, on, until }) =>
      fact === DISHONEST_LIST_FACT && on !== null && on <= asOf && (until == null || until > asOf),
  )

const leadOf = (
  operatorId: number,
  penalties: readonly store.LeadPenalty[],
  rules: readonly LeadRule[],
  { fallen, on }: WeighedOperators,
): LeadOpening | null => {
  const value = fallen.get(operatorId)
  const grave = chooseLeadPenalty(penalties, { rules, trigger: 'PENALTY', on })
  const linked = grave ?? (value === undefined ? null : chooseLeadPenalty(penalties, { rules, trigger: 'SCORE', on }))
  if (linked === null) return null
  const decision = readLinkedDecision(linked)
  const fell = value === undefined ? '' : `信用评分降至 ${value} 分，低于线索线；`
  return { operatorId, decision, reason: `${fell}${describePenalty(linked, grave !== null, decision.documentNumber)}` }
}

const describePenalty = ({ body }: store.LeadPenalty, isGrave: boolean, number: string): string => {
  if (isHeavyPenalty(body)) return `较重行政处罚：${number}`
  return isGrave
    ? `罚款 ${String(body['fine_yuan'])} 元，须核实是否属较重行政处罚：${number}`
    : `可关联的处罚：${number}`
}
