/** As of when answers are true: by the last good pulls of the list feeds that they rest on. */
import type { Agency } from '../../agencies/feed.js'
import { isStale } from '../../domain/intake/bounds.js'
import type { Freshness } from '../../domain/standing/standing-seen.js'
import { isAhead } from '../../foundation/time/clock-doubt.js'

/**
 * True as of the last good whole pull of the oldest list feed behind the answer; one that was tried and never came makes the
 * answer as old as can be. No answer rests on a feed of which no pull was ever tried: nothing of it can be missing yet.
 */
export const freshnessOf = (
  agencies: readonly Agency[],
  pulls: ReadonlyMap<string, Date | null>,
  now: Date,
): Freshness => {
  const feeds = agencies.flatMap((agency) =>
    agency.feeds.filter((feed) => feed.kind === 'list_entry' && pulls.has(feed.id)),
  )
  const each = feeds.map((feed) => {
    const at = pulls.get(feed.id) ?? null
    // No answer is true as of an instant that has not come: a pull dated ahead says nothing of how old it is.
    const dated = at === null || isAhead(at, now) ? new Date(0) : at
    return { asOf: dated, stale: isStale(feed.bounds, at, now) }
  })
  const oldest = each.sort((a, b) => a.asOf.getTime() - b.asOf.getTime())[0]
  return oldest ?? { asOf: new Date(0), stale: true }
}
