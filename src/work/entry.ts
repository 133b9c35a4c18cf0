/**
 * The public entry of a listing: it follows the state, the deliveries follow it, and the score follows both; all in the
 * transaction of the move.
 */
import { createHash } from 'node:crypto'
import type { Act, State } from '../domain/case.js'
import { type Action, type Notice, owing } from '../domain/delivery.js'
import { isPublic } from '../domain/listing.js'
import { canonical, type Json } from '../domain/records.js'
import type { Tx } from '../store/db.js'
import * as deliveries from '../store/deliveries.js'
import * as dirty from '../store/dirty.js'
import * as listings from '../store/listings.js'
import * as operators from '../store/operators.js'
import { listOf, type Rules } from './rules.js'

export interface Shown {
  before: State
  after: listings.Listing
  act: Act
  now: Date
  /** By the clock on the wall: the order of knowledge may run ahead of it, and no platform is to wait for that. */
  dueAt: Date
}

/** Publishes or forgets the entry where the move asks for it. */
export const show = async (tx: Tx, rules: Rules, { before, after, act, now, dueAt }: Shown): Promise<void> => {
  const was = isPublic(before)
  const is = isPublic(after.state)
  if (was === is) return
  const operator = (await operators.byIds(tx, [after.operatorId])).get(after.operatorId)
  if (operator === undefined) throw new Error(`operator ${after.operatorId} of listing ${after.id} is gone`)
  if (is) {
    const body = publicBody(after, operator)
    await listings.publish(
      tx,
      body,
      createHash('sha256')
        .update(canonical(body as unknown as Json))
        .digest('hex'),
    )
  } else await listings.unpublish(tx, after.id)
  const notice = noticeOf(rules, after, operator, act)
  await tell(tx, rules, after.id, is ? 'ADD' : 'REMOVE', notice, dueAt)
  await dirty.mark(tx, [after.operatorId], now)
}

const publicBody = (listing: listings.Listing, operator: operators.Operator): listings.PublicBody => ({
  id: listing.id,
  list: listing.list,
  uscc: operator.uscc,
  name: operator.name ?? '',
  region: operator.region,
  ...told(listing),
})

/** What the public and the platforms are told alike. */
const told = ({ reason, basis, authority, documentNumber, facts, publishedOn, endsOn }: listings.Listing) => ({
  reason,
  basis,
  authority,
  documentNumber: documentNumber ?? '',
  decidedOn: facts.decidedOn ?? '',
  publishedOn: publishedOn ?? '',
  endsOn,
})

const noticeOf = (
  rules: Rules,
  listing: listings.Listing,
  operator: operators.Operator,
  act: Act,
): Omit<Notice, 'sequence' | 'action'> => {
  const list = listOf(rules, listing.list)
  const removal = list.removals.find((row) => row.reason === listing.removalReason)
  return {
    key: listing.id,
    list: listing.list,
    listName: list.zh,
    operator: { uscc: operator.uscc, name: operator.name ?? '', regNo: null },
    ...told(listing),
    authorityCode: listing.authorityCode,
    removal:
      listing.removedOn === null
        ? null
        : {
            reason: listing.removalReason ?? '',
            reasonText: removal?.zh ?? act.reason ?? '',
            documentNumber: act.documentNumber ?? null,
            removedOn: listing.removedOn,
          },
  }
}

/** Owes each platform what it must hear, given what it has heard: written in the transaction of the move. */
const tell = async (
  tx: Tx,
  rules: Rules,
  listingId: string,
  change: Action,
  notice: Omit<Notice, 'sequence' | 'action'>,
  dueAt: Date,
): Promise<void> => {
  const heard = await deliveries.earlier(tx, listingId)
  for (const platform of new Set([...rules.platforms, ...heard.map((row) => row.platform)])) {
    const earlier = heard.filter((row) => row.platform === platform)
    const { owe, fold } = owing(change, earlier)
    if (fold !== 'nothing') await deliveries.fold(tx, listingId, platform, fold)
    if (owe === null) continue
    const number = (earlier.at(-1)?.number ?? 0) + 1
    await deliveries.owe(tx, {
      platform,
      listingId,
      number,
      action: owe,
      notice: { ...notice, sequence: number, action: owe },
      dueAt,
    })
  }
}
