/**
 * Every address that a release or a state before it answered still answers, or redirects to one that does. They were
 * collected from the history of the routers, of the OpenAPI description and of the desk's pages; none may be removed here.
 */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { globalOf } from '../api/global-ids.js'
import { numberOf, worldWithListing } from '../api/listed-world.js'
import { uscc } from '../api/record-drafts.js'
import { recordId, type World } from '../api/world.js'
import { deskBuilt } from '../support/desk.js'

const PAGES = [
  ...[
    '/',
    '/blacklist',
    '/blacklist/:entry',
    '/blacklist/:oldEntry',
    '/check',
    '/data',
    '/scorecard',
    '/penalties',
    '/pilots',
    '/scorecard/ecommerce-1',
  ],
  ...['/about', '/my', '/verify', '/developers', '/graphql', '/desk', '/help'],
  ...[
    'lists',
    'clocks',
    'documents',
    'measures',
    'public-entry',
    'recovery',
    'registration-states',
    'retention',
    'timeliness',
  ].map((name) => `/about/rules/${name}`),
  ...['audit-log', 'trail', 'restoration'].map((name) => `/about/rules/${name}`),
  ...[
    'find',
    'check',
    'data',
    'my-record',
    'defence',
    'objection',
    'repair',
    'certificate',
    'desk',
    'operators',
    'listings',
  ].map((name) => `/help/${name}`),
  ...['concerns', 'grades', 'intake', 'deliveries', 'scorecards', 'administration', 'audit-log'].map(
    (name) => `/help/${name}`,
  ),
  ...[
    '/robots.txt',
    '/sitemap.xml',
    '/favicon.ico',
    '/icon.svg',
    '/site.css',
    '/healthz',
    '/readyz',
    '/.well-known/jwks.json',
  ],
  ...[
    '/data/blacklist.csv',
    '/data/blacklist.jsonl',
    '/data/blacklist.json',
    '/data/blacklist.atom',
    '/data/delta?since=0',
  ],
  ...[
    '/data/manifest.jws',
    '/v1/openapi.json',
    '/blacklist?format=csv',
    '/my/records',
    '/my/asked-by',
    '/my/listings/:entry',
  ],
  ...['/developers/hub-client.sh', '/developers/hub_client.py', '/developers/hub-client.ts'],
]
const DESK_PAGES = [
  ...['', 'operators', 'operator/:code', 'operator/:code/report', 'listings', 'listings/:entry', 'listings/:oldEntry'],
  ...['listings/concerns', 'listings/objections', 'overrules', 'overrides', 'intake/feeds', 'intake/feeds/penalties'],
  ...[
    'intake/feeds/penalties/maps',
    'intake/runs/:run',
    'intake/rejects',
    'intake/identity',
    'intake/merge',
    'intake/uploads',
  ],
  ...[
    'deliveries',
    'deliveries/retractions',
    'deliveries/timeliness',
    'deliveries/discrepancies',
    'deliveries/webhooks',
  ],
  ...[
    'deliveries/:run',
    'scorecards',
    'scorecards/trial',
    'scorecards/general-1',
    'administration/clients',
    'administration/people',
  ],
  ...['administration/lockouts', 'administration/timetable', 'administration/calendar', 'administration/rules'],
  ...[
    'administration/trail',
    'administration/audit-log',
    'administration/restored',
    'account',
    'reminders',
    'search',
    'sellers',
  ],
  ...[
    'watch-list',
    'worklist',
    'authorisations',
    'administration/authorities',
    'administration/confirmations',
    'administration/doctor',
  ],
  ...['administration/reminders', 'administration/settings', 'administration/setup'],
]
/** Asked without a token or form: any refusal but NOT_FOUND shows that somebody answers there. */
const CALLS: readonly (readonly [method: string, path: string])[] = [
  ['POST', '/graphql'],
  ['POST', '/oauth/token'],
  ['POST', '/oauth/revoke'],
  ['POST', '/v1/standings'],
  ['GET', '/v1/standing/:code'],
  ['GET', '/v1/changes'],
  ['POST', '/v1/sellers'],
  ['POST', '/v1/feeds/penalties'],
  ['GET', '/v1/runs/1/rejects.csv'],
  ['GET', '/v1/scores/1'],
  ['GET', '/v1/timeliness.csv'],
  ['GET', '/v1/trail/verification'],
  ['POST', '/desk/login'],
  ['POST', '/desk/logout'],
  ['GET', '/desk/session'],
  ['POST', '/my'],
  ['POST', '/my/sign-out'],
  ['POST', '/my/objections'],
  ['POST', '/my/listings/:entry'],
  ['POST', '/check'],
  ['GET', '/metrics'],
]
const ROUTES = readFileSync(new URL('../../src/web/desk/routes.ts', import.meta.url), 'utf8')
const PATTERNS = [...ROUTES.matchAll(/^ {4}path: '([^']*)'/gm)].map(
  ([, path = '']) => new RegExp(`^/desk/?${path.replaceAll(/:\w+/g, '[^/]+')}$`),
)

describe('old addresses', () => {
  let world: World
  let values: Record<string, string>
  before(async () => {
    await deskBuilt()
    let listing: string
    ;[world, listing] = await worldWithListing('虚构旧址有限公司')
    await world.publish()
    const run = globalOf('Run', await recordId(world, `${numberOf(1)}/${uscc(1)}`))
    values = { entry: listing, oldEntry: globalOf('Listing', listing), code: uscc(1), run }
  })
  after(() => world?.close())

  const filled = (path: string) => path.replace(/:(\w+)/, (_, name: string) => values[name] ?? name)
  const follow = async (path: string, method = 'GET') => {
    const headers = { accept: path.startsWith('/v1') ? '*/*' : 'text/html,*/*' }
    const answer = await fetch(`${world.url}${filled(path)}`, { method, headers })
    return { status: answer.status, path: new URL(answer.url).pathname, text: await answer.text() }
  }

  it('of pages and files answer 200, if need be by a redirect', async () => {
    const faults: string[] = []
    for (const path of PAGES) {
      const { status } = await follow(path)
      if (status !== 200) faults.push(`${path} ${status}`)
    }
    expect(faults).to.deep.equal([])
  })

  it('of the desk lead to a page that it has', async () => {
    const faults: string[] = []
    for (const path of DESK_PAGES) {
      const found = await follow(`/desk/${path}`)
      if (found.status !== 200 || !PATTERNS.some((pattern) => pattern.test(found.path)))
        faults.push(`${path} → ${found.path}`)
    }
    expect(faults).to.deep.equal([])
    expect(PATTERNS.some((pattern) => pattern.test('/desk/overrules'))).to.equal(false)
  })

  it('of the API and of forms have somebody who answers', async () => {
    const faults: string[] = []
    for (const [method, path] of CALLS) {
      const { status, text } = await follow(path, method)
      if (status === 404 && text.includes('"NOT_FOUND"')) faults.push(`${method} ${path} ${text}`)
      if (status === 405 || status >= 500) faults.push(`${method} ${path} ${status}`)
    }
    expect(faults).to.deep.equal([])
  })
})
