import type { World } from '../../../seeds/world.js'
import { associationsRoutes, certifiersRoutes } from './certifiers.js'
import { communicationsRoutes } from './communications.js'
import { creditOfficeRoutes } from './credit-office.js'
import { highCourtRoutes } from './high-court.js'
import { ipOfficeRoutes } from './ip-office.js'
import { marketRegulatorRoutes } from './market-regulator.js'
import { marketplacesRoutes } from './marketplaces.js'
import { type AgencyStandIn, type StandInRoutes, startAgencyStandIn } from './stand-in.js'

export type { AgencyStandIn } from './stand-in.js'

const AGENCIES: Record<string, (source: () => World) => StandInRoutes> = {
  'market-regulator': marketRegulatorRoutes,
  'ip-office': ipOfficeRoutes,
  'credit-office': creditOfficeRoutes,
  'high-court': highCourtRoutes,
  communications: communicationsRoutes,
  marketplaces: marketplacesRoutes,
  certifiers: certifiersRoutes,
  associations: associationsRoutes,
}

export const startAgencyStandIns = async (
  source: World | (() => World),
  options: { ports?: Record<string, number> } = {},
): Promise<AgencyStandIn[]> => {
  const current = typeof source === 'function' ? source : () => source
  const started: AgencyStandIn[] = []
  try {
    for (const [id, routes] of Object.entries(AGENCIES)) {
      started.push(await startAgencyStandIn(id, routes(current), options.ports?.[id] ?? 0))
    }
  } catch (error) {
    await Promise.all(started.map((one) => one.close()))
    throw error
  }
  return started
}
