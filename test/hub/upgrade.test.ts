/** One upgrade to a release after this one and back, under load. `npm run soak -- upgrades` does twenty. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { makeBalancer, type RunningHub } from '../soak/upgrades/balancer.js'
import { soakUpgrades } from '../soak/upgrades.js'

const WITHIN_MS = 300_000

describe('an upgrade to the next release and back', () => {
  it('fails no question, repeats no job, waits for no table before questions, and ends hubs of the former release only after its contraction', async () => {
    const { asked, runs, redispatched, ok, ...rest } = await soakUpgrades({
      cycles: 1,
      hubs: 1,
      progress: () => undefined,
    })
    expect(rest).to.deep.equal({
      cycles: 1,
      failed: [],
      rowsAmiss: 0,
      overlappingRuns: 0,
      repeatedOccurrences: 0,
      stoppedByContraction: 1,
    })
    expect(ok).to.equal(true)
    expect(asked).to.be.greaterThan(100)
  }).timeout(WITHIN_MS)

  it('counts no question as failed that still waited for a ready hub when asking ended', async () => {
    const end = new AbortController()
    const server = createServer((_, response) => {
      end.abort()
      response.writeHead(503).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const { heard, askOn } = makeBalancer(new Set([{ url } as RunningHub]), '', '', end.signal)
      await askOn(0)
      expect(heard).to.deep.equal({ answered: 0, redispatched: 0, failed: [], signed: [] })
    } finally {
      server.close()
    }
  })
})
