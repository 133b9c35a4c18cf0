/** A listing rests on one decision, which several sources may report. */
import { type Case, upgradeStoredCase } from '../../domain/listing/case.js'
import { groundStatusOf, type LinkedDecision, linkedDecision } from '../../domain/listing/legal-ground.js'
import { isWithdrawnPenalty } from '../../domain/records/penalty.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from '../../store/db/db.js'
import type * as listings from '../../store/listing/listings.js'
import * as versions from '../../store/records/versions.js'

/** The linked decision is reread, because an agency may have changed or withdrawn it. */
export const withCurrentDecision = async (tx: Db | Tx, listing: listings.Listing): Promise<Case> => {
  const facts = upgradeStoredCase(listing.facts)
  const ground = await groundOfListing(tx, listing)
  if (ground === null) return facts
  const stands = ground.state === 'STANDS'
  return { ...facts, decisionLinked: stands, decisionHeavy: stands && ground.heavy }
}

export const groundOfListing = async (tx: Db | Tx, { decisionVersion, operatorId }: listings.Listing) => {
  const linked = decisionVersion === null ? null : await versions.byId(tx, decisionVersion)
  if (linked === null) return null
  const sources = (await versions.sourcesOfGround(tx, linked, operatorId)).map((source) => ({
    ...source,
    linked: source.feed === linked.feed && source.key === linked.key,
  }))
  return { ...groundStatusOf(sources, operatorId), linked, sources }
}

export const decisionInForceUnder = async (tx: Tx, listing: listings.Listing): Promise<LinkedDecision | null> => {
  const ground = await groundOfListing(tx, listing)
  if (ground?.state !== 'STANDS') return null
  const standing = ground.sources.filter(({ stands, operatorId }) => stands && operatorId === listing.operatorId)
  const source = standing.find(({ linked }) => linked) ?? standing[0]
  return source === undefined ? null : linkedDecision(source)
}

const UNKNOWN_DECISION = '所关联的处罚决定不存在或不属于该主体 no such penalty of this operator'

/** Refuses a decision that is withdrawn or not this operator's. */
export const linkableDecision = async (
  tx: Tx,
  listing: listings.Listing,
  decision?: number,
): Promise<LinkedDecision> => {
  const refused = (reason: string) => new Refusal('INPUT_INVALID', { reason })
  const version = decision === undefined ? null : await versions.byId(tx, decision)
  if (version?.kind !== 'penalty' || version.operatorId !== listing.operatorId) throw refused(UNKNOWN_DECISION)
  const sources = await versions.sourcesOfGround(tx, version, listing.operatorId)
  if (!sources.some(({ id }) => id === version.id)) throw refused(UNKNOWN_DECISION)
  if (sources.some(({ body }) => isWithdrawnPenalty(body)))
    throw refused('所关联的处罚决定已被撤销 the penalty has been withdrawn')
  return linkedDecision(version)
}
