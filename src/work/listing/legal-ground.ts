/** A listing rests on one decision, which several sources may report. */
import { type Case, upgradeStoredCase } from '../../domain/listing/case.js'
import { assessLegalGround, type GroundStatus, readLinkedDecision } from '../../domain/listing/legal-ground.js'
import { isWithdrawnPenalty } from '../../domain/records/penalty.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from '../../store/db/db.js'
import type * as listings from '../../store/listing/listings.js'
import * as versions from '../../store/records/versions.js'

/** Rereads the linked decision, because an agency may have changed or withdrawn it. */
export const readGroundOfListing = async (tx: Db | Tx, { decisionVersion, operatorId }: listings.Listing) => {
  const linked = decisionVersion === null ? null : await versions.byId(tx, decisionVersion)
  if (linked === null) return null
  const sources = (await versions.findSourcesOfGround(tx, linked, operatorId)).map((source) => ({
    ...source,
    linked: source.feed === linked.feed && source.key === linked.key,
  }))
  const status = assessLegalGround(sources, operatorId)
  const standing = sources.filter((source) => source.stands && source.operatorId === operatorId)
  const source = standing.find((each) => each.linked) ?? standing[0]
  return { ...status, linked, decisionInForce: status.state === 'STANDS' && source ? readLinkedDecision(source) : null }
}

export const applyGroundToFacts = (facts: Case, ground: GroundStatus | null): Case => {
  const stands = ground?.state === 'STANDS'
  const known = upgradeStoredCase(facts)
  return ground === null ? known : { ...known, decisionLinked: stands, decisionHeavy: stands && ground.heavy }
}

const UNKNOWN_DECISION = '所关联的处罚决定不存在或不属于该主体 no such penalty of this operator'

/** Refusal INPUT_INVALID for a decision that is withdrawn or not this operator's. */
export const readLinkableDecision = async (tx: Tx, listing: listings.Listing, decision?: number) => {
  const refused = (reason: string) => new Refusal('INPUT_INVALID', { reason })
  const version = decision === undefined ? null : await versions.byId(tx, decision)
  if (version?.kind !== 'penalty' || version.operatorId !== listing.operatorId) throw refused(UNKNOWN_DECISION)
  const sources = await versions.findSourcesOfGround(tx, version, listing.operatorId)
  if (!sources.some(({ id }) => id === version.id)) throw refused(UNKNOWN_DECISION)
  if (sources.some(({ body }) => isWithdrawnPenalty(body)))
    throw refused('所关联的处罚决定已被撤销 the penalty has been withdrawn')
  return readLinkedDecision(version)
}
