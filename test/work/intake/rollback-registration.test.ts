import { expect } from 'chai'
import type { JobDb } from '../../../src/store/db/db.js'
import { answers, back, bring, HOUR, rescored, twins } from '../../support/taking-back.js'
import { at, codeOf, database, later, rowsOf } from '../../support/world.js'

const REG = '220102000007123'
const row = (more: object) => ({
  key: codeOf(1),
  code: codeOf(1),
  reg: REG,
  name: '虚构商行1',
  value: '某路1号',
  day: '2019-05-06',
  ...more,
})
const numbered = (more: object = {}) => row({ key: REG, code: '', ...more })

describe('rollback of a register that knows a firm by number and by USCC', () => {
  const one = database()
  const other = database()
  const pulled = (db: JobDb, seconds: number, made: ReturnType<typeof row>, id = 'registry') =>
    bring(db, [made], { id, kind: 'registration', whole: false, now: at(later(seconds)) })
  const standing = async () =>
    (
      await rowsOf(
        one(),
        `select record_key as key from versions where feed = 'registry' and known_to is null order by record_key`,
      )
    ).map(({ key }) => key)
  /** Another feed registers the firm, so that the number leads to it. */
  const known = (db: JobDb) => pulled(db, 0, row({}), 'elsewhere')

  it('I-A6: restores the registration under the number when the run with the USCC is rolled back', async () => {
    await twins(one(), other(), {
      before: async (db) => {
        await known(db)
        await pulled(db, 10, numbered())
      },
      wrong: (db) => pulled(db, 120, row({ value: '错址' })),
    })
    expect(await standing()).to.deep.equal([REG])
  })

  it('I-A6: keeps the registration under the number closed while a later run has the USCC as well', async () => {
    await twins(one(), other(), {
      before: async (db) => {
        await known(db)
        await pulled(db, 10, numbered())
      },
      wrong: (db) => pulled(db, 120, row({ value: '错址' })),
      after: (db) => pulled(db, 240, row({ value: '新址' })),
    })
    expect(await standing()).to.deep.equal([codeOf(1)])
  })

  it('I-A6: does not restore an earlier state under the number beside the USCC', async () => {
    await twins(one(), other(), {
      before: async (db) => {
        await known(db)
        await pulled(db, 10, numbered())
      },
      wrong: (db) => pulled(db, 120, numbered({ value: '错址' })),
      after: (db) => pulled(db, 240, row({ value: '新址' })),
    })
    expect(await standing()).to.deep.equal([codeOf(1)])
  })

  it('I-A6: reopens an unmatched registration that the USCC had replaced', async () => {
    await twins(one(), other(), {
      before: (db) => pulled(db, 10, numbered()),
      wrong: (db) => pulled(db, 120, row({ value: '错址' })),
    })
    expect(await standing()).to.deep.equal([])
    expect(await rowsOf(one(), 'select record_key as key, state from unmatched')).to.deep.equal([
      { key: REG, state: 'OPEN' },
    ])
  })

  for (const order of ['the later first', 'the earlier first'] as const)
    it(`I-A6: rolling back two runs with the USCC, ${order}, leaves the registration under the number`, async () => {
      for (const db of [one(), other()]) {
        await known(db)
        await pulled(db, 10, numbered())
      }
      const first = await pulled(one(), 60, row({ value: '错址一' }))
      const second = await pulled(one(), 120, row({ value: '错址二' }))
      for (const run of order === 'the later first' ? [second, first] : [first, second]) await back(one(), run)
      for (const db of [one(), other()]) await rescored(db, later(2 * HOUR))
      expect(await answers(one())).to.deep.equal(await answers(other()))
      expect(await standing()).to.deep.equal([REG])
    })
})
