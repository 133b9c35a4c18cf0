import type { MapLine } from '../../domain/intake/feed-maps.js'
import type { ListKind } from '../../domain/listing/lists.js'
import type { Scorecard } from '../../domain/scoring/scorecard.js'

export type AddedRule =
  | { type: 'LIST'; name: string; rule: ListKind }
  | { type: 'SCORECARD'; name: string; rule: Scorecard }
  | { type: 'FEED_MAP'; name: string; rule: { feed: string; lines: MapLine[] } }

export const recogniseRule = (content: unknown): AddedRule | null => {
  if (typeof content !== 'object' || content === null) return null
  const { id, legalBasis, version, dimensions, feed, lines } = content as Record<string, unknown>
  if (typeof id === 'string' && Array.isArray(legalBasis)) return { type: 'LIST', name: id, rule: content as ListKind }
  if (typeof version === 'string' && Array.isArray(dimensions))
    return { type: 'SCORECARD', name: version, rule: content as Scorecard }
  if (typeof feed === 'string' && Array.isArray(lines))
    return { type: 'FEED_MAP', name: feed, rule: { feed, lines: lines.map(lineOf) } }
  return null
}

const lineOf = (line: unknown): MapLine => {
  const textOf = (name: string): string | null => {
    const value = (line as Record<string, unknown> | null)?.[name]
    return typeof value === 'string' ? value : null
  }
  return { heading: textOf('heading'), field: textOf('field'), value: textOf('value') }
}

/** A later proposal replaces an own list of its id. */
export const withAddedLists = (filed: readonly ListKind[], added: readonly AddedRule[]): ListKind[] => {
  const own = new Map(added.flatMap((one) => (one.type === 'LIST' ? [[one.rule.id, one.rule] as const] : [])))
  return [...filed, ...own.values()]
}
