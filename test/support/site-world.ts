/**
 * A list as the public site shows it: firms of the synthetic world listed over two years, some removed. Written without
 * moves; all names are invented.
 */
import { createHash } from 'node:crypto'
import { authorityOf } from '../../seeds/world/places.js'
import { COUNTERFEITS, FALSE_CLAIMS, HEAVY } from '../../seeds/world/violations.js'
import { world } from '../../seeds/world.js'
import { MASKING_VERSION } from '../../src/domain/listing/public-entry.js'
import { addDays, addYears } from '../../src/foundation/time/dates.js'
import type { Db } from '../../src/store/db/db.js'
import type { PublicBody } from '../../src/store/listing/listings.js'
import { indexNamesOf } from '../../src/store/operators/names.js'

export interface Firm {
  uscc: string
  name: string
  region: string
  reason: string
  authority: string
  documentNumber: string
  publishedOn: string
  contested?: boolean
  /** Reason and day of removal; absent while listed. */
  left?: { reason: 'REPAIRED' | 'REVOKED' | 'EXPIRED'; on: string }
}

const BASIS = '《市场监督管理严重违法失信名单管理办法》（市场监管总局令第44号）第九条'
const REASONS = [COUNTERFEITS, COUNTERFEITS, FALSE_CLAIMS, ...HEAVY, { violation: '组织虚假交易，刷单炒信' }].map(
  ({ violation }) => violation,
)
/** Days between two listings, and fewest days between a listing and its removal. */
const [EVERY_DAYS, STAYED_DAYS] = [7, 380]

/** The first firm was listed yesterday, each next one a week earlier. */
export const firms = (today: string, count = 100): Firm[] => {
  const all = world().operators.filter(({ uscc, kind }) => uscc !== null && kind === 'enterprise')
  return all.slice(0, count).map(({ uscc, name, region }, n) => {
    const authority = authorityOf(region)
    const publishedOn = addDays(today, -1 - n * EVERY_DAYS)
    const leftOn = addDays(publishedOn, STAYED_DAYS + (n % 5) * 20)
    const goes = n % 3 === 0 && leftOn < today
    return {
      uscc: uscc ?? '',
      name,
      region,
      reason: REASONS[(n * 5) % REASONS.length] ?? '',
      authority: authority.name,
      documentNumber: `${authority.mark}市监列〔${publishedOn.slice(0, 4)}〕${n + 11}号`,
      publishedOn,
      contested: n === 3,
      ...(goes && { left: { reason: n % 2 === 0 ? ('REPAIRED' as const) : ('REVOKED' as const), on: leftOn } }),
    }
  })
}

/** Returns their ids in order. */
export const listFirms = async (db: Db, given: readonly Firm[]): Promise<string[]> =>
  db.transaction(async (tx) => {
    const [run] = (
      await tx.raw(
        `insert into runs (job, cause, started_at, ended_at, outcome) values ('seed', 'command', now(), now(), 'DONE') returning id`,
      )
    ).rows
    const ids: string[] = []
    const operators: number[] = []
    for (const firm of given) {
      const { left, contested = false, ...told } = firm
      const endsOn = addYears(firm.publishedOn, 3)
      const [listing] = (
        await tx.raw(
          `with o as (insert into operators (uscc, kind, name, region, status, first_run, created_at)
             values (:uscc, 'ENTERPRISE', :name, :region, 'ACTIVE', :run, now())
             on conflict (uscc) do update set name = excluded.name returning id)
           insert into listings (list, operator_id, state, reason, basis, authority, facts, published_on, ends_on, removed_on, removal_reason, created_at)
           select 'serious', id, :state, :reason, :basis, :authority, '{}', :publishedOn, :endsOn, :leftOn::date, :why::text, now() from o
           returning id, operator_id as operator`,
          {
            ...told,
            basis: BASIS,
            endsOn,
            run: run.id,
            state: left ? 'REMOVED' : 'PUBLISHED',
            leftOn: left?.on ?? null,
            why: left?.reason ?? null,
          } as never,
        )
      ).rows
      ids.push(listing.id)
      operators.push(listing.operator)
      if (left) continue
      const body: PublicBody = {
        id: listing.id,
        list: 'serious',
        ...told,
        basis: BASIS,
        decidedOn: addDays(firm.publishedOn, -9),
        endsOn,
        contested,
      }
      const text = JSON.stringify(body)
      await tx.raw(
        `insert into public_entries (listing_id, body, body_hash, published_on, shown_from, ends_on, masks) values (?, ?, ?, ?, ?, ?, ?)`,
        [
          listing.id,
          text,
          createHash('sha256').update(text).digest('hex'),
          firm.publishedOn,
          firm.publishedOn,
          endsOn,
          MASKING_VERSION,
        ] as never,
      )
    }
    await indexNamesOf(tx, operators)
    return ids
  })
