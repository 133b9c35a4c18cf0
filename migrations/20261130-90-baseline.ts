import type { Knex } from 'knex'
import { createAccess } from './baseline/access.js'
import { createAudit } from './baseline/audit.js'
import { createCalendar } from './baseline/calendar.js'
import { createChanges } from './baseline/changes.js'
import { createDb } from './baseline/db.js'
import { createDelivery } from './baseline/delivery.js'
import { createIntake } from './baseline/intake.js'
import { createListing } from './baseline/listing.js'
import { createOperators } from './baseline/operators.js'
import { createPublication } from './baseline/publication.js'
import { createRecords } from './baseline/records.js'
import { createScoring } from './baseline/scoring.js'
import { createStanding } from './baseline/standing.js'
import { createTimetable } from './baseline/timetable.js'

/**
 * The whole schema of release 0.2.0, one file a noun. Like every migration it is never edited: a change is a new migration. A database
 * of release 0.1.0 has these tables already: `src/store/db/migrations.ts` only replaces the names of its migrations by this one, after the
 * roll-out, because hubs of 0.1.0 do not know this name.
 */
export const rollOut = 'after'

/** The order satisfies the references between tables. */
const NOUNS = [
  createDb,
  createTimetable,
  createCalendar,
  createOperators,
  createRecords,
  createIntake,
  createScoring,
  createListing,
  createPublication,
  createDelivery,
  createAccess,
  createStanding,
  createChanges,
  createAudit,
]

export const up = async (tx: Knex): Promise<void> => {
  for (const create of NOUNS) await create(tx)
}

/** Nothing comes before the baseline: dropping the database undoes it. */
export const down = async (): Promise<void> => {
  throw new Error('the baseline cannot be undone: drop the database instead')
}
