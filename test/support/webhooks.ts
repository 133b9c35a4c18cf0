/** A marketplace of three sellers, and the webhooks that it adds. */
import { numberChanges } from '../../src/work/standing/changes/number.js'
import type { WebhookSenderParts } from '../../src/work/standing/changes/send.js'
import * as webhooks from '../../src/work/standing/changes/webhooks.js'
import { replaceSellers } from '../../src/work/standing/sellers.js'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, TODAY, type World } from '../api/world.js'
import { type Marketplace, sendWebhooks, startMarketplace } from './marketplace.js'

export const SELLERS = [uscc(1), uscc(2), uscc(3)] as const
export const CLIENT = 'mall'

/** Called in a suite. The marketplace's server is new in each test, and its webhooks are gone after it. */
export const webhookWorld = () => {
  let world: World
  let mall: Marketplace
  let parts: WebhookSenderParts
  let now = NOW
  let names = 0
  const alarms: object[] = []

  before(async () => {
    world = await makeWorld()
    await world.bring(
      'registry',
      SELLERS.map((code, i) => registration(code, `虚构${i}号有限公司`)),
    )
    const bytes = Buffer.from(SELLERS.join('\n'))
    await replaceSellers(world.database.db, { client: CLIENT, bytes, dated: TODAY, marketplace: null, now: NOW })
    parts = {
      keys: world.keys,
      lists: world.rules.lists,
      agencies: world.parts.agencies,
      allow: ['127.0.0.0/8'],
      auditLog: world.parts.auditLog,
      now: () => now,
      random: () => 0.5,
      log: { ...world.parts.log, error: (told: object) => alarms.push(told) } as never,
    }
  })
  after(() => world.close())
  beforeEach(async () => {
    now = NOW
    mall = await startMarketplace()
    alarms.length = 0
  })
  afterEach(async () => {
    await mall.close()
    await world.database.db('webhook_messages').del()
    await world.database.db('webhooks').del()
  })

  const pass = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1_000)
  }
  const db = () => world.database.db
  const add = async (url = mall.url) => {
    const made = await webhooks.addWebhook(db(), world.keys, { client: CLIENT, url, allow: parts.allow, now })
    mall.secrets.push(made.secret)
    return made
  }
  const rename = async (code: string): Promise<string> => {
    names += 1
    await db().raw('update operators set name = ? where uscc = ?', [`虚构第${names}名有限公司`, code])
    await numberChanges(db(), now)
    return `虚构第${names}名有限公司`
  }
  /** Records a change as when an entry leaves the list. */
  const remove = async (code: string): Promise<void> => {
    await db().raw(
      `insert into change_marks (operator_id, what, listing_id) select id, 'ENTRY_REMOVED', gen_random_uuid() from operators where uscc = ?`,
      [code],
    )
    await numberChanges(db(), now)
  }
  const tell = () => sendWebhooks(db(), parts)
  const codesTold = () => mall.received.map(({ body }) => body.data.code)
  const stateOf = async (id: number) => await db()('webhooks').where({ id }).first()
  return {
    ...{ db, pass, add, rename, remove, tell, codesTold, stateOf, alarms },
    get world() {
      return world
    },
    get mall() {
      return mall
    },
    get parts() {
      return parts
    },
    get now() {
      return now
    },
    set now(instant: Date) {
      now = instant
    },
  }
}
