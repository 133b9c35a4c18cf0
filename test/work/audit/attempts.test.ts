import { expect } from 'chai'
import { Refusal } from '../../../src/foundation/errors.js'
import { makeAttemptLog, type RefusedAttempt } from '../../../src/work/audit/attempts.js'
import type { AuditEntry } from '../../../src/work/audit/audit-log.js'
import { at, later, log, NOW, refusal } from '../../support/world.js'

const attempt = (seconds: number, more: Partial<RefusedAttempt> = {}): RefusedAttempt => ({
  at: later(seconds),
  request: `r-${seconds}`,
  endpoint: 'POST /desk/login',
  mark: '0123456789abcdef',
  known: '虚构经办',
  address: '192.0.2.7',
  code: 'SIGN_IN_REFUSED',
  ...more,
})

describe('refused attempts to sign in', () => {
  const rows: AuditEntry[] = []
  beforeEach(() => {
    rows.length = 0
  })
  const attemptsOf = () => makeAttemptLog({ row: async (entry) => void rows.push(entry) }, { log, now: at(NOW) })
  const told = () =>
    rows.map(({ client, asked }) => [client, (JSON.parse(asked.split('\n')[1] ?? '') as { attempts: number }).attempts])

  it('write an audit row at once, then at most one a minute with the number of attempts', async () => {
    const attempts = attemptsOf()
    for (let second = 0; second < 150; second += 1) await attempts.refused(attempt(second))
    expect(told()).to.deep.equal([
      ['虚构经办', 1],
      ['虚构经办', 60],
      ['虚构经办', 60],
    ])
    attempts.sweep(later(170))
    expect(rows).to.have.lengthOf(3)
    attempts.sweep(later(180))
    expect(told().at(-1)).to.deep.equal(['虚构经办', 29])
    attempts.flush()
    expect(rows).to.have.lengthOf(4)
    expect(rows[0]).to.deep.include({ kind: 'ATTEMPT', role: 'public', outcome: 'SIGN_IN_REFUSED', shown: [] })
    expect(rows[0]?.asked).to.equal(
      `POST /desk/login\n${JSON.stringify({ address: '192.0.2.7', mark: '0123456789abcdef', attempts: 1, since: NOW.toISOString() })}`,
    )
  })

  it('are counted for each name, address and endpoint, and written when the hub stops', async () => {
    const attempts = attemptsOf()
    const others = [{}, { address: '192.0.2.8' }, { mark: 'f', known: null }, { endpoint: 'POST /oauth/token' }]
    for (const more of others) for (const second of [1, 2, 3]) await attempts.refused(attempt(second, more))
    expect(told().map(([, many]) => many)).to.deep.equal([1, 1, 1, 1])
    attempts.flush()
    expect(told().map(([, many]) => many)).to.deep.equal([1, 1, 1, 1, 2, 2, 2, 2])
    expect(new Set(rows.map(({ client }) => client))).to.deep.equal(new Set(['虚构经办', 'public']))
  })

  it('are kept in memory for at most ten thousand names, and the oldest are written early', async () => {
    const attempts = attemptsOf()
    await attempts.refused(attempt(0))
    await attempts.refused(attempt(1))
    for (let n = 0; n < 10_000; n += 1) await attempts.refused(attempt(2, { mark: String(n) }))
    expect(told().filter(([, many]) => many !== 1)).to.deep.equal([])
    expect(rows).to.have.lengthOf(10_002)
    attempts.flush()
    expect(rows).to.have.lengthOf(10_002)
  })

  it('get no answer where their row cannot be stored', async () => {
    let storable = true
    const row = async (entry: AuditEntry): Promise<void> => {
      if (!storable) throw new Refusal('TRAIL_UNAVAILABLE')
      rows.push(entry)
    }
    const attempts = makeAttemptLog({ row }, { log, now: at(NOW) })
    for (const second of [0, 1, 2]) await attempts.refused(attempt(second))
    storable = false
    expect((await refusal(attempts.refused(attempt(60)))).code).to.equal('TRAIL_UNAVAILABLE')
    storable = true
    await attempts.refused(attempt(61))
    // The refused row's attempts are in the next one.
    expect(told().map(([, many]) => many)).to.deep.equal([1, 4])
    expect(rows[1]?.asked).to.contain(NOW.toISOString())
    attempts.flush()
    expect(rows).to.have.lengthOf(2)
  })
})
