/** A listing rests on one decision, in all its sources. */
import { type Case, wholeCase } from '../../domain/listing/case.js'
import { regionIn, usccForm } from '../../domain/operators/codes.js'
import type { Level } from '../../domain/operators/places.js'
import { levelOf } from '../../domain/operators/places.js'
import { isHeavy, isWithdrawn } from '../../domain/records/penalty.js'
import type { Body } from '../../domain/records/records.js'
import { type GroundStatus, groundOf } from '../../domain/scoring/evidence.js'
import { Refusal } from '../../foundation/errors.js'
import type { Db, Tx } from '../../store/db/db.js'
import type * as listings from '../../store/listing/listings.js'
import * as versions from '../../store/records/versions.js'

/** Default division. */
const PROVINCE = '220000'

/** The linked decision is reread, because an agency may have changed or withdrawn it. */
export const withCurrentDecision = async (tx: Db | Tx, listing: listings.Listing): Promise<Case> => {
  const facts = wholeCase(listing.facts)
  const ground = await groundUnder(tx, listing)
  if (ground === null) return facts
  const stands = ground.state === 'STANDS'
  return { ...facts, decisionLinked: stands, decisionHeavy: stands && ground.heavy }
}

export const groundUnder = async (
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
  return { ...groundOf(marked, operatorId), linked }
}

export interface LinkedDecision {
  version: number
  documentNumber: string
  heavy: boolean
  decidedOn: string
  violation: string
  authority: string
  authorityCode: string
  level: Level | null
}

/** Returns null when the linked decision no longer stands. */
export const standingUnder = async (tx: Tx, listing: listings.Listing): Promise<LinkedDecision | null> => {
  const ground = await groundUnder(tx, listing)
  if (ground?.state !== 'STANDS') return null
  const { linked } = ground
  const sources = (await versions.sourcesOfGround(tx, linked, listing.operatorId)).filter(
    ({ stands, operatorId }) => stands && operatorId === listing.operatorId,
  )
  const source = sources.find(({ feed, key }) => feed === linked.feed && key === linked.key) ?? sources[0]
  return source === undefined ? null : linkedFrom(source)
}

/** Refuses a decision that is withdrawn or not this operator's. */
export const decisionOf = async (tx: Tx, listing: listings.Listing, decision?: number): Promise<LinkedDecision> => {
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
  if (sources.some(({ body }) => isWithdrawn(body)))
    throw new Refusal('INPUT_INVALID', { reason: '所关联的处罚决定已被撤销 the penalty has been withdrawn' })
  return linkedFrom(version)
}

const linkedFrom = (version: versions.RecordVersion): LinkedDecision => {
  const text = (field: string): string =>
    typeof version.body[field] === 'string' ? (version.body[field] as string) : ''
  const code = text('authority_code')
  return {
    version: version.id,
    documentNumber: text('document_number'),
    heavy: isHeavy(version.body),
    decidedOn: text('decided_on'),
    violation: text('violation'),
    authority: text('authority'),
    authorityCode: usccForm(code) ? regionIn(code) : PROVINCE,
    level: levelIn(version.body),
  }
}

/** Returns null for an unknown authority code. */
export const levelIn = (penalty: Body): Level | null => {
  const code = penalty['authority_code']
  return typeof code === 'string' && usccForm(code) ? levelOf(regionIn(code)) : null
}
