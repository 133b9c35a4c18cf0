import { redactIdNumbers } from '../../domain/records/privacy.js'
import {
  findMarketplaceId,
  findOldestValidListDate,
  findSellersSettingFault,
  limitUnconfirmedSellers,
  type SellersSetting,
} from '../../domain/standing/sellers.js'
import { Refusal } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as store from '../../store/standing/confirmed-sellers.js'
import * as sellers from '../../store/standing/sellers.js'

const LONGEST_REASON = 500

export const readSellersPolicy = async (tx: Tx, client: string, today: string): Promise<store.SellersPolicy> => {
  const setting = await store.readSellersSetting(tx, client)
  return {
    client,
    marketplace: findMarketplaceId(client, setting),
    today,
    oldest: findOldestValidListDate(today),
    most: (confirmed) => limitUnconfirmedSellers(confirmed, setting),
  }
}

export const warnOverCap = (
  log: Log | undefined,
  client: string,
  { confirmed, unconfirmed, gradesClosed, unconfirmedMost }: Pick<sellers.SellerList, keyof sellers.SellersFigures>,
): void => {
  if (gradesClosed !== null && gradesClosed > 0)
    log?.warn(
      { client, confirmed, unconfirmed, gradesClosed, unconfirmedMost },
      'a marketplace lists more sellers that the shops feed does not confirm than it may: grades stay closed',
    )
}

export const recheckSellerLists = async (
  db: Db,
  { now, log, signal }: { now: Date; log?: Log | undefined; signal?: AbortSignal | undefined },
): Promise<number> => {
  let over = 0
  for (const client of await store.listClientsWithSellers(db, findOldestValidListDate(shanghaiDate(now)))) {
    if (signal?.aborted) break
    const decided = await db.transaction((tx) => renewList(tx, client, now))
    if (decided.gradesClosed > 0) over += 1
    warnOverCap(log, client, decided)
  }
  return over
}

const renewList = async (tx: Tx, client: string, now: Date): Promise<sellers.SellersFigures> => {
  await sellers.lockSellerList(tx, client)
  const { decided, altered } = await store.renewOpenGrades(tx, await readSellersPolicy(tx, client, shanghaiDate(now)))
  if (altered > 0) await sellers.storeBitmap(tx, client)
  return decided
}

/** A null cap restores the default. Refusals: USAGE, CLIENT_UNKNOWN. */
export const setSellersCap = async (
  db: Db,
  input: SellersSetting & { client: string; reason: string; pseudonymOf: (id: string) => string; now: Date },
): Promise<sellers.SellersFigures> => {
  const { client, marketplace, unconfirmedSellers, now } = input
  const reason = redactIdNumbers(input.reason, input.pseudonymOf).trim()
  if (reason === '' || reason.length > LONGEST_REASON)
    throw new Refusal('USAGE', {
      reason: `事由须为 1–${LONGEST_REASON} 个字符 the reason has 1–${LONGEST_REASON} characters`,
    })
  const fault = findSellersSettingFault({ marketplace, unconfirmedSellers })
  if (fault !== null) throw new Refusal('USAGE', { reason: fault })
  return db.transaction(async (tx) => {
    if (!(await store.saveSellersSetting(tx, client, { marketplace, unconfirmedSellers, reason })))
      throw new Refusal('CLIENT_UNKNOWN', { name: client })
    return renewList(tx, client, now)
  })
}
