/** The parts that the pages of the public site are made with. */
import type { Request } from 'express'
import type { ListKind } from '../../domain/listing/lists.js'
import type { Db } from '../../store/db/db.js'
import type { InTurn } from '../../store/db/turns.js'

export interface SiteParts {
  /** The database, for what is made once for all who ask. */
  db: Db
  /** The same for short reads by key: every statement is prepared. */
  byKey: Db
  /** The gate of questions over the whole list. */
  inTurn: InTurn
  /** The database, for a request: its statements are its own. */
  dbOf: (request: Request) => Db
  rules: { lists: readonly ListKind[] }
  demo: boolean
  /** How long a reader of a table may take nothing of it, milliseconds. */
  slowMs?: number
  /** Where the site is, as its operator says; absent: where the reader asks. */
  publicUrl?: string
  /** The instant of a request. */
  nowOf: (request: Request) => Date
}
