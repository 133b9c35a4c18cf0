import type { RecordKind } from '../../domain/records/records.js'
import { FIELDS_OF_EVIDENCE, WEIGHED_KINDS } from '../../domain/scoring/evidence.js'
import type { OwnEntry, ReportedEvidence } from '../../domain/scoring/operator-facts.js'
import { type Db, queryOne, queryRows } from '../db/db.js'
import { makeBindingsAt, type PointInTime, SELECT_VERSIONS_AND_COMING_SQL } from '../records/versions.js'

export interface EvidenceRow extends ReportedEvidence {
  operatorId: number
  /** First day of a future state, which is no evidence yet. */
  coming: string | null
}

const PLAIN_KINDS = Object.keys(FIELDS_OF_EVIDENCE)
const PLAIN = Object.entries(FIELDS_OF_EVIDENCE)
  .map(([kind, fields]) => {
    const values = fields.map((field) => `coalesce(v.body->>'${field}', '')`)
    return `when '${kind}' then e'\\t${kind}\\t' || ${values.join(` || ',' || `)}`
  })
  .join(' ')

/** A merged operator's registration is no evidence about its successor. */
const LINES = `
  select v.kind, v.operator_id || e'\\t' || v.id || e'\\t' || case when v.fact is null and v.coming is null and (v.kind <> 'shop' or v.valid_to is null) then ''
      else json_build_array(v.run_id, v.fact, v.coming, case when v.kind = 'shop' then v.valid_to end)::text end
    || case when v.coming is not null then e'\\t' || v.kind || e'\\t' else case v.kind ${PLAIN} else e'\\t' || v.kind || e'\\t' || v.body::text end end as line
  from (${SELECT_VERSIONS_AND_COMING_SQL}) v
  where v.kind = any(:weighed)
    and (v.coming is not null or v.kind <> 'registration' or not exists (select 1 from operators o where o.id = v.operator_id and o.uscc <> v.body->>'uscc'))`

/** Two texts are read faster than rows; the plain one is ASCII, one byte a character. */
export const readEvidence = async (db: Db, operators: readonly number[], when: PointInTime): Promise<EvidenceRow[]> => {
  if (operators.length === 0) return []
  const texts = await queryOne<{ plain: string | null; whole: string | null }>(
    db,
    `select string_agg(line, e'\\n') filter (where kind = any(:plain)) as plain,
       string_agg(line, e'\\n') filter (where kind <> all(:plain)) as whole from (${LINES}) l /* evidence.of */`,
    { ...makeBindingsAt(operators, when), weighed: [...WEIGHED_KINDS], plain: PLAIN_KINDS },
  )
  const rows: EvidenceRow[] = []
  for (const text of [texts.plain, texts.whole]) if (text !== null) readLines(text, rows)
  return rows
}

const readLines = (text: string, rows: EvidenceRow[]): void => {
  for (let from = 0; from < text.length; ) {
    const afterOperator = text.indexOf('\t', from)
    const afterId = text.indexOf('\t', afterOperator + 1)
    const afterRare = text.indexOf('\t', afterId + 1)
    const newline = text.indexOf('\n', afterRare + 1)
    const end = newline < 0 ? text.length : newline
    const { kind, body } = contentOf(text.slice(afterRare + 1, end))
    const [run, fact, coming, validTo] =
      afterRare === afterId + 1 ? WITHOUT_RARE : rareIn(text.slice(afterId + 1, afterRare))
    const operatorId = Number(text.slice(from, afterOperator))
    const record = Number(text.slice(afterOperator + 1, afterId))
    rows.push({ operatorId, record, kind, fact, run, coming, validTo, body })
    from = end + 1
  }
}

type Rare = [run: number, fact: string | null, coming: string | null, validTo: string | null]

const WITHOUT_RARE: Rare = [0, null, null, null]

const rareIn = (json: string): Rare => JSON.parse(json)

type Content = Pick<EvidenceRow, 'kind' | 'body'>

const plainContents = new Map<string, Content>()
const MAX_PLAIN_CONTENTS = 50_000

const contentOf = (text: string): Content => {
  const known = plainContents.get(text)
  if (known !== undefined) return known
  const [kind, fieldsText] = text.split('\t', 2) as [RecordKind, string]
  const fields = FIELDS_OF_EVIDENCE[kind]
  if (fieldsText === '') return { kind, body: {} }
  if (fields === undefined) return { kind, body: JSON.parse(fieldsText) }
  const values = fieldsText.split(',')
  const body = Object.freeze(Object.fromEntries(fields.map((field, place) => [field, plainValue(values[place])])))
  if (plainContents.size >= MAX_PLAIN_CONTENTS) plainContents.clear()
  // A slice as key would keep the text of the whole batch.
  plainContents.set(Buffer.from(text).toString(), { kind, body })
  return { kind, body }
}

const plainValue = (text = ''): string | boolean | null => {
  if (text === 'true' || text === 'false') return text === 'true'
  return text === '' ? null : text
}

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
