import { expect } from 'chai'
import { isLateByLaw } from '../../../src/domain/matters/clocks.js'
import { findWaitingSeat, listAllowedMoves } from '../../../src/domain/matters/moves.js'
import { type MatterSeats, placesOfSeat } from '../../../src/domain/matters/seats.js'
import { BUREAU, docketOf, follow, instant, kindOf, POLICE, PROCURATORATE, PROVINCE } from './world.js'

const FIVE = { attachments: ['LETTER', 'REPORT', 'GOODS_LIST', 'TESTS', 'OTHER'] }

const reported = (seats: Partial<MatterSeats> = {}) =>
  docketOf(
    'referral',
    { sender: BUREAU, holder: POLICE, copied: [PROCURATORATE], ...seats },
    { fields: { sort: 'ORDINARY' } },
  )

const referral = () => {
  const docket = reported()
  follow(docket, [
    ['open', '2026-03-02', { by: 'officer' }],
    ['approve', '2026-03-03', { by: 'head' }],
    ['send', '2026-03-03 15:00', { by: 'officer', ...FIVE }],
  ])
  docket.receive('2026-03-04')
  follow(docket, [['sign', '2026-03-04 10:00', { seat: POLICE }]])
  return docket
}
const police = { seat: POLICE, reason: '证据不足' }
const sender = { reason: '不服不予立案' }

describe('a referral to criminal justice', () => {
  it('runs through two refusals, the procuratorate, its order and the filing, each day on the right seat', () => {
    const docket = referral()
    const clock = (name: string) => {
      const { seat, due } = docket.matter.clocks.findLast((one) => one.clock === name) ?? {}
      return [seat, due?.on]
    }
    expect(clock('DECIDE')).to.deep.equal([POLICE, '2026-03-09'])
    follow(docket, [['not_file', '2026-03-06', police]])
    expect(clock('RECONSIDER')).to.deep.equal([BUREAU, '2026-03-09'])
    follow(docket, [['request_reconsideration', '2026-03-09', sender]])
    expect(clock('DECIDE_AGAIN')).to.deep.equal([POLICE, '2026-03-12'])
    follow(docket, [['refuse_again', '2026-03-12', police]])
    expect(clock('TO_PROCURATORATE')).to.deep.equal([BUREAU, '2026-03-16'])
    follow(docket, [['to_procuratorate', '2026-03-16', sender]])
    expect(clock('EXPLAIN')).to.deep.equal([POLICE, '2026-03-23'])
    follow(docket, [['explain', '2026-03-20', { seat: POLICE, attachments: ['EXPLANATION'] }]])
    expect(findWaitingSeat(kindOf('referral'), docket.matter)).to.equal(PROCURATORATE)
    follow(docket, [['order_filing', '2026-03-24', { seat: PROCURATORATE, number: '检立通〔2026〕3号' }]])
    expect(clock('OBEY')).to.deep.equal([POLICE, '2026-04-08'])
    follow(docket, [['file', '2026-04-08', { seat: POLICE, number: '公立〔2026〕8号' }]])
    expect(docket.matter.state).to.equal('FILED')
    expect(clock('GOODS')).to.deep.equal([BUREAU, '2026-04-13'])
    const running = docket.matter.clocks.filter(({ ended }) => ended === null)
    expect(running.map((one) => one.clock)).to.deep.equal(['GOODS'])
  })

  it('is approved by another person of the sender only, and sent with its five attachments', () => {
    const docket = reported()
    follow(docket, [['open', '2026-03-02', { by: 'officer' }]])
    expect(docket.move('approve', '2026-03-03', { by: 'OFFICER' })).to.equal('OTHER_PERSON')
    expect(docket.move('approve', '2026-03-03', { by: 'head', seat: PROVINCE })).to.equal('SEAT')
    expect(docket.matter.handed).to.equal(false)
    follow(docket, [['approve', '2026-03-03', { by: 'head' }]])
    expect(docket.move('send', '2026-03-03', { attachments: ['LETTER', 'REPORT'] })).to.equal('ATTACHMENTS_MISSING')
    expect(docket.matter.handed).to.equal(false)
    follow(docket, [['send', '2026-03-03', FIVE]])
    expect(docket.matter.handed).to.equal(true)
  })

  it('that its sender rejects or withdraws was never handed to the police', () => {
    for (const [move, person] of [
      ['reject', 'head'],
      ['withdraw', 'officer'],
    ] as const) {
      const docket = reported()
      follow(docket, [
        ['open', '2026-03-02', { by: 'officer' }],
        [move, '2026-03-03', { by: person, reason: '证据不足' }],
      ])
      expect([docket.matter.outcome !== null, docket.matter.handed]).to.deep.equal([true, false])
    }
  })

  it('is sent to the police alone', () => {
    expect(reported({ holder: PROVINCE }).move('open', '2026-03-02')).to.equal('HOLDER_LINE')
  })

  it('is copied to somebody, who is waited for once the police has explained', () => {
    expect(reported({ copied: [] }).move('open', '2026-03-02')).to.equal('NO_COPIED')
  })

  it('blames nobody for days whose unit is unconfirmed, and for hours it does', () => {
    const docket = referral()
    const late = docket.matter.clocks.filter((clock) => isLateByLaw(kindOf('referral'), clock, instant('2026-06-01')))
    expect(late.map(({ clock }) => clock)).to.deep.equal(['REQUEST'])
  })

  it('offers each seat its own moves only', () => {
    const docket = referral()
    const offered = (seat: string, matter = docket.matter) =>
      listAllowedMoves(kindOf('referral'), matter, { places: placesOfSeat(matter.seats, seat) }).map(([name]) => name)
    expect(offered(POLICE)).to.deep.equal(['request_attachments', 'file', 'not_file', 'add_attachment'])
    expect(offered(POLICE, { ...docket.matter, receivedAt: null })).to.include('record_receipt')
    expect(offered(PROCURATORATE)).to.deep.equal(['add_attachment'])
    expect(offered(PROVINCE)).to.deep.equal([])
  })
})
