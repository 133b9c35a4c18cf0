/**
 * The synthetic world: data of the stand-in agencies and of the seeds. Deterministic and pure. All names, numbers and persons are invented.
 */
import { abnormalEntries } from './world/abnormal.js'
import { at } from './world/chance.js'
import { changed } from './world/changes.js'
import { defaulters } from './world/defaulters.js'
import { deskPenalties, uncodedPenalties } from './world/desk-cases.js'
import { faults, likeFaults } from './world/faults.js'
import { foodSamplings } from './world/food.js'
import { inspections } from './world/inspections.js'
import { listEntries } from './world/lists.js'
import { MARKETPLACES } from './world/names.js'
import { CAST, COUNTS, EARLIER_ON, operators } from './world/operators.js'
import { penalties } from './world/penalties.js'
import { permits } from './world/permits.js'
import { commitments, standards } from './world/promises.js'
import { recalls } from './world/recalls.js'
import { repairs } from './world/repairs.js'
import { associationGrades, icpFilings, trustmarks } from './world/sites.js'
import { trademarks } from './world/trademarks.js'
import type { World } from './world/types.js'

export type {
  World,
  WorldAbnormal,
  WorldAssociationGrade,
  WorldChange,
  WorldCommitment,
  WorldDefaulter,
  WorldFault,
  WorldFood,
  WorldIcpFiling,
  WorldInspection,
  WorldListEntry,
  WorldMarketplace,
  WorldOperator,
  WorldOperatorKind,
  WorldPenalty,
  WorldPermit,
  WorldRecall,
  WorldRepair,
  WorldShop,
  WorldStandard,
  WorldTrademark,
  WorldTrustmark,
} from './world/types.js'
export { EARLIER_ON }

export const world = (): World => {
  const { operators: now, changes } = changed(operators())
  const tested = inspections(now)
  const penalised = penalties(now)
  const listed = listEntries(now)
  return {
    marketplaces: MARKETPLACES.map((one) => ({ ...one })),
    operators: now,
    trademarks: trademarks(now),
    inspections: tested,
    penalties: penalised,
    listEntries: listed,
    permits: permits(now),
    repairs: repairs(now, penalised, listed),
    defaulters: defaulters(now),
    icpFilings: icpFilings(now),
    trustmarks: trustmarks(now),
    associationGrades: associationGrades(now),
    food: foodSamplings(now, tested, penalised),
    recalls: recalls(now),
    abnormal: abnormalEntries(now, penalised),
    standards: standards(now),
    commitments: commitments(now),
    changes,
    faults: faults(now, tested, penalised),
    goodExample: at(now, CAST.good).code,
    dishonestExample: at(now, CAST.dishonest).code,
    shopExample: at(now, COUNTS.enterprise + COUNTS.individual + COUNTS.cooperative).code,
  }
}

export interface DemoWorld extends World {
  /** Codes of the operators whose cases the demo plays; the last ones stay leads. */
  deskCases: string[]
}

/** The world with the heavier penalties that the demo's cases rest on. */
export const demoWorld = (): DemoWorld => {
  const here = world()
  const heavier = deskPenalties(here.operators, here.penalties)
  return {
    ...here,
    penalties: [...here.penalties, ...heavier, ...uncodedPenalties(here.operators, [...here.penalties, ...heavier])],
    faults: [...here.faults, ...likeFaults(here.inspections, here.penalties)],
    deskCases: heavier.flatMap(({ partyUscc }) => partyUscc ?? []),
  }
}

/** The world a month ago, on `EARLIER_ON`. Only the registry differs from `now`. */
export const earlier = (now: World): World => {
  const was = new Map(now.changes.map((change) => [change.code, change.was]))
  return {
    ...now,
    operators: now.operators
      .filter((one) => one.establishedOn <= EARLIER_ON)
      .map((one) => ({ ...one, ...was.get(one.code) })),
    changes: [],
  }
}
