import type { Scorecard } from '../../domain/scoring/scorecard.js'
import { type Db, queryColumn, queryRows, type Tx } from '../db/db.js'

export const FIRST_VERSION_IN_FORCE = 'ecommerce-1'

export const CARD_VERSION_IN_FORCE_SQL = `coalesce((select k.version from scorecard_adoptions a join scorecards k on k.hash = a.scorecard_hash
  where a.state = 'ADOPTED' and a.effective_on <= :asOf::date order by a.effective_on desc, a.decided_at desc limit 1), '${FIRST_VERSION_IN_FORCE}')`

export const inForce = async (db: Db | Tx, on: string, knownAt: Date | null): Promise<Scorecard | null> => {
  const answer = await db.raw(
    `select k.hash, k.card from scorecard_adoptions a join scorecards k on k.hash = a.scorecard_hash
     where a.state = 'ADOPTED' and a.effective_on <= :on::date and (:knownAt::timestamptz is null or a.decided_at <= :knownAt::timestamptz)
     order by a.effective_on desc, a.decided_at desc limit 1 /* scorecards.inForce */`,
    { on, knownAt } as never,
  )
  return one(answer.rows[0])
}

/** Cached by hash: a stored scorecard never changes. */
const cards = new Map<string, Scorecard>()

export const byVersion = async (db: Db | Tx, version: string): Promise<Scorecard | null> => {
  const answer = await db.raw('select hash, card from scorecards where version = ? /* scorecards.byVersion */', [
    version,
  ])
  return one(answer.rows[0])
}

/** Bypasses the cache, to verify the hash. */
export const byHashUncached = async (db: Db | Tx, hash: string): Promise<Scorecard | null> => {
  const answer = await db.raw('select card from scorecards where hash = ? /* scorecards.asKept */', [hash])
  return answer.rows[0]?.card ?? null
}

export const byHash = async (db: Db | Tx, hash: string): Promise<Scorecard | null> => {
  const known = cards.get(hash)
  if (known) return known
  const answer = await db.raw('select hash, card from scorecards where hash = ? /* scorecards.byHash */', [hash])
  return one(answer.rows[0])
}

const one = (row: { hash: string; card: Scorecard } | undefined): Scorecard | null => {
  if (row === undefined) return null
  const known = cards.get(row.hash) ?? row.card
  cards.set(row.hash, known)
  return known
}

export const storeCard = async (
  tx: Db | Tx,
  { hash, card, now }: { hash: string; card: Scorecard; now: Date },
): Promise<boolean> => {
  await tx.raw(
    `insert into scorecards (hash, version, card, kept_at) values (?, ?, ?::jsonb, ?) on conflict do nothing /* scorecards.keep */`,
    [hash, card.version, JSON.stringify(card), now],
  )
  const answer = await tx.raw('select version from scorecards where hash = ? /* scorecards.kept */', [hash])
  return answer.rows.length === 1
}

export const storedVersions = (db: Db): Promise<string[]> =>
  queryColumn(db, 'select version from scorecards order by version /* scorecards.versionsKept */')

export interface PublicActivation {
  version: string
  /** YYYY-MM-DD; may lie in the future. */
  effectiveOn: string
  decidedAt: Date
}

export const publicActivations = (db: Db): Promise<PublicActivation[]> =>
  queryRows(
    db,
    `select k.version, a.effective_on as "effectiveOn", a.decided_at as "decidedAt"
     from scorecard_adoptions a join scorecards k on k.hash = a.scorecard_hash
     where a.state = 'ADOPTED' order by a.effective_on desc, a.id desc /* scorecards.adoptions */`,
  )
