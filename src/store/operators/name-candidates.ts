import {
  type GramCounts,
  type GramQuestion,
  gramQuestionFor,
  isNearMatch,
  NARROW_REACH,
  type NameCandidate,
  type NameMatch,
  rankMatches,
  WIDE_REACH,
} from '../../domain/operators/name-search.js'
import { andIsWithinSightSql, type RegionSight } from '../access/sight.js'
import { getProcessWideHandle } from '../db/answer-pool.js'
import { type Db, queryOne, queryValue } from '../db/db.js'
import { nameOf } from './names.js'

/** Row limit, because old counts may understate a gram's frequency. */
const MOST_AT_ALL = 2 * WIDE_REACH.candidates
const TRIES = 3

export interface NameSearch {
  key: string
  /** Normalised name; it is matched exactly. */
  named: string
  personal: boolean
  listed?: boolean
  /** Invisible operators must not use up the row limit. */
  sight?: RegionSight
}

export const nearestMatches = async (db: Db, wanted: NameSearch): Promise<NameMatch[]> => {
  const { question, counts, found } = await narrowly(db, wanted)
  const matches = rankMatches(wanted.key, found)
  if (isNearMatch(matches[0], wanted.key, question)) return matches
  const further = beyond(gramQuestionFor(wanted.key, counts, WIDE_REACH), question)
  if (further === null) return matches
  const more = await candidates(db, further, wanted)
  const had = new Set(found.map(nameOf))
  return rankMatches(wanted.key, [...found, ...more.found.filter((each) => !had.has(nameOf(each)))])
}

const narrowly = async (db: Db, wanted: NameSearch) => {
  let counts = await lastRead(getProcessWideHandle(db))
  for (let tried = 1; ; tried += 1) {
    const question = gramQuestionFor(wanted.key, counts, NARROW_REACH)
    const { state, found } =
      question === null ? { state: await stateNow(db), found: [] } : await candidates(db, question, wanted)
    if ((state.counts === counts.counts && state.since === counts.since) || tried === TRIES)
      return { question, counts, found }
    counts = await readAgain(getProcessWideHandle(db), counts, state)
    if (isAlike(question, gramQuestionFor(wanted.key, counts, NARROW_REACH))) return { question, counts, found }
  }
}

const isAlike = (one: GramQuestion, other: GramQuestion): boolean =>
  one?.all === other?.all && String(one?.grams) === String(other?.grams)

const beyond = (wide: GramQuestion, narrow: GramQuestion): GramQuestion => {
  if (wide === null || narrow === null || wide.all) return wide?.all && narrow?.all ? null : wide
  const asked = new Set(narrow.all ? [] : narrow.grams)
  const grams = wide.grams.filter((gram) => !asked.has(gram))
  return grams.length === 0 ? null : { grams, all: false }
}

interface GramState extends Pick<GramCounts, 'counted' | 'since'> {
  counts: number
}

type CountedGrams = GramState & GramCounts

const remembered = new WeakMap<Db, Promise<CountedGrams>>()

const lastRead = (db: Db): Promise<CountedGrams> => {
  const known = remembered.get(db)
  return known ?? remember(db, () => stateNow(db).then((state) => read(db, state)))
}

const readAgain = (db: Db, { grams, counts }: CountedGrams, state: GramState): Promise<CountedGrams> =>
  remember(db, async () => (counts === state.counts ? { ...state, grams } : read(db, state)))

const remember = (db: Db, reading: () => Promise<CountedGrams>): Promise<CountedGrams> => {
  const promise = reading()
  remembered.set(db, promise)
  promise.catch(() => remembered.get(db) === promise && remembered.delete(db))
  return promise
}

const stateNow = (db: Db): Promise<GramState> =>
  queryOne(db, 'select counts, counted, since from name_states /* name-candidates.stateNow */')

const read = async (db: Db, state: GramState): Promise<CountedGrams> => {
  const all = await queryValue<string>(
    db,
    `select coalesce(string_agg(gram || ' ' || names, ','), '') as all from name_grams /* name-candidates.readCounts */`,
  )
  const grams = new Map<number, number>()
  for (const one of all.split(',')) {
    const [gram, names] = one.split(' ')
    if (names !== undefined) grams.set(Number(gram), Number(names))
  }
  return { ...state, grams }
}

export const IS_LISTED_SQL = `(exists (select 1 from listings l where l.operator_id = n.operator_id and l.published_on is not null and l.removed_on is null offset 0)
  or exists (select 1 from operators w join listings l on l.operator_id = w.merged_into
    where w.id = n.operator_id and w.merged_into is not null and l.published_on is not null and l.removed_on is null offset 0))`

const candidates = async (
  db: Db,
  question: NonNullable<GramQuestion>,
  { personal, named, listed = false, sight = null }: NameSearch,
): Promise<{ found: NameCandidate[]; state: GramState }> => {
  const own = `(:personal or not n.personal) ${andIsWithinSightSql(sight, 'n.operator_id')}`
  const ours = listed ? IS_LISTED_SQL : 'true'
  // An unqualified `&&` could be intarray's, which does not use the index.
  const found = question.all
    ? `(select * from names n where n.grams operator(pg_catalog.@>) :grams::int[] and ${own} and ${ours} order by n.operator_id limit ${WIDE_REACH.candidates})
       union all (select * from names n where ${own} and ${ours} and n.operator_id in (
         select id from operators where name_key = :named union select operator_id from operator_names where name_key = :named and not claim) limit ${WIDE_REACH.candidates})`
    : `select * from (select * from names n where n.grams operator(pg_catalog.&&) :grams::int[] and ${own} limit ${MOST_AT_ALL}) n where ${ours}`
  const { all, ...state } = await queryOne<GramState & { all: string }>(
    db,
    `select s.counts, s.counted, s.since, n.all from name_states s cross join (${IN_ONE} from (${found}) n) n /* name-candidates.candidates */`,
    { grams: question.grams, personal, named, sight },
  )
  return { found: candidatesIn(all), state }
}

export const namesOfCode = async (db: Db, code: string, personal: boolean): Promise<NameCandidate[]> =>
  candidatesIn(
    await queryValue(
      db,
      `with one as (select id from operators where (uscc = :code or shop = :code) and known_to is null)
       ${IN_ONE} from names n where (:personal or not n.personal) and n.operator_id in (
         select id from one union all select o.id from operators o join one on o.merged_into = one.id) /* name-candidates.ofOne */`,
      { code, personal },
    ),
  )

const IN_ONE = `select coalesce(string_agg(n.operator_id || case when n.former then '-' else '+' end || n.key, ','), '') as all`

const candidatesIn = (all: string): NameCandidate[] => (all === '' ? [] : all.split(',').map(candidateIn))

const candidateIn = (text: string): NameCandidate => {
  let end = 0
  for (let unit = text.charCodeAt(0); unit >= ZERO && unit <= NINE; unit = text.charCodeAt(end)) end += 1
  return { operator: Number(text.slice(0, end)), former: text[end] === '-', key: text.slice(end + 1) }
}
const [ZERO, NINE] = [0x30, 0x39]
