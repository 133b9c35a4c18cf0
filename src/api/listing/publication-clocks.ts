import type { PublicationClock } from '../../domain/listing/publication-clocks.js'
import { computeListingClocks } from '../../work/listing/publication-clocks.js'
import type { GraphqlContext } from '../request/context.js'
import { type ListingView, makeCaseView, readStoredListing } from './listing-view.js'

const clocksOn = async (view: ListingView, _: unknown, context: GraphqlContext) => {
  const { uuid, decidedOn, publishedOn, state } = view
  if (uuid === null || decidedOn === null || state === 'NOT_LISTED') return null
  const { record, counted } = view.counted === null ? makeCaseView(await readStoredListing(context, uuid)) : view
  const decision = record === null ? null : await context.load.record(record)
  const { severity, gsxt, creditchina, endless } = computeListingClocks(context.parts.rules.clocks, {
    list: view.kind,
    decidedOn,
    publishedOn,
    anewFrom: counted?.anewFrom ?? null,
    decision: decision?.body ?? null,
    today: counted?.asOf ?? context.today,
  })
  return {
    severity: severity && { severity: severity.severity, basis: severity.basis, confirmed: severity.confirmed },
    gsxt: gsxt && clockView(gsxt, endless),
    creditchina: creditchina && clockView(creditchina, false),
  }
}

const clockView = ({ startsOn, repairFrom, endsOn, lengthened }: PublicationClock, endless: boolean) => ({
  startsOn,
  repairFrom: repairFrom.on,
  endsOn: endless ? null : endsOn.on,
  lengthened: lengthened || endless,
  // The last day and the repair day may come from different rule rows.
  basis: [...new Set([endsOn.row.basis, repairFrom.row.basis])].join('；'),
  confirmed: endsOn.row.confirmed && repairFrom.row.confirmed,
})

export const publicationClockResolvers = { Listing: { clocks: clocksOn } }
