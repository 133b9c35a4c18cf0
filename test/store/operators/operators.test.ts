import { expect } from 'chai'
import { extractOrgCode } from '../../../src/domain/operators/codes.js'
import type { RecordDraft } from '../../../src/domain/records/records.js'
import * as knowledge from '../../../src/store/db/knowledge.js'
import { withStage } from '../../../src/store/intake/staged.js'
import * as operators from '../../../src/store/operators/operators.js'
import * as rescoringQueue from '../../../src/store/scoring/rescoring-queue.js'
import { withDueOperators } from '../../../src/store/scoring/rescoring-queue.js'
import * as directory from '../../../src/store/standing/directory.js'
import * as runs from '../../../src/store/timetable/runs.js'
import { makeStagedDraft } from '../../../src/work/intake/staged-draft.js'
import { codeOf, database, later, NOW, operatorOf, pullItems, rowsOf } from '../../support/world.js'

describe('operators', () => {
  const db = database()
  const register = (n: number, name: string, value = '某路1号', now = NOW) =>
    pullItems(db(), [{ key: `R${n}`, code: codeOf(n), name, value, day: '2020-01-01' }], {
      id: 'registry',
      kind: 'registration',
      whole: false,
      now: () => now,
    })

  it('a registration sets the present name and keeps the former ones', async () => {
    await register(1, '旧名')
    await register(1, '新名', '某路1号', later(60))
    const id = await operatorOf(db(), codeOf(1))
    expect((await operators.operatorsById(db(), [id])).get(id)).to.include({
      name: '新名',
      status: 'ACTIVE',
      region: '220102',
    })
    expect(await operators.formerNames(db(), [id])).to.deep.equal([
      { operatorId: id, name: '旧名', knownFrom: later(60) },
    ])
  })

  it('every code of an operator finds it, and an unknown code finds nothing', async () => {
    await register(1, '某商行')
    const found = await operators.operatorsByCode(db(), [
      { scheme: 'uscc', code: codeOf(1) },
      { scheme: 'org_code', code: extractOrgCode(codeOf(1)) },
      { scheme: 'uscc', code: codeOf(2) },
    ])
    expect([...found.keys()].sort()).to.deep.equal([`org_code:${extractOrgCode(codeOf(1))}`, `uscc:${codeOf(1)}`])
  })

  it('one of many simultaneous creations of one operator creates it', async () => {
    const run = (await runs.startRun(db(), { job: 'pull', subject: 'x', cause: 'command', now: NOW })) ?? 0
    const draft: RecordDraft = {
      kind: 'penalty',
      key: 'P1',
      subject: { uscc: codeOf(5), orgCode: null, regNo: null, shop: null, name: '某' },
      body: {},
      validFrom: null,
      validTo: null,
      remarks: [],
    }
    const item = { page: null, row: 1, fields: {} }
    const makeOne = () =>
      withStage(db(), async (stage) => {
        stage.put(makeStagedDraft(1, 0, item, draft))
        stage.put(makeStagedDraft(2, 0, item, { ...draft, key: 'P2' }))
        await stage.flush()
        return stage.transaction(async (tx) =>
          operators.makeFromDrafts(tx, run, await knowledge.nextInstant(tx, NOW), { ...stage.contents, drafts: 2 }),
        )
      })
    const made = await Promise.all(Array.from({ length: 8 }, makeOne))
    expect(made.reduce((sum, n) => sum + n, 0)).to.equal(1)
    expect(await rowsOf(db(), 'select 1 from operators')).to.have.length(1)
    expect(await operatorOf(db(), codeOf(5))).to.be.greaterThan(0)
  })

  it('an operator queued again while it is being scored stays in the queue', async () => {
    await register(1, '某商行')
    const which = { all: false, asOf: '2026-11-25', basis: '' }
    const due = () => withDueOperators(db(), which, (next) => next(10))
    const ids = (await due()).map(({ id }) => id)
    expect(ids).to.have.length(1)
    await db().transaction((tx) => rescoringQueue.markDirty(tx, ids, later(9)))
    await db().transaction((tx) => rescoringQueue.clearDirty(tx, ids, later(8)))
    expect(await due()).to.have.length(1)
    await db().transaction((tx) => rescoringQueue.clearDirty(tx, ids, later(9)))
    expect(await due()).to.have.length(0)
  })

  it('operators are filtered by region and by kind, and counted alike', async () => {
    await register(1, '长春甲（集团）有限公司')
    await register(2, '吉林乙_有限公司')
    await register(3, '长春丙100%纯有限公司')
    const names = async (filter: directory.DirectoryFilter) => {
      const found = await directory.listOperators(db(), filter, { first: 10, after: null })
      expect(await directory.countOperators(db(), filter, null)).to.equal(found.length)
      return found.map((one) => one.name)
    }
    expect(await names({ region: '2201', kind: 'ENTERPRISE' })).to.have.length(3)
    expect(await names({ region: '2202' })).to.have.length(0)
    expect(await names({ only: codeOf(2) })).to.deep.equal(['吉林乙_有限公司'])
  })

  it('operators are listed page by page in the order of their creation', async () => {
    for (const n of [3, 1, 2]) await register(n, `商行${n}`)
    const first = await directory.listOperators(db(), {}, { first: 2, after: null })
    const rest = await directory.listOperators(db(), {}, { first: 2, after: first.at(-1)?.id ?? null })
    expect([...first, ...rest].map((one) => one.name)).to.deep.equal(['商行3', '商行1', '商行2'])
  })
})
