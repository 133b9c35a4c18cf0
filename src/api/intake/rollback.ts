import { may } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import { previewRollback } from '../../work/intake/rollback.js'
import { findFamiliesWithSource } from '../../work/intake/source-families.js'
import { listingById } from '../listing/listing-by-id.js'
import type { GraphqlContext } from '../request/context.js'
import { makeGlobalId, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { operatorById } from '../request/operator-at-time.js'

const rollbackPreview = async (_: unknown, args: { id: string }, context: GraphqlContext) => {
  const { viewer, parts, now } = context
  const run = readNumberInGlobalId(refuseUnstorableText(args).id, 'Run')
  if (run === null) throw new Refusal('RUN_UNKNOWN')
  const { db, rules, agencies } = parts
  const feeds = agencies.flatMap(({ feeds }) => feeds)
  const input = { run, by: viewer.sub ?? '', mayMove: may(viewer, 'move_listing'), rules, now }
  const forecast = await previewRollback(db, { ...input, families: await findFamiliesWithSource(db, feeds) })
  const operator = (id: number) => operatorById(context, id)
  const gone = await Promise.all(forecast.goneOperators.map(operator))
  const scores = await Promise.all(
    forecast.scores.map(async (score) => ({ ...score, operator: await operator(score.operatorId) })),
  )
  return {
    ...forecast,
    recordCount: forecast.records.total,
    records: forecast.records.rows.map((record) => ({
      ...record,
      operator: () => (record.operatorId === null ? null : operator(record.operatorId)),
    })),
    listingCount: forecast.listings.total,
    listings: forecast.listings.rows.map(({ listing, ...moved }) => ({
      ...moved,
      listingId: listing,
      listing: () => listingById(context, makeGlobalId('Listing', listing)),
    })),
    goneOperators: gone.filter((each) => each !== null),
    scores: scores.filter((score) => score.operator !== null),
  }
}

export const rollbackResolvers = { Query: { rollbackPreview } }
