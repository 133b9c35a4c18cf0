import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Db } from '../../store/db/db.js'
import * as standingRows from '../../store/standing/standing-rows.js'
import { type RunOptions, runAlone } from '../timetable/run.js'

const OPERATORS_AT_ONCE = 5_000
const FOUND_MOST = 1_000

export interface StandingsVerification {
  verified: number
  differences: number
  ms: number
  found?: number[]
}

interface StandingsVerifyOptions {
  now: () => Date
  log: Log
  signal?: AbortSignal
  progress?: (operators: number) => void
}

export const verifyStandings = async (
  db: Db,
  { now, log, signal, progress }: StandingsVerifyOptions,
): Promise<StandingsVerification> => {
  const startedAt = now().getTime()
  const counts = { verified: 0, differences: 0 }
  const found: number[] = []
  for (let after: number | null = 0; after !== null; ) {
    signal?.throwIfAborted()
    const page: standingRows.VerifiedPage = await standingRows.compareStandingRows(db, after, OPERATORS_AT_ONCE)
    if (page.differing.length > 0) {
      // Compares again under locks: a change meanwhile is no difference.
      const corrected = await db.transaction((tx) => standingRows.correctStandingRows(tx, page.differing))
      if (corrected.length > 0)
        log.error({ operators: corrected.slice(0, FOUND_MOST) }, 'standings differed from their sources')
      counts.differences += corrected.length
      found.push(...corrected.slice(0, FOUND_MOST - found.length))
    }
    counts.verified += page.verified
    progress?.(counts.verified)
    after = page.last
  }
  return { ...counts, ms: now().getTime() - startedAt, ...(found.length > 0 && { found }) }
}

export const verifyStandingsNightly = (
  db: Db,
  options: RunOptions & StandingsVerifyOptions,
): Promise<StandingsVerification | null> =>
  runAlone(db, { ...options, job: 'standings' }, async ({ counts }, db) => {
    const verification = await verifyStandings(db, options)
    const { verified, differences } = verification
    Object.assign(counts, { verified, differences })
    if (differences > 0) throw new Refusal('STANDINGS_DIFFERED', { differences })
    return verification
  })
