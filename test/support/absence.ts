/** Deliveries of real feeds without transports. The feed itself maps the items. */
import { feeds } from '../../src/agencies/index.js'
import type { JobDb } from '../../src/store/db/db.js'
import { type PullGiven, pullFeed, rowsOf } from './world.js'

export type Fields = Record<string, unknown>

/** Bounds so wide that they never matter. */
const OPEN_BOUNDS = { fewest: 0, most: 1_000_000, rejectShare: 1, shrinkShare: 1, staleAfterHours: 48 }

/** Pulls items as the whole feed, or as a part with `whole: false`. */
export const deliver = (
  db: JobDb,
  id: string,
  items: readonly Fields[],
  { whole, ...given }: PullGiven & { whole?: false } = {},
) => {
  const feed = feeds.get(id)
  if (feed === undefined) throw new Error(`no feed ${id}`)
  async function* numbered() {
    for (const [at, fields] of items.entries()) yield { page: 1, row: at + 1, fields: { ...fields } }
  }
  const open = async () => ({ items: numbered(), file: null, ...(whole === undefined ? {} : { whole }) })
  return pullFeed(db, { ...feed, bounds: OPEN_BOUNDS, open }, given)
}

/** Keys of a feed's current records, in order. */
export const standingIn = async (db: JobDb, feed: string): Promise<string[]> =>
  (
    await rowsOf(
      db,
      `select record_key as key from versions where feed = ? and known_to is null and ended_on is null order by 1`,
      [feed],
    )
  ).map(({ key }) => String(key))
