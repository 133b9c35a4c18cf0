/** Dependencies of the public pages. */
import type { Request } from 'express'
import type { ListKind } from '../../domain/listing/lists.js'
import type { Db } from '../../store/db/db.js'
import type { InTurn } from '../../store/db/turns.js'

export interface SiteParts {
  /** The process's handle, for shared reads. */
  db: Db
  /** The same for short lookups by key, with prepared statements. */
  byKey: Db
  /** Limits concurrent scans of the whole list. */
  inTurn: InTurn
  /** The handle of a request, for its own statements. */
  dbOf: (request: Request) => Db
  rules: { lists: readonly ListKind[] }
  demo: boolean
  /** A client that reads nothing of a table for this long is disconnected, milliseconds. */
  slowMs?: number
  /** Public base URL from the settings. The request's host is used when absent. */
  publicUrl?: string
  nowOf: (request: Request) => Date
}
