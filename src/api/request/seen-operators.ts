import * as auditLog from '../../store/audit/audit-log.js'
import type { Db } from '../../store/db/db.js'

export interface SeenOperators {
  codes: Set<string>
  operators: Set<number>
  known: Set<number>
  subjects: Set<string>
}

export const noSeenOperators = (): SeenOperators => ({
  codes: new Set(),
  operators: new Set(),
  known: new Set(),
  subjects: new Set(),
})

export interface OperatorReference {
  code?: string | null | undefined
  operator?: number | null | undefined
  subject?: string | null | undefined
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const noteOperator = (seen: SeenOperators, { code, operator, subject }: OperatorReference): void => {
  if (code != null && code !== '') {
    seen.codes.add(code)
    if (operator != null) seen.known.add(operator)
  } else if (operator != null) seen.operators.add(operator)
  else if (subject != null && UUID.test(subject)) seen.subjects.add(subject)
}

export const codesOfSeen = async (parts: { db: Db }, seen: SeenOperators): Promise<ReadonlySet<string>> => {
  const operators = [...seen.operators].filter((id) => !seen.known.has(id))
  if (operators.length + seen.subjects.size === 0) return seen.codes
  const stored = await auditLog.codesOfOperatorsAndSubjects(parts.db, { operators, subjects: [...seen.subjects] })
  return new Set([...seen.codes, ...stored])
}
