/**
 * Random histories of operators, many in one world. After each step the hub's answers must equal those of a naive
 * reader: without a token, for the marketplace that sells the operators and for another, today and on a past day.
 */

import { isRefusal } from '../../src/foundation/errors.js'
import { addDays, shanghaiDate } from '../../src/foundation/time/dates.js'
import type { JobDb } from '../../src/store/db/db.js'
import { expireListings } from '../../src/work/listing/expire.js'
import { scoreOperators } from '../../src/work/scoring/score.js'
import { replaceSellers } from '../../src/work/standing/sellers.js'
import { verifyStandings } from '../../src/work/standing/verify-standings.js'
import { uscc } from '../api/record-drafts.js'
import { askRows } from '../api/rows.js'
import { makeWorld, servePlain, type World } from '../api/world.js'
import { stopCluster } from '../support/database.js'
import { log, pullItems, type Row } from '../support/world.js'
import { FEEDS, type FeedName } from './histories/feeds.js'
import {
  findUnknownOwners,
  makeNaiveReader,
  type NaiveAnswer,
  type NaiveQuestion,
  readBeliefs,
} from './histories/naive-reader.js'
import { type History, makeHistory, type Scene } from './histories/scene.js'
import { askForScores, drawStep, FAMILIES, undoRun } from './histories/steps.js'
import { type Random, randomOf } from './random.js'

/** Their codes fit into one question of GraphQL. */
const HISTORIES_PER_WORLD = 250
const BEGINS = new Date('2026-03-02T02:00:00Z')
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const YEAR_DAYS = 366
/** Most rows of one run, so that a rollback concerns few histories. */
const ROWS_PER_RUN = 25
const SELLER = 'mall-a'
const CLIENTS = [null, SELLER, 'mall-b'] as const
const FAULTS_MOST = 20

export interface HistoriesOptions {
  runs: number
  seed: number
  /** Changes the database of each world first, to plant a fault. */
  plant?: (db: JobDb) => Promise<unknown>
  /** The soak ends after so many faults. */
  faultsMost?: number
  progress?: (histories: number) => void
}

interface HistoryFault {
  history: number
  what: string
  expected: unknown
  answered: unknown
  steps: readonly string[]
}

export interface HistoriesSoaked {
  ok: boolean
  histories: number
  /** Steps of histories, each followed by a comparison. */
  steps: number
  /** Compared answers about one code. */
  answers: number
  listed: number
  graded: number
  /** Differences that `hub verify standings` finds at the ends. */
  standings: number
  differences: number
  /** Steps done and steps refused by the hub, by name. */
  done: Record<string, number>
  refused: Record<string, number>
  faults: HistoryFault[]
  ms: number
}

export const soakHistories = async ({
  runs,
  seed,
  plant,
  faultsMost = FAULTS_MOST,
  progress,
}: HistoriesOptions): Promise<HistoriesSoaked> => {
  const startedAt = performance.now()
  const sum: HistoriesSoaked = {
    ...{ ok: false, histories: 0, steps: 0, answers: 0, listed: 0, graded: 0, standings: 0, differences: 0 },
    ...{ done: {}, refused: {}, faults: [], ms: 0 },
  }
  for (let from = 0; from < runs && sum.faults.length < faultsMost; from += HISTORIES_PER_WORLD) {
    const many = Math.min(HISTORIES_PER_WORLD, runs - from)
    await soakWorld({ from, many, random: randomOf(seed * 1_000_003 + from), plant, faultsMost }, sum)
    sum.histories += many
    progress?.(sum.histories)
  }
  sum.ok = sum.differences + sum.standings === 0
  sum.ms = Math.round(performance.now() - startedAt)
  return sum
}

/** Runs on a database server of its own, which ends with the soak. */
export const soakHistoriesAlone = async (options: HistoriesOptions): Promise<HistoriesSoaked> => {
  try {
    return await soakHistories(options)
  } finally {
    await stopCluster()
  }
}

interface WorldOfHistories extends Scene {
  world: World
  plain: { url: string }
  histories: History[]
  runs: Map<number, History[]>
  sum: HistoriesSoaked
  /** Moves the clock of the world. */
  pass: (ms: number) => void
}

