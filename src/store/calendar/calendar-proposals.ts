import type { CalendarAmendments } from '../../domain/calendar/calendar.js'
import { type Db, queryFirst, queryOne, queryRows, type Tx } from '../db/db.js'

export type ProposalState = 'PROPOSED' | 'IN_FORCE' | 'REFUSED' | 'WITHDRAWN'

export interface CalendarProposal extends CalendarAmendments {
  id: number
  reason: string
  proposedBy: string
  proposedAt: Date
  state: ProposalState
  decidedBy: string | null
  decidedAt: Date | null
  note: string | null
}

const COLUMNS = `id::int as id, days, to_char(known_until, 'YYYY-MM-DD') as "knownUntil", reason, proposed_by as "proposedBy",
  proposed_at as "proposedAt", state, decided_by as "decidedBy", decided_at as "decidedAt", note`

export const propose = (
  tx: Tx,
  made: CalendarAmendments & { reason: string; by: string; at: Date },
): Promise<CalendarProposal | null> =>
  queryFirst(
    tx,
    `insert into calendar_proposals (days, known_until, reason, proposed_by, proposed_at)
     values (:days::jsonb, :knownUntil::date, :reason, :by, :at) on conflict do nothing returning ${COLUMNS} /* calendarProposals.propose */`,
    { ...made, days: JSON.stringify(made.days) },
  )

export const findProposal = (db: Db, id: number): Promise<CalendarProposal | null> =>
  queryFirst(db, `select ${COLUMNS} from calendar_proposals where id = ? /* calendarProposals.find */`, [id])

export const lockForDecision = (tx: Tx, id: number): Promise<CalendarProposal | null> =>
  queryFirst(
    tx,
    `select ${COLUMNS} from calendar_proposals where id = ? for update /* calendarProposals.forDecision */`,
    [id],
  )

export const settle = (
  tx: Tx,
  id: number,
  made: { state: Exclude<ProposalState, 'PROPOSED'>; note: string | null; by: string; at: Date },
): Promise<CalendarProposal> =>
  queryOne(
    tx,
    `update calendar_proposals set state = :state, note = :note, decided_by = :by, decided_at = :at
     where id = :id returning ${COLUMNS} /* calendarProposals.settle */`,
    { id, ...made },
  )

export const listNewestProposals = (db: Db, most: number): Promise<CalendarProposal[]> =>
  queryRows(db, `select ${COLUMNS} from calendar_proposals order by id desc limit ? /* calendarProposals.newest */`, [
    most,
  ])
