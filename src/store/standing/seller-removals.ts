import { type Db, queryRows } from '../db/db.js'
import type { RetractionKey } from '../delivery/retractions.js'

export interface RemovalListener extends RetractionKey {
  client: string
  sequence: number
  /** False: the client polls the changes. */
  webhook: boolean
  owedAt: Date
  toldAt: Date | null
  confirmedAt: Date | null
  /** READ: the client acknowledged it. WEBHOOK: its address answered 2xx. */
  confirmedBy: 'READ' | 'WEBHOOK' | null
}

/** Changes that announced a retraction, up to the entry's next removal. */
export const ofRetractions = async (db: Db, of: readonly RetractionKey[]): Promise<RemovalListener[]> => {
  if (of.length === 0) return []
  return queryRows(
    db,
    `select k.at, k."subjectId", s.client, s.sequence, s.at as "owedAt", s.told_at as "toldAt", s.confirmed_at as "confirmedAt",
       s.confirmed_by as "confirmedBy", exists (select 1 from webhooks w where w.client = s.client and w.removed_at is null) as webhook
     from jsonb_to_recordset(?::jsonb) as k(at text, "subjectId" uuid)
     join seller_removals s on s.listing_id = k."subjectId" and s.at >= k.at::timestamptz
       and not exists (select 1 from deliveries n where n.subject_id = k."subjectId" and n.action = 'REMOVE'
         and n.created_at > k.at::timestamptz and n.created_at <= s.at)
     order by k.at, k."subjectId", s.at, s.client, s.sequence /* seller-removals.ofRetractions */`,
    [JSON.stringify(of)],
  )
}
