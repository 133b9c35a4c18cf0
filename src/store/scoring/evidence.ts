import type { RecordBody, RecordKind } from '../../domain/records/records.js'
import { FIELDS_OF_EVIDENCE, WEIGHED_KINDS } from '../../domain/scoring/evidence.js'
import type { OwnEntry, ReportedEvidence } from '../../domain/scoring/operator-facts.js'
import { copyFromQuery } from '../db/copy.js'
import { type Db, queryRows } from '../db/db.js'
import { withLiterals } from '../db/pg-statement.js'
import { makeBindingsAt, type PointInTime, SELECT_VERSIONS_AND_COMING_SQL } from '../records/versions.js'

export interface EvidenceRow extends ReportedEvidence {
  operatorId: number
  /** First day of a future state, which is no evidence yet. */
  coming: string | null
}

const PLAIN = Object.entries(FIELDS_OF_EVIDENCE)
  .map(
    ([kind, fields]) => `when '${kind}' then array[${fields.map((field) => `v.body->>'${field}'`).join(', ')}]::text`,
  )
  .join(' ')

/** A merged operator's registration is no evidence about its successor. */
const EVIDENCE = `
  select v.operator_id, v.id, v.kind, v.fact, v.run_id, v.coming, case when v.kind = 'shop' then v.valid_to end, case when v.coming is not null then 'null' else case v.kind ${PLAIN} else v.body::text end end
  from (${SELECT_VERSIONS_AND_COMING_SQL}) v
  where v.kind = any(:weighed)
    and (v.coming is not null or v.kind <> 'registration' or not exists (select 1 from operators o where o.id = v.operator_id and o.uscc <> v.body->>'uscc'))
  /* evidence.of */`

/** Fetching rows without COPY would cost as much as the query. */
export const readEvidence = async (db: Db, operators: readonly number[], when: PointInTime): Promise<EvidenceRow[]> => {
  if (operators.length === 0) return []
  const query = withLiterals(EVIDENCE, { ...makeBindingsAt(operators, when), weighed: [...WEIGHED_KINDS] })
  const pieces: Buffer[] = []
  await copyFromQuery(db, query, 'text', (piece) => void pieces.push(piece))
  return rowsIn(Buffer.concat(pieces).toString('utf8'))
}

const rowsIn = (text: string): EvidenceRow[] => {
  const rows: EvidenceRow[] = []
  for (let from = 0; from < text.length; ) {
    const operator = text.indexOf('\t', from)
    const afterId = text.indexOf('\t', operator + 1)
    const afterKind = text.indexOf('\t', afterId + 1)
    const afterFact = text.indexOf('\t', afterKind + 1)
    const afterRun = text.indexOf('\t', afterFact + 1)
    const afterComing = text.indexOf('\t', afterRun + 1)
    const afterValidTo = text.indexOf('\t', afterComing + 1)
    const end = text.indexOf('\n', afterValidTo + 1)
    const kind = text.slice(afterId + 1, afterKind) as RecordKind
    const fact = text.slice(afterKind + 1, afterFact)
    const coming = text.slice(afterRun + 1, afterComing)
    const validTo = text.slice(afterComing + 1, afterValidTo)
    const body = text.slice(afterValidTo + 1, end)
    rows.push({
      operatorId: Number(text.slice(from, operator)),
      record: Number(text.slice(operator + 1, afterId)),
      kind,
      fact: fact === '\\N' ? null : unescaped(fact),
      run: Number(text.slice(afterFact + 1, afterRun)),
      coming: coming === '\\N' ? null : coming,
      validTo: validTo === '\\N' ? null : validTo,
      body: coming === '\\N' ? bodyIn(kind, body) : {},
    })
    from = end + 1
  }
  return rows
}

/** Equal bodies share one frozen object. */
const plainBodies = new Map<string, RecordBody>()
const MAX_PLAIN_BODIES = 50_000

