import type { ListFactRules } from '../../domain/scoring/repair-targets.js'
import { type Db, queryFirst } from '../db/db.js'

export type RuleBookLists = readonly ListFactRules[]

export const keepBook = async (tx: Db, book: { hash: string; lists: RuleBookLists; now: Date }): Promise<void> => {
  await tx.raw(
    'insert into rule_books (hash, lists, kept_at) values (?, ?::jsonb, ?) on conflict do nothing /* ruleBooks.keep */',
    [book.hash, JSON.stringify(book.lists), book.now],
  )
}

export const byHash = async (db: Db, hash: string): Promise<RuleBookLists | null> => {
  const book = await queryFirst<{ lists: RuleBookLists }>(
    db,
    'select lists from rule_books where hash = ? /* ruleBooks.byHash */',
    [hash],
  )
  return book?.lists ?? null
}
