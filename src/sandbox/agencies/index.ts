import type { World } from '../../../seeds/world.js'
import { certifiers } from './certifiers.js'
import { communications } from './communications.js'
import { creditOffice } from './credit-office.js'
import { highCourt } from './high-court.js'
import { ipOffice } from './ip-office.js'
import { marketRegulator } from './market-regulator.js'
import { marketplaces } from './marketplaces.js'
import { type AgencyStandIn, type StandInRoutes, startStandIn } from './stand-in.js'

export type { AgencyStandIn } from './stand-in.js'

const AGENCIES: Record<string, (source: () => World) => StandInRoutes> = {
  'market-regulator': marketRegulator,
  'ip-office': ipOffice,
  'credit-office': creditOffice,
  'high-court': highCourt,
  communications,
  marketplaces,
  certifiers,
}

/** Starts all agencies or none. If `source` is a function, it is called for every answer. */
export const startAgencies = async (
  source: World | (() => World),
  options: { ports?: Record<string, number> } = {},
): Promise<AgencyStandIn[]> => {
  const current = typeof source === 'function' ? source : () => source
  const started: AgencyStandIn[] = []
  try {
    for (const [id, routes] of Object.entries(AGENCIES)) {
      started.push(await startStandIn(id, routes(current), options.ports?.[id] ?? 0))
    }
  } catch (error) {
    await Promise.all(started.map((one) => one.close()))
    throw error
  }
  return started
}
