import type { Request } from 'express'
import type { ListKind } from '../../domain/listing/lists.js'
import type { SiteClockRules } from '../../domain/listing/publication-clocks.js'
import type { ConcurrencyLimit } from '../../store/db/concurrency-limit.js'
import type { Db } from '../../store/db/db.js'
import type { SiteOffice } from './render-response.js'

export interface SiteDependencies {
  db: Db
  /** Prepared statements, for lookups by key. */
  byKey: Db
  inTurn: ConcurrencyLimit
  dbOf: (request: Request) => Db
  rules: { lists: readonly ListKind[]; clocks: SiteClockRules }
  office: SiteOffice
  demo: boolean
  slowMs?: number
  publicUrl?: string
  nowOf: (request: Request) => Date
}
