/** Libraries that people ask with, as they come: nothing about the hub is told them but its address and a token. */
import { ApolloClient, CombinedGraphQLErrors, gql as forApollo, HttpLink, InMemoryCache } from '@apollo/client/core'
import { ErrorLink } from '@apollo/client/link/error'
import { cacheExchange, createClient, fetchExchange, gql as forUrql } from '@urql/core'
import { expect } from 'chai'
import { ClientError, GraphQLClient, gql } from 'graphql-request'
import * as clients from '../../src/work/clients.js'
import { makeWorld, NOW, penalty, publishListing, registration, uscc, type World } from './world.js'

const NAMES = ['青禾', '白露', '霜降', '谷雨', '立夏']

const FILE = `query File($code: String!) {
  standing(code: $code) { code status listed asOf stale }
  operator(code: $code) { id uscc name records(first: 2) { edges { cursor node { id kind } } pageInfo { hasNextPage endCursor } totalCount } }
  blacklist(first: 1) { totalCount nodes { id reason operator { uscc } } pageInfo { hasNextPage endCursor } }
}`
const PAGES = `query Pages($first: Int, $after: String) {
  operators(first: $first, after: $after) { edges { cursor node { id uscc } } pageInfo { hasNextPage endCursor } }
}`
const FORBIDDEN = '{ trail { totalCount } }'
const WRONG = '{ operator(code: 1) { nothing } }'

// biome-ignore lint/suspicious/noExplicitAny: an answer's shape is its question's
type Data = any

describe('stock clients', () => {
  let world: World
  let token: string
  before(async () => {
    world = await makeWorld()
    const registrations = NAMES.map((name, n) => registration(uscc(n + 1), `虚构${name}有限公司`))
    await world.bring('registry', registrations)
    await world.bring('penalties', [penalty(uscc(1), '虚市监处罚〔2026〕1号')])
    await publishListing(world, uscc(1), '虚市监处罚〔2026〕1号')
    const { client_id, client_secret } = await clients.add(
      world.database.db,
      { name: 'guguji', role: 'marketplace' },
      [],
      NOW,
    )
    // RFC 6749, 4.4, as any OAuth library does it.
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
    /** The codes of the errors with which a question is answered. */
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
      // With a token nothing is set. Without one its GETs, which it sends since version 6, look like those of a foreign page.
      ...(!signedIn && { preferGetMethod: false }),
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

      it('pages through to the end by the cursors that it is given', async () => {
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

      it('is told by codes why it is refused', async () => {
        expect(await made(true).refused(FORBIDDEN)).to.deep.equal(['FORBIDDEN'])
        expect(await made(false).refused(FORBIDDEN)).to.deep.equal(['UNAUTHENTICATED'])
        expect(new Set(await made(true).refused(WRONG))).to.deep.equal(new Set(['GRAPHQL_VALIDATION_FAILED']))
      })
    })
  }
})
