import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import express, { type ErrorRequestHandler } from 'express'
import type { Page } from 'playwright-core'
import { ROLES, type Role } from '../../src/domain/access/viewer.js'
import { graphiqlRouter } from '../../src/web/built-pages.js'
import { EXAMPLE_QUERIES, exampleText } from '../../src/web/graphiql/examples.js'
import { publishListing } from '../api/listed-world.js'
import { penalty, registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, operatorId, recordId, scored, type World } from '../api/world.js'
import { confirmedPerson } from '../support/accounts.js'
import { BROWSER_MS, browser, isTooWide, violations } from '../support/browser.js'
import { graphiqlBuilt } from '../support/graphiql.js'

const NUMBER = '虚市监处罚〔2026〕1号'
const PASSWORD = 'fjord kelp umbra lantern'

/** The violation that axe-core finds in GraphiQL 4.1 itself: each tab contains the button that closes it. */
const KNOWN = /^nested-interactive: .*class="graphiql-tab/

describe('GraphiQL', function () {
  this.timeout(BROWSER_MS)
  const chromium = browser()
  let world: World
  before(async () => {
    graphiqlBuilt()
    world = await makeWorld()
    await world.bring('registry', [registration(uscc(1), '虚构青禾有限公司')])
    await world.bring('penalties', [penalty(uscc(1), NUMBER)])
    await scored(world, await operatorId(world, uscc(1)), 430, 'C', [await recordId(world, `${NUMBER}/${uscc(1)}`)])
    await publishListing(world, uscc(1), NUMBER)
  })
  after(() => world?.close())

  const partys = async (): Promise<string> => {
    const made = await world.ask('mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }', {
      token: world.token('officer'),
      variables: { input: { operator: uscc(1), reason: '送达' } },
    })
    const { code } = made.data.issueAccessCode
    return (await world.ask(`mutation { partyToken(accessCode: "${code}") }`)).data.partyToken
  }
  const tokenOf = async (role: Role): Promise<string | undefined> => {
    if (role === 'public') return undefined
    return role === 'party'
      ? partys()
      : world.token(role, `${role}-1`, role === 'agency' ? 'market-regulator' : undefined)
  }

  it('has an example query for each role that is answered without an error', async () => {
    expect(EXAMPLE_QUERIES.map(({ role }) => role)).to.deep.equal([...ROLES])
    for (const example of EXAMPLE_QUERIES) {
      const token = await tokenOf(example.role as Role)
      const own = JSON.parse(JSON.stringify(example.variables ?? {}).replaceAll(/91220102\w+/g, uscc(1)))
      const answer = await world.ask(exampleText(example, example.query), { variables: own, ...(token && { token }) })
      expect(answer.errors, `${example.role} ${JSON.stringify(answer.errors)}`).to.equal(undefined)
      expect(Object.values(answer.data), example.role).to.not.include(null)
    }
  })

  it('an installation without a built GraphiQL answers its page with 500, and keeps serving', async () => {
    const app = express()
    app.use(graphiqlRouter(() => false, []))
    app.use(((_error, _request, response, _next) => void response.sendStatus(500)) satisfies ErrorRequestHandler)
    const server = app.listen(0)
    try {
      const { port } = server.address() as AddressInfo
      for (const path of ['/graphql', '/graphiql/assets/index.js', '/graphql'])
        expect((await fetch(`http://localhost:${port}${path}`)).status, path).to.equal(500)
    } finally {
      server.close()
    }
  })

  const opened = async (page: Page): Promise<void> => {
    await page.goto('/graphql')
    await page.locator('.graphiql-query-editor .CodeMirror-code', { hasText: 'query Public' }).waitFor()
  }
  /** Runs the tab of a role. Returns the answer as text once it is displayed. */
  const run = async (page: Page, tab: string): Promise<string> => {
    await page.locator('[role=tab]', { hasText: tab }).click()
    await page.locator('.graphiql-query-editor .CodeMirror-code', { hasText: `query ${tab}` }).waitFor()
    const answered = page.waitForResponse((response) => (response.request().postData() ?? '').includes(`query ${tab}`))
    await page.getByRole('button', { name: /execute query/i }).click()
    const text = await (await answered).text()
    await page.locator('.result-window .CodeMirror-code', { hasText: /"(?:data|errors)":/ }).waitFor()
    return text
  }

  it('opens at GET /graphql without other hosts, and runs the public example', async () => {
    const { page, strays, faults, close } = await chromium.visit(world.url)
    await opened(page)
    expect(await run(page, 'Public')).to.include(uscc(1))
    expect(strays).to.deep.equal([])
    expect(faults).to.deep.equal([])
    const found = await violations(page)
    expect(found.filter((one) => !KNOWN.test(one))).to.deep.equal([])
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await isTooWide(page)).to.equal(false)
    await close()
  })

  it('section 7: runs its first tab without further input', async () => {
    expect(EXAMPLE_QUERIES[0]).to.not.have.property('variables')
    const { page, faults, close } = await chromium.visit(world.url)
    await opened(page)
    const answered = page.waitForResponse((response) => (response.request().postData() ?? '').includes('query Public'))
    await page.getByRole('button', { name: /execute query/i }).click()
    const { data, errors } = JSON.parse(await (await answered).text())
    expect([errors, data?.blacklist.totalCount]).to.deep.equal([undefined, 1])
    expect(faults).to.deep.equal([])
    await close()
  })

  it('sends a pasted token, stores it nowhere, and shows the refusal without one', async () => {
    const { page, faults, close } = await chromium.visit(world.url)
    await opened(page)
    expect(await run(page, 'Auditor')).to.include('UNAUTHENTICATED')
    await page.getByLabel('令牌 Token').fill(world.token('auditor', 'auditor-1'))
    expect(await run(page, 'Auditor')).to.include('ANSWER')
    const kept = await page.evaluate<string>(
      'JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie])',
    )
    expect(kept).to.not.include('eyJ')
    expect(faults).to.deep.equal([])
    await close()
  })

  it('sends requests as the person who is signed in, with the CSRF token', async () => {
    const { one_time_password: password } = await confirmedPerson(
      world.database.db,
      { name: 'wang', role: 'auditor' },
      [],
      NOW,
    )
    const login = await fetch(`${world.url}/desk/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'wang', password, newPassword: PASSWORD }),
    })
    const [, value = ''] = /^__Host-hub=([^;]+)/.exec(login.headers.get('set-cookie') ?? '') ?? []
    const { page, faults, close } = await chromium.visit(world.url)
    const { hostname: domain } = new URL(world.url)
    await page
      .context()
      .addCookies([{ name: '__Host-hub', value, domain, path: '/', secure: true, httpOnly: true, sameSite: 'Strict' }])
    await opened(page)
    await page.getByText('wang · auditor').waitFor()
    expect(await run(page, 'Auditor')).to.include('wang')
    expect(faults).to.deep.equal([])
    await close()
  })

  it('loads no script and no style from other hosts', async () => {
    const policyOf = async () =>
      (await fetch(`${world.url}/graphql`, { headers: { accept: 'text/html' } })).headers.get(
        'content-security-policy',
      ) ?? ''
    const [one, two] = [await policyOf(), await policyOf()]
    expect(one).to.include("default-src 'none'").and.include("script-src 'self';").and.include("frame-ancestors 'none'")
    expect(one).to.not.match(/unsafe|https?:|\*/)
    expect(one).to.not.equal(two)
  })

  it('serves only its own files', async () => {
    for (const name of ['nothing.js', '..%2findex.html', 'index.html', '%2e%2e%2f%2e%2e%2fpackage.json'])
      expect((await fetch(`${world.url}/graphiql/assets/${name}`)).status, name).to.equal(404)
  })
})
