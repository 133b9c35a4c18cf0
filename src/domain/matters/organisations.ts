/** The organisations that take part in matters (schema/matters/organisations.json). */
import { checkRuleRows, isInForce, type RuleFault } from '../calendar/dated-rows.js'
import { divisionLevelOf } from '../operators/places.js'
import { splitSeat } from './seats.js'

export interface OrganisationRow {
  agency: string
  line: string
  zh: string
  /** Its name at the level of the province. */
  province: string
  en: string
  /** First digits of division codes. */
  regions: readonly string[]
  intake?: string
  from: string
  to?: string
  /** Agency that carries on once this one has ended. */
  successor?: string
}

export interface Organisation {
  seat: string
  line: string
  region: string
  zh: string
  en: string
  intake: string | null
}

const AGENCY_REGION = /^\d{6}$/

/** Returns null also for a day on which the agency did not exist. */
export const findOrganisation = (
  rows: readonly OrganisationRow[],
  seat: string,
  day: string,
  nameOfDivision: (code: string) => string | null,
): Organisation | null => {
  const { agency, region } = splitSeat(seat)
  if (!AGENCY_REGION.test(region)) return null
  const row = rows.find(
    ({ agency: known, regions, from, to = null }) =>
      known === agency && isInForce({ from, to }, day) && regions.some((prefix) => region.startsWith(prefix)),
  )
  const place = row === undefined ? null : nameOfDivision(region)
  if (row === undefined || place === null) return null
  const name = divisionLevelOf(region) === 'PROVINCE' ? row.province : row.zh
  return { seat, line: row.line, region, zh: place + name, en: `${row.en}, ${region}`, intake: row.intake ?? null }
}

export const checkOrganisations = (rows: readonly OrganisationRow[]): RuleFault[] => [
  ...rows.flatMap(({ successor }, i) =>
    successor === undefined || rows.some(({ agency }) => agency === successor)
      ? []
      : [{ place: `organisations[${i}]`, reason: `没有承接单位：${successor}。Its successor is not there.` }],
  ),
  ...checkRuleRows(
    rows.map(({ agency, regions, from, to = null }) => ({ agency, regions, from, to, mark: 'F' as const })),
    'organisations',
    (one, other) => one.agency === other.agency && one.regions.some((region) => other.regions.includes(region)),
  ),
]
