/** The one Apollo client: asks this host's /graphql as whoever is signed in. */
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client'
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors'
import { RetryLink } from '@apollo/client/link/retry'
import { ask } from './session.js'

/** A question is asked so often; something that changes anything once: whoever asked decides about the rest. */
const ATTEMPTS_MOST = 3
const BUSY = [502, 503, 504]

const isPassing = (error: unknown): boolean => {
  if (ServerError.is(error)) return BUSY.includes(error.statusCode)
  return !CombinedGraphQLErrors.is(error)
}

export const client = new ApolloClient({
  link: ApolloLink.from([
    new RetryLink({
      delay: { initial: 500, max: 5_000, jitter: true },
      attempts: (count, operation, error) =>
        count < ATTEMPTS_MOST && String(operation.operationType) === 'query' && isPassing(error),
    }),
    new HttpLink({ uri: '/graphql', fetch: ask }),
  ]),
  cache: new InMemoryCache({
    typePolicies: {
      // The same operator is shown as of several days: its values belong to the question that they answer.
      Operator: { keyFields: false },
      Standing: { keyFields: false },
      // Their ids are of one feed, list or platform, and their values of this instant.
      Words: { keyFields: false },
    },
  }),
  defaultOptions: {
    // What others have done in the meantime is seen; what is known is shown until then.
    watchQuery: { fetchPolicy: 'cache-and-network', nextFetchPolicy: 'cache-first' },
    query: { fetchPolicy: 'network-only' },
  },
})