const bodyIn = (kind: RecordKind, text: string): RecordBody => {
  const fields = FIELDS_OF_EVIDENCE[kind]
  if (fields === undefined) return JSON.parse(unescaped(text))
  const known = plainBodies.get(kind + text)
  if (known !== undefined) return known
  const values = text.slice(1, -1).split(',')
  const body = Object.freeze(Object.fromEntries(fields.map((field, place) => [field, plain(values[place])])))
  if (plainBodies.size >= MAX_PLAIN_BODIES) plainBodies.clear()
  plainBodies.set(kind + text, body)
  return body
}

const plain = (value = 'NULL'): string | boolean | null => {
  if (value === 'true' || value === 'false') return value === 'true'
  return value === 'NULL' ? null : value
}

const SIGNS: Record<string, string> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v' }

const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\(.)/g, (_, sign: string) => SIGNS[sign] ?? sign) : text

export interface OwnEntryOfOperator extends OwnEntry {
  operatorId: number
  list: string
}

const OWNER = `coalesce(
  (select case when d.undone_at is null or d.undone_at > :knownAt then d.operator_id else d.merged_id end from identity_decisions d
    where d.verdict = 'MERGE' and d.decided_at <= :knownAt and d.evidence->'listings' @> to_jsonb(l.id::text) order by d.decided_at desc limit 1),
  (select d.merged_id from identity_decisions d
    where d.verdict = 'MERGE' and d.decided_at > :knownAt and d.evidence->'listings' @> to_jsonb(l.id::text) order by d.decided_at limit 1),
  l.operator_id)`

/** Later events do not count, so answers about earlier instants never change. */
export const readOwnEntries = (
  db: Db,
  operators: readonly number[],
  when: PointInTime,
): Promise<OwnEntryOfOperator[]> =>
  queryRows(
    db,
    `select * from (
       select ${OWNER} as "operatorId", l.id, l.list, l.document_number as "documentNumber", l.authority,
         coalesce((select e.state_after from listing_events e where e.listing_id = l.id and e.recorded_at <= :knownAt
           and e.made_on <= :asOf::date order by e.number desc limit 1) = 'HIDDEN', false) as hidden, l.published_on as "publishedOn", l.facts->>'decidedOn' as "decidedOn",
         coalesce((select (e.act->>'endsOn')::date from listing_events e where e.listing_id = l.id and e.recorded_at <= :knownAt
           and e.act->>'endsOn' is not null order by e.number desc limit 1), l.ends_on) as "endsOn",
         (select case when e.state_after = 'REMOVED' then e.made_on end from listing_events e
           where e.listing_id = l.id and e.recorded_at <= :knownAt order by e.number desc limit 1) as "removedOn",
         coalesce(
           (select (e.act->>'decisionVersion')::bigint from listing_events e where e.listing_id = l.id and e.recorded_at <= :knownAt
             and e.act->>'decisionVersion' is not null order by e.number desc limit 1),
           (select (e.act->>'decisionBefore')::bigint from listing_events e where e.listing_id = l.id and e.recorded_at > :knownAt
             and e.act->>'decisionBefore' is not null order by e.number limit 1), l.decision_version) as record
       from listings l
       where (l.operator_id = any(:operators) or l.id in (
           select x.id::uuid from identity_decisions d, jsonb_array_elements_text(d.evidence->'listings') as x(id)
           where d.verdict = 'MERGE' and (d.merged_id = any(:operators) or d.operator_id = any(:operators))))
         and l.published_on <= :asOf::date and l.decision_version is not null
         and exists (select 1 from listing_events e where e.listing_id = l.id and e.state_after = 'PUBLISHED' and e.recorded_at <= :knownAt)) l
     where l."operatorId" = any(:operators) order by l."operatorId", l.id /* evidence.ownEntries */`,
    { operators, asOf: when.asOf, knownAt: when.knownAt },
  )
