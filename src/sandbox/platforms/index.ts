/** The stand-in credit platforms: real HTTP servers on this machine, one for each platform. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { creditchina } from './creditchina.js'
import { creditjilin } from './creditjilin.js'
import { jilin } from './jilin.js'
import { national } from './national.js'
import { type PlatformStandIn, startStandIn } from './stand-in.js'

export type { ShownEntry } from './board.js'
export type { Behaviour, PlatformStandIn } from './stand-in.js'

const DIALECTS = [national, jilin, creditchina, creditjilin]

/** A platform without a secret of its own gets a random one. `folder` keeps what they are told from one start to the next. */
export const startPlatforms = (
  secrets: Record<string, string> = {},
  folder: string | null = null,
): Promise<PlatformStandIn[]> =>
  Promise.all(
    DIALECTS.map((dialect) => {
      const file = folder === null ? null : join(folder, `${dialect.id}.json`)
      return startStandIn(dialect, secrets[dialect.id] ?? randomBytes(16).toString('hex'), file)
    }),
  )
