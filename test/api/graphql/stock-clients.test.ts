/** Common client libraries with default settings. They know only the address of the hub and a token. */
import { spawnSync } from 'node:child_process'
import { ApolloClient, CombinedGraphQLErrors, gql as forApollo, HttpLink, InMemoryCache } from '@apollo/client/core'
import { ErrorLink } from '@apollo/client/link/error'
import { cacheExchange, createClient, fetchExchange, gql as forUrql } from '@urql/core'
import { expect } from 'chai'
import { getIntrospectionQuery } from 'graphql'
import { ClientError, GraphQLClient, gql } from 'graphql-request'
import { confirmedClient } from '../../support/accounts.js'
import { worldWithListing } from '../listed-world.js'
import { registration, uscc } from '../record-drafts.js'
import { NOW, type World } from '../world.js'

const NAMES = ['青禾', '白露', '霜降', '谷雨', '立夏']

const FILE = `query File($code: String!) {
  standing(code: $code) { code status listed asOf stale }
  operator(code: $code) { id uscc name records(first: 2) { edges { cursor node { id kind } } pageInfo { hasNextPage endCursor } totalCount } }
  blacklist(first: 1) { totalCount nodes { id reason operator { uscc } } pageInfo { hasNextPage endCursor } }
}`
const PAGES = `query Pages($first: Int, $after: String) {
  operators(first: $first, after: $after) { edges { cursor node { id uscc } } pageInfo { hasNextPage endCursor } }
}`
const FORBIDDEN = '{ auditLog { totalCount } }'
const WRONG = '{ operator(code: 1) { nothing } }'

/** Directive locations of the GraphQL edition of October 2021, 3.13. graphql-core 3.2 knows no others. */
const LOCATIONS_OF_2021 = new Set(
  `QUERY MUTATION SUBSCRIPTION FIELD FRAGMENT_DEFINITION FRAGMENT_SPREAD INLINE_FRAGMENT VARIABLE_DEFINITION
   SCHEMA SCALAR OBJECT FIELD_DEFINITION ARGUMENT_DEFINITION INTERFACE UNION ENUM ENUM_VALUE INPUT_OBJECT INPUT_FIELD_DEFINITION`.split(
    /\s+/,
  ),
)

