import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { creditchinaDialect } from './creditchina.js'
import { creditjilinDialect } from './creditjilin.js'
import { jilinDialect } from './jilin.js'
import { nationalDialect } from './national.js'
import { type PlatformStandIn, type StandInOptions, startPlatformStandIn } from './stand-in.js'

export type { PlatformBehaviour } from './behaviour.js'
export type { BaseLibrary } from './judgement.js'
export type { PlatformStandIn } from './stand-in.js'

const DIALECTS = [nationalDialect, jilinDialect, creditchinaDialect, creditjilinDialect]

export const startPlatformStandIns = (
  secrets: Record<string, string> = {},
  folder: string | null = null,
  given: Omit<StandInOptions, 'file'> = {},
): Promise<PlatformStandIn[]> =>
  Promise.all(
    DIALECTS.map((dialect) => {
      const file = folder === null ? null : join(folder, `${dialect.id}.jsonl`)
      return startPlatformStandIn(dialect, secrets[dialect.id] ?? randomBytes(16).toString('hex'), { ...given, file })
    }),
  )
