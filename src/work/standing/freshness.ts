import type { Agency } from '../../agencies/feed.js'
import { isFeedStale } from '../../domain/intake/bounds.js'
import type { Freshness } from '../../domain/standing/standing.js'
import { isDatedAhead } from '../../foundation/time/clock-doubt.js'

/** A feed pulled without success counts as infinitely old; one never pulled is ignored. */
export const judgeFreshness = (
  agencies: readonly Agency[],
  pulls: ReadonlyMap<string, Date | null>,
  now: Date,
): Freshness => {
  const feeds = agencies.flatMap((agency) =>
    agency.feeds.filter((feed) => feed.kind === 'list_entry' && pulls.has(feed.id)),
  )
  const each = feeds.map((feed) => {
    const at = pulls.get(feed.id) ?? null
    // A pull dated in the future proves nothing.
    const dated = at === null || isDatedAhead(at, now) ? new Date(0) : at
    return { asOf: dated, stale: isFeedStale(feed.bounds, at, now) }
  })
  const oldest = each.sort((a, b) => a.asOf.getTime() - b.asOf.getTime())[0]
  return oldest ?? { asOf: new Date(0), stale: true }
}
