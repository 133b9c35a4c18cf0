import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { creditchina } from './creditchina.js'
import { creditjilin } from './creditjilin.js'
import { jilin } from './jilin.js'
import { national } from './national.js'
import { type PlatformStandIn, type StandInOptions, startStandIn } from './stand-in.js'

export type { PlatformBehaviour } from './behaviour.js'
export type { BaseLibrary } from './judgement.js'
export type { PlatformStandIn } from './stand-in.js'

const DIALECTS = [national, jilin, creditchina, creditjilin]

/** Keeps received rows in `folder`. */
export const startPlatforms = (
  secrets: Record<string, string> = {},
  folder: string | null = null,
  given: Omit<StandInOptions, 'file'> = {},
): Promise<PlatformStandIn[]> =>
  Promise.all(
    DIALECTS.map((dialect) => {
      const file = folder === null ? null : join(folder, `${dialect.id}.jsonl`)
      return startStandIn(dialect, secrets[dialect.id] ?? randomBytes(16).toString('hex'), { ...given, file })
    }),
  )
