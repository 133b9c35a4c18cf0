import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client'
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors'
import { RetryLink } from '@apollo/client/link/retry'
import { fetchSignedIn } from './session.js'

/** Attempts per query. Mutations are never retried. */
const ATTEMPTS_MOST = 3
const BUSY = [502, 503, 504]

const isPassing = (error: unknown): boolean => {
  if (ServerError.is(error)) return BUSY.includes(error.statusCode)
  return !CombinedGraphQLErrors.is(error)
}

export const apolloClient = new ApolloClient({
  link: ApolloLink.from([
    new RetryLink({
      delay: { initial: 500, max: 5_000, jitter: true },
      attempts: (count, operation, error) =>
        count < ATTEMPTS_MOST && String(operation.operationType) === 'query' && isPassing(error),
    }),
    new HttpLink({ uri: '/graphql', fetch: fetchSignedIn }),
  ]),
  cache: new InMemoryCache({
    typePolicies: {
      // Operators are not normalised by id: the cache may hold one operator as of several days.
      Operator: { keyFields: false },
      Standing: { keyFields: false },
      Words: { keyFields: false },
    },
  }),
  defaultOptions: {
    watchQuery: { fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' },
    query: { fetchPolicy: 'network-only' },
    // An act changes what waits: the counts in the navigation are asked again.
    mutate: { refetchQueries: ['WorkCounts'] },
  },
})
