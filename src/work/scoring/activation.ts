/** One person proposes a scorecard, another decides. Existing scores stay. */

import { isSamePerson } from '../../domain/access/viewer.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { findActivationState, refusePastActivation, type ScorecardState } from '../../domain/scoring/activation.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { isDate, shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as activations from '../../store/scoring/activations.js'
import * as trials from '../../store/scoring/trials.js'
import type { WorkRules } from '../calendar/rules.js'
import * as scorecards from './scorecards.js'

type PseudonymRules = Pick<WorkRules, 'pseudonymOf'>

export interface ActivationProposal {
  version: string
  /** Today at the earliest. */
  effectiveOn: string
  reason: string
  by: string
  now: Date
}

/**
 * Refusals: SCORECARD_UNKNOWN, SCORECARD_BROKEN with its faults, SCORECARD_CHANGED, ADOPTION_PAST, ADOPTION_UNTRIED,
 * ADOPTION_OPEN, DATE_INVALID, INPUT_INVALID.
 */
export const proposeScorecard = async (
  db: Db,
  { pseudonymOf }: PseudonymRules,
  made: ActivationProposal,
): Promise<activations.ActivationRow> => {
  const { version, effectiveOn, by, now } = made
  const reason = checkAndRedactText(made.reason, '理由 the reason', pseudonymOf)
  if (!isDate(effectiveOn)) throw new Refusal('DATE_INVALID', { value: effectiveOn })
  refusePastActivation(effectiveOn, shanghaiDate(now))
  return db.transaction(async (tx) => {
    const card = await scorecards.readCardToTry(tx, version)
    if (!(await trials.wasTried(tx, scorecards.hashCard(card)))) throw new Refusal('ADOPTION_UNTRIED', { version })
    const hash = await scorecards.keepCard(tx, card, now)
    const activation = await activations.propose(tx, { hash, effectiveOn, reason, by, now })
    if (activation === null) throw new Refusal('ADOPTION_OPEN', { version })
    return activation
  })
}

export interface ActivationDecision {
  activation: number
  activate: boolean
  note: string | null
  by: string
  now: Date
}

/**
 * Refusals: ADOPTION_UNKNOWN, ADOPTION_SETTLED, ADOPTION_OWN, ADOPTION_PAST, SCORECARD_BROKEN, SCORECARD_CHANGED
 * (scorecard differs from the proposal), INPUT_INVALID, RUN_BUSY.
 */
export const decideScorecard = async (
  db: Db,
  { pseudonymOf }: PseudonymRules,
  made: ActivationDecision,
): Promise<activations.ActivationRow> => {
  const { activate, by, now } = made
  const given = made.note?.trim() ?? ''
  const note = activate && given === '' ? null : checkAndRedactText(given, '说明 the note', pseudonymOf)
  return inTransaction(db, 'decide', async (tx) => {
    const found = await activations.lockForDecision(tx, made.activation)
    if (found === null) throw new Refusal('ADOPTION_UNKNOWN')
    if (found.state !== 'PROPOSED') throw new Refusal('ADOPTION_SETTLED')
    if (isSamePerson(found.proposedBy, by)) throw new Refusal('ADOPTION_OWN')
    if (activate) {
      refusePastActivation(found.effectiveOn, shanghaiDate(now))
      await scorecards.readCardToTry(tx, found.scorecard)
    }
    const at = await knowledge.nextInstant(tx, now)
    return activations.decide(tx, found.id, { state: activate ? 'ADOPTED' : 'REJECTED', note, by, at })
  })
}

export interface CardStatus {
  version: string
  name: Scorecard['name'] | null
  hash: string | null
  state: ScorecardState
  faults: string[]
}

export const listScorecards = async (db: Db, today: string): Promise<CardStatus[]> => {
  const stored = new Map((await activations.listStoredCards(db, today)).map((card) => [card.version, card]))
  const inForce = await orRefusal(() => scorecards.findCardInForce(db, today))
  const versions = { inForce: isRefusal(inForce) ? null : inForce.version, first: scorecards.FIRST_CARD_IN_FORCE }
  const listed: CardStatus[] = []
  for (const version of [...new Set([...scorecards.listVersionsInFiles(), ...stored.keys()])].sort()) {
    const known = stored.get(version)
    const read = await orRefusal(() => scorecards.readCardToTry(db, version))
    const [card, refusal] = isRefusal(read) ? [null, read] : [read, null]
    listed.push({
      version,
      name: known?.name ?? card?.name ?? null,
      hash: known?.hash ?? (card && scorecards.hashCard(card)),
      state: findActivationState(version, versions, known) ?? (refusal === null ? 'AVAILABLE' : brokenOr(refusal)),
      faults: refusal === null ? [] : faultsIn(refusal),
    })
  }
  return listed
}

const brokenOr = ({ code }: Refusal): ScorecardState => (code === 'SCORECARD_CHANGED' ? 'CHANGED' : 'BROKEN')

const NEXT_FAULT = /; (?=[\w[\]./-]*: )/

const faultsIn = ({ code, details, message }: Refusal): string[] =>
  code === 'SCORECARD_BROKEN' ? String(details['faults']).split(NEXT_FAULT) : [message]

const orRefusal = async <T>(act: () => T | Promise<T>): Promise<T | Refusal> => {
  try {
    return await act()
  } catch (error) {
    if (isRefusal(error)) return error
    throw error
  }
}