const soakWorld = async (
  given: { from: number; many: number; random: Random; faultsMost: number; plant: HistoriesOptions['plant'] },
  sum: HistoriesSoaked,
): Promise<void> => {
  const { from, many, random, plant, faultsMost } = given
  const world = await makeWorld({ fastAnswers: true })
  const plain = await servePlain(world)
  let now = BEGINS
  world.setNow(now)
  try {
    const { rules, database } = world
    await plant?.(database.db)
    const histories = Array.from({ length: many }, (_, n) => makeHistory(from + n, random))
    const here: WorldOfHistories = {
      ...{ world, plain, histories, sum, rules, random, db: database.db, runs: new Map() },
      beliefs: await readBeliefs(database.db, null),
      now: () => now,
      pass: (ms) => {
        now = new Date(now.getTime() + ms)
        world.setNow(now)
      },
    }
    const rounds = Math.max(...histories.map(({ length }) => length))
    for (let round = 0; round < rounds && sum.faults.length < faultsMost; round += 1) {
      const stepping = histories.filter(({ length }) => round < length)
      await takeRound(here, stepping)
      await compareAll(here, stepping, round)
    }
    const { differences, found } = await verifyStandings(here.db, { now: here.now, log })
    sum.standings += differences
    if (differences > 0)
      addFault(sum, { history: from, what: 'hub verify standings', expected: 0, answered: found, steps: [] })
  } finally {
    await plain.close()
    await world.close()
  }
}

const addFault = (sum: HistoriesSoaked, fault: HistoryFault): void => {
  if (sum.faults.length < FAULTS_MOST) sum.faults.push(fault)
}

interface SentRow {
  history: History
  row: Row
}

/** Each history takes one step. Rows of one feed come together, as agencies send them. */
const takeRound = async (here: WorldOfHistories, histories: readonly History[]): Promise<void> => {
  const { random, pass } = here
  await passTime(here)
  const sent = new Map<FeedName, SentRow[]>()
  const asking: number[] = []
  for (const history of histories) {
    const step = drawStep(history, here)
    history.steps.push(`${here.now().toISOString()} ${step.name} ${step.about}`)
    here.sum.steps += 1
    if ('feed' in step) {
      history.sent.push(step)
      sent.set(step.feed, [...(sent.get(step.feed) ?? []), { history, row: step.row }])
      continue
    }
    if ('only' in step) {
      asking.push(...step.only)
      count(here.sum.done, step.name)
      continue
    }
    pass(MINUTE_MS)
    if ('act' in step) await attempt(here, step.name, step.act)
    else {
      await attempt(here, step.name, () => undoRun(here, step.run))
      for (const other of here.runs.get(step.run) ?? []) {
        other.runs = other.runs.filter((run) => run !== step.run)
        if (other !== history) other.steps.push(`${here.now().toISOString()} rolled back by another: ${step.run}`)
      }
    }
  }
  for (const [feed, rows] of sent)
    for (let at = 0; at < rows.length; at += ROWS_PER_RUN) await sendRows(here, feed, rows.slice(at, at + ROWS_PER_RUN))
  if (asking.length > 0) {
    pass(MINUTE_MS)
    await askForScores(here, asking)
  }
  if (random.chance(0.65)) {
    pass(MINUTE_MS)
    const { rules, now } = here
    await scoreOperators(here.db, { cause: 'command', rules, families: FAMILIES, now })
    for (const history of histories) history.steps.push(`${now().toISOString()} scored`)
  }
}

const sendRows = async (here: WorldOfHistories, feed: FeedName, rows: readonly SentRow[]): Promise<void> => {
  const { db, rules, now, pass } = here
  pass(MINUTE_MS)
  await pullItems(
    db,
    rows.map(({ row }) => row),
    { id: feed, whole: false, ...FEEDS[feed], rules, now },
  )
  const [run] = (await db.raw(`select max(id)::int as id from runs where job = 'pull' and outcome = 'DONE'`)).rows
  const histories = rows.map(({ history }) => history)
  here.runs.set(run.id, histories)
  for (const history of histories) {
    history.runs.push(run.id)
    history.steps.push(`${now().toISOString()} run ${run.id}`)
    count(here.sum.done, feed)
  }
}

const count = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1
}

/** A refusal is an answer of the hub: nothing changed, and the standings must still be right. */
const attempt = async ({ sum }: WorldOfHistories, name: string, act: () => Promise<unknown>): Promise<void> => {
  try {
    await act()
    count(sum.done, name)
  } catch (error) {
    if (!isRefusal(error)) throw error
    count(sum.refused, `${name}: ${error.details['because'] ?? error.code}`)
  }
}

/** Days pass, sometimes to a day on which a term ends or a repair may begin. The marketplace sends its list again, not always in time. */
const passTime = async (here: WorldOfHistories): Promise<void> => {
  const { db, random, rules, now, pass, beliefs, histories } = here
  const ends = beliefs.cases.flatMap(({ state, publishedOn, endsOn }) =>
    state === 'PUBLISHED' && publishedOn !== null && endsOn !== null ? [endsOn, addDays(publishedOn, YEAR_DAYS)] : [],
  )
  const today = shanghaiDate(now())
  const far = ends.length > 0 && random.chance(0.2) ? addDays(random.one(ends), random.below(2)) : today
  const jump = Math.round((Date.parse(far) - Date.parse(today)) / DAY_MS)
  const days = jump > 0 ? jump : random.one([0, 0, 0, 1, 1, 2, 30, random.chance(0.5) ? 400 : 0])
  pass(days * DAY_MS)
  for (const history of histories) history.steps.push(`today is ${shanghaiDate(now())}`)
  if (days > 0 && random.chance(0.7)) await expireListings(db, { cause: 'command', rules, now, log })
  if (!random.chance(beliefs.lists.length === 0 || days > 2 ? 0.85 : 0.2)) return
  const codes = histories.flatMap(({ firms }) =>
    firms.flatMap(({ code }) => (random.chance(0.8) ? [random.chance(0.1) ? code.slice(8, 17) : code] : [])),
  )
  const bytes = Buffer.from(codes.join('\n'))
  await replaceSellers(db, {
    client: SELLER,
    bytes,
    dated: shanghaiDate(now()),
    marketplace: null,
    force: true,
    now: now(),
  })
}

