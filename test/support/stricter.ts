/** A scorecard for trials, in which penalties cost twice as many points and have no cap. */

import type { Scorecard } from '../../src/domain/scoring/scorecard.js'
import { schemaDocument } from '../../src/foundation/contracts.js'

export const STRICTER = 'strict-9'

export const stricter = (): Scorecard => {
  const copy = structuredClone(schemaDocument('scorecards/ecommerce-1.json') as Scorecard)
  copy.version = STRICTER
  const penalties = copy.rules.find((rule) => rule.id === 'penalties')
  if (penalties?.kind !== 'units') throw new Error('the card has no rule of penalties')
  for (const unit of penalties.units) unit.points *= 2
  penalties.cap = null
  return copy
}
