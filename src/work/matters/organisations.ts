import {
  checkOrganisations,
  findOrganisation,
  type Organisation,
  type OrganisationRow,
} from '../../domain/matters/organisations.js'
import { seatOf } from '../../domain/matters/seats.js'
import { nameOfDivisionIn } from '../../domain/operators/places.js'
import { schemaDocument } from '../../foundation/contracts.js'
import { makeOnce } from '../../foundation/memo.js'
import type { BilingualText } from '../../foundation/text/words.js'
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

/** An account of another place is named as its own organisation, not as the agency here. */
export const nameOfAgencyIn = (
  agencies: readonly { id: string; name: BilingualText }[],
  { agency, region }: { agency: string | null; region: string | null },
  day: string,
): BilingualText | null => {
  const seat = seatOf({ role: 'agency', sub: null, agency, region })
  const found = seat === null ? null : organisationOfSeat(seat, day)
  return found ? { zh: found.zh, en: found.en } : (agencies.find(({ id }) => id === agency)?.name ?? null)
}

export const organisationOfSeat = (
  seat: string,
  day: string,
  organisations = readOrganisations(),
): Organisation | null => findOrganisation(organisations, seat, day, nameOfDivision)
