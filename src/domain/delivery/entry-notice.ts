import type { Case, CaseAct, CaseState } from '../listing/case.js'
import type { EntryColumns } from '../listing/entry-columns.js'
import { isPublicState } from '../listing/listing.js'
import type { ListKind } from '../listing/lists.js'
import { maskCode, maskName } from '../listing/masked-names.js'
import type { MoveName } from '../listing/moves.js'
import type { PublicEntry } from '../listing/public-entry.js'
import type { EntryNotice, NoticeAction } from './delivery.js'

export interface ListingForNotice extends EntryColumns {
  id: string
  list: string
  state: CaseState
  facts: Pick<Case, 'decidedOn'>
  publishedOn: string | null
  endsOn: string | null
}

export const makeEntryNotice = (
  list: Pick<ListKind, 'zh'>,
  listing: ListingForNotice,
  operator: { uscc: string | null; name: string | null },
  removal: EntryNotice['removal'],
  body: PublicEntry | undefined,
): Omit<EntryNotice, 'sequence' | 'action'> => ({
  key: listing.id,
  list: listing.list,
  listName: list.zh,
  operator: {
    uscc: body ? body.uscc : maskCode(operator.uscc),
    name: body?.name ?? maskName(operator.name) ?? '',
    regNo: null,
  },
  reason: body?.reason ?? listing.reason,
  basis: body?.basis ?? listing.basis,
  authority: body?.authority ?? listing.authority,
  documentNumber: body?.documentNumber ?? listing.documentNumber ?? '',
  decidedOn: listing.facts.decidedOn ?? '',
  publishedOn: listing.publishedOn ?? '',
  endsOn: listing.endsOn,
  contested: body?.contested ?? false,
  authorityCode: listing.authorityCode,
  removal,
})

/** For a platform, hiding is a removal and showing again an addition. */
export const makeEntryRemoval = (
  { removals }: Pick<ListKind, 'removals'>,
  { state, removedOn, removalReason }: Pick<ListingForNotice, 'state' | 'removedOn' | 'removalReason'>,
  act: Pick<CaseAct, 'on' | 'documentNumber' | 'reason'>,
): EntryNotice['removal'] => {
  const documentNumber = act.documentNumber ?? null
  if (state === 'HIDDEN') return { reason: 'HIDDEN', reasonText: '暂停公示', documentNumber, removedOn: act.on }
  if (removedOn === null) return null
  const rule = removals.find((row) => row.reason === removalReason)
  return { reason: removalReason ?? '', reasonText: rule?.zh ?? act.reason ?? '', documentNumber, removedOn }
}

type ShownState = Pick<ListingForNotice, 'state' | 'endsOn'>

export const findEntryActionAfter = (name: MoveName, before: ShownState, after: ShownState): NoticeAction | null => {
  const [was, is] = [isPublicState(before.state), isPublicState(after.state)]
  if (was !== is) return is ? 'ADD' : 'REMOVE'
  return is && (name === 'renewEntry' || before.endsOn !== after.endsOn) ? 'CHANGE' : null
}
