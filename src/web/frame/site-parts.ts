import type { Request } from 'express'
import type { ListKind } from '../../domain/listing/lists.js'
import type { Db } from '../../store/db/db.js'
import type { InTurn } from '../../store/db/turns.js'

export interface SiteDependencies {
  /** For reads shared by requests. */
  db: Db
  /** With prepared statements, for lookups by key. */
  byKey: Db
  /** Limits concurrent scans of the whole list. */
  inTurn: InTurn
  dbOf: (request: Request) => Db
  rules: { lists: readonly ListKind[] }
  demo: boolean
  /** Longest time for which a client may read nothing, milliseconds. */
  slowMs?: number
  /** The request's host when absent. */
  publicUrl?: string
  nowOf: (request: Request) => Date
}
