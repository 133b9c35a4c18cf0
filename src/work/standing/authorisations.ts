import type { Viewer } from '../../domain/access/viewer.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import {
  type AuthorisationTerm,
  findAuthorisationTermFault,
  mayWithdrawAuthorisation,
  parseDocumentHash,
} from '../../domain/standing/authorisation.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as operators from '../../store/operators/operators.js'
import * as store from '../../store/standing/authorisations.js'
import { findOperator } from '../access/acts.js'
import type { WorkRules } from '../calendar/rules.js'

export interface NewAuthorisation extends AuthorisationTerm {
  operator: string
  /** Names the document: number or name, day and place. */
  document: string
  /** A null hash is refused. */
  sha256: string | null
  client: string
  now: Date
}

/** Refusals: INPUT_INVALID, AUTHORISATION_TERM, OPERATOR_UNKNOWN. */
export const recordScoreAuthorisation = async (
  db: Db,
  rules: WorkRules,
  made: NewAuthorisation,
): Promise<store.Authorisation> => {
  const { client, givenOn, endsOn, now } = made
  const document = checkAndRedactText(made.document, '授权文件 the document', rules.pseudonymOf)
  const sha256 = parseDocumentHash(made.sha256)
  if (sha256 === null)
    throw new Refusal('INPUT_INVALID', {
      reason:
        'sha256 须为授权文件的 SHA-256（64 位十六进制）the SHA-256 of the document, 64 hexadecimal digits, is needed',
    })
  const reason = findAuthorisationTermFault(made, shanghaiDate(now))
  if (reason !== null) throw new Refusal('AUTHORISATION_TERM', { reason })
  return db.transaction(async (tx) => {
    const { id: operatorId } = await findOperator(tx, made.operator)
    return store.recordAuthorisation(tx, { client, operatorId, document, sha256, givenOn, endsOn, at: now })
  })
}

/** Refusal AUTHORISATION_UNKNOWN, also when the viewer may not withdraw it. */
export const withdrawScoreAuthorisation = async (
  db: Db,
  id: number,
  { viewer, now }: { viewer: Viewer; now: Date },
): Promise<store.Authorisation> =>
  db.transaction(async (tx) => {
    const authorisation = await store.findAuthorisation(tx, id)
    const owner =
      authorisation && (await operators.operatorsById(tx, [authorisation.operatorId])).get(authorisation.operatorId)
    if (authorisation === null || !mayWithdrawAuthorisation(viewer, authorisation.client, owner ?? null))
      throw new Refusal('AUTHORISATION_UNKNOWN')
    return store.withdrawAuthorisation(tx, id, {
      by: viewer.role === 'party' ? 'party' : authorisation.client,
      at: now,
    })
  })
