/** Six credit repair results: penalties, a list entry, an abnormal entry; one refused. */
import { at, plusDays } from './chance.js'
import { CAST, inCrowd, LAST_DAY } from './operators.js'
import { authorityOf } from './places.js'
import type { WorldListEntry, WorldOperator, WorldPenalty, WorldRepair } from './types.js'

const REPAIRED = 3 // of penalties; the next penalty's repair is refused
const DAYS_SHOWN = 200 // days from a penalty's decision to its repair

export const repairs = (
  operators: readonly WorldOperator[],
  penalties: readonly WorldPenalty[],
  entries: readonly WorldListEntry[],
): WorldRepair[] => {
  const crowd = new Set(operators.filter((_, i) => inCrowd(i)).map(({ code }) => code))
  const repairable = penalties.filter(
    (one) =>
      one.partyUscc !== null &&
      crowd.has(one.partyUscc) &&
      one.fineYuan !== null &&
      plusDays(one.decidedOn, DAYS_SHOWN) < LAST_DAY,
  )
  const ofPenalties = repairable.slice(-REPAIRED - 1).map(
    (one, n): PartialRepair => ({
      target: 'PENALTY',
      targetNumber: one.documentNumber,
      targetAuthority: one.authority,
      partyName: one.partyName,
      partyUscc: one.partyUscc ?? '',
      outcome: n < REPAIRED ? 'REPAIRED' : 'REFUSED',
      decidedOn: plusDays(one.decidedOn, DAYS_SHOWN),
    }),
  )
  const ofEntries = entries.slice(2, 3).map(
    (one): PartialRepair => ({
      target: 'LIST_ENTRY',
      targetNumber: one.documentNumber,
      targetAuthority: one.authority,
      partyName: one.name,
      partyUscc: one.uscc,
      outcome: 'REMOVED',
      decidedOn: one.removal?.on ?? LAST_DAY,
    }),
  )
  return [...ofPenalties, ...ofEntries, abnormal(at(operators, CAST.renamed[0]))].map((told, n) => ({
    ...told,
    application: `XYXF99${String(n + 1).padStart(6, '0')}`,
    documentNumber: `吉信修〔${told.decidedOn.slice(0, 4)}〕${n * 4 + 3}号`,
    authority: told.targetAuthority,
  }))
}

type PartialRepair = Omit<WorldRepair, 'application' | 'documentNumber' | 'authority'>

/** The repair of an abnormal entry. It often has no document. */
const abnormal = (one: WorldOperator): PartialRepair => ({
  target: 'ABNORMAL',
  targetNumber: null,
  targetAuthority: authorityOf(one.region).name,
  partyName: one.name,
  partyUscc: one.code,
  outcome: 'REMOVED',
  decidedOn: '2026-08-20',
})
