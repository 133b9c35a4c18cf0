import { expect } from 'chai'
import { serverAudits } from 'graphql-http'
import * as people from '../../src/work/people.js'
import { makeWorld, NOW, type World } from './world.js'

/**
 * What the audit suite of GraphQL over HTTP would like and does not get, by its ids: questions in plain GETs, which any page
 * of another site could send with a reader's cookie.
 */
const REFUSED: Record<string, string> = {
  '5A70': 'MAY accept application/x-www-form-urlencoded formatted GET requests',
  D6D5: 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
  '6A70': 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
}
/** So many does graphql-http 1.23.1 have. */
const AUDITS = 61

const GRAPHQL = 'application/graphql-response+json'
const JSON_TYPE = 'application/json'

describe('GraphQL over HTTP', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  const audited = async (headers: Record<string, string> = {}) => {
    const ask: typeof fetch = (url, init) => fetch(url, { ...init, headers: { ...headers, ...init?.headers } })
    const audits = serverAudits({ url: `${world.url}/graphql`, fetchFn: ask })
    const results = []
    for (const { id, name, fn } of audits) results.push({ ...(await fn()), id, name })
    return results
  }

  it('passes every MUST and SHOULD of the audit suite; plain GETs alone are refused', async () => {
    const results = await audited()
    expect(results).to.have.length(AUDITS)
    const failed = results.filter(({ status }) => status !== 'ok')
    expect(Object.fromEntries(failed.map(({ id, name }) => [id, name]))).to.deep.equal(REFUSED)
    expect(failed.map(({ status }) => status)).to.deep.equal(failed.map(() => 'notice'))
  })

  it('passes all of it, the MAYs too, for a program that says that it is no form of a page', async () => {
    const results = await audited({ 'apollo-require-preflight': 'true' })
    expect(results.filter(({ status }) => status !== 'ok')).to.deep.equal([])
  })

  it('a GET with a token is answered, for no page of another site can send one; with a session cookie alone it is not', async () => {
    const url = `${world.url}/graphql?query=${encodeURIComponent('{ viewer { role } }')}`
    const get = (headers: Record<string, string>) => fetch(url, { headers })
    const answer = await get({ authorization: `Bearer ${world.token('officer')}` })
    expect(await answer.json()).to.deep.equal({ data: { viewer: { role: 'officer' } } })
    // Browsers send Basic by themselves: it is refused whatever else is there.
    expect((await get({ authorization: 'Basic eDp5', 'apollo-require-preflight': '1' })).status).to.equal(401)
    const { name, one_time_password: password } = await people.add(
      world.database.db,
      { name: 'zhang', role: 'officer' },
      [],
      NOW,
    )
    const login = await fetch(`${world.url}/desk/login`, {
      method: 'POST',
      headers: { 'content-type': JSON_TYPE },
      body: JSON.stringify({ name, password, newPassword: 'zu-hao-de-mimei-47' }),
    })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await get({ cookie })).status).to.equal(400)
    expect(await (await get({ cookie, 'apollo-require-preflight': '1' })).json()).to.deep.equal({
      data: { viewer: { role: 'officer' } },
    })
  })

  const question = (query: string, accept?: string) =>
    fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': JSON_TYPE, ...(accept !== undefined && { accept }) },
      body: JSON.stringify({ query }),
    })

  it('answers in the type that is accepted, the preferred one first', async () => {
    const types: [string | undefined, string | null][] = [
      [GRAPHQL, GRAPHQL],
      [JSON_TYPE, JSON_TYPE],
      ['*/*', JSON_TYPE],
      [undefined, JSON_TYPE],
      [`${GRAPHQL},${JSON_TYPE};q=0.9`, GRAPHQL],
      [`${JSON_TYPE},${GRAPHQL};q=0.9`, JSON_TYPE],
    ]
    for (const [accept, type] of types) {
      const answer = await question('{ __typename }', accept)
      expect([answer.status, answer.headers.get('content-type')], accept).to.deep.equal([200, `${type}; charset=utf-8`])
    }
    expect((await question('{ __typename }', 'text/plain')).status).to.equal(406)
  })

  it('a question that cannot be answered has 200 for who names application/json, else 400; what is no question 400', async () => {
    const accepts = [JSON_TYPE, GRAPHQL, '*/*']
    const statuses = (query: string) =>
      Promise.all(accepts.map(async (accept) => (await question(query, accept)).status))
    for (const query of ['{ standing(', '{ nothing }', '{ standing(code: "x", asOf: "2026-02-30") { status } }'])
      expect(await statuses(query), query).to.deep.equal([200, 400, 400])
    expect(await statuses('')).to.deep.equal([400, 400, 400])
  })
})
