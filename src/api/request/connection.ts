/** Pages are read with one item more than requested, to know whether more follow. */
import { Refusal } from '../../foundation/errors.js'

const FIRST_DEFAULT = 20
const FIRST_MOST = 100

export interface PageArgs {
  first?: number | null
  after?: string | null
}

export const pageSizeOf = ({ first }: PageArgs): number => {
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
}

export const makeConnection = <N>(
  rows: readonly N[],
  args: PageArgs,
  cursorOf: (node: N) => string,
  totalCount?: () => Promise<number> | number,
): RelayConnection<N> => {
  const first = pageSizeOf(args)
  const edges = rows.slice(0, first).map((node) => ({ node, cursor: cursorOf(node) }))
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    ...(totalCount && { totalCount }),
  }
}
