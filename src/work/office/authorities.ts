import {
  type AuthorityData,
  checkAuthorityData,
  findStatementVerdictFault,
  type StatementVerdict,
} from '../../domain/office/authorities.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { hasEnded } from '../../store/access/confirmations.js'
import type { Db } from '../../store/db/db.js'
import * as authorities from '../../store/office/authorities.js'

/** Refusals: AUTHORITY_WAITS, INPUT_INVALID. */
export const stateAuthority = async (
  db: Db,
  { by, now, ...given }: AuthorityData & { by: string; now: Date },
): Promise<authorities.AuthorityStatement> => {
  const data = checkAuthorityData(given)
  const proposed = await db.transaction((tx) => authorities.propose(tx, { ...data, by, at: now }))
  if (proposed === null) throw new Refusal('AUTHORITY_WAITS', { name: data.name })
  return proposed
}

export interface AuthorityDecisionInput {
  id: number
  verdict: StatementVerdict
  note: string | null
  by: string
  now: Date
}

const BECOMES = { CONFIRM: 'IN_FORCE', REFUSE: 'REFUSED', WITHDRAW: 'WITHDRAWN' } as const

/** Refusals: AUTHORITY_UNKNOWN, AUTHORITY_SETTLED, SECOND_PERSON, AUTHORITY_ANOTHERS, PROPOSER_ENDED, INPUT_INVALID. */
export const decideAuthority = async (
  db: Db,
  pseudonymOf: (id: string) => string,
  { id, verdict, note: given, by, now }: AuthorityDecisionInput,
): Promise<authorities.AuthorityStatement> => {
  const note =
    given === null && verdict !== 'REFUSE' ? null : checkAndRedactText(given ?? '', '说明 the note', pseudonymOf)
  return db.transaction(async (tx) => {
    const found = await authorities.lockForDecision(tx, id)
    if (found === null) throw new Refusal('AUTHORITY_UNKNOWN')
    const fault = findStatementVerdictFault(found, verdict, by)
    if (fault !== null) throw new Refusal(fault)
    if (verdict === 'CONFIRM' && (await hasEnded(tx, found.proposedBy))) throw new Refusal('PROPOSER_ENDED')
    return authorities.settle(tx, id, { state: BECOMES[verdict], note, by, at: now })
  })
}