/** Both servers answer today, each in another form from round to round. They take turns at past days. */
const compareAll = async (here: WorldOfHistories, histories: readonly History[], round: number): Promise<void> => {
  const { world, plain, random, sum } = here
  here.beliefs = await readBeliefs(here.db, here.beliefs)
  for (const id of findUnknownOwners(here.beliefs)) {
    sum.differences += 1
    const what = `operator ${id} has records and is unknown`
    addFault(sum, { history: -1, what, expected: 'KNOWN', answered: 'UNKNOWN', steps: [] })
  }
  const read = makeNaiveReader(here.beliefs)
  const asked = histories.flatMap((history) =>
    history.firms.flatMap(({ code }, k) =>
      (k === 0 && history.n % 2 === 0 ? [code, code.slice(8, 17)] : [code]).map((one) => ({ history, code: one })),
    ),
  )
  const codes = [...asked.map(({ code }) => code), uscc(999)]
  const today = shanghaiDate(here.now())
  const past = addDays(today, -random.one([1, 1, 2, 3, 30, 400]))
  const servers = [
    { name: 'fast', url: world.url },
    { name: 'plain', url: plain.url },
  ]
  for (const client of CLIENTS) {
    const token = client === null ? undefined : world.token('marketplace', client)
    for (const asOf of [today, past]) {
      const question = { asOf, today, client }
      const expected = codes.map((code) => read(code, question))
      for (const [place, { name, url }] of servers.entries()) {
        const isTurn = (round + place) % 2 === 0
        if (asOf !== today && !isTurn) continue
        const form = asOf !== today || isTurn ? askAsRows : askByGraphql
        const answers = await form({ url, world, codes, token, ...question })
        compare(here, { asked, expected, answers, what: `${form.name} ${name} ${client ?? 'public'} ${asOf}` })
      }
    }
  }
}

interface Asking extends NaiveQuestion {
  url: string
  world: World
  codes: readonly string[]
  token: string | undefined
}

const askAsRows = async ({ url, codes, token, asOf, today }: Asking): Promise<NaiveAnswer[]> => {
  const query = asOf === today ? '' : `?asOf=${asOf}`
  const { lines, text } = await askRows({ url }, codes, { query, ...(token && { token }) })
  if (lines.length !== codes.length) throw new Error(text.slice(0, 500))
  return lines.map(({ overruled, listings, ...line }) => answerOf({ ...line, overridden: overruled, listings }))
}

const ANSWER = `code uscc name status grade score overridden objected listed
  listings { id kind state reason publishedOn endsOn contested }`

const askByGraphql = async ({ url, world, codes, token }: Asking): Promise<NaiveAnswer[]> => {
  const query = `query($codes: [String!]!) { standings(codes: $codes) { ${ANSWER} } }`
  const { data, errors } = await world.ask(query, { variables: { codes }, at: url, ...(token && { token }) })
  if (errors) throw new Error(JSON.stringify(errors))
  return data.standings.map(answerOf)
}

const answerOf = (said: NaiveAnswer): NaiveAnswer => {
  const { code, uscc, name, status, grade, score, overridden, objected, listed } = said
  const listings = said.listings.map(({ id, kind, state, reason, publishedOn, endsOn, contested }) => ({
    ...{ id, kind, state, reason, publishedOn, endsOn, contested },
  }))
  return { code, uscc, name, status, grade, score, overridden, objected, listed, listings }
}

const compare = (
  { sum, now }: WorldOfHistories,
  given: { asked: { history: History }[]; expected: NaiveAnswer[]; answers: NaiveAnswer[]; what: string },
): void => {
  for (const [place, expected] of given.expected.entries()) {
    const answered = given.answers[place]
    sum.answers += 1
    if (expected.listed) sum.listed += 1
    if (expected.grade !== null) sum.graded += 1
    if (JSON.stringify(expected) === JSON.stringify(answered)) continue
    sum.differences += 1
    const history = given.asked[place]?.history
    const steps = [...(history?.steps ?? [])]
    addFault(sum, {
      history: history?.n ?? -1,
      what: `${now().toISOString()} ${given.what}`,
      expected,
      answered,
      steps,
    })
  }
}
