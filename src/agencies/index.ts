/** All agencies that send something in this stage, and their feeds by id. */
import { creditOffice } from './credit-office.js'
import type { Agency, Feed } from './feed.js'
import { ipOffice } from './ip-office.js'
import { marketRegulator } from './market-regulator/index.js'

export const agencies: readonly Agency[] = [marketRegulator, ipOffice, creditOffice]

export const feeds: ReadonlyMap<string, Feed> = new Map(
  agencies.flatMap((agency) => agency.feeds.map((feed): [string, Feed] => [feed.id, feed])),
)
