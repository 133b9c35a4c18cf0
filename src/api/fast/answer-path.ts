import type { GraphQLSchema } from 'graphql'
import type { Agency } from '../../agencies/feed.js'
import type { Keys } from '../../foundation/keys.js'
import type { AnswerPool } from '../../store/db/answer-pool.js'
import type { Db } from '../../store/db/db.js'
import { type Lookups, makeLookups } from '../loaders/lookups.js'
import { type CompiledQueries, makeCompiledQueries } from './compiled-queries.js'
import { makeSharedLookups } from './cross-request-batch.js'
import { type DocumentStore, makeDocumentStore } from './document-store.js'
import { makeCachingVerify } from './verified-tokens.js'

export interface AnswerPath {
  lookups: (own: { readonly db: Db }) => Lookups
  verify: Keys['verify']
  compiledQueries: ((schema: GraphQLSchema) => CompiledQueries) | null
  documentStore: DocumentStore | null
  pool: AnswerPool | null
}

const SHARED_POOL_MAX = 6

interface AnswerPathDependencies {
  db: AnswerPool
  agencies: readonly Agency[]
  keys: Pick<Keys, 'verify' | 'accepts'>
  fastAnswers?: boolean
}

/** Without `fastAnswers` lookups are per request, and graphql-js executes every query. */
export const makeAnswerPath = ({ db, agencies, keys, fastAnswers = true }: AnswerPathDependencies): AnswerPath => {
  if (!fastAnswers) {
    const lookups = (own: { readonly db: Db }) => makeLookups(own, agencies)
    return { lookups, verify: keys.verify, compiledQueries: null, documentStore: null, pool: null }
  }
  const pool = db.beside({ what: 'answers, shared', max: SHARED_POOL_MAX, prepared: 'ONE_PLAN' })
  const shared = makeSharedLookups(pool, agencies)
  return {
    lookups: () => shared,
    verify: makeCachingVerify(keys),
    compiledQueries: makeCompiledQueries,
    documentStore: makeDocumentStore(),
    pool,
  }
}
