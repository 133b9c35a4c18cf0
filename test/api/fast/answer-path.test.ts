import { expect } from 'chai'
import { readConfig } from '../../../src/config.js'
import { uscc } from '../record-drafts.js'
import { makeWorld } from '../world.js'

/** More requests than it takes until a query is compiled. */
const OFTEN = 25
const STANDING = 'query($code: String!) { standing(code: $code) { code name } operator(code: $code) { name } }'

describe('the answer path', () => {
  const sharedAfter = async (given: { fastAnswers?: boolean } = {}): Promise<number> => {
    const world = await makeWorld(given)
    try {
      const token = world.token('officer')
      for (let time = 0; time < OFTEN; time += 1) {
        const { errors } = await world.ask(STANDING, { variables: { code: uscc(1) }, token })
        expect(errors).to.equal(undefined)
      }
      const { rows } = await world.database.db.raw(`
        select count(*) from pg_stat_activity
         where datname = current_database() and application_name = 'hub answers, shared'`)
      return rows[0].count
    } finally {
      await world.close()
    }
  }

  it('opens shared connections only where FAST_ANSWERS is not off', async () => {
    expect((await sharedAfter()) > 0).to.equal(readConfig().fastAnswers)
    expect(await sharedAfter({ fastAnswers: false })).to.equal(0)
  })
})
