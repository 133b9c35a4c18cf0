import { expect } from 'chai'
import { regNoOf } from '../../../seeds/world/codes.js'
import { extractOrgCode } from '../../../src/domain/operators/codes.js'
import * as unmatched from '../../../src/store/intake/unmatched.js'
import * as versions from '../../../src/store/records/versions.js'
import { runPull } from '../../../src/work/intake/pull.js'
import { row, rows, standing } from '../../support/rows.js'
import {
  at,
  beliefsOf,
  codeOf,
  counted,
  counts,
  database,
  feed,
  NOW,
  operatorOf,
  pseudonymOf,
  pullFeed,
  pullItems,
  rowsOf,
  wrongDigit,
} from '../../support/world.js'

describe('simultaneous pulls', () => {
  const db = database()

  it('of several simultaneous pulls of one feed, one stores the records and the others find them unchanged', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => pullItems(db(), rows(25))))
    expect(all.map((one) => one.new).sort((a, b) => a - b)).to.deep.equal([0, 0, 0, 25])
    expect(all.map((one) => one.unchanged).sort((a, b) => a - b)).to.deep.equal([0, 25, 25, 25])
    expect(await standing(db())).to.have.length(25)
  })

  it('more simultaneous pulls than pool connections all complete', async () => {
    const all = await Promise.all(Array.from({ length: 14 }, () => pullItems(db(), rows(3))))
    expect(all.reduce((sum, one) => sum + one.new, 0)).to.equal(3)
  })

  it('simultaneous pulls of several feeds make one operator for one code', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => pullItems(db(), rows(30), { id })))
    expect(await rowsOf(db(), 'select 1 from operators')).to.have.length(30)
    expect(await standing(db())).to.have.length(120)
  })

  it('an unmatched record finds its operator in a register that began before its own delivery and ended after it', async () => {
    async function* sent() {
      yield row(1, { code: codeOf(1) })
      await pullItems(db(), [row(1, { code: '', org: extractOrgCode(codeOf(1)) ?? '' })])
    }
    await pullFeed(db(), feed({ id: 'registry', kind: 'registration', sent: sent as never }))
    expect(await rowsOf(db(), 'select state from unmatched')).to.deep.equal([{ state: 'MATCHED' }])
  })

  it('a scheduled pull runs once', async () => {
    const options = {
      feed: feed({ sent: () => rows(2) }),
      url: 'http://127.0.0.1:9',
      cause: 'timetable' as const,
      plannedFor: NOW,
      pseudonymOf,
      now: at(NOW),
    }
    const both = await Promise.all([runPull(db(), options), runPull(db(), options)])
    expect(both.filter((one) => one === null)).to.have.length(1)
    expect(await rowsOf(db(), 'select outcome from runs')).to.deep.equal([{ outcome: 'DONE' }])
  })

  it('the next pull takes over from a killed one', async () => {
    await rowsOf(
      db(),
      `insert into runs (job, subject, cause, started_at, outcome, whole) values ('pull', 'test', 'command', ?, 'RUNNING', true)`,
      [NOW],
    )
    expect((await pullItems(db(), rows(2))).new).to.equal(2)
    expect(await rowsOf(db(), 'select outcome from runs order by id')).to.deep.equal([
      { outcome: 'ABANDONED' },
      { outcome: 'DONE' },
    ])
  })

  it('a pull that loses the connection of its staging table changes nothing', async () => {
    await pullItems(db(), rows(1_010))
    const before = await beliefsOf(db())
    const cut = feed({
      sent: async function* () {
        yield* rows(1_005)
        await db().raw(
          `select pg_terminate_backend(pid) from pg_stat_activity where query ilike '%staged_drafts%' and pid <> pg_backend_pid()
             and datname = current_database()`,
        )
        yield* rows(5, 1_006)
      },
    })
    let failed = false
    await pullFeed(db(), cut).catch(() => {
      failed = true
    })
    expect(failed).to.equal(true)
    expect(await beliefsOf(db())).to.equal(before)
  })

  it('a pull declared dead by another changes nothing', async () => {
    await pullItems(db(), rows(12))
    const before = await beliefsOf(db())
    const late = feed({
      sent: async function* () {
        yield* rows(11)
        await db().raw(`update runs set outcome = 'ABANDONED', ended_at = ? where outcome = 'RUNNING'`, [NOW])
      },
    })
    let failed = false
    await pullFeed(db(), late).catch(() => {
      failed = true
    })
    expect(failed).to.equal(true)
    expect(await beliefsOf(db())).to.equal(before)
  })
})

