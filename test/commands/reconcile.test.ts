import { expect } from 'chai'
import { runReconcile } from '../../src/commands/reconcile.js'
import { platforms } from '../../src/platforms/index.js'
import { startDisplay } from '../support/display.js'
import { startHub, type TestHub } from '../support/hub.js'
import { closedUrl } from '../support/ports.js'
import { later, published } from '../support/world.js'

describe('hub reconcile', () => {
  let test: TestHub
  before(async () => {
    test = await startHub({ now: () => later(3_600) })
    for (const n of [1, 2]) await published(test.hub.db, n)
  })
  after(() => test.stop())
  const addresses = () => test.hub.addresses.platforms

  it('prints the documented members for each platform with an address', async () => {
    await test.hub.push(null, { cause: 'command' })
    const { value, refusals } = await runReconcile(test.hub, [])
    const same = { shown: 2, expected: 2, missing: 0, stale: 0, unwanted: 0, hidden: 0, alarm: null }
    expect(value.platforms).to.deep.equal(platforms.map(({ id }) => ({ platform: id, ...same })))
    expect(value.ms).to.be.a('number')
    expect(refusals).to.deep.equal([])
  })

  it('fails where one platform cannot be read, and reports the others', async () => {
    const { national } = addresses()
    if (national === undefined) throw new Error('no national')
    addresses()['national'] = { ...national, url: await closedUrl() }
    const { value, refusals } = await runReconcile(test.hub, [])
    addresses()['national'] = national
    expect(value.platforms.map(({ platform }) => platform)).to.deep.equal(['jilin', 'creditchina', 'creditjilin'])
    expect(refusals.map(({ code, exit }) => [code, exit])).to.deep.equal([['PLATFORM_UNREACHABLE', 1]])
  })

  it('fails where so much is missing that it counts as an outage', async () => {
    const { national } = addresses()
    if (national === undefined) throw new Error('no national')
    const empty = await startDisplay()
    addresses()['national'] = { ...national, url: empty.url }
    const { value, lines, refusals } = await runReconcile(test.hub, ['national'])
    addresses()['national'] = national
    await empty.close()
    expect(value.platforms).to.deep.equal([
      {
        platform: 'national',
        shown: 0,
        expected: 2,
        missing: 2,
        stale: 0,
        unwanted: 0,
        hidden: 0,
        alarm: 'MASS_ABSENCE',
      },
    ])
    expect(lines.join('\n')).to.contain('outage')
    expect(refusals.map(({ code }) => code)).to.deep.equal(['MASS_ABSENCE'])
  })

  it('fails with PLATFORM_NOT_CONFIGURED for each platform where none has an address', async () => {
    const kept = { ...addresses() }
    for (const id of Object.keys(kept)) delete addresses()[id]
    const { value, refusals } = await runReconcile(test.hub, [])
    Object.assign(addresses(), kept)
    expect(value.platforms).to.deep.equal([])
    expect(refusals.map(({ code }) => code)).to.deep.equal(platforms.map(() => 'PLATFORM_NOT_CONFIGURED'))
  })
})
