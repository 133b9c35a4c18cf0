import { expect } from 'chai'
import fc from 'fast-check'
import { isOpenState, movesOfKind } from '../../../src/domain/matters/kind.js'
import { listAllowedMoves } from '../../../src/domain/matters/moves.js'
import { BUREAU, docketOf, kindOf, POLICE, PROCURATORATE, PROVINCE } from './world.js'

const KINDS = [
  'assist',
  'check',
  'clue',
  'directive',
  'interview',
  'measure',
  'petition',
  'referral',
  'takedown',
  'transfer',
]
const FIELDS = {
  ...{ sort: 'ORDINARY', purpose: 'EVIDENCE', source: 'PATROL', ground: 'INFRINGEMENT', result: 'DROPPED' },
  ...{ type: 'COMPLAINT', measure: 'REMOVED', declaration: '虚构声明', url: 'https://mall.test/1' },
}

const steps = fc.array(
  fc.record({
    move: fc.nat(),
    seat: fc.constantFrom(BUREAU, POLICE, PROCURATORATE, PROVINCE, 'listing', 'hub'),
    by: fc.constantFrom('officer', 'head'),
    receive: fc.boolean(),
    days: fc.nat({ max: 20 }),
  }),
  { maxLength: 25 },
)

describe('random moves of a matter', () => {
  for (const name of KINDS)
    it(`keep the rules of ${name}: one clock of a name runs, none after the end, and a refused move changes nothing`, () => {
      const kind = kindOf(name)
      const moves = Object.keys(movesOfKind(kind))
      fc.assert(
        fc.property(steps, (made) => {
          const seats = { sender: BUREAU, holder: POLICE, copied: [PROCURATORATE] }
          const docket = docketOf(name, seats, { fields: FIELDS })
          let day = new Date('2026-01-05T02:00:00Z')
          for (const { move, seat, by, receive, days } of [
            { move: moves.indexOf('open'), seat: BUREAU, by: 'officer', receive: false, days: 0 },
            ...made,
          ]) {
            day = new Date(day.getTime() + days * 86_400_000)
            const time = day.toISOString().slice(0, 10)
            const chosen = moves[move % moves.length] ?? ''
            const isOwn = seat === 'listing' || seat === 'hub'
            const given = {
              ...(isOwn ? { seat, places: [seat] as ('listing' | 'hub')[] } : { seat }),
              ...(chosen === 'open' &&
                kind.opened_by.includes('listing') && { seat: 'listing', places: ['listing' as const] }),
              by,
              reason: '虚构事由',
              number: '虚构〔2026〕1号',
              day: '2027-06-01',
              fields: FIELDS,
              attachments: Object.keys(kind.attachments),
              to: 'police@220200',
              link: '1',
            }
            const before = docket.matter
            if (docket.move(chosen, time, given) !== null) expect(docket.matter).to.equal(before)
            if (receive) docket.receive(time)
            const { clocks, state, outcome } = docket.matter
            const running = clocks.filter(({ ended }) => ended === null).map(({ clock }) => clock)
            expect(new Set(running).size).to.equal(running.length)
            if (state === null) continue
            if (isOpenState(kind, state)) expect(outcome).to.equal(null)
            else expect([running, outcome]).to.deep.equal([[], kind.states[state]?.ends])
          }
        }),
        { numRuns: 200 },
      )
    })

  it('offers some move in every open state to somebody', () => {
    for (const name of KINDS) {
      const kind = kindOf(name)
      for (const state of Object.keys(kind.states).filter((one) => isOpenState(kind, one))) {
        const docket = docketOf(name, { sender: BUREAU, holder: POLICE })
        const places = ['sender', 'holder', 'copied', 'superior', 'hub', 'listing', 'named'] as const
        expect(listAllowedMoves(kind, { ...docket.matter, state }, { places })).to.not.have.length(0)
      }
    }
  })
})
