/** Answers that PostgreSQL cannot hold as sent, or spelt unlike the hub’s messages. */
import { expect } from 'chai'
import { nationalPlatform } from '../../../src/platforms/national.js'
import {
  makeJsonAnswer,
  type StandInReply,
  type StandInRequest,
  type StandInServer,
  startStandInServer,
} from '../../../src/sandbox/server.js'
import { checkRemovals } from '../../../src/work/delivery/push/removal-checks.js'
import { pushDeliveries } from '../../../src/work/delivery/push.js'
import { reconcilePlatforms } from '../../../src/work/delivery/reconcile.js'
import { at, database, later, log, NOW, published, removed, rowsOf, rules, TODAY } from '../../support/world.js'

describe('a platform', () => {
  const db = database()
  let shown: Record<string, unknown>[] = []
  let receipt: Record<string, unknown> = {}
  let spelt: (key: string) => string
  let server: StandInServer
  const answer = ({ method, query, body }: StandInRequest): StandInReply => {
    if (method === 'GET') return makeJsonAnswer(200, query.get('after') === null ? shown : [])
    const { rows } = JSON.parse(body.toString()) as { rows: { ILLID: string }[] }
    return makeJsonAnswer(200, { receipts: rows.map(({ ILLID }) => ({ ILLID: spelt(ILLID), code: '00', ...receipt })) })
  }
  before(async () => {
    server = await startStandInServer(answer)
  })
  after(() => server.close())
  beforeEach(() => {
    shown = []
    receipt = {}
    spelt = (key) => key
  })

  const to = () => ({ platform: nationalPlatform, url: server.url, secret: 'a secret' })
  const push = (now: Date) =>
    pushDeliveries(db(), { platforms: [to()], silent: [], cause: 'command', now: at(now), random: () => 0.5, log })
  const check = (now: Date) => checkRemovals(db(), to(), { rules, now: at(now), log })
  const deliveries = () =>
    rowsOf(
      db(),
      `select number, action, state, receipt->>'text' as text, check_result as result from deliveries
       where platform = 'national' order by number`,
    )

  const texts: [what: string, sent: string, kept: string][] = [
    ['a NUL', '已接收\0', '已接收\ufffd'],
    ['half of a character', '已接收\ud800', '已接收\ufffd'],
    ['a character across the length that is kept', `${'收'.repeat(499)}\u{20bb7}`, `${'收'.repeat(499)}\ufffd`],
  ]
  for (const [what, sent, kept] of texts)
    it(`is believed when its receipt holds ${what}`, async () => {
      await published(db(), 1)
      receipt = { text: sent, recordId: sent }
      expect((await push(NOW)).platforms[0]).to.include({ accepted: 1, outstanding: 0 })
      expect(await deliveries()).to.containSubset([{ state: 'CONFIRMED', text: kept }])
    })

  it('that writes keys in capitals is understood, and a removed entry that it still displays is removed again', async () => {
    const { id } = await published(db(), 1)
    spelt = (key) => key.toUpperCase()
    expect((await push(NOW)).platforms[0]).to.include({ accepted: 1, outstanding: 0 })
    await removed(db(), id, TODAY, rules, later(70))
    await push(later(70))
    shown = [{ ILLID: id.toUpperCase(), SN: 1, ENTNAME: '甲' }]
    expect(await check(later(140))).to.include({ gone: 0, shown: 1 })
    expect(await deliveries()).to.containSubset([
      { number: 2, result: 'SHOWN' },
      { number: 3, action: 'REMOVE', state: 'OWED' },
    ])
  })

  for (const number of [20_261_125_100_000, 2_147_483_647])
    it(`that displays a number of its own (${number}) is compared with, and its removals are checked`, async () => {
      const { id } = await published(db(), 1)
      await push(NOW)
      shown = [{ ILLID: id, SN: number, ENTNAME: '' }]
      const compared = await reconcilePlatforms(db(), {
        platforms: [to()],
        rules,
        cause: 'command',
        hideLost: async () => false,
        now: at(later(70)),
        log,
      })
      expect(compared.platforms[0]).to.include({ shown: 1, missing: 0, stale: 0, unwanted: 0 })
      await removed(db(), id, TODAY, rules, later(80))
      await push(later(80))
      expect(await check(later(150))).to.include({ gone: 0, shown: 1 })
      expect(await deliveries()).to.containSubset([{ number: 3, action: 'REMOVE', state: 'OWED' }])
    })
})
