import { expect } from 'chai'
import { nationalPlatform } from '../../../src/platforms/national.js'
import * as platformStates from '../../../src/store/delivery/platform-states.js'
import { noteAnswer, noteNoAnswer } from '../../../src/work/delivery/push/circuit-breaker.js'
import type { Sender } from '../../../src/work/delivery/push/sender.js'
import { database, log, NOW } from '../../support/world.js'

const HUBS = 5

describe('the circuit breaker of a platform', () => {
  const db = database()
  const sender = () =>
    ({
      db: db(),
      platform: nationalPlatform,
      now: () => NOW,
      random: () => 0.5,
      log,
      troubled: false,
    }) as unknown as Sender

  it('counts the failures of all hubs, also simultaneous ones, and is closed by one answer', async () => {
    await platformStates.ensureGate(db(), 'national')
    const noted = await Promise.all(Array.from({ length: HUBS }, () => noteNoAnswer(sender(), 0)))
    expect(noted.map(({ after }) => after.failures).sort()).to.deep.equal([1, 2, 3, 4, 5])
    expect(await platformStates.readGate(db(), 'national')).to.deep.include({ failures: HUBS })
    await noteAnswer({ ...sender(), troubled: true })
    expect(await platformStates.readGate(db(), 'national')).to.deep.include({ failures: 0, openUntil: null })
  })
})
