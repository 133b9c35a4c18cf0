import type { Scorecard } from '../../domain/scoring/scorecard.js'
import { type Db, hasRows, queryColumn, queryFirst, queryRows } from '../db/db.js'

export const FIRST_VERSION_IN_FORCE = 'ecommerce-1'

export const CARD_VERSION_IN_FORCE_SQL = `coalesce((select k.version from scorecard_adoptions a join scorecards k on k.hash = a.scorecard_hash
  where a.state = 'ADOPTED' and a.effective_on <= :asOf::date order by a.effective_on desc, a.decided_at desc limit 1), '${FIRST_VERSION_IN_FORCE}')`

export const inForce = (db: Db, on: string, knownAt: Date | null): Promise<Scorecard | null> =>
  firstCard(
    db,
    `select k.hash, k.card from scorecard_adoptions a join scorecards k on k.hash = a.scorecard_hash
     where a.state = 'ADOPTED' and a.effective_on <= :on::date and (:knownAt::timestamptz is null or a.decided_at <= :knownAt::timestamptz)
     order by a.effective_on desc, a.decided_at desc limit 1 /* scorecards.inForce */`,
    { on, knownAt },
  )

export const byVersion = (db: Db, version: string): Promise<Scorecard | null> =>
  firstCard(db, 'select hash, card from scorecards where version = :version /* scorecards.byVersion */', { version })

export const byHashUncached = async (db: Db, hash: string): Promise<Scorecard | null> =>
  (await queryFirst<CardRow>(db, 'select card from scorecards where hash = ? /* scorecards.asKept */', [hash]))?.card ??
  null

export const byHash = async (db: Db, hash: string): Promise<Scorecard | null> =>
  cards.get(hash) ??
  firstCard(db, 'select hash, card from scorecards where hash = :hash /* scorecards.byHash */', { hash })

interface CardRow {
  hash: string
  card: Scorecard
}

/** Cached by hash: a stored scorecard never changes. */
const cards = new Map<string, Scorecard>()

const firstCard = async (db: Db, sql: string, bindings: Record<string, unknown>): Promise<Scorecard | null> => {
  const stored = await queryFirst<CardRow>(db, sql, bindings)
  if (stored === null) return null
  const card = cards.get(stored.hash) ?? stored.card
  cards.set(stored.hash, card)
  return card
}

export const storeCard = async (
  tx: Db,
  { hash, card, now }: { hash: string; card: Scorecard; now: Date },
): Promise<boolean> => {
  await tx.raw(
    `insert into scorecards (hash, version, card, kept_at) values (?, ?, ?::jsonb, ?) on conflict do nothing /* scorecards.keep */`,
    [hash, card.version, JSON.stringify(card), now],
  )
  return hasRows(tx, 'select version from scorecards where hash = ? /* scorecards.kept */', [hash])
}

export const listStoredVersions = (db: Db): Promise<string[]> =>
  queryColumn(db, 'select version from scorecards order by version /* scorecards.versionsKept */')

export interface PublicActivation {
  version: string
  /** YYYY-MM-DD; may lie in the future. */
  effectiveOn: string
  decidedAt: Date
}

export const listPublicActivations = (db: Db): Promise<PublicActivation[]> =>
  queryRows(
    db,
    `select k.version, a.effective_on as "effectiveOn", a.decided_at as "decidedAt"
     from scorecard_adoptions a join scorecards k on k.hash = a.scorecard_hash
     where a.state = 'ADOPTED' order by a.effective_on desc, a.id desc /* scorecards.adoptions */`,
  )
