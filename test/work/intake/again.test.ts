import { expect } from 'chai'
import type { RecordBody } from '../../../src/domain/records/records.js'
import * as operators from '../../../src/store/operators/operators.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { row } from '../../support/rows.js'
import {
  at,
  codeOf,
  counted,
  counts,
  database,
  later,
  pullItems,
  type Row,
  rowsOf,
  rules,
} from '../../support/world.js'

const HOUR = 3_600 // s

describe('records that arrive again', () => {
  const db = database()
  const registered = (more: Partial<Row>, now: Date, body: RecordBody = {}) =>
    pullItems(db(), [row(1, more)], { id: 'registry', kind: 'registration', now: at(now), body: () => body })
  const back = (run: number, now: Date) =>
    rollBack(db(), { run, reason: '误报', by: 'reviewer-1', rules, now: at(now) })
  const firm = async () => {
    const found = (await operators.operatorsByCode(db(), [{ scheme: 'uscc', code: codeOf(1) }])).get(
      `uscc:${codeOf(1)}`,
    )
    return found && { name: found.name, status: found.status, formerly: await operators.formerNames(db(), [found.id]) }
  }

  it('a firm registered wrongly, rolled back and registered again has only the correct name', async () => {
    const wrong = await registered({ name: '错误甲有限公司' }, later(1), { status: 'REVOKED' })
    await back(wrong.run, later(HOUR))
    expect(await firm()).to.equal(undefined)
    await registered({ name: '正确甲有限公司' }, later(2 * HOUR))
    expect(await firm()).to.deep.include({ name: '正确甲有限公司', formerly: [] })
    await registered({ name: '正确乙有限公司' }, later(3 * HOUR))
    expect((await firm())?.formerly.map(({ name }) => name)).to.deep.equal(['正确甲有限公司'])
  })

  it('a withdrawn penalty stays withdrawn where a later form omits its status', async () => {
    const penalty = (status: string | null, now: Date) =>
      pullItems(db(), [row(1)], { id: 'penalties', kind: 'penalty', body: () => ({ status }), now: at(now) })
    await penalty('REVOKED', later(1))
    expect(counts(await penalty(null, later(HOUR)))).to.deep.equal(counted(1, { unchanged: 1 }))
    const states = () => rowsOf(db(), `select body->>'status' as status from versions where known_to is null`)
    expect(await states()).to.deep.equal([{ status: 'REVOKED' }])
    await penalty('IN_FORCE', later(2 * HOUR))
    expect(await states()).to.deep.equal([{ status: 'IN_FORCE' }])
  })

  const told: [what: string, statuses: string[], counts: object][] = [
    ['after the decision', ['IN_FORCE', 'REVOKED'], { new: 1, unchanged: 1 }],
    ['before the decision', ['REVOKED', 'IN_FORCE'], { new: 1, rejected: 1 }],
    ['between two reports of the decision', ['IN_FORCE', 'REVOKED', 'IN_FORCE'], { new: 1, unchanged: 2 }],
  ]
  for (const [what, statuses, of] of told) {
    it(`a withdrawal sent ${what} in one delivery takes effect`, async () => {
      const pulled = await pullItems(
        db(),
        statuses.map((value) => row(1, { value })),
        {
          id: 'penalties',
          kind: 'penalty',
          body: ({ value }) => ({ status: value, violation: '售假' }),
          bounds: { rejectShare: 1 },
        },
      )
      expect(counts(pulled)).to.deep.equal(counted(statuses.length, of))
      const found = await rowsOf(db(), `select body->>'status' as status from versions where known_to is null`)
      expect(found).to.deep.equal([{ status: 'REVOKED' }])
    })
  }

  it('a removed entry is not listed again by a partial file that omits its removal', async () => {
    const entry = (removed_on: string | null, whole: boolean, now: Date) =>
      pullItems(db(), [row(1)], { id: 'abnormal', body: () => ({ removed_on }), now: at(now), whole })
    await entry('2026-11-01', true, later(1))
    await entry(null, false, later(HOUR))
    expect(await rowsOf(db(), `select body->>'removed_on' as off from versions where known_to is null`)).to.deep.equal([
      { off: '2026-11-01' },
    ])
  })

  it('a record with the code of one firm and the name of another gets a remark', async () => {
    await pullItems(db(), [row(1, { name: '甲商贸有限公司' }), row(2, { name: '乙商贸有限公司' })], {
      id: 'registry',
      kind: 'registration',
    })
    const named = (n: number, name: string) => row(n, { key: `P${n}${name}`, name })
    await pullItems(db(), [named(1, '甲商贸有限公司'), named(1, '乙商贸有限公司'), named(2, '丙商贸有限公司')], {
      id: 'penalties',
      kind: 'penalty',
    })
    const found = await rowsOf(
      db(),
      `select record_key as key, findings->0->>'rule' as rule from versions where kind = 'penalty' order by row_number`,
    )
    expect(found).to.deep.equal([
      { key: 'P1甲商贸有限公司', rule: null },
      { key: 'P1乙商贸有限公司', rule: 'name.other' },
      { key: 'P2丙商贸有限公司', rule: null },
    ])
  })

  it('a decision reported by two units is unchanged when their rows change places, and changes with the last of them', async () => {
    const [one, two, three] = ['甲单位', '乙单位', '丙单位'].map((value) => row(1, { value })) as [Row, Row, Row]
    let seconds = 0
    const deliver = async (sent: readonly Row[]) => {
      seconds += 60
      return counts(
        await pullItems(db(), sent, {
          ...{ id: 'penalties', kind: 'penalty', whole: true, now: at(later(seconds)) },
          body: ({ value }) => ({ source_unit: value ?? null, violation: '虚假宣传' }),
        }),
      )
    }
    expect(await deliver([one, two])).to.include({ received: 2, new: 1, unchanged: 1 })
    expect(await deliver([two, one])).to.include({ new: 0, changed: 0, unchanged: 2 })
    expect(await deliver([three, two, one])).to.include({ new: 0, changed: 0, unchanged: 3 })
    expect(await deliver([three, two])).to.include({ new: 0, changed: 1, unchanged: 1 })
    expect(await deliver([two, three])).to.include({ new: 0, changed: 0, unchanged: 2 })
    expect(await rowsOf(db(), `select 1 from versions where feed = 'penalties'`)).to.have.lengthOf(2)
  })
})
