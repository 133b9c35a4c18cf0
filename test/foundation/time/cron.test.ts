import { expect } from 'chai'
import fc from 'fast-check'
import cron from 'node-cron'
import { cronInWords, nextRun, parseCron, runsBetween } from '../../../src/foundation/time/cron.js'

const at = (text: string): Date => new Date(text)
const nextOf = (cron: string, after: string): string | undefined => nextRun(parseCron(cron), at(after))?.toISOString()

describe('cron expressions', () => {
  const cases: [string, string, string][] = [
    ['* * * * *', '2026-11-25T02:00:00.000Z', '2026-11-25T02:01:00.000Z'],
    ['* * * * *', '2026-11-25T02:00:59.999Z', '2026-11-25T02:01:00.000Z'],
    ['*/5 * * * *', '2026-11-25T02:58:00Z', '2026-11-25T03:00:00.000Z'],
    ['10 3 * * *', '2026-11-25T19:09:59Z', '2026-11-25T19:10:00.000Z'],
    ['10 3 * * *', '2026-11-25T19:10:00Z', '2026-11-26T19:10:00.000Z'],
    ['30 23 31 12 *', '2026-11-25T00:00:00Z', '2026-12-31T15:30:00.000Z'],
    ['0 0 29 2 *', '2097-01-01T00:00:00Z', '2104-02-28T16:00:00.000Z'],
    ['0 9 * * 1-5', '2026-11-27T01:00:00Z', '2026-11-30T01:00:00.000Z'],
    ['0 9 * * 7', '2026-11-25T00:00:00Z', '2026-11-29T01:00:00.000Z'],
  ]
  for (const [cron, after, expected] of cases)
    it(`${cron} next occurs after ${after} at ${expected}`, () => {
      expect(nextOf(cron, after)).to.equal(expected)
    })

  it('the search for an expression that never occurs ends', () => {
    expect(nextRun(parseCron('0 0 31 2 *'), at('2026-01-01T00:00:00Z'))).to.equal(null)
    expect(
      runsBetween(parseCron('0 0 31 2 *'), at('1970-01-01T00:00:00Z'), at('2026-01-01T00:00:00Z'), 5),
    ).to.deep.equal([])
  })

  it('only the newest of very many occurrences are returned, in ascending order', () => {
    const found = runsBetween(parseCron('* * * * *'), at('2020-01-01T00:00:00Z'), at('2026-11-25T02:00:30Z'), 3)
    expect(found.map((one) => one.toISOString().slice(11, 16))).to.deep.equal(['01:58', '01:59', '02:00'])
  })

  for (const bad of [
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    'a * * * *',
    '5-1 * * * *',
    '*/0 * * * *',
    '@daily',
    '0 0 13 * 5',
  ])
    it(`"${bad}" is refused`, () => {
      expect(() => parseCron(bad)).to.throw()
    })

  const field = (least: number, most: number) =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('*') },
      fc.integer({ min: least, max: most }).map(String),
      fc.integer({ min: 1, max: most }).map((n) => `*/${n}`),
      fc
        .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    )
  const expression = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
    .map(([minute, hour, day, month, weekday]) => [minute, hour, day, month, day === '*' ? weekday : '*'].join(' '))
  const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2036, 0, 1) }).map((ms) => new Date(ms))

  it('repeated nextRun gives exactly the runs of runsBetween', () => {
    fc.assert(
      fc.property(expression, instant, (text, start) => {
        const rule = parseCron(text)
        const end = new Date(start.getTime() + 36 * 3_600_000)
        const stepped: Date[] = []
        for (let one = nextRun(rule, start); one !== null && one <= end; one = nextRun(rule, one)) stepped.push(one)
        expect(runsBetween(rule, start, end, 5_000)).to.deep.equal(stepped)
      }),
      { numRuns: 60 },
    )
  })

  it('agree with node-cron about the minute', () => {
    fc.assert(
      fc.property(expression, instant, (text, start) => {
        const task = cron.createTask(text, () => {}, { timezone: 'Asia/Shanghai' })
        const theirs = task.match(new Date(Math.floor(start.getTime() / 60_000) * 60_000))
        void task.destroy()
        const ours = runsBetween(parseCron(text), new Date(start.getTime() - 60_000), start, 5).length === 1
        expect(ours).to.equal(theirs)
      }),
      { numRuns: 60 },
    )
  })

  it('are described in words', () => {
    expect(cronInWords('* * * * *').en).to.equal('every minute')
    expect(cronInWords('*/5 * * * *').zh).to.equal('每 5 分钟')
    expect(cronInWords('1 * * * *').zh).to.equal('每小时第 1 分')
    expect(cronInWords('10 2 * * *')).to.deep.equal({ zh: '每天 02:10', en: 'every day at 02:10' })
    expect(cronInWords('0 9 * * 1-5').en).to.equal('0 9 * * 1-5')
  })
})
