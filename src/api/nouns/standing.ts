/** Standing: the short answer, for any code. */
import type { State } from '../../domain/case.js'
import { listed } from '../../domain/listing.js'
import { publicCode, publicName } from '../../domain/public-name.js'
import type { Freshness } from '../../domain/standing-seen.js'
import { CEASED } from '../../domain/standing-seen.js'
import { may } from '../../domain/viewer.js'
import { Refusal } from '../../errors.js'
import type { StandingRow } from '../../store/standings.js'
import { type Context, viewerOn, whenOf } from '../context.js'
import { seeing } from '../grades.js'
import { CODES_MOST } from '../limits.js'
import { entryView, type ListingView, visibleListings } from './listing-view.js'

export const standingOf = async (context: Context, code: string, asOf: string) => {
  const [row, freshness] = await Promise.all([context.load.standing({ code, asOf }), context.load.freshness()])
  return standingView(context, { code, asOf, row, sees: await seesGradeOf(context, row), freshness })
}

/** As `standingOf`, for many codes and today: asked by the thousand, and therefore of one lookup and without a promise each. */
const standingsOf = async (context: Context, codes: readonly string[]) => {
  const asOf = context.today
  const [rows, freshness] = await Promise.all([context.load.standings({ codes, asOf }), context.load.freshness()])
  const asked = rows.map((row) => seesGradeOf(context, row))
  const seen = asked.some((sees) => typeof sees !== 'boolean') ? await Promise.all(asked) : (asked as boolean[])
  return codes.map((code, place) => {
    const [row, sees] = [rows[place] ?? null, seen[place] ?? false]
    return standingView(context, { code, asOf, row, sees, freshness })
  })
}

const seesGradeOf = (context: Context, row: StandingRow | null): boolean | Promise<boolean> =>
  row !== null && seeing(context, { id: row.operatorId, uscc: row.uscc, shop: row.shop })

interface Found {
  code: string
  asOf: string
  row: StandingRow | null
  /** Whether the viewer sees grades of this operator. */
  sees: boolean
  freshness: Freshness
}

/** Of a code as asked, and the row that it leads to: what standing means, whoever asks in whatever number. */
export const standingView = (context: Context, { code, asOf, row, sees, freshness }: Found) => {
  if (row === null) return { code, ...UNKNOWN, ...freshness }
  const viewer = viewerOn(context, row)
  const graded = sees && (!row.forgotten || may(viewer, 'see_removed'))
  const inside = may(viewer, 'see_inner_listings')
  return {
    code,
    whose: { operator: row.operatorId, code: row.uscc ?? row.shop },
    uscc: inside ? row.uscc : publicCode(row.uscc),
    name: inside ? row.name : publicName(row.name),
    status: CEASED.has(row.status) ? 'CEASED' : 'KNOWN',
    grade: graded ? row.grade : null,
    score: graded ? row.score : null,
    overruled: graded && row.overruled,
    objected: graded && row.objected,
    listed:
      asOf === context.today || !may(viewer, 'see_removed')
        ? isOnList(context, row)
        : () => wasListed(context, row, asOf),
    listings: () => listingsOf(context, row, asOf),
    // Written out: of a hundred thousand, spreading is most of the time.
    asOf: freshness.asOf,
    stale: freshness.stale,
  }
}

/** Of today, and for whoever sees only what is public: by the public entries. */
const isOnList = (context: Context, row: StandingRow): boolean =>
  row.entries.some((entry) => isBlacklist(context, entry.list))

/** A past day is answered inside as it was: with what has been removed since. */
const wasListed = async (context: Context, row: StandingRow, asOf: string): Promise<boolean> => {
  const { lists } = context.parts.rules
  return (await listingsOf(context, row, asOf)).some((entry) => {
    const list = lists.find((each) => each.id === entry.kind)
    return list !== undefined && listed({ ...entry, state: entry.state as State }, list, asOf)
  })
}

const UNKNOWN = {
  uscc: null,
  name: null,
  status: 'UNKNOWN',
  grade: null,
  score: null,
  overruled: false,
  objected: false,
  listed: false,
  listings: [],
}

const isBlacklist = ({ parts }: Context, id: string): boolean =>
  parts.rules.lists.some((list) => list.id === id && list.blacklist)

/** Nothing is promised where nothing has to be looked up. */
const listingsOf = (context: Context, row: StandingRow, asOf: string): ListingView[] | Promise<ListingView[]> =>
  may(viewerOn(context, row), 'see_inner_listings')
    ? visibleListings(context, { id: row.operatorId, uscc: row.uscc, shop: row.shop }, whenOf(context, { asOf }))
    : row.entries.map(entryView)

export const standing = {
  Query: {
    standing: (_: unknown, { code, asOf }: { code: string; asOf?: string | null }, context: Context) =>
      standingOf(context, code, asOf ?? context.today),
    standings: (_: unknown, { codes }: { codes: string[] }, context: Context) => {
      if (codes.length > CODES_MOST) throw new Refusal('TOO_MANY_CODES', { limit: CODES_MOST })
      return standingsOf(context, codes)
    },
  },
}
