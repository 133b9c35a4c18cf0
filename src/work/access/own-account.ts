import { needsSecondFactor } from '../../domain/access/sign-in.js'
import { Refusal } from '../../foundation/errors.js'
import * as people from '../../store/access/people.js'
import * as factors from '../../store/access/second-factors.js'
import { endOwnSessions, listSessionsOfPerson, noteSessionProof } from '../../store/access/sessions.js'
import type { Db } from '../../store/db/db.js'
import type { FactorParts } from './second-factors.js'
import { type PersonSession, sessionIdleMs } from './sessions.js'
import { signInTermsAt } from './sign-in-rules.js'

const DAY_MS = 86_400_000

export const describeAccount = async (
  db: Db,
  { viewer, number, isRecent }: PersonSession,
  { policy, party, now }: FactorParts,
) => {
  const name = viewer.sub ?? ''
  const [person, passkeys, generator, recoveryCodes, sessions] = await Promise.all([
    people.findPerson(db, name),
    factors.listPasskeys(db, name),
    factors.findCodeGenerator(db, name),
    factors.countRecoveryCodes(db, name),
    listSessionsOfPerson(db, name, { idleMs: sessionIdleMs(now), now }),
  ])
  if (person === null) throw new Refusal('PERSON_UNKNOWN', { name })
  const { passwordDays } = signInTermsAt(now)
  return {
    required: needsSecondFactor(viewer.role, policy),
    passkeysPossible: party !== null,
    recent: isRecent,
    passwordSince: person.passwordSince,
    passwordDueOn: new Date(person.passwordSince.getTime() + passwordDays * DAY_MS),
    passkeys: passkeys.map(({ id, name, addedAt, usedAt }) => ({ id, name, addedAt, usedAt })),
    codesSince: generator?.confirmedAt ?? null,
    recoveryCodesLeft: recoveryCodes,
    sessions: sessions.map((one) => ({ ...one, current: one.number === number })),
  }
}

/** `number` null: all sessions but this one. Refusal SESSION_UNKNOWN. */
export const endSessions = async (
  db: Db,
  { viewer, cookie, number: own }: PersonSession,
  { number, now }: { number: number | null; now: Date },
): Promise<void> => {
  if (number === own) throw new Refusal('SESSION_UNKNOWN')
  const isEnded = await endOwnSessions(db, { person: viewer.sub ?? '', number, cookie, now })
  if (!isEnded && number !== null) throw new Refusal('SESSION_UNKNOWN')
}

export const noteProof = (db: Db, { cookie }: PersonSession, now: Date): Promise<void> =>
  noteSessionProof(db, cookie, now)
