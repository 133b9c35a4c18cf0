import { associationsAgency } from './associations.js'
import { certifiersAgency } from './certifiers.js'
import { communicationsAgency } from './communications.js'
import { creditOfficeAgency } from './credit-office/index.js'
import type { Agency, AgencyFeed } from './feed.js'
import { highCourtAgency } from './high-court.js'
import { ipOfficeAgency } from './ip-office/index.js'
import { marketRegulatorAgency } from './market-regulator/index.js'
import { petitionsMirror } from './market-regulator/petitions.js'
import { marketplacesAgency } from './marketplaces.js'

export const agencies: readonly Agency[] = [
  marketRegulatorAgency,
  ipOfficeAgency,
  creditOfficeAgency,
  highCourtAgency,
  communicationsAgency,
  marketplacesAgency,
  certifiersAgency,
  associationsAgency,
]

export const mirrors: ReadonlyMap<string, typeof petitionsMirror> = new Map([[petitionsMirror.id, petitionsMirror]])

export const feeds: ReadonlyMap<string, AgencyFeed> = new Map(
  agencies.flatMap((agency) => agency.feeds.map((feed): [string, AgencyFeed] => [feed.id, feed])),
)
