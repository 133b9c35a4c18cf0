import { expect } from 'chai'
import { serverAudits } from 'graphql-http'
import { confirmedPerson } from '../../support/accounts.js'
import { makeWorld, NOW, type World } from '../world.js'

/** Number of audits in graphql-http 1.23.1. */
const AUDITS = 61

const GRAPHQL = 'application/graphql-response+json'
const JSON_TYPE = 'application/json'

describe('GraphQL over HTTP', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  it('section 9: passes the whole audit suite of graphql-http, the optional audits included', async () => {
    const audits = serverAudits({ url: `${world.url}/graphql`, fetchFn: fetch })
    const results = []
    for (const { id, name, fn } of audits) results.push({ ...(await fn()), id, name })
    expect(results).to.have.length(AUDITS)
    expect(results.filter(({ status }) => status !== 'ok')).to.deep.equal([])
  })

  it('refuses a mutation by GET', async () => {
    const query = encodeURIComponent('mutation { partyToken(accessCode: "x") }')
    expect((await fetch(`${world.url}/graphql?query=${query}`)).status).to.equal(405)
  })

  it('answers a GET with a token, and refuses one with a session cookie alone', async () => {
    const url = `${world.url}/graphql?query=${encodeURIComponent('{ viewer { role } }')}`
    const get = (headers: Record<string, string>) => fetch(url, { headers })
    const answer = await get({ authorization: `Bearer ${world.token('officer')}` })
    expect(await answer.json()).to.deep.equal({ data: { viewer: { role: 'officer' } } })
    // Browsers send Basic credentials by themselves, so Basic is refused whatever other headers say.
    expect((await get({ authorization: 'Basic eDp5', 'apollo-require-preflight': '1' })).status).to.equal(401)
    const { name, one_time_password: password } = await confirmedPerson(
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

  it('answers in the accepted media type, the preferred one first', async () => {
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

  it('an invalid query has status 200 for application/json, else 400; a request without a query has 400', async () => {
    const accepts = [JSON_TYPE, GRAPHQL, '*/*']
    const statuses = (query: string) =>
      Promise.all(accepts.map(async (accept) => (await question(query, accept)).status))
    for (const query of ['{ standing(', '{ nothing }', '{ standing(code: "x", asOf: "2026-02-30") { status } }'])
      expect(await statuses(query), query).to.deep.equal([200, 400, 400])
    expect(await statuses('')).to.deep.equal([400, 400, 400])
  })
})
