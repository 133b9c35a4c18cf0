/** A row holds a hash of its cookie. */
import { hash } from 'node:crypto'
import type { AdministratorDuty } from '../../domain/access/accounts.js'
import type { SessionProof } from '../../domain/access/sign-in.js'
import type { Role } from '../../domain/access/viewer.js'
import type { AddressPlace } from '../../foundation/http/addresses.js'
import { DATED_AHEAD_TOLERANCE_MS } from '../../foundation/time/clock-doubt.js'
import { type Db, hasRows, queryFirst, queryRows, type Tx } from '../db/db.js'
import { IS_ACCESS_CODE_VALID_SQL } from './access-codes.js'
import { hasFactorSql } from './second-factors.js'

const KEPT_MS = 24 * 3_600_000
const SEEN_MS = 60_000

interface SessionTable {
  table: string
  holder: string
  columns: string
  joins: string
  isValid: string
}

interface NewSession {
  cookie: string
  holder: string | number
  /** Cookie of an older session to end. */
  before: string | null
  now: Date
  endsAt: Date
  facts?: Record<string, string | Date | null>
}

const markOf = (cookie: string): string => hash('sha256', cookie, 'hex')
const later = (instant: Date, ms: number): Date => new Date(instant.getTime() + ms)

const sessionsIn = <S>({ table, holder, columns, joins, isValid }: SessionTable) => ({
  start: async (db: Db | Tx, { cookie, before, now, facts = {}, ...made }: NewSession): Promise<void> => {
    const further = Object.keys(facts)
    await db.raw(
      `with gone as (delete from ${table} where ends_at < :forgotten),
         left_open as (update ${table} set ended_at = :now where mark = :before::text and ended_at is null)
       insert into ${table} (${['mark', holder, 'started_at', 'seen_at', 'ends_at', ...further].join(', ')})
       values (:mark, :holder, :now, :now, :endsAt${further.map((name) => `, :${name}`).join('')}) /* sessions.start ${table} */`,
      {
        ...made,
        ...facts,
        mark: markOf(cookie),
        before: before && markOf(before),
        now,
        forgotten: later(now, -KEPT_MS),
      },
    )
  },

  /** Null for a session that is over, or began or was used while the clock ran ahead. */
  use: async (db: Db, cookie: string, idleMs: number, now: Date): Promise<(S & { endsAt: Date }) | null> => {
    const mark = markOf(cookie)
    const found = await queryFirst<S & { endsAt: Date; seenAt: Date }>(
      db,
      `select ${columns}, s.ends_at as "endsAt", s.seen_at as "seenAt" from ${table} s ${joins}
       where s.mark = :mark and s.ended_at is null and s.ends_at > :now and s.seen_at > :idle and s.seen_at <= :begun and ${isValid}
       /* sessions.use ${table} */`,
      { mark, now, idle: later(now, -idleMs), begun: later(now, DATED_AHEAD_TOLERANCE_MS) },
    )
    if (found !== null && now.getTime() - found.seenAt.getTime() >= SEEN_MS)
      await db.raw(`update ${table} set seen_at = :now where mark = :mark and seen_at < :now /* sessions.seen */`, {
        mark,
        now,
      })
    return found
  },

  end: async (db: Db, cookie: string, now: Date): Promise<void> => {
    await db.raw(`update ${table} set ended_at = ? where mark = ? and ended_at is null /* sessions.end ${table} */`, [
      now,
      markOf(cookie),
    ])
  },
})

interface PersonHolder {
  person: string
  number: number
  proof: SessionProof
  provenAt: Date | null
  hasFactor: boolean
  role: Role
  duty: AdministratorDuty | null
  agency: string | null
  region: string | null
}

export const personSessions = sessionsIn<PersonHolder>({
  table: 'sessions',
  holder: 'person',
  columns: `s.person, s.number, s.proof, s.proven_at as "provenAt", p.role, p.duty, p.agency, p.region, ${hasFactorSql('p.id')} as "hasFactor"`,
  joins: 'join people p on p.id = s.person',
  isValid: 'p.ended_at is null',
})

export const partySessions = sessionsIn<{ grant: number; code: string }>({
  table: 'party_sessions',
  holder: 'access_code',
  columns: 'c.id::int as grant, coalesce(o.uscc, o.shop) as code',
  joins: 'join access_codes c on c.id = s.access_code join operators o on o.id = c.operator_id',
  isValid: IS_ACCESS_CODE_VALID_SQL,
})

export const endSessionsOfPerson = async (tx: Tx, person: string, now: Date): Promise<void> => {
  await tx.raw(
    `update sessions set ended_at = :now where person = :person and ended_at is null /* sessions.endSessionsOfPerson */`,
    { person, now },
  )
}

/** False when the session has ended. The old cookie opens nothing. */
export const renewPersonSession = (
  tx: Tx,
  { cookie, next, proof, now }: { cookie: string; next: string; proof: SessionProof; now: Date },
): Promise<boolean> =>
  hasRows(
    tx,
    `update sessions set mark = :next, proof = :proof, proven_at = :now where mark = :mark and ended_at is null
     returning 1 /* sessions.renew */`,
    { mark: markOf(cookie), next: markOf(next), proof, now },
  )

export const noteSessionProof = async (db: Db, cookie: string, now: Date): Promise<void> => {
  await db.raw('update sessions set proven_at = ? where mark = ? and ended_at is null /* sessions.proven */', [
    now,
    markOf(cookie),
  ])
}

interface StoredPersonSession {
  number: number
  browser: string | null
  place: AddressPlace | null
  startedAt: Date
  seenAt: Date
}

export const listSessionsOfPerson = (
  db: Db,
  person: string,
  { idleMs, now }: { idleMs: number; now: Date },
): Promise<StoredPersonSession[]> =>
  queryRows(
    db,
    `select number, browser, place, started_at as "startedAt", seen_at as "seenAt" from sessions
     where person = :person and ended_at is null and ends_at > :now and seen_at > :idle order by seen_at desc, number /* sessions.list */`,
    { person, now, idle: later(now, -idleMs) },
  )

/** With `number` null, ends all but the one of `cookie`. False when there was none. */
export const endOwnSessions = (
  db: Db | Tx,
  { person, number, cookie, now }: { person: string; number: number | null; cookie: string; now: Date },
): Promise<boolean> =>
  hasRows(
    db,
    `update sessions set ended_at = :now where person = :person and ended_at is null
       and case when :number::bigint is null then mark <> :mark else number = :number::bigint end returning 1 /* sessions.endOwn */`,
    { person, number, mark: markOf(cookie), now },
  )
