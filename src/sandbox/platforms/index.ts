/** The stand-in credit platforms: real HTTP servers on this machine, one for each platform. */
import { randomBytes } from 'node:crypto'
import { creditchina } from './creditchina.js'
import { creditjilin } from './creditjilin.js'
import { jilin } from './jilin.js'
import { national } from './national.js'
import { type PlatformStandIn, startStandIn } from './stand-in.js'

export type { ShownEntry } from './board.js'
export type { Behaviour, PlatformStandIn } from './stand-in.js'

const DIALECTS = [national, jilin, creditchina, creditjilin]

/** A platform without a secret of its own gets a random one. */
export const startPlatforms = (secrets: Record<string, string> = {}): Promise<PlatformStandIn[]> =>
  Promise.all(DIALECTS.map((dialect) => startStandIn(dialect, secrets[dialect.id] ?? randomBytes(16).toString('hex'))))
