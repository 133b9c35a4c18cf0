/** Standing: the short answer, for any code. */
import { may } from '../../domain/viewer.js'
import { Refusal } from '../../errors.js'
import type { StandingRow } from '../../store/standings.js'
import { type Context, viewerOn, whenOf } from '../context.js'
import { CODES_MOST } from '../limits.js'
import { entryView, type ListingView, visibleListings } from './listing-view.js'

const CEASED = new Set(['DEREGISTERED', 'CANCELLED', 'MOVED_OUT'])

export const standingOf = async (context: Context, code: string, asOf: string) => {
  const [row, freshness] = await Promise.all([context.load.standing({ code, asOf }), context.load.freshness()])
  if (row === null) return { code, ...UNKNOWN, ...freshness }
  const graded = may(viewerOn(context, row), 'see_grade')
  return {
    code,
    uscc: row.uscc,
    name: row.name,
    status: CEASED.has(row.status) ? 'CEASED' : 'KNOWN',
    grade: graded ? row.grade : null,
    score: graded ? row.score : null,
    listed: row.entries.some((entry) => isBlacklist(context, entry.list)),
    listings: () => listingsOf(context, row, asOf),
    ...freshness,
  }
}

const UNKNOWN = { uscc: null, name: null, status: 'UNKNOWN', grade: null, score: null, listed: false, listings: [] }

const isBlacklist = ({ parts }: Context, id: string): boolean =>
  parts.rules.lists.some((list) => list.id === id && list.blacklist)

const listingsOf = async (context: Context, row: StandingRow, asOf: string): Promise<ListingView[]> =>
  may(viewerOn(context, row), 'see_inner_listings')
    ? visibleListings(context, { id: row.operatorId, uscc: row.uscc, shop: row.shop }, whenOf(context, { asOf }))
    : row.entries.map(entryView)

export const standing = {
  Query: {
    standing: (_: unknown, { code, asOf }: { code: string; asOf?: string | null }, context: Context) =>
      standingOf(context, code, asOf ?? context.today),
    standings: (_: unknown, { codes }: { codes: string[] }, context: Context) => {
      if (codes.length > CODES_MOST) throw new Refusal('TOO_MANY_CODES', { limit: CODES_MOST })
      return Promise.all(codes.map((code) => standingOf(context, code, context.today)))
    },
  },
}
