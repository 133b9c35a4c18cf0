import type { OfficeProposalKind, OfficeProposalState } from '../../domain/office/proposals.js'
import { type Db, hasRows, queryFirst, queryOne, queryRows, queryValue, type Tx } from '../db/db.js'

export interface OfficeProposal<Content = unknown> {
  id: number
  kind: OfficeProposalKind
  content: Content
  reason: string
  proposedBy: string
  proposedAt: Date
  endorsedBy: string | null
  endorsedAt: Date | null
  state: OfficeProposalState
  decidedBy: string | null
  decidedAt: Date | null
  note: string | null
  revision: number | null
}

const COLUMNS = `id::int as id, kind, content, reason, proposed_by as "proposedBy", proposed_at as "proposedAt", endorsed_by as "endorsedBy",
  endorsed_at as "endorsedAt", state,
  decided_by as "decidedBy", decided_at as "decidedAt", note, revision::int as revision`

export const readRevision = (db: Db): Promise<number> =>
  queryValue(db, 'select revision::int as revision from office_revision /* officeProposals.revision */', [])

export const lockOffice = async (tx: Tx): Promise<void> => {
  await tx.raw('select revision from office_revision for update /* officeProposals.lock */')
}

export const holdOffice = async (tx: Tx): Promise<void> => {
  await tx.raw('select revision from office_revision for share /* officeProposals.hold */')
}

export const isInService = (db: Db | Tx): Promise<boolean> =>
  hasRows(
    db,
    `select 1 from office_proposals where kind = 'SERVICE' and state = 'IN_FORCE' limit 1 /* officeProposals.inService */`,
  )

export const noteBeganAtDesk = async (tx: Tx): Promise<void> => {
  await tx.raw('update office_revision set began_at_desk = true, revision = revision + 1 /* officeProposals.began */')
}

/** True from the first setup at the desk until service. A hub whose people came by command never is. */
export const isOnTrial = (db: Db | Tx): Promise<boolean> =>
  queryValue(
    db,
    `select began_at_desk and not exists (select 1 from office_proposals where kind = 'SERVICE' and state = 'IN_FORCE') as trial
     from office_revision /* officeProposals.onTrial */`,
    [],
  )

export const propose = <Content>(
  tx: Tx,
  made: { kind: OfficeProposalKind; content: Content; reason: string; by: string; at: Date },
): Promise<OfficeProposal<Content>> =>
  queryOne(
    tx,
    `insert into office_proposals (kind, content, reason, proposed_by, proposed_at)
     values (:kind, :content::jsonb, :reason, :by, :at) returning ${COLUMNS} /* officeProposals.propose */`,
    { ...made, content: JSON.stringify(made.content) },
  )

export const findProposal = (db: Db, id: number): Promise<OfficeProposal | null> =>
  queryFirst(db, `select ${COLUMNS} from office_proposals where id = ? /* officeProposals.find */`, [id])

export const lockForDecision = (tx: Tx, id: number): Promise<OfficeProposal | null> =>
  queryFirst(tx, `select ${COLUMNS} from office_proposals where id = ? for update /* officeProposals.forDecision */`, [
    id,
  ])

export const endorse = (tx: Tx, id: number, made: { by: string; at: Date }): Promise<OfficeProposal> =>
  queryOne(
    tx,
    `update office_proposals set endorsed_by = :by, endorsed_at = :at where id = :id returning ${COLUMNS} /* officeProposals.endorse */`,
    { id, ...made },
  )

export const settle = (
  tx: Tx,
  id: number,
  made: { state: Exclude<OfficeProposalState, 'PROPOSED'>; note: string | null; by: string; at: Date },
): Promise<OfficeProposal> =>
  queryOne(
    tx,
    `with next as (update office_revision set revision = revision + 1 where :state = 'IN_FORCE' returning revision)
     update office_proposals set state = :state, note = :note, decided_by = :by, decided_at = :at, revision = (select revision from next)
     where id = :id returning ${COLUMNS} /* officeProposals.settle */`,
    { id, ...made },
  )

export const refuseWaiting = async (
  tx: Tx,
  kind: OfficeProposalKind,
  made: { by: string; note: string; at: Date },
): Promise<void> => {
  await tx.raw(
    `update office_proposals set state = 'REFUSED', note = :note, decided_by = :by, decided_at = :at
     where kind = :kind and state = 'PROPOSED' /* officeProposals.refuseWaiting */`,
    { kind, ...made } as never,
  )
}

/** Secrets are removed from settled proposals; nothing else changes them. */
export const replaceContent = async (tx: Tx, id: number, content: unknown): Promise<void> => {
  await tx.raw('update office_proposals set content = ?::jsonb where id = ? /* officeProposals.replaceContent */', [
    JSON.stringify(content),
    id,
  ])
}

export const listWaiting = <Content>(db: Db | Tx, kind: OfficeProposalKind): Promise<OfficeProposal<Content>[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from office_proposals where kind = ? and state = 'PROPOSED' order by id /* officeProposals.waiting */`,
    [kind],
  )

export const listInForce = <Content>(db: Db | Tx, kind: OfficeProposalKind): Promise<OfficeProposal<Content>[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from office_proposals where kind = ? and state = 'IN_FORCE' order by revision /* officeProposals.inForce */`,
    [kind],
  )

export const listNewest = (db: Db, kinds: readonly OfficeProposalKind[], most: number): Promise<OfficeProposal[]> =>
  queryRows(
    db,
    `select ${COLUMNS} from office_proposals where kind = any(?::text[])
     order by state <> 'PROPOSED', id desc limit ? /* officeProposals.newest */`,
    [[...kinds], most],
  )
