/** Answers frequent queries before Apollo parses them. */
import {
  type ApolloServerOptions,
  type ApolloServerOptionsWithGateway,
  type ApolloServerOptionsWithSchema,
  type BaseContext,
  HeaderMap,
  type HTTPGraphQLResponse,
} from '@apollo/server'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { LRUCache } from '../../foundation/lru.js'
import { isRecord } from '../../foundation/text/json.js'
import { type ExecutorOptions, makeQueryExecutor, type QueryBody, type QueryExecutor } from './compiled.js'

export const CACHED_DOCUMENTS_MOST = 200
/** Longest document cached, characters. */
export const CACHED_DOCUMENT_LENGTH_MOST = 4_096
const ONCE_MOST = 2_000

/** Caches a parsed query from its second request on, because queries with literal codes never repeat. */
export const makeDocumentStore = (): NonNullable<ApolloServerOptions<BaseContext>['documentStore']> => {
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

const ACCEPTS_MOST = 100
const ACCEPT_LONGEST = 300

export type CompiledQueryOptions<C> = Omit<ExecutorOptions<C>, 'hitsBefore'>

type WithGateway<C extends BaseContext> = ApolloServerOptionsWithGateway<C>
type WithSchema<C extends BaseContext> = ApolloServerOptionsWithSchema<C>

export interface QueryEngine<C extends BaseContext> {
  apollo: Pick<WithGateway<C>, 'gateway' | 'documentStore'> | Pick<WithSchema<C>, 'schema' | 'documentStore'>
  quick: (
    body: unknown,
    accept: string,
    contextOf: () => C,
  ) => Promise<{ answer: HTTPGraphQLResponse; context: C } | null>
  learnType: (accept: string, type: string) => void
}

export const makePlainEngine = <C extends BaseContext>(schema: GraphQLSchema): QueryEngine<C> => ({
  apollo: { schema, documentStore: null },
  quick: async () => null,
  learnType: () => undefined,
})

export const makeQueryEngine = <C extends BaseContext>(
  schema: GraphQLSchema,
  twin: () => GraphQLSchema,
  options: CompiledQueryOptions<C>,
): QueryEngine<C> => {
  const executor = makeQueryExecutor<C>(schema, twin(), options)
  const types = new LRUCache<string, string>({ max: ACCEPTS_MOST })
  return {
    apollo: { gateway: asGateway(schema, executor), documentStore: makeDocumentStore() },
    quick: async (body, accept, contextOf) => {
      const question = questionIn(body)
      const type = question && types.get(accept)
      const found = type ? await executor.quick(question, contextOf) : null
      if (!found || !type) return null
      const string = `${JSON.stringify({ data: found.answer.data })}\n`
      const answer = { headers: new HeaderMap([['content-type', type]]), body: { kind: 'complete' as const, string } }
      return { answer, context: found.context }
    },
    learnType: (accept, type) => {
      if (accept.length <= ACCEPT_LONGEST) types.set(accept, type)
    },
  }
}

type GatewayInterface<C extends BaseContext> = WithGateway<C>['gateway']

const asGateway = <C extends BaseContext>(
  schema: GraphQLSchema,
  { execute }: QueryExecutor<C>,
): GatewayInterface<C> => {
  let tell: Parameters<GatewayInterface<C>['onSchemaLoadOrUpdate']>[0] = () => undefined
  return {
    onSchemaLoadOrUpdate: (listener) => {
      tell = listener
      return () => undefined
    },
    load: async () => {
      tell({ apiSchema: schema, coreSupergraphSdl: '' })
      return {
        executor: ({ document, source, request, context }) =>
          execute({
            document,
            text: source,
            operationName: request.operationName,
            variables: request.variables,
            context: context as unknown as C,
          }),
      }
    },
    stop: async () => undefined,
  }
}

const questionIn = (body: unknown): QueryBody | null => {
  if (!isRecord(body) || 'extensions' in body) return null
  const { query } = body
  const [operationName, variables] = [body['operationName'] ?? undefined, body['variables'] ?? undefined]
  if (typeof query !== 'string' || (operationName !== undefined && typeof operationName !== 'string')) return null
  return variables === undefined || isRecord(variables) ? { query, operationName, variables } : null
}
