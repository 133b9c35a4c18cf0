import type { EntryNotice } from '../../domain/delivery/delivery.js'
import type { CaseAct } from '../../domain/listing/case.js'
import { publicCode, publicName } from '../../domain/listing/public-name.js'
import type * as listings from '../../store/listing/listings.js'
import type * as operators from '../../store/operators/operators.js'
import { listOf, type WorkRules } from '../calendar/rules.js'

export const noticeOf = (
  rules: WorkRules,
  listing: listings.Listing,
  operator: operators.StoredOperator,
  removal: EntryNotice['removal'],
  body: listings.PublicBody | undefined,
): Omit<EntryNotice, 'sequence' | 'action'> => {
  const list = listOf(rules, listing.list)
  return {
    key: listing.id,
    list: listing.list,
    listName: list.zh,
    // Masked as published, so that one key keeps one code.
    operator: {
      uscc: body ? body.uscc : publicCode(operator.uscc),
      name: body?.name ?? publicName(operator.name) ?? '',
      regNo: null,
    },
    ...contentOf(listing),
    // The platform publishes it too.
    ...(body && {
      reason: body.reason,
      basis: body.basis,
      authority: body.authority,
      documentNumber: body.documentNumber,
    }),
    contested: body?.contested ?? false,
    authorityCode: listing.authorityCode,
    removal,
  }
}

const contentOf = ({ reason, basis, authority, documentNumber, facts, publishedOn, endsOn }: listings.Listing) => ({
  reason,
  basis,
  authority,
  documentNumber: documentNumber ?? '',
  decidedOn: facts.decidedOn ?? '',
  publishedOn: publishedOn ?? '',
  endsOn,
})

/** For a platform, hiding is a removal and showing again an addition. */
export const removalOf = (rules: WorkRules, listing: listings.Listing, act: CaseAct): EntryNotice['removal'] => {
  const documentNumber = act.documentNumber ?? null
  if (listing.state === 'HIDDEN') return { reason: 'HIDDEN', reasonText: '暂停公示', documentNumber, removedOn: act.on }
  if (listing.removedOn === null) return null
  const rule = listOf(rules, listing.list).removals.find((row) => row.reason === listing.removalReason)
  return {
    reason: listing.removalReason ?? '',
    reasonText: rule?.zh ?? act.reason ?? '',
    documentNumber,
    removedOn: listing.removedOn,
  }
}
