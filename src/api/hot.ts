/** What many requests ask at once, and the connections by which answers are looked up; one for all requests of a server. */
import { codeOf } from '../domain/identity.js'
import type { Db } from '../store/db.js'
import * as hotStore from '../store/hot.js'
import * as standings from '../store/standings.js'
import * as watch from '../store/watch.js'
import { grouped } from './batch.js'
import { type Answer, crowd } from './crowd.js'
import type { ApiParts } from './parts.js'

export interface StandingAsked {
  code: string
  asOf: string
  today: string
}

export interface Hot {
  /** Reads by key; every statement is prepared. */
  db: Db
  /** Null for a code without an operator. */
  standings: Answer<StandingAsked, standings.StandingRow | null>
  /** When each feed was last brought whole; see `watch.lastGood`. */
  pulls: () => Promise<Map<string, Date | null>>
  close: () => Promise<void>
}

export const makeHot = ({ db: beside, agencies }: Pick<ApiParts, 'db' | 'agencies'>): Hot => {
  const db = hotStore.beside(beside)
  const feeds = agencies.flatMap((agency) => agency.feeds.map(({ id }) => id))
  const pulls = crowd<null, Map<string, Date | null>>(async (askers) => {
    const found = await watch.lastGood(db, feeds)
    return askers.map(() => found)
  })
  return {
    db,
    standings: crowd(
      grouped(
        ({ asOf, today }) => `${asOf} ${today}`,
        (asked) => standingsOf(db, asked),
      ),
    ),
    pulls: async () => (await pulls([null]))[0] ?? new Map(),
    close: () => db.destroy(),
  }
}

const standingsOf = async (db: Db, asked: readonly StandingAsked[]): Promise<(standings.StandingRow | null)[]> => {
  const [days] = asked
  if (days === undefined) return []
  const codes = asked.flatMap(({ code }, place) => {
    const found = codeOf(code)
    return found ? [{ place, scheme: found.scheme, code: found.code }] : []
  })
  const rows = await standings.of(db, codes, days)
  const answers = new Array<standings.StandingRow | null>(asked.length).fill(null)
  for (const row of rows) answers[row.place] = row
  return answers
}
