/** With the office in service, no entry is published that rests on an unconfirmed rule. */
import { listUnconfirmedRules } from '../../domain/listing/legal-ground.js'
import type { MoveName } from '../../domain/listing/moves.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as proposals from '../../store/office/proposals.js'
import { findListKind, type WorkRules } from '../calendar/rules.js'

/** Renewing a published text is left out: a correction must not wait for a rule. */
const PUBLISHING: readonly MoveName[] = ['publishListing', 'unhideListing', 'restoreListing']

export const holdServiceState = async (tx: Tx, move: MoveName): Promise<void> => {
  if (PUBLISHING.includes(move)) await proposals.holdOffice(tx)
}

interface CaseToPublish {
  list: string
  facts: { decidedOn: string | null }
  publishedOn: string | null
}

export const findUnconfirmedRules = async (
  db: Db | Tx,
  rules: WorkRules,
  { move, listing, on }: { move: MoveName; listing: CaseToPublish; on: string },
): Promise<BilingualText[]> => {
  const { decidedOn } = listing.facts
  if (!PUBLISHING.includes(move) || decidedOn === null || !(await proposals.isInService(db))) return []
  const list = findListKind(rules, listing.list)
  return listUnconfirmedRules({ list, clocks: rules.clocks, decidedOn, publishedOn: listing.publishedOn ?? on })
}

export const unconfirmedWords = (rows: readonly BilingualText[]): BilingualText => ({
  zh: `本机关已正式运行，所依据的规则有未经核实的：${rows.map(({ zh }) => zh).join('、')}；由两人在“规则核实”中核实后方可公示。`,
  en: `The office is in service, and these rules are unconfirmed: ${rows.map(({ en }) => en).join(', ')}; two persons confirm them first.`,
})
