import { expect } from 'chai'
import type { RecordBody } from '../../../src/domain/records/records.js'
import * as scores from '../../../src/store/scoring/scores.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { row } from '../../support/rows.js'
import { at, codeOf, database, later, operatorOf, pullItems, rowsOf, rules, TODAY } from '../../support/world.js'

const REG = '220102000007123'
const hour = (n: number) => ({ now: at(later(n * 3_600)) })

describe('one firm has one registration', () => {
  const db = database()
  /** Pulls rows of a register. Kind and keys are like those of a real registration feed. */
  const register = (rows: { uscc?: number; reg?: string; day?: string; status?: string }[], n: number) =>
    pullItems(
      db(),
      rows.map(({ uscc, reg, day, status }) =>
        row(1, {
          key: uscc === undefined ? (reg ?? '') : codeOf(uscc),
          code: uscc === undefined ? '' : codeOf(uscc),
          ...(reg === undefined ? {} : { reg }),
          ...(day === undefined ? {} : { day }),
          value: status ?? 'ACTIVE',
        }),
      ),
      {
        id: 'registry',
        kind: 'registration',
        bounds: { shrinkShare: 1, rejectShare: 1 },
        body: ({ value }) => ({ status: value, address: null }) as RecordBody,
        ...hour(n),
      },
    )
  const standing = () =>
    rowsOf(
      db(),
      `select record_key as key, body->>'status' as status from versions where kind = 'registration' and known_to is null order by 1`,
    )
  const only = (status: string) => [{ key: codeOf(1), status }]

  it('I-A6: a firm sent with its number first and with its USCC later has one registration', async () => {
    await register([{ reg: REG }], 0)
    await register([{ uscc: 1, reg: REG, status: 'REVOKED' }], 1)
    expect(await standing()).to.deep.equal(only('REVOKED'))
  })

  it('I-A6: a firm whose number was known before has one registration', async () => {
    await pullItems(db(), [row(1, { reg: REG })], { id: 'elsewhere', kind: 'registration' })
    await register([{ reg: REG }], 1)
    await register([{ uscc: 1, reg: REG, status: 'REVOKED' }], 2)
    const found = await rowsOf(
      db(),
      `select record_key as key, closed_as from versions where feed = 'registry' order by id`,
    )
    expect(found).to.deep.equal([
      { key: REG, closed_as: 'CHANGED' },
      { key: codeOf(1), closed_as: null },
    ])
  })

  it('I-A6: a firm is never both revoked and in good standing', async () => {
    await register([{ uscc: 1, reg: REG, status: 'REVOKED' }], 0)
    await register([{ reg: REG }], 1)
    await scoreOperators(db(), { cause: 'command', rules, families: ['registration'], ...hour(2) })
    const operator = await operatorOf(db(), codeOf(1))
    const found = (await scores.latest(db(), [operator], { asOf: TODAY, knownAt: later(8_000) })).get(operator)
    const facts = found?.reasons.map(({ fact }) => fact)
    expect(facts).to.include('registration_revoked').and.not.include('registration_active')
  })

  it('I-A6: two rows in one delivery give one registration under the USCC', async () => {
    await register([{ uscc: 1, reg: REG, status: 'REVOKED' }, { reg: REG }], 0)
    await register([{ uscc: 1, reg: REG, status: 'REVOKED' }, { reg: REG }], 1)
    expect(await standing()).to.deep.equal(only('REVOKED'))
  })

  it('I-A6: a row with the number alone changes the registration only with a later day', async () => {
    await register([{ uscc: 1, reg: REG, day: '2026-01-05' }], 0)
    await register([{ reg: REG, day: '2025-01-05', status: 'CANCELLED' }], 1)
    expect(await standing()).to.deep.equal(only('ACTIVE'))
    await register([{ reg: REG, day: '2026-03-05', status: 'REVOKED' }], 2)
    expect(await standing()).to.deep.equal(only('REVOKED'))
  })
})
