import type { BaseContext } from '@apollo/server'
import type { GraphQLSchema } from 'graphql'
import type { Agency } from '../../agencies/feed.js'
import type { Keys } from '../../foundation/keys.js'
import type { AnswerPool } from '../../store/db/answer-pool.js'
import type { Db } from '../../store/db/db.js'
import { type Lookups, makeLookups } from '../loaders/lookups.js'
import { makeSharedLookups } from './cross-request-batch.js'
import { type CompiledQueryOptions, makePlainEngine, makeQueryEngine, type QueryEngine } from './query-engine.js'
import { makeCachingVerify } from './verified-tokens.js'

export interface AnswerPath {
  lookups: (own: { readonly db: Db }) => Lookups
  verify: Keys['verify']
  engine: <C extends BaseContext>(
    schema: GraphQLSchema,
    twin: () => GraphQLSchema,
    options: CompiledQueryOptions<C>,
  ) => QueryEngine<C>
  /** Connections of the lookups that all requests share; null without them. */
  pool: AnswerPool | null
}

const SHARED_POOL_MAX = 6

interface AnswerPathDependencies {
  db: AnswerPool
  agencies: readonly Agency[]
  keys: Pick<Keys, 'verify' | 'accepts'>
  fastAnswers?: boolean
}

/**
 * Returns the speed layer. Without `fastAnswers` each request has its own lookups, and graphql-js executes every query.
 */
export const makeAnswerPath = ({ db, agencies, keys, fastAnswers = true }: AnswerPathDependencies): AnswerPath => {
  if (!fastAnswers)
    return { lookups: (own) => makeLookups(own, agencies), verify: keys.verify, engine: makePlainEngine, pool: null }
  const pool = db.beside({ what: 'answers, shared', max: SHARED_POOL_MAX, prepared: 'ONE_PLAN' })
  const shared = makeSharedLookups(pool, agencies)
  return { lookups: () => shared, verify: makeCachingVerify(keys).verify, engine: makeQueryEngine, pool }
}
