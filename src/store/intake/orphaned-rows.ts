import { makeSubjectKey } from '../../domain/intake/matching.js'
import { normalizeName } from '../../domain/operators/names.js'
import { RECORD_KIND_TRAITS, type RecordDraft } from '../../domain/records/records.js'
import { queryRows, type Tx } from '../db/db.js'
import * as ownerless from '../records/ownerless.js'
import * as rescoringQueue from '../scoring/rescoring-queue.js'

interface OrphanedRow extends Pick<RecordDraft, 'key' | 'kind' | 'body'> {
  id: number
  feed: string
  foundBy: string
  operator: number
}

export const detachRecords = async (
  tx: Tx,
  { codes, operators }: { codes: readonly string[]; operators: readonly number[] },
  { by, at }: { by: number | null; at: Date },
): Promise<number> => {
  if (codes.length + operators.length === 0) return 0
  const orphaned = await queryRows<OrphanedRow>(
    tx,
    // A reopened version follows one closed at the same instant.
    `update versions v set known_to = greatest(:at, v.known_from + interval '1 microsecond'), closed_as = 'WRONG', wrong_from = :at
     where (v.found_by = any(:codes::text[]) or (v.operator_id = any(:operators::int[]) and v.found_by is not null)) and v.known_to is null and v.decision_id is null
       and not exists (select 1 from codes c where c.scheme = split_part(v.found_by, ':', 1)
         and c.code = substr(v.found_by, strpos(v.found_by, ':') + 1) and c.operator_id = v.operator_id and c.known_to is null)
     returning v.id, v.feed, v.record_key as key, v.kind, v.body, v.found_by as "foundBy", v.operator_id as operator /* orphaned-rows.giveBack */`,
    { codes, operators, at },
  )
  if (orphaned.length === 0) return 0
  await insertUnmatched(
    tx,
    orphaned.filter(({ kind }) => RECORD_KIND_TRAITS[kind].needsOperator),
  )
  const alone = orphaned.filter(({ kind }) => !RECORD_KIND_TRAITS[kind].needsOperator).map(({ id }) => id)
  if (alone.length > 0) await ownerless.detachFromOperators(tx, alone, { by, at })
  await rescoringQueue.markDirty(
    tx,
    orphaned.map(({ operator }) => operator),
    at,
  )
  return orphaned.length
}

const insertUnmatched = async (tx: Tx, orphaned: readonly OrphanedRow[]): Promise<void> => {
  const unmatched = orphaned.map((row) => {
    const subject = subjectOf(row)
    return {
      id: row.id,
      subject,
      name_key: subject.name === null ? null : normalizeName(subject.name),
      subject_key: makeSubjectKey({ subject, body: row.body, key: row.key }),
    }
  })
  await tx.raw(
    `insert into unmatched (feed, record_key, kind, subject, name_key, subject_key, fact, body, findings, valid_from, valid_to, digest,
       reason, page, row_number, first_run, last_run, partial)
     select v.feed, v.record_key, v.kind, w.subject, w.name_key, w.subject_key, v.fact, v.body, v.findings, v.valid_from, v.valid_to,
       v.digest, 'code.unknown', v.page, v.row_number, v.run_id, v.run_id, v.partial
     from jsonb_to_recordset(?::jsonb) as w(id bigint, subject jsonb, name_key text, subject_key text) join versions v on v.id = w.id
     on conflict (feed, record_key) do update set state = 'OPEN', decision_id = null, partial = excluded.partial, ended_by = null
     /* orphaned-rows.giveBack waits */`,
    [JSON.stringify(unmatched)],
  )
}

const subjectOf = ({ foundBy, body }: OrphanedRow): RecordDraft['subject'] => {
  const code = foundBy.slice(foundBy.indexOf(':') + 1)
  const name = [body['party_name'], body['name'], body['owner_name']].find((each) => typeof each === 'string') ?? null
  return {
    uscc: null,
    orgCode: foundBy.startsWith('org_code:') ? code : null,
    regNo: foundBy.startsWith('reg_no:') ? code : null,
    shop: null,
    name,
  }
}
