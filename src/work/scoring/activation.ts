/** Adoption: one person proposes a card from a day on, another decides; scores that were given stay as they are. */

import { samePerson } from '../../domain/access/viewer.js'
import { writtenText } from '../../domain/records/written-text.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'
import * as contracts from '../../foundation/contracts.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { dateIn, isDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as knowledge from '../../store/db/knowledge.js'
import { inTransaction } from '../../store/db/transaction.js'
import * as adoptions from '../../store/scoring/activations.js'
import * as trials from '../../store/scoring/trials.js'
import type { Rules } from '../calendar/rules.js'
import { cardInForce, cardToTry, FIRST_IN_FORCE, hashOfCard, keepCard } from './scorecards.js'

type Marked = Pick<Rules, 'mark'>

export interface Proposed {
  version: string
  /** The first day on which the card shall be in force; today at the earliest. */
  effectiveOn: string
  reason: string
  by: string
  now: Date
}

/**
 * Refusals: SCORECARD_UNKNOWN, SCORECARD_BROKEN with its faults, SCORECARD_CHANGED, ADOPTION_PAST, ADOPTION_UNTRIED where no
 * trial of this very card was made, ADOPTION_OPEN, DATE_INVALID, INPUT_INVALID.
 */
export const proposeScorecard = async (db: Db, { mark }: Marked, made: Proposed): Promise<adoptions.Adoption> => {
  const { version, effectiveOn, by, now } = made
  const reason = writtenText(made.reason, '理由 the reason', mark)
  if (!isDate(effectiveOn)) throw new Refusal('DATE_INVALID', { value: effectiveOn })
  notPast(effectiveOn, now)
  return db.transaction(async (tx) => {
    const card = await cardToTry(tx, version)
    if (!(await trials.wasMade(tx, hashOfCard(card)))) throw new Refusal('ADOPTION_UNTRIED', { version })
    const hash = await keepCard(tx, card, now)
    const adoption = await adoptions.propose(tx, { hash, effectiveOn, reason, by, now })
    if (adoption === null) throw new Refusal('ADOPTION_OPEN', { version })
    return adoption
  })
}

export interface Decided {
  adoption: number
  adopt: boolean
  /** Needed where it is rejected. */
  note: string | null
  by: string
  now: Date
}

/**
 * Refusals: ADOPTION_UNKNOWN, ADOPTION_SETTLED, ADOPTION_OWN for whoever proposed it, ADOPTION_PAST where its day has gone
 * by; SCORECARD_BROKEN and SCORECARD_CHANGED where the card is no longer what was proposed; INPUT_INVALID, RUN_BUSY.
 */
export const decideScorecard = async (db: Db, { mark }: Marked, made: Decided): Promise<adoptions.Adoption> => {
  const { adopt, by, now } = made
  const given = made.note?.trim() ?? ''
  const note = adopt && given === '' ? null : writtenText(given, '说明 the note', mark)
  return inTransaction(db, 'decide', async (tx) => {
    const found = await adoptions.forDecision(tx, made.adoption)
    if (found === null) throw new Refusal('ADOPTION_UNKNOWN')
    if (found.state !== 'PROPOSED') throw new Refusal('ADOPTION_SETTLED')
    if (samePerson(found.proposedBy, by)) throw new Refusal('ADOPTION_OWN')
    if (adopt) {
      notPast(found.effectiveOn, now)
      await cardToTry(tx, found.scorecard)
    }
    // An instant of knowledge: which card was in force is asked as it was known then.
    const at = await knowledge.tick(tx, now)
    return adoptions.decide(tx, found.id, { state: adopt ? 'ADOPTED' : 'REJECTED', note, by, at })
  })
}

/** What was scored on a day that has gone by stays: no card comes into force before today. */
const notPast = (effectiveOn: string, now: Date): void => {
  if (effectiveOn < dateIn(now)) throw new Refusal('ADOPTION_PAST', { effectiveOn })
}

/** Where several hold, the first of them. */
export type CardState = 'IN_FORCE' | 'COMING' | 'PROPOSED' | 'RETIRED' | 'CHANGED' | 'BROKEN' | 'AVAILABLE'

export interface CardTold {
  version: string
  /** Null for a broken card that was never kept. */
  name: Scorecard['name'] | null
  hash: string | null
  state: CardState
  /** What is wrong with its file, each fault with its place; what is kept is not touched by it. */
  faults: string[]
}

/** Every card there is, as a file or kept, by version. A file that is broken stops none of the others. */
export const scorecards = async (db: Db, today: string): Promise<CardTold[]> => {
  const kept = new Map((await adoptions.keptCards(db, today)).map((card) => [card.version, card]))
  const inForce = await orRefusal(() => cardInForce(db, today))
  const standing = isRefusal(inForce) ? null : inForce.version
  const files = contracts.folder('scorecards').filter((file) => file.endsWith('.json'))
  const versions = new Set([...files.map((file) => file.replace(/\.json$/, '')), ...kept.keys()])
  const told: CardTold[] = []
  for (const version of [...versions].sort()) {
    const known = kept.get(version)
    const card = await orRefusal(() => cardToTry(db, version))
    const refusal = isRefusal(card) ? card : null
    const readable = isRefusal(card) ? null : card
    told.push({
      version,
      name: known?.name ?? readable?.name ?? null,
      hash: known?.hash ?? (readable && hashOfCard(readable)),
      state: stateOf(version, standing, known) ?? (refusal === null ? 'AVAILABLE' : brokenOr(refusal)),
      faults: refusal === null ? [] : faultsIn(refusal),
    })
  }
  return told
}

const stateOf = (version: string, inForce: string | null, kept: adoptions.KeptCard | undefined): CardState | null => {
  if (version === inForce) return 'IN_FORCE'
  if (kept?.coming) return 'COMING'
  if (kept?.proposed) return 'PROPOSED'
  return kept?.adopted || (version === FIRST_IN_FORCE && inForce !== null) ? 'RETIRED' : null
}

const brokenOr = ({ code }: Refusal): CardState => (code === 'SCORECARD_CHANGED' ? 'CHANGED' : 'BROKEN')

/** Faults are told as `place: reason`, joined. */
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
