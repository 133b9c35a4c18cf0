/** One wait for a primary, counted by attempts. */
import { expect } from 'chai'
import { makeWait, repeatUntilServed } from '../../../src/store/db/primary.js'

const WAIT_MS = 250
const LOST = Object.assign(new Error('lost'), { code: 'ECONNREFUSED' })
const always = () => true

describe('the wait for a primary', () => {
  const counted = () => {
    const made = { attempts: 0 }
    const act = async (): Promise<never> => {
      made.attempts += 1
      throw LOST
    }
    return { made, act }
  }

  it('is one for a connection, its statement and the read that is repeated', async () => {
    const wait = makeWait(WAIT_MS)
    const { made, act } = counted()
    let statements = 0
    const statement = () => {
      statements += 1
      return repeatUntilServed(act, always, { wait })
    }
    const thrown = await repeatUntilServed(statement, always, { wait }).catch((error) => error)
    expect(thrown).to.equal(LOST)
    expect(made.attempts).to.be.greaterThan(1)
    expect(statements).to.equal(1)
  })

  it('is over for the next statement of the same question', async () => {
    const wait = makeWait(WAIT_MS)
    const [first, next] = [counted(), counted()]
    await repeatUntilServed(first.act, always, { wait }).catch(() => undefined)
    await repeatUntilServed(next.act, always, { wait }).catch(() => undefined)
    expect(next.made.attempts).to.equal(1)
  })

  it('is none for an error that may not be repeated', async () => {
    const { made, act } = counted()
    await repeatUntilServed(act, () => false, { wait: makeWait(WAIT_MS) }).catch(() => undefined)
    expect(made.attempts).to.equal(1)
  })
})
