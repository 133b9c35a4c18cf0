import { type Db, queryColumn, queryRows } from '../db/db.js'

export const storedVersions = (db: Db): Promise<string[]> =>
  queryColumn(db, 'select version from scorecards order by version /* card-versions.versionsKept */')

export interface PublicActivation {
  version: string
  /** YYYY-MM-DD; may lie in the future. */
  effectiveOn: string
  decidedAt: Date
}

export const publicActivations = (db: Db): Promise<PublicActivation[]> =>
  queryRows(
    db,
    `select k.version, a.effective_on as "effectiveOn", a.decided_at as "decidedAt"
     from scorecard_adoptions a join scorecards k on k.hash = a.scorecard_hash
     where a.state = 'ADOPTED' order by a.effective_on desc, a.id desc /* card-versions.adoptions */`,
  )
