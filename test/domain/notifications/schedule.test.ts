import { expect } from 'chai'
import { findChoiceFault, findSendingTime, scheduleMessageRetry } from '../../../src/domain/notifications/schedule.js'

const choice = (digestHour: number | null, quietFrom: number | null = null, quietTo: number | null = null) => ({
  ...{ digestHour, quietFrom, quietTo },
})
/** Asia/Shanghai. */
const local = (text: string): Date => new Date(`${text.replace(' ', 'T')}+08:00`)

describe('the time at which a notification leaves', () => {
  const rows: [string, ReturnType<typeof choice>, string, string][] = [
    ['at once', choice(null), '2026-11-30 23:59:59', '2026-11-30 23:59:59'],
    ['digest later today', choice(8), '2026-11-30 07:59:59', '2026-11-30 08:00:00'],
    ['digest at its very hour', choice(8), '2026-11-30 08:00:00', '2026-11-30 08:00:00'],
    ['digest of tomorrow, over the end of a year', choice(8), '2026-12-31 08:00:01', '2027-01-01 08:00:00'],
    ['quiet over midnight, in the evening', choice(null, 22, 7), '2026-11-30 22:00:00', '2026-12-01 07:00:00'],
    ['quiet over midnight, in the morning', choice(null, 22, 7), '2026-12-01 06:59:59', '2026-12-01 07:00:00'],
    ['quiet has just ended', choice(null, 22, 7), '2026-12-01 07:00:00', '2026-12-01 07:00:00'],
    ['quiet has not begun', choice(null, 22, 7), '2026-11-30 21:59:59', '2026-11-30 21:59:59'],
    ['quiet at noon', choice(null, 12, 14), '2026-11-30 13:30:00', '2026-11-30 14:00:00'],
    ['quiet after midnight', choice(null, 0, 6), '2026-11-30 00:00:00', '2026-11-30 06:00:00'],
    ['digest outside quiet hours', choice(9, 22, 7), '2026-11-30 23:00:00', '2026-12-01 09:00:00'],
  ]
  for (const [what, chosen, now, leaves] of rows)
    it(`${what}: ${now} → ${leaves}`, () => {
      expect(findSendingTime(chosen, local(now)).toISOString()).to.equal(local(leaves).toISOString())
    })

  it('is refused for hours that do not exist, half quiet hours, and a digest inside them', () => {
    const bad = [
      choice(24),
      choice(-1),
      choice(1.5),
      choice(null, 22),
      choice(null, 7, 7),
      choice(23, 22, 7),
      choice(3, 22, 7),
    ]
    for (const each of bad) expect(findChoiceFault(each), JSON.stringify(each)).to.be.a('string')
    for (const each of [choice(null), choice(0), choice(7, 22, 7), choice(21, 22, 7), choice(null, 0, 23)])
      expect(findChoiceFault(each), JSON.stringify(each)).to.equal(null)
  })
})

describe('retries of a message', () => {
  it('wait a minute, then twice as long up to four hours, and end', () => {
    const now = new Date('2026-11-30T00:00:00Z')
    const waits: number[] = []
    for (let attempts = 1; attempts < 100; attempts += 1) {
      const at = scheduleMessageRetry(attempts, now, 0.5)
      if (at === null) break
      waits.push((at.getTime() - now.getTime()) / 60_000)
    }
    expect(waits.slice(0, 9)).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128, 240])
    expect(waits).to.have.length(23)
  })
})
