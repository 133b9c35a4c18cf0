/** Only an access code's keyed hash is stored. Issued and ended codes stay on record. */

import type { Viewer } from '../../domain/access/viewer.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { type Keys, newAccessCode, newSecret } from '../../foundation/keys.js'
import { parseAccessCode, withoutAccessCodes } from '../../foundation/text/access-code.js'
import * as store from '../../store/access/access-codes.js'
import { partySessions } from '../../store/access/sessions.js'
import type { Db } from '../../store/db/db.js'
import type { WorkRules } from '../calendar/rules.js'
import { type ActorAndTime, atNewInstant, findOperator, type OperatorAccessCheck } from './acts.js'

export interface AccessCodeRequest extends ActorAndTime {
  mayFor?: OperatorAccessCheck
  operator: string
  reason: string
}

export interface IssuedAccessCode {
  code: string
  accessCode: store.AccessCode
}

/** Invalidates the previous code. Refusals: INPUT_INVALID, OPERATOR_UNKNOWN, RUN_BUSY. */
export const issueAccessCode = async (
  db: Db,
  rules: WorkRules,
  keys: Pick<Keys, 'accessMark'>,
  made: AccessCodeRequest,
): Promise<IssuedAccessCode> => {
  const reason = reasonIn(made, rules)
  const code = newAccessCode()
  const mark = keys.accessMark(parseAccessCode(code) ?? '')
  const accessCode = await atNewInstant(db, made.now, async (tx, at) => {
    const { id: operatorId } = await findOperator(tx, made.operator, made.mayFor)
    const { by } = made
    await store.endAccessCode(tx, operatorId, { ended: 'REISSUED', reason, by, at })
    return store.addAccessCode(tx, { operatorId, mark, reason, by, at })
  })
  return { code, accessCode }
}

/** Refusals: INPUT_INVALID, OPERATOR_UNKNOWN, ACCESS_CODE_NONE, RUN_BUSY. */
export const revokeAccessCode = async (
  db: Db,
  rules: WorkRules,
  made: AccessCodeRequest,
): Promise<store.AccessCode> => {
  const reason = reasonIn(made, rules)
  return atNewInstant(db, made.now, async (tx, at) => {
    const { id } = await findOperator(tx, made.operator, made.mayFor)
    const ended = await store.endAccessCode(tx, id, { ended: 'REVOKED', reason, by: made.by, at })
    if (ended === null) throw new Refusal('ACCESS_CODE_NONE')
    return ended
  })
}

const reasonIn = ({ reason }: AccessCodeRequest, rules: WorkRules): string =>
  withoutAccessCodes(checkAndRedactText(reason, '理由 the reason', rules.pseudonymOf))

/** Looked up instead of a malformed code. */
const NO_CODE = ''

/** All wrong codes take equally long and share refusal ACCESS_CODE_REFUSED. */
export const issuePartyToken = async (
  db: Db,
  keys: Pick<Keys, 'accessMark' | 'sign'>,
  text: string,
  now: Date,
): Promise<string> => {
  const code = await store.findAccessCode(db, keys.accessMark(parseAccessCode(text) ?? NO_CODE))
  if (code === null) throw new Refusal('ACCESS_CODE_REFUSED')
  const claims = { sub: code.code, role: 'party', agency: null, region: null, grant: code.id }
  return keys.sign(claims, now.getTime()).token
}

const IDLE_MS = 30 * 60_000
const SESSION_MS = 2 * 3_600_000

export interface SignedInParty {
  cookie: string
  viewer: Viewer
  endsAt: Date
}

/** The browser holds a cookie, never the access code. */
export const beginPartySession = async (
  db: Db,
  { code, grant, before, now }: { code: string; grant: number; before: string | null; now: Date },
): Promise<SignedInParty> => {
  // Never reuse the request's cookie (session fixation).
  const cookie = newSecret()
  const endsAt = new Date(now.getTime() + SESSION_MS)
  await partySessions.start(db, { cookie, before, holder: grant, now, endsAt })
  return { cookie, viewer: viewerOf(code, grant), endsAt }
}

export const partyOfCookie = async (db: Db, cookie: string, now: Date): Promise<SignedInParty | null> => {
  const session = await partySessions.use(db, cookie, IDLE_MS, now)
  return session && { cookie, viewer: viewerOf(session.code, session.grant), endsAt: session.endsAt }
}

export const signOut = partySessions.end

const viewerOf = (code: string, grant: number): Viewer => ({
  role: 'party',
  sub: code,
  agency: null,
  region: null,
  grant,
})
