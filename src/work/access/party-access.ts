/**
 * The listed party's door. A code is issued to one operator, served on it, and good for as long as its file; it is shown once
 * and kept only as its mark. Who issued, replaced or revoked one, when and why, stays for good.
 */

import { writtenText } from '../../domain/records/written-text.js'
import { Refusal } from '../../foundation/errors.js'
import { type Keys, newAccessCode } from '../../foundation/keys.js'
import { readAccessCode, withoutAccessCodes } from '../../foundation/text/access-code.js'
import * as store from '../../store/access/access-codes.js'
import type { Db } from '../../store/db/db.js'
import type { Rules } from '../calendar/rules.js'
import { type Acting, inTurn, type MayFor, operatorNamed } from './acts.js'

export interface CodeAsked extends Acting {
  mayFor?: MayFor
  /** Any code of the operator. */
  operator: string
  reason: string
}

export interface CodeIssued {
  /** Shown once. */
  code: string
  accessCode: store.AccessCode
}

/** The former one is useless from then on. Refusals: INPUT_INVALID, OPERATOR_UNKNOWN, RUN_BUSY. */
export const issueAccessCode = async (
  db: Db,
  rules: Rules,
  keys: Pick<Keys, 'accessMark'>,
  made: CodeAsked,
): Promise<CodeIssued> => {
  const reason = reasonIn(made, rules)
  const code = newAccessCode()
  const mark = keys.accessMark(readAccessCode(code) ?? '')
  const accessCode = await inTurn(db, made.now, async (tx, at) => {
    const { id: operatorId } = await operatorNamed(tx, made.operator, made.mayFor)
    const { by } = made
    await store.end(tx, operatorId, { ended: 'REISSUED', reason, by, at })
    return store.issue(tx, { operatorId, mark, reason, by, at })
  })
  return { code, accessCode }
}

/** Refusals: INPUT_INVALID, OPERATOR_UNKNOWN, ACCESS_CODE_NONE, RUN_BUSY. */
export const revokeAccessCode = async (db: Db, rules: Rules, made: CodeAsked): Promise<store.AccessCode> => {
  const reason = reasonIn(made, rules)
  return inTurn(db, made.now, async (tx, at) => {
    const { id } = await operatorNamed(tx, made.operator, made.mayFor)
    const ended = await store.end(tx, id, { ended: 'REVOKED', reason, by: made.by, at })
    if (ended === null) throw new Refusal('ACCESS_CODE_NONE')
    return ended
  })
}

const reasonIn = ({ reason }: CodeAsked, rules: Rules): string =>
  withoutAccessCodes(writtenText(reason, '理由 the reason', rules.mark))

/** Stands for whatever is no code: it is looked for as a code is, and never found. */
const NO_CODE = ''

/**
 * A party token for whoever knows the code. Wrong, malformed, replaced and revoked ones cost the same, one mark and one look
 * into an index, and are refused in the same words: ACCESS_CODE_REFUSED.
 */
export const partyToken = async (
  db: Db,
  keys: Pick<Keys, 'accessMark' | 'sign'>,
  given: string,
  now: Date,
): Promise<string> => {
  const found = await store.byMark(db, keys.accessMark(readAccessCode(given) ?? NO_CODE))
  if (found === null) throw new Refusal('ACCESS_CODE_REFUSED')
  const claims = { sub: found.code, role: 'party', agency: null, region: null, grant: found.id }
  return keys.sign(claims, now.getTime()).token
}
