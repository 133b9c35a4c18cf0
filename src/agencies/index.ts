import { certifiers } from './certifiers.js'
import { communications } from './communications.js'
import { creditOffice } from './credit-office/index.js'
import type { Agency, Feed } from './feed.js'
import { highCourt } from './high-court.js'
import { ipOffice } from './ip-office/index.js'
import { marketRegulator } from './market-regulator/index.js'
import { marketplaces } from './marketplaces.js'

export const agencies: readonly Agency[] = [
  marketRegulator,
  ipOffice,
  creditOffice,
  highCourt,
  communications,
  marketplaces,
  certifiers,
]

export const feeds: ReadonlyMap<string, Feed> = new Map(
  agencies.flatMap((agency) => agency.feeds.map((feed): [string, Feed] => [feed.id, feed])),
)
