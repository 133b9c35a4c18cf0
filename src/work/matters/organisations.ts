import {
  checkOrganisations,
  findOrganisation,
  type Organisation,
  type OrganisationRow,
} from '../../domain/matters/organisations.js'
import { nameOfDivisionIn } from '../../domain/operators/places.js'
import { schemaDocument } from '../../foundation/contracts.js'
import { makeOnce } from '../../foundation/memo.js'
import { readRulesFile } from '../calendar/rules.js'

export const readOrganisations = makeOnce(
  (): readonly OrganisationRow[] =>
    readRulesFile<{ organisations: OrganisationRow[] }>(
      'matters/organisations',
      'contracts/organisations',
      ({ organisations }) => checkOrganisations(organisations),
    ).organisations,
)

export const nameOfDivision = (code: string): string | null =>
  nameOfDivisionIn(schemaDocument('words/divisions.json') as Record<string, string>, code)

/** Agencies for accounts: those with feeds and those with seats. */
export const listAgencyIds = (agencies: readonly { id: string }[]): string[] => [
  ...new Set([...agencies.map(({ id }) => id), ...readOrganisations().map(({ agency }) => agency)]),
]

export const listOrganisationsIn = (region: string, day: string): Organisation[] => {
  const agencies = new Set(readOrganisations().map(({ agency }) => agency))
  return [...agencies].flatMap((agency) => organisationOfSeat(`${agency}@${region}`, day) ?? [])
}

export const organisationOfSeat = (
  seat: string,
  day: string,
  organisations = readOrganisations(),
): Organisation | null => findOrganisation(organisations, seat, day, nameOfDivision)
