import type { ApolloServerOptions, BaseContext } from '@apollo/server'
import type { DocumentNode } from 'graphql'
import { LRUCache } from '../../foundation/lru.js'

export const CACHED_DOCUMENTS_MOST = 200
export const CACHED_DOCUMENT_LENGTH_MOST = 4_096
const ONCE_MOST = 2_000

export type DocumentStore = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>

/** Starts with the second request: queries with literal codes never repeat. */
export const makeDocumentStore = (): DocumentStore => {
  const once = new LRUCache<string, true>({ max: ONCE_MOST })
  const kept = new LRUCache<string, DocumentNode>({ max: CACHED_DOCUMENTS_MOST })
  return {
    get: async (digest) => kept.get(digest),
    set: async (digest, document) => {
      if ((document.loc?.end ?? Number.POSITIVE_INFINITY) > CACHED_DOCUMENT_LENGTH_MOST) return
      if (once.get(digest)) kept.set(digest, document)
      else once.set(digest, true)
    },
    delete: async (digest) => kept.delete(digest),
  }
}
