/** Whether the hub can answer at this moment; asked by whoever sends it traffic, and often. */
import { Refusal, reasonOf } from './errors.js'
import * as database from './store/db.js'
import * as gates from './store/platform-gates.js'

export interface Readiness {
  ok: boolean
  checks: Record<string, string>
}

/** A database that says nothing for so long is not there for whoever asks, milliseconds. */
const WITHIN_MS = 2_000
/** Longest reason, characters. */
const REASON_MAX = 80

/** One look at a time: whoever asks while one goes on hears its answer, also where the database answers nobody. */
export const makeReadiness = (db: database.Db, withinMs = WITHIN_MS): (() => Promise<Readiness>) => {
  let looking: Promise<Readiness> | null = null
  return () => {
    looking ??= within(look(db), withinMs).finally(() => {
      looking = null
    })
    return looking
  }
}

const look = async (db: database.Db): Promise<Readiness> => {
  try {
    const { state } = await database.version(db)
    const checks = { database: 'reachable', migrations: state.toLowerCase() }
    if (state !== 'CURRENT') return { ok: false, checks }
    // A platform's trouble is its own: the hub answers, and says so.
    const troubled = await gates.inTrouble(db)
    return {
      ok: true,
      checks: { ...checks, platforms: troubled.length === 0 ? 'well' : `in trouble: ${troubled.join(' ')}` },
    }
  } catch (error) {
    return { ok: false, checks: { database: error instanceof Refusal ? error.code : `unreachable: ${outside(error)}` } }
  }
}

/** Whoever asks is not told where the database is. */
const outside = (error: unknown): string =>
  reasonOf(error)
    .replace(/\S*\d+\.\d+\.\d+\.\d+\S*|\S+:\d+/g, '…')
    .slice(0, REASON_MAX)

const within = async (looked: Promise<Readiness>, ms: number): Promise<Readiness> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Readiness>((resolve) => {
    const answer = { ok: false, checks: { database: `unreachable: no answer within ${ms} ms` } }
    timer = setTimeout(() => resolve(answer), ms)
  })
  try {
    return await Promise.race([looked, late])
  } finally {
    clearTimeout(timer)
  }
}
