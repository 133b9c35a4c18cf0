/** The public's answers over HTTP while a restored database lacks what the hub has already sent out. */
import { expect } from 'chai'
import { platforms } from '../../src/platforms/index.js'
import { makeHeadNotesInMemory } from '../../src/work/audit/head-notes.js'
import { detectRestore, lockReleasable, releaseRestored } from '../../src/work/delivery/restored.js'
import { keyIn } from '../api/global-ids.js'
import { worldWithListing } from '../api/listed-world.js'
import { registration, uscc } from '../api/record-drafts.js'
import { NOW, type World } from '../api/world.js'
import { log } from '../support/world.js'

const IDS = platforms.map(({ id }) => id)
const [LISTED, CLEAR] = [uscc(1), uscc(2)]
const NAME = '虚构黑岩商贸有限公司'

describe('a restored database over HTTP', () => {
  let world: World
  let key: string
  before(async () => {
    const [made, listing] = await worldWithListing(NAME)
    world = made
    key = keyIn(listing)
    await world.bring('registry', [registration(CLEAR, '虚构白桦有限公司')])
    await world.bring('dishonest', [], NOW)
    await world.publish()
  })
  after(() => world.close())

  interface Seen {
    status: number
    text: string
  }
  const get = async (path: string, options: RequestInit = {}): Promise<Seen> => {
    const answer = await fetch(`${world.url}${path}`, options)
    return { status: answer.status, text: await answer.text() }
  }
  const html = { headers: { accept: 'text/html' } }
  /** Every endpoint that answers the public list or a part of it. */
  const lists = {
    'GET /data/blacklist.csv': () => get('/data/blacklist.csv'),
    'GET /data/blacklist.json': () => get('/data/blacklist.json'),
    'GET /blacklist': () => get('/blacklist', html),
    'GET /blacklist of its code': () => get(`/blacklist?q=${LISTED}`, html),
    'GET /blacklist/:key': () => get(`/blacklist/${key}`, html),
    'POST /check': () => get('/check', { ...html, method: 'POST', body: new URLSearchParams({ codes: LISTED }) }),
    'blacklist in GraphQL': async () => {
      const { status, data, errors } = await world.ask('{ blacklist(first: 9) { nodes { operator { uscc name } } } }')
      const code = errors?.[0]?.extensions['code']
      return { status: code === 'LIST_WITHHELD' ? 503 : status, text: JSON.stringify([data, code]) }
    },
  }
  const answers = async (): Promise<Record<string, Seen>> =>
    Object.fromEntries(
      await Promise.all(Object.entries(lists).map(async ([name, ask]) => [name, await ask()] as const)),
    )
  const standings = async () => {
    const ofOne = await get(`/v1/standing/${LISTED}`)
    const ofMany = await get('/v1/standings', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([CLEAR, LISTED]),
    })
    const { data } = await world.ask(`{ standing(code: "${LISTED}") { listed stale listings { id } } }`)
    const told = [JSON.parse(ofOne.text), JSON.parse(ofMany.text.trim().split('\n')[1] ?? ''), data.standing]
    return told.map(({ listed, stale, listings }) => ({ listed, stale, listings: listings.length }))
  }
  const said = {
    notes: { sent: () => ({ deliveryId: 1_000_000, number: 7 }), published: () => null, heads: makeHeadNotesInMemory },
  }
  const names = ({ text }: Seen) => text.includes(LISTED) || text.includes(NAME)

  it('R-4: names no listed operator at any address until it is released', async () => {
    const [listed, withheld] = [
      { listed: true, stale: false, listings: 1 },
      { listed: false, stale: true, listings: 0 },
    ]
    for (const [name, seen] of Object.entries(await answers()))
      expect([seen.status, names(seen)], `${name} before`).to.deep.equal([200, true])
    expect(await standings()).to.deep.equal([listed, listed, listed])

    const { db } = world.database
    expect(await detectRestore(db, { ...said, platforms: IDS, now: NOW, log })).to.equal(true)
    for (const [name, seen] of Object.entries(await answers())) {
      expect([seen.status, seen.text.includes(NAME)], `${name} while behind`).to.deep.equal([503, false])
      expect(seen.text, name).to.match(/LIST_WITHHELD|落后于已发出的内容/)
    }
    expect(await standings()).to.deep.equal([withheld, withheld, withheld])

    const made = {
      proposedBy: 'officer-1',
      by: 'reviewer-1',
      reason: '已逐一核对',
      platforms: IDS,
      now: NOW,
    }
    await db.transaction(async (tx) => releaseRestored(tx, await lockReleasable(tx, []), made))
    for (const [name, seen] of Object.entries(await answers()))
      expect([seen.status, names(seen)], `${name} after the release`).to.deep.equal([200, true])
    expect(await standings()).to.deep.equal([listed, listed, listed])
  })
})
