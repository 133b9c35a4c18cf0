import { hash } from 'node:crypto'
import { expect } from 'chai'
import { makeWorld, type World } from '../world.js'
import { makeTokens, tokenOfSeat } from './tokens.js'

const [BUREAU, POLICE, PROCURATORATE] = ['market-regulator@220104', 'police@220100', 'procuratorate@220100']
const FIVE = ['LETTER', 'REPORT', 'GOODS_LIST', 'TESTS', 'OTHER'].map((type) => ({
  ...{ type, name: '虚构材料.pdf', sha256: hash('sha256', type), bytes: 6 },
}))
const WHY = { reason: '虚构理由' }

/** Day, move, seat, what it needs, then the clock that runs with its seat and day. */
const WAY: [day: string, move: string, seat: string, given: object, clock: [string, string, string] | null][] = [
  ['2026-03-03', 'approve', BUREAU, {}, null],
  ['2026-03-03', 'send', BUREAU, { attachments: FIVE }, null],
  ['2026-03-04', 'sign', POLICE, {}, ['DECIDE', POLICE, '2026-03-09']],
  ['2026-03-06', 'not_file', POLICE, WHY, ['RECONSIDER', BUREAU, '2026-03-09']],
  ['2026-03-09', 'request_reconsideration', BUREAU, WHY, ['DECIDE_AGAIN', POLICE, '2026-03-12']],
  ['2026-03-12', 'refuse_again', POLICE, WHY, ['TO_PROCURATORATE', BUREAU, '2026-03-16']],
  ['2026-03-16', 'to_procuratorate', BUREAU, WHY, ['EXPLAIN', POLICE, '2026-03-23']],
  ['2026-03-20', 'explain', POLICE, { attachments: [{ ...FIVE[0], type: 'EXPLANATION' }] }, null],
  [
    '2026-03-24',
    'order_filing',
    PROCURATORATE,
    { documentNumber: '虚检立〔2026〕3号' },
    ['OBEY', POLICE, '2026-04-08'],
  ],
  ['2026-04-08', 'file', POLICE, { documentNumber: '虚公立〔2026〕8号' }, ['GOODS', BUREAU, '2026-04-13']],
]

describe('a referral over GraphQL', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
  })
  after(() => world.close())

  it('runs to the filing on the right seats, and is nowhere for the staff of the hub all the way', async () => {
    const noon = (day: string) => new Date(`${day}T12:00:00+08:00`)
    const tokenAt = (at: Date) =>
      makeTokens(
        () => world,
        () => at,
      )
    const of = (seat: string, at: Date, sub = seat) => tokenOfSeat(tokenAt(at), seat, sub)
    const opened = noon('2026-03-02')
    world.setNow(opened)
    const input = {
      ...{ kind: 'referral', to: POLICE, copied: [PROCURATORATE] },
      fields: [
        { name: 'sort', value: 'ORDINARY' },
        { name: 'facts', value: '虚构商行销售假冒注册商标的商品' },
      ],
    }
    const { data } = await world.ask(
      'mutation ($input: OpenMatterInput!) { openMatter(input: $input) { id number } }',
      { variables: { input }, token: of(BUREAU, opened) },
    )
    const { id, number } = data.openMatter
    for (const [day, move, seat, given, clock] of WAY) {
      const at = noon(day)
      world.setNow(at)
      if (move === 'sign') await world.ask('{ matters { nodes { id } } }', { token: of(POLICE, at) })
      const made = await world.ask(
        `mutation ($input: MoveMatterInput!) { moveMatter(input: $input) { clocks { clock seat dueOn ended } } }`,
        { variables: { input: { id, move, ...given } }, token: of(seat, at, `${seat} ${move}`) },
      )
      expect(made.errors, move).to.equal(undefined)
      const running = made.data.moveMatter.clocks.filter(({ ended }: { ended: string | null }) => ended === null)
      const last = running.at(-1)
      if (clock !== null) expect([last?.clock, last?.seat, last?.dueOn], move).to.deep.equal(clock)
      for (const role of ['officer', 'reviewer', 'administrator', 'auditor'] as const) {
        const seen = await world.ask(
          'query ($id: ID!) { matter(id: $id) { id } node(id: $id) { id } matters(first: 100) { nodes { number } } }',
          { variables: { id }, token: tokenAt(at)(role, role) },
        )
        expect([seen.data.matter, seen.data.node], `${role} after ${move}`).to.deep.equal([null, null])
        expect(JSON.stringify(seen.data.matters)).to.not.include(number)
      }
    }
  })
})