describe('matching of records during a pull', () => {
  const db = database()
  const known = codeOf(1)
  const reg = regNoOf('220102', false, 1)
  const register = () => pullItems(db(), [row(1, { reg })], { id: 'registry', kind: 'registration' })
  const owner = async (key: string): Promise<unknown> =>
    (await versions.findCurrentVersion(db(), 'test', key))?.operatorId ?? null

  it('a code in another column leads to its operator', async () => {
    await register()
    await pullItems(db(), [row(7, { code: '', org: known })])
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
  })

  it('the organisation code inside a known USCC leads to its operator', async () => {
    await register()
    const pulled = await pullItems(db(), [row(7, { code: '', org: extractOrgCode(known) })])
    expect(pulled.new).to.equal(1)
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
  })

  it('a registration number known from the registry leads to its operator', async () => {
    await register()
    await pullItems(db(), [row(7, { code: '', reg })])
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
  })

  it('a name alone leads to no operator', async () => {
    await register()
    const pulled = await pullItems(db(), [row(7, { code: '', name: '虚构商行1' })])
    expect(pulled.unmatched).to.equal(1)
    expect((await unmatched.listOpen(db(), 10)).map((one) => one.reason)).to.deep.equal(['name.only'])
  })

  it('a valid unknown code creates an operator with its organisation code and region', async () => {
    await pullItems(db(), [row(7)])
    const [operator] = await rowsOf(db(), 'select uscc, kind, region, name from operators')
    expect(operator).to.deep.equal({ uscc: codeOf(7), kind: 'ENTERPRISE', region: '220102', name: '虚构商行7' })
    expect(await operatorOf(db(), extractOrgCode(codeOf(7)))).to.equal(await operatorOf(db(), codeOf(7)))
  })

  it('a record without a USCC is unmatched, counted in each pull, until its operator is known', async () => {
    const waiting = row(7, { code: '', reg })
    expect((await pullItems(db(), [waiting])).unmatched).to.equal(1)
    expect((await pullItems(db(), [waiting])).unmatched).to.equal(1)
    expect(await unmatched.listOpen(db(), 10)).to.have.length(1)
    await register()
    // The registration attaches the record, since its feed may never send it again.
    expect(await unmatched.listOpen(db(), 10)).to.have.length(0)
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
    expect(counts(await pullItems(db(), [waiting]))).to.deep.equal(counted(1, { unchanged: 1 }))
  })

  it('a code with a wrong check digit is accepted from the registry and unmatched from others', async () => {
    const odd = wrongDigit(codeOf(7))
    expect((await pullItems(db(), [row(7, { code: odd })])).unmatched).to.equal(1)
    expect((await unmatched.listOpen(db(), 10)).map((one) => one.reason)).to.deep.equal(['code.digit'])
    expect((await pullItems(db(), [row(7, { code: odd })], { id: 'registry', kind: 'registration' })).new).to.equal(1)
    expect(counts(await pullItems(db(), [row(7, { code: odd })]))).to.deep.equal(counted(1, { unchanged: 1 }))
  })

  it('a trademark without an operator is stored and finds its owner later', async () => {
    const brand = row(7, { code: '', reg })
    expect(counts(await pullItems(db(), [brand], { kind: 'trademark' }))).to.deep.equal(counted(1, { new: 1 }))
    expect(await owner('K7')).to.equal(null)
    await register()
    expect(await owner('K7')).to.equal(await operatorOf(db(), known))
    expect(counts(await pullItems(db(), [brand], { kind: 'trademark' }))).to.deep.equal(counted(1, { unchanged: 1 }))
  })

  it('a natural person’s shop is an operator of its own', async () => {
    const shop = row(7, { code: '', shop: 'shop:guguji:77' })
    expect((await pullItems(db(), [shop], { kind: 'shop' })).new).to.equal(1)
    expect(await rowsOf(db(), 'select shop, uscc, kind from operators')).to.deep.equal([
      { shop: 'shop:guguji:77', uscc: null, kind: 'SHOP' },
    ])
  })

  it('a record that moves to another operator queues both for scoring', async () => {
    await pullItems(db(), [row(1), row(2, { key: 'K9', code: codeOf(2) })])
    await db()('dirty_operators').delete()
    await pullItems(db(), [row(1), row(1, { key: 'K9' })])
    expect(await rowsOf(db(), 'select 1 from dirty_operators')).to.have.length(2)
  })
})
