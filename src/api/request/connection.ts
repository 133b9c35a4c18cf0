/** Callers read one item more than requested, which tells whether more follow. */
import { Refusal } from '../../foundation/errors.js'
import { LIST_COUNTED_MOST } from '../../foundation/pages.js'
import type { PageOrder } from '../../store/access/list-filter.js'
import { makeCursor, readNumberInCursor } from './ids.js'

const FIRST_DEFAULT = 20
const FIRST_MOST = 100

export interface PageArgs {
  first?: number | null
  after?: string | null
}

export interface OrderedPageArgs extends PageArgs {
  order?: PageOrder | null
}

export const readPageSize = ({ first }: PageArgs): number => {
  if (first == null) return FIRST_DEFAULT
  if (first < 1 || first > FIRST_MOST)
    throw new Refusal('INPUT_INVALID', { reason: `first 应在 1–${FIRST_MOST} 之间 must be 1–${FIRST_MOST}` })
  return first
}

export interface RelayConnection<N> {
  edges: { node: N; cursor: string }[]
  nodes: N[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
  totalCount?: () => Promise<number> | number
  countUpTo?: (args: { most?: number | null }) => Promise<number>
}

export type CountRows = (most: number | null) => Promise<number> | number

export const makeConnection = <N>(
  rows: readonly N[],
  args: PageArgs,
  makeCursor: (node: N) => string,
  count?: CountRows,
): RelayConnection<N> => {
  const first = readPageSize(args)
  const edges = rows.slice(0, first).map((node) => ({ node, cursor: makeCursor(node) }))
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    ...(count && { totalCount: () => count(null), countUpTo: (asked) => countUpTo(count, asked.most) }),
  }
}

const countUpTo = async (count: CountRows, asked: number | null | undefined): Promise<number> => {
  const most = asked ?? LIST_COUNTED_MOST
  if (most < 1 || most > LIST_COUNTED_MOST)
    throw new Refusal('INPUT_INVALID', {
      reason: `most 应在 1–${LIST_COUNTED_MOST} 之间 must be 1–${LIST_COUNTED_MOST}`,
    })
  return Math.min(await count(most), most)
}

export const connectionById = async <R extends { id: number }, N extends object>(
  args: PageArgs,
  readPage: (page: { first: number; after: number | null }) => Promise<R[]>,
  viewOf: (row: R) => N,
  count: CountRows,
): Promise<RelayConnection<N>> => {
  const rows = await readPage({ first: readPageSize(args) + 1, after: readNumberInCursor(args.after) })
  const ids = new Map(rows.map((row) => [viewOf(row), row.id]))
  return makeConnection([...ids.keys()], args, (view) => makeCursor(ids.get(view) ?? 0), count)
}
