import type { Db } from '../db/db.js'

export const versionsKept = async (db: Db): Promise<string[]> => {
  const answer = await db.raw('select version from scorecards order by version /* audits.versionsKept */')
  return answer.rows.map(({ version }: { version: string }) => version)
}

export interface PublicActivation {
  version: string
  /** YYYY-MM-DD; may lie in the future. */
  effectiveOn: string
  decidedAt: Date
}

export const adoptions = async (db: Db): Promise<PublicActivation[]> => {
  const answer = await db.raw(
    `select k.version, a.effective_on as "effectiveOn", a.decided_at as "decidedAt"
     from scorecard_adoptions a join scorecards k on k.hash = a.scorecard_hash
     where a.state = 'ADOPTED' order by a.effective_on desc, a.id desc /* audits.adoptions */`,
  )
  return answer.rows
}