/** Returns what the program prints, or null without Python and graphql-core 3.2. */
const python = (program: string, input = ''): string | null => {
  const has = spawnSync('python3', ['-c', 'import graphql; assert graphql.__version__.startswith("3.2")'])
  if (has.status !== 0) return null
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

// biome-ignore lint/suspicious/noExplicitAny: an answer's shape is its question's
type Data = any

describe('stock clients', () => {
  let world: World
  let token: string
  before(async () => {
    const [first = '', ...others] = NAMES.map((name) => `虚构${name}有限公司`)
    ;[world] = await worldWithListing(first)
    const registrations = others.map((name, n) => registration(uscc(n + 2), name))
    await world.bring('registry', registrations)
    const { client_id, client_secret } = await confirmedClient(
      world.database.db,
      { name: 'guguji', role: 'marketplace' },
      [],
      NOW,
    )
    // RFC 6749, 4.4: the grant that any OAuth library uses for a system.
    const answer = await fetch(`${world.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const given = (await answer.json()) as { access_token: string; token_type: string }
    expect(given.token_type).to.equal('Bearer')
    token = given.access_token
  })
  after(() => world.close())

  interface Stock {
    ask(query: string, variables?: Record<string, unknown>): Promise<Data>
    /** Error codes of the answer to a query. */
    refused(query: string): Promise<string[]>
  }

  const codesOf = (errors: readonly { extensions?: Record<string, unknown> | undefined }[]): string[] =>
    errors.map(({ extensions }) => String(extensions?.['code']))

  const apollo = (signedIn: boolean): Stock => {
    const heard: string[] = []
    const http = new HttpLink({
      uri: `${world.url}/graphql`,
      ...(signedIn && { headers: { authorization: `Bearer ${token}` } }),
    })
    const hearing = new ErrorLink(({ error }) => {
      if (CombinedGraphQLErrors.is(error)) heard.push(...codesOf(error.errors))
    })
    const client = new ApolloClient({ link: hearing.concat(http), cache: new InMemoryCache() })
    return {
      ask: async (query, variables = {}) => (await client.query<Data>({ query: forApollo(query), variables })).data,
      refused: async (query) => {
        heard.length = 0
        await client.query({ query: forApollo(query) }).catch(() => undefined)
        return [...heard]
      },
    }
  }

  const urql = (signedIn: boolean): Stock => {
    const client = createClient({
      url: `${world.url}/graphql`,
      exchanges: [cacheExchange, fetchExchange],
      ...(signedIn && { fetchOptions: { headers: { authorization: `Bearer ${token}` } } }),
    })
    return {
      ask: async (query, variables = {}) => {
        const { data, error } = await client.query<Data>(forUrql(query), variables).toPromise()
        if (error) throw error
        return data
      },
      refused: async (query) => codesOf((await client.query(query, {}).toPromise()).error?.graphQLErrors ?? []),
    }
  }

  const request = (signedIn: boolean): Stock => {
    const headers: Record<string, string> = signedIn ? { authorization: `Bearer ${token}` } : {}
    const client = new GraphQLClient(`${world.url}/graphql`, { headers })
    return {
      ask: (query, variables = {}) => client.request<Data>(gql`${query}`, variables),
      refused: async (query) => {
        try {
          await client.request(query)
        } catch (error) {
          if (error instanceof ClientError) return codesOf(error.response.errors ?? [])
          throw error
        }
        return []
      },
    }
  }

  const stock: [string, (signedIn: boolean) => Stock][] = [
    ['Apollo Client', apollo],
    ['urql', urql],
    ['graphql-request', request],
  ]
  describe('graphql-core 3.2, the Python client', () => {
    it('F-2: introspection has no directive location unknown to the edition of October 2021', async () => {
      const { data } = await world.ask(getIntrospectionQuery())
      const told = data.__schema.directives.flatMap((one: { locations: string[] }) => one.locations)
      expect(told.filter((location: string) => !LOCATIONS_OF_2021.has(location))).to.deep.equal([])
      const deprecated = data.__schema.directives.find((one: { name: string }) => one.name === 'deprecated')
      expect(deprecated.locations).to.include('FIELD_DEFINITION')
    })

    it('F-2: loads the schema by introspection, where it is installed', async function () {
      const query = python(
        'from graphql import get_introspection_query as ask; print(ask(directive_is_repeatable=True))',
      )
      if (query === null) return this.skip()
      const { data, errors } = await world.ask(query)
      expect(errors).to.equal(undefined)
      const load =
        'import json, sys; from graphql import build_client_schema, validate_schema; s = build_client_schema(json.load(sys.stdin)); print(len(validate_schema(s)), s.query_type.name)'
      expect(python(load, JSON.stringify(data))?.trim()).to.equal('0 Query')
    })
  })

  for (const [name, made] of stock) {
    describe(name, () => {
      it('reads standing, an operator with its records, and the list', async () => {
        const data = await made(true).ask(FILE, { code: uscc(1) })
        expect(data.standing).to.include({ code: uscc(1), status: 'KNOWN', listed: true })
        expect(data.operator).to.include({ uscc: uscc(1), name: '虚构青禾有限公司' })
        expect(data.operator.records.totalCount).to.equal(1)
        expect(data.blacklist.totalCount).to.equal(1)
        expect(data.blacklist.nodes[0].operator.uscc).to.equal(uscc(1))
      })

      it('pages to the end by the returned cursors', async () => {
        const client = made(true)
        const seen: string[] = []
        let after: string | null = null
        for (let pages = 0; pages < NAMES.length; pages += 1) {
          const { operators } = await client.ask(PAGES, { first: 2, after })
          seen.push(...operators.edges.map(({ node }: { node: { uscc: string } }) => node.uscc))
          after = operators.pageInfo.endCursor
          if (!operators.pageInfo.hasNextPage) break
        }
        expect(seen).to.deep.equal(NAMES.map((_, n) => uscc(n + 1)))
      })

      it('gets an error code for each refusal', async () => {
        expect(await made(true).refused(FORBIDDEN)).to.deep.equal(['FORBIDDEN'])
        expect(await made(false).refused(FORBIDDEN)).to.deep.equal(['UNAUTHENTICATED'])
        expect(new Set(await made(true).refused(WRONG))).to.deep.equal(new Set(['GRAPHQL_VALIDATION_FAILED']))
      })
    })
  }
})
