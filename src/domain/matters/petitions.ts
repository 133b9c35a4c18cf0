/** Complaints and reports as 12315 tells them (市场监管总局令第121号). The hub follows them; it accepts and mediates none. */
import { isInForce, type RuleDates, type RuleFault, type RuleSource } from '../calendar/dated-rows.js'
import type { HistoryStep } from './matter.js'

export type PetitionType = 'COMPLAINT' | 'REPORT'
/** The party reported: a trader offline, a platform or own site, a shop on a platform, or an advertiser. */
export type PetitionParty =
  | 'TRADER'
  | 'PLATFORM'
  | 'SHOP'
  | 'SHOP_WITHOUT_ADDRESS'
  | 'ADVERTISEMENT'
  | 'OWN_ADVERTISEMENT'
export type PetitionPlace = 'BUSINESS' | 'SEAT' | 'SHOWN' | 'PLATFORM_SEAT' | 'ACT' | 'PUBLISHER' | 'ADVERTISER'

interface PetitionRoute extends RuleDates, RuleSource {
  type: PetitionType
  parties: readonly PetitionParty[]
  /** The first known place decides, unless the receiving bureau lies in another of them (arts 14, 31, 32). */
  places: readonly PetitionPlace[]
}

export interface PetitionRules {
  routes: readonly PetitionRoute[]
}

export interface Petition {
  number: string
  types: readonly PetitionType[]
  registeredOn: string
  party: PetitionParty
  /** Division codes. */
  places: Partial<Record<PetitionPlace, string>>
  receivedBy: string | null
  /** The division to which the channel has sent it. */
  sentTo: string | null
  about: string | null
  code: string | null
  subject: string | null
  facts: string | null
  /** Number of the same person's earlier report of the same facts. */
  repeats: string | null
  newFacts: string | null
  steps: readonly (HistoryStep & { of: PetitionType })[]
  names: Readonly<Record<string, string>>
}

/** A division code, or null where no place is known. */
export const routePetition = (
  { routes }: PetitionRules,
  { party, places, receivedBy, sentTo, registeredOn }: Petition,
  type: PetitionType,
): string | null => {
  if (sentTo !== null) return sentTo
  const route = routes.find((row) => row.type === type && row.parties.includes(party) && isInForce(row, registeredOn))
  const fitting = (route?.places ?? []).flatMap((place) => places[place] ?? [])
  return fitting.find((region) => region === receivedBy) ?? fitting[0] ?? null
}

export const checkPetitionRoutes = ({ routes }: PetitionRules): RuleFault[] =>
  routes.flatMap((row, i) =>
    row.parties
      .filter((party) =>
        routes
          .slice(i + 1)
          .some((other) => other.type === row.type && other.parties.includes(party) && other.from === row.from),
      )
      .map((party) => ({ place: `routes[${i}]`, reason: `${party} 有两行。Two rows route it.` })),
  )

const TYPE_WORDS: Record<PetitionType, string> = { COMPLAINT: '投诉', REPORT: '举报' }

export const referenceOfPetition = (number: string, type: PetitionType): string => `${number} ${TYPE_WORDS[type]}`

export const fieldsOfPetition = ({ about, subject, facts }: Petition, type: PetitionType): Record<string, string> => ({
  type,
  ...(about !== null && { about }),
  ...(subject !== null && { subject }),
  ...(facts !== null && { facts }),
})
