/** Texts of marketplaces are stored as sent, but without the ID numbers of persons. */
import { expect } from 'chai'
import { uscc } from '../record-drafts.js'
import { makeWorld, type World } from '../world.js'

/** An invented ID number with a valid check character, and spellings of it that occur in practice. */
const ID = '11010119900307461X'
const DIGITS = '110101199003074610'
const SPELLINGS = [
  DIGITS,
  ID.toLowerCase(),
  `s-${DIGITS}`,
  `s-${DIGITS}-x`,
  '110101 19900307 4610',
  '１１０１０１１９９００３０７４６１０',
]

describe('F-5: ID numbers sent by marketplaces', () => {
  let world: World
  before(async () => {
    world = await makeWorld({ webhookAllow: ['127.0.0.0/8'] })
  })
  after(() => world.close())

  /** Lists the rows of all tables that contain one of these texts. */
  const kept = async (words: readonly string[]): Promise<string[]> => {
    const { db } = world.database
    const { rows } = await db.raw(
      `select tablename from pg_tables where schemaname = current_schema() order by tablename`,
    )
    const found: string[] = []
    for (const { tablename } of rows) {
      const hit = await db.raw(
        `select w from "${tablename}" t, unnest(?::text[]) w where strpos(t::text, w) > 0 limit 1`,
        [[...words]],
      )
      if (hit.rows.length > 0) found.push(`${tablename} ${hit.rows[0].w}`)
    }
    return found
  }

  it('F-5: are not stored from a list of sellers, as CSV and NDJSON, as a shop id and within one', async () => {
    const token = world.token('marketplace', 'mall')
    const others = Array.from({ length: 30 }, (_, n) => uscc(n + 1))
    for (const write of [
      (text: string) => text,
      (text: string) => JSON.stringify({ shop: text }),
      (text: string) => JSON.stringify({ code: `shop:mall:${text}` }),
    ]) {
      const answer = await fetch(`${world.url}/v1/sellers?marketplace=mall`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
        body: [...others, ...SPELLINGS.map(write)].join('\n'),
      })
      const told = await answer.text()
      expect(answer.status, told).to.equal(200)
      expect(await world.database.db('sellers').where({ scheme: 'shop' }).pluck('code')).to.deep.equal([])
      expect(JSON.parse(told)).to.deep.include({ sellers: 30, malformed: SPELLINGS.length })
      expect(told).to.not.match(/19900307/)
    }
    expect(await kept(SPELLINGS)).to.deep.equal([])
  })

  it('F-5: are not stored from a webhook address, whose refusal does not repeat them', async () => {
    const token = world.token('marketplace', 'mall')
    const add = (url: string) =>
      world.ask('mutation($url: String!) { addWebhook(url: $url) { webhook { url } } }', { token, variables: { url } })
    const paths = [
      ...SPELLINGS,
      encodeURIComponent(SPELLINGS[5] as string),
      `%31%31${DIGITS.slice(2)}`,
      `%2531${DIGITS.slice(1)}`,
    ]
    for (const path of paths) {
      const { errors } = await add(`http://127.0.0.1:9/hook/${path}`)
      expect(errors?.[0]?.extensions['code'], path).to.equal('WEBHOOK_ADDRESS')
      expect(JSON.stringify(errors), path).to.not.match(/19900307/)
    }
    expect(await world.database.db('webhooks').pluck('url')).to.deep.equal([])
    expect(await kept(SPELLINGS)).to.deep.equal([])
    expect((await add('http://127.0.0.1:9/hook/mall')).data.addWebhook.webhook.url).to.include('/hook/mall')
  })
})
