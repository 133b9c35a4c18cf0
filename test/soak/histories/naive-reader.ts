/**
 * A naive reader of standings: plain queries of whole tables and loops. It uses no function, view or table that the hub
 * keeps for its own answers.
 */
import { addMonths, shanghaiDate } from '../../../src/foundation/time/dates.js'
import type { JobDb } from '../../../src/store/db/db.js'

const CARD_IN_FORCE = 'ecommerce-1'
const CEASED = ['DEREGISTERED', 'CANCELLED', 'MOVED_OUT']
const LISTED_FACT = 'serious_list'
const BLACKLIST = 'serious'
const LIST_HOLDS_MONTHS = 6

export interface Operator {
  id: number
  uscc: string
  name: string | null
  gone: boolean
  /** The operator at the end of the mergers in force. */
  mergedInto: number | null
}

export interface Version {
  id: number
  feed: string
  kind: string
  key: string
  operator: number | null
  /** Believed, and not ended. */
  stands: boolean
  believed: boolean
  ended: boolean
  wrong: boolean
  /** Microseconds. */
  from: number
  /** The run that delivered it. */
  run: number
  uscc: string | null
  name: string | null
  status: string | null
  number: string | null
  /** A penalty in force that may carry a listing. */
  heavy: boolean
}

export interface Score {
  id: number
  operator: number
  asOf: string
  knownAt: number
  card: string
  asked: boolean
  value: number
  grade: string
  reasons: { fact: string | null; why: string; records: number[] }[]
}

interface Event {
  state: string
  before: string | null
  on: string
  at: number
}

export interface Case {
  id: string
  operator: number
  list: string
  state: string
  decision: number | null
  documentNumber: string | null
  publishedOn: string | null
  endsOn: string | null
  events: Event[]
}

interface Objection {
  id: number
  operator: number
  feed: string
  key: string
  state: string
  by: string
  decidedAt: number | null
}

interface Override {
  id: number
  operator: number
  grade: string
  state: string
  endsOn: string
  decidedAt: number | null
}

interface SellersList {
  client: string
  dated: string
  codes: string[]
}

export interface Beliefs {
  operators: Map<number, Operator>
  /** Operators that are not gone, by their own code. */
  byCode: Map<string, Operator>
  versions: Map<number, Version>
  /** Versions that stand, by feed and key. */
  standing: Map<string, Version>
  scores: Score[]
  cases: Case[]
  texts: Map<string, { reason: string }>
  objections: Objection[]
  overrides: Override[]
  lists: SellersList[]
  decisions: { id: number; verdict: string; operator: number | null; merged: number | null }[]
  waiting: { id: number; key: string }[]
}

const micros = (column: string): string => `(extract(epoch from ${column}) * 1000000)::float8`

/** Scores are only appended, so those read before are not read again. */
export const readBeliefs = async (db: JobDb, before: Beliefs | null): Promise<Beliefs> => {
  const rows = async <R>(sql: string, bindings: unknown[] = []): Promise<R[]> =>
    (await db.raw(sql, bindings as never)).rows as R[]
  const decisions = await rows<Beliefs['decisions'][number]>(
    'select id, verdict, operator_id as operator, merged_id as merged from identity_decisions where undone_at is null order by id',
  )
  const joined = new Map(decisions.flatMap(({ operator, merged }) => (merged === null ? [] : [[merged, operator]])))
  const operators = await rows<Operator>(
    `select id, uscc, name, known_to is not null as gone from operators order by id`,
  )
  for (const one of operators) {
    one.mergedInto = null
    for (let next = joined.get(one.id); next != null; next = joined.get(next)) one.mergedInto = next
  }
  const versions = await rows<Version>(
    `select id, feed, kind, record_key as key, operator_id as operator, known_to is null and ended_on is null as stands,
       known_to is null as believed, ended_on is not null as ended, wrong_from is not null as wrong, ${micros('known_from')} as from, run_id as run,
       body->>'uscc' as uscc, body->>'name' as name, body->>'status' as status, body->>'document_number' as number,
       body->>'status' = 'IN_FORCE' and body->'types' \\? '责令停产停业' as heavy from versions order by id`,
  )
  const scores = await rows<Score>(
    `select id, operator_id as operator, as_of as "asOf", ${micros('known_at')} as "knownAt", scorecard as card, asked, value, grade, reasons
     from scores where id > ? order by id`,
    [before?.scores.at(-1)?.id ?? 0],
  )
  const cases = await rows<Case>(
    `select id, operator_id as operator, list, state, decision_version as decision, document_number as "documentNumber",
       published_on as "publishedOn", ends_on as "endsOn" from listings order by id`,
  )
  const byCase = new Map(cases.map((one) => [one.id, Object.assign(one, { events: [] as Event[] })]))
  for (const event of await rows<Event & { id: string }>(
    `select listing_id as id, state_after as state, state_before as before, made_on as on, ${micros('recorded_at')} as at
     from listing_events order by listing_id, number`,
  ))
    byCase.get(event.id)?.events.push(event)
  const texts = await rows<{ id: string; reason: string }>(
    `select listing_id as id, body->>'reason' as reason from public_entries`,
  )
  const sellers = await rows<{ client: string; dated: string; code: string | null }>(
    `select l.client, l.dated, s.code from seller_lists l left join sellers s on s.list_id = l.id and s.opens_grade where l.current`,
  )
  const lists = new Map<string, SellersList>()
  for (const { client, dated, code } of sellers) {
    const list = lists.get(client) ?? { client, dated, codes: [] }
    if (code !== null) list.codes.push(code)
    lists.set(client, list)
  }
  return {
    operators: new Map(operators.map((one) => [one.id, one])),
    byCode: new Map(operators.flatMap((one) => (one.gone ? [] : [[one.uscc, one]]))),
    versions: new Map(versions.map((one) => [one.id, one])),
    standing: new Map(versions.flatMap((one) => (one.stands ? [[`${one.feed} ${one.key}`, one]] : []))),
    scores: [...(before?.scores ?? []), ...scores],
    cases,
    texts: new Map(texts.map((one) => [one.id, one])),
    objections: await rows(
      `select id, operator_id as operator, feed, record_key as key, state, opened_by as by, ${micros('decided_at')} as "decidedAt"
       from objections order by id`,
    ),
    overrides: await rows(
      `select id, operator_id as operator, grade, state, ends_on as "endsOn", ${micros('decided_at')} as "decidedAt" from overrules order by id`,
    ),
    lists: [...lists.values()],
    decisions,
    waiting: await rows(`select id, record_key as key from unmatched where state = 'OPEN' order by id`),
  }
}

