/** Measures that reach no organisation, for `hub doctor`. */
import {
  findMeasuresWithoutCarrier,
  listMeasureRows,
  MEASURE_KIND,
  type MeasureWithoutCarrier,
} from '../../domain/matters/measures.js'
import type { OrganisationRow } from '../../domain/matters/organisations.js'
import { splitSeat } from '../../domain/matters/seats.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db } from '../../store/db/db.js'
import * as measures from '../../store/matters/measures.js'
import type { WorkRules } from '../calendar/rules.js'
import { PUBLIC_STATES, readMeasureRules } from './measures.js'
import { nameOfDivision, organisationOfSeat, readOrganisations } from './organisations.js'

export interface UnreachedMeasures {
  withoutCarrier: (MeasureWithoutCarrier & { line: string; place: string })[]
  /** Open measures whose organisation has ended and has no successor. */
  stranded: { seat: string; measures: number }[]
}

export const listUnreachedMeasures = async (
  db: Db,
  rules: WorkRules,
  { now, onlyConfirmed, organisations = readOrganisations() }: UnreachedOptions,
): Promise<UnreachedMeasures> => {
  const day = shanghaiDate(now)
  const isOrganisation = (seat: string) => organisationOfSeat(seat, day, organisations) !== null
  const rowsOfList = (list: string) =>
    listMeasureRows(readMeasureRules(rules.confirmations), { list, day, onlyConfirmed })
  const lineOf = (agency: string) => organisations.find((row) => row.agency === agency)?.line ?? agency
  const entries = await measures.countEntriesInForce(db, PUBLIC_STATES)
  const open = await measures.countOpenMeasures(db, MEASURE_KIND)
  const successorOf = (seat: string) => {
    const { agency, region } = splitSeat(seat)
    return `${organisations.find((row) => row.agency === agency && row.successor)?.successor}@${region}`
  }
  return {
    withoutCarrier: findMeasuresWithoutCarrier(entries, rowsOfList, isOrganisation).map((one) => ({
      ...one,
      line: lineOf(one.agency),
      place: nameOfDivision(one.region) ?? '',
    })),
    stranded: open.filter(({ seat }) => !isOrganisation(seat) && !isOrganisation(successorOf(seat))),
  }
}

interface UnreachedOptions {
  now: Date
  onlyConfirmed: boolean
  organisations?: readonly OrganisationRow[]
}
