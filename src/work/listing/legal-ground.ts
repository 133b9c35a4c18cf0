/** A listing rests on one decision, which several sources may report. */
import { type Case, upgradeStoredCase } from '../../domain/listing/case.js'
import {
  type GroundStatus,
  groundStatusOf,
  type LinkedDecision,
  linkedDecision,
} from '../../domain/listing/legal-ground.js'
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

export const groundOfListing = async (
  tx: Db | Tx,
  { decisionVersion, operatorId }: listings.Listing,
): Promise<(GroundStatus & { linked: versions.RecordVersion }) | null> => {
  const linked = decisionVersion === null ? null : await versions.byId(tx, decisionVersion)
  if (linked === null) return null
  const sources = await versions.sourcesOfGround(tx, linked, operatorId)
  const marked = sources.map((source) => ({
    ...source,
    linked: source.feed === linked.feed && source.key === linked.key,
  }))
  return { ...groundStatusOf(marked, operatorId), linked }
}

export const decisionInForceUnder = async (tx: Tx, listing: listings.Listing): Promise<LinkedDecision | null> => {
  const ground = await groundOfListing(tx, listing)
  if (ground?.state !== 'STANDS') return null
  const { linked } = ground
  const sources = (await versions.sourcesOfGround(tx, linked, listing.operatorId)).filter(
    ({ stands, operatorId }) => stands && operatorId === listing.operatorId,
  )
  const source = sources.find(({ feed, key }) => feed === linked.feed && key === linked.key) ?? sources[0]
  return source === undefined ? null : linkedDecision(source)
}

/** Refuses a decision that is withdrawn or not this operator's. */
export const linkableDecision = async (
  tx: Tx,
  listing: listings.Listing,
  decision?: number,
): Promise<LinkedDecision> => {
  const version = decision === undefined ? null : await versions.byId(tx, decision)
  const sources = version && (await versions.sourcesOfGround(tx, version, listing.operatorId))
  if (
    version === null ||
    version.kind !== 'penalty' ||
    version.operatorId !== listing.operatorId ||
    !sources?.some(({ id }) => id === version.id)
  ) {
    throw new Refusal('INPUT_INVALID', {
      reason: '所关联的处罚决定不存在或不属于该主体 no such penalty of this operator',
    })
  }
  if (sources.some(({ body }) => isWithdrawnPenalty(body)))
    throw new Refusal('INPUT_INVALID', { reason: '所关联的处罚决定已被撤销 the penalty has been withdrawn' })
  return linkedDecision(version)
}