interface NaiveEntry {
  id: string
  kind: string
  state: string
  reason: string
  publishedOn: string | null
  endsOn: string | null
  contested: boolean
}

export interface NaiveAnswer {
  code: string
  uscc: string | null
  name: string | null
  status: string
  grade: string | null
  score: number | null
  overridden: boolean
  objected: boolean
  listed: boolean
  listings: NaiveEntry[]
}

export interface NaiveQuestion {
  asOf: string
  today: string
  /** Null asks without a token. */
  client: string | null
}

/** Indexes one state of the tables and answers each code from it. */
export const makeNaiveReader = (beliefs: Beliefs) => {
  const { operators, versions, cases } = beliefs
  const recordOf = (id: number | null): string => {
    const version = id === null ? undefined : versions.get(id)
    return version === undefined ? '' : `${version.feed} ${version.key}`
  }
  const scoresOf = groupBy(beliefs.scores, ({ operator }) => operator)
  const casesOf = groupBy(cases, ({ operator }) => operator)
  const casesOn = groupBy(cases, ({ decision }) => recordOf(decision))
  const versionsOf = groupBy([...versions.values()], ({ feed, key }) => `${feed} ${key}`)
  const registrations = groupBy(
    [...versions.values()].filter(({ kind, believed, wrong }) => kind === 'registration' && believed && !wrong),
    ({ uscc }) => uscc ?? '',
  )
  // An objection concerns a record, and counts for the operator that has the record. An override concerns one operator.
  const objectionsOf = groupBy(beliefs.objections, ({ operator }) => operators.get(operator)?.mergedInto ?? operator)
  const overridesOf = groupBy(beliefs.overrides, ({ operator }) => operator)

  const codeOwners = new Map<string, Set<number>>()
  for (const { id, uscc, gone, mergedInto } of operators.values())
    if (!gone)
      for (const code of [uscc, uscc.slice(8, 17)])
        codeOwners.set(code, (codeOwners.get(code) ?? new Set()).add(mergedInto ?? id))
  /** A code that leads to several operators leads to none. */
  const owner = (code: string): Operator | null => {
    const [only, ...others] = codeOwners.get(code) ?? []
    return only === undefined || others.length > 0 ? null : (operators.get(only) ?? null)
  }

  /** The period in which an entry that is public now is shown. */
  const periodOf = (one: Case): { from: string; to: string | null } | null => {
    if (!isPublic(one.state)) return null
    let from: string | null = null
    for (const { state, before, on } of one.events) if (isPublic(state) && !isPublic(before)) from = on
    return from === null ? null : { from, to: one.endsOn }
  }
  const isContested = (record: string, operator: number): boolean =>
    (objectionsOf.get(operator) ?? []).some(({ feed, key, state, decidedAt }) => {
      if (`${feed} ${key}` !== record) return false
      if (state === 'OPEN') return true
      const known = versionsOf.get(record) ?? []
      const before = known.flatMap(({ from, run }) => (from <= (decidedAt ?? 0) ? [run] : []))
      const uncorrected = known.some(({ stands, run }) => stands && before.includes(run))
      return state === 'UPHELD' && uncorrected
    })
  const scoreOn = (operator: number, day: string): Score | null => {
    let best: Score | null = null
    for (const one of scoresOf.get(operator) ?? []) {
      if (one.asOf > day) continue
      if (one.asked && (one.asOf !== day || one.card !== CARD_IN_FORCE)) continue
      if (best === null || one.asOf > best.asOf || (one.asOf === best.asOf && one.id > best.id)) best = one
    }
    return best
  }
  const hasWeighedGoneEntry = (score: Score, today: string): boolean =>
    score.reasons.some(
      ({ fact, records }) =>
        fact === LISTED_FACT &&
        records.some((cited) =>
          (casesOn.get(recordOf(cited)) ?? []).some((one) => {
            if (one.publishedOn === null || one.publishedOn > score.asOf) return false
            const last = one.events.findLast(({ at }) => at <= score.knownAt)
            if (last === undefined || (last.state === 'REMOVED' && last.on <= score.asOf)) return false
            const period = periodOf(one)
            return period === null || period.from > score.asOf || (period.to !== null && period.to < today)
          }),
        ),
    )
  const overrideOn = (operator: number, score: Score, day: string): string | null => {
    let last: Override | null = null
    for (const one of overridesOf.get(operator) ?? [])
      if (one.decidedAt !== null && one.state !== 'REFUSED' && (last === null || one.decidedAt > (last.decidedAt ?? 0)))
        last = one
    if (last === null || last.state === 'WITHDRAWN') return null
    if (shanghaiDate(new Date((last.decidedAt ?? 0) / 1_000)) > day || last.endsOn < day) return null
    return last.grade < score.grade && score.reasons.some(({ why }) => why === 'VETO') ? null : last.grade
  }
  const sellers = new Map(
    beliefs.lists.map(({ client, dated, codes }) => [
      client,
      { until: addMonths(dated, LIST_HOLDS_MONTHS), ids: new Set(codes.map((code) => owner(code)?.id)) },
    ]),
  )
  const sells = (client: string, operator: number, today: string): boolean => {
    const list = sellers.get(client)
    return list !== undefined && list.until > today && list.ids.has(operator)
  }
  const gradeOf = (operator: number, { asOf, today, client }: NaiveQuestion) => {
    const score = client !== null && sells(client, operator, today) ? scoreOn(operator, asOf) : null
    if (score === null || hasWeighedGoneEntry(score, today)) return NO_GRADE
    const override = overrideOn(operator, score, asOf)
    const objected = score.reasons.some(({ records }) => records.some((id) => isContested(recordOf(id), operator)))
    return { grade: override ?? score.grade, score: score.value, overridden: override !== null, objected }
  }

  return (code: string, question: NaiveQuestion): NaiveAnswer => {
    const one = owner(code)
    if (one === null) return { code, ...UNKNOWN }
    const { asOf, today } = question
    const shown = (casesOf.get(one.id) ?? []).filter((each) => {
      const period = periodOf(each)
      return period !== null && period.from <= asOf && (period.to === null || (period.to >= asOf && period.to >= today))
    })
    shown.sort((a, b) => compare(b.publishedOn ?? '', a.publishedOn ?? '') || compare(a.id, b.id))
    const [registration] = registrations.get(one.uscc) ?? []
    return {
      code,
      uscc: one.uscc,
      name: registration?.name ?? one.name,
      status: CEASED.includes(registration?.status ?? '') ? 'CEASED' : 'KNOWN',
      ...gradeOf(one.id, question),
      listed: shown.some(({ list }) => list === BLACKLIST),
      listings: shown.map(({ id, list, state, decision, publishedOn, endsOn }) => ({
        ...{ id, kind: list, state, reason: beliefs.texts.get(id)?.reason ?? '', publishedOn, endsOn },
        contested: isContested(recordOf(decision), one.id),
      })),
    }
  }
}

const NO_GRADE = { grade: null, score: null, overridden: false, objected: false }
const UNKNOWN = { uscc: null, name: null, status: 'UNKNOWN', ...NO_GRADE, listed: false, listings: [] }

const isPublic = (state: string | null): boolean => state === 'PUBLISHED' || state === 'REPAIR_APPLIED'

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const groupBy = <K, V>(list: readonly V[], keyOf: (one: V) => K): Map<K, V[]> => {
  const groups = new Map<K, V[]>()
  for (const one of list) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return groups
}

/** Operators that a believed record names, though the hub no longer knows them. */
export const findUnknownOwners = ({ operators, versions }: Beliefs): number[] =>
  [...versions.values()].flatMap(({ believed, operator }) =>
    believed && operator !== null && operators.get(operator)?.gone ? [operator] : [],
  )
