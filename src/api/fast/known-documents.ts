/**
 * Questions that were read and found valid, by the digest that Apollo knows them by, so that what is asked often is read once.
 * Apollo's own store takes 30 MiB counted as JSON, which a heap holds as three times that; and askers who write their codes into
 * the question fill it with what is never asked again.
 */
import type { ApolloServerOptions, BaseContext } from '@apollo/server'
import type { DocumentNode } from 'graphql'
import { bounded } from './lru.js'

export const DOCUMENTS_MOST = 200
/** Characters. */
export const DOCUMENT_LONGEST = 4_096
/** Digests of questions asked once. */
const ONCE_MOST = 2_000

export const knownDocuments = (): NonNullable<ApolloServerOptions<BaseContext>['documentStore']> => {
  const once = bounded<true>(ONCE_MOST)
  const kept = bounded<DocumentNode | undefined>(DOCUMENTS_MOST)
  return {
    get: async (digest) => kept.get(digest),
    set: async (digest, document) => {
      if ((document.loc?.end ?? Number.POSITIVE_INFINITY) > DOCUMENT_LONGEST) return
      if (once.get(digest)) kept.set(digest, document)
      else once.set(digest, true)
    },
    delete: async (digest) => kept.set(digest, undefined),
  }
}
