import { expect } from 'chai'
import type { RecordBody } from '../../../src/domain/records/records.js'
import type { WorkRules } from '../../../src/work/calendar/rules.js'
import { decideSubject, mergeOperators, undoDecision } from '../../../src/work/operators/identity.js'
import {
  confirmed,
  countsOf,
  DEAF,
  HEARER,
  owed,
  REVOKED,
  row,
  rules,
  said,
  tell,
  undone,
} from '../../support/published-records.js'
import { at, codeOf, database, later, pullItems, rowsOf, rules as SILENT, TODAY } from '../../support/world.js'

describe('published records (双公示)', () => {
  const db = database()

  it('are queued for the platforms that take their kind, with a key of their own and the firm’s present name', async () => {
    const { run } = await tell(db())
    const [one, ...more] = await owed(db())
    expect(more).to.deep.equal([])
    expect(one).to.include({ platform: 'hearer', kind: 'penalty', number: 1, action: 'ADD', state: 'OWED' })
    expect(one?.notice).to.include({ kind: 'penalty', key: one?.id, sequence: 1, action: 'ADD', removal: null })
    expect(one?.notice.operator).to.include({ uscc: codeOf(1), name: '长春虚构商贸第1有限公司' })
    expect(one?.notice.body).to.include({ violation: '销售假冒商品', decided_on: '2026-10-10' })
    expect(await countsOf(db(), run)).to.include({ told: 1, untold: 0, excluded: 0 })
  })

  it('cost one query and change no count where no platform takes or ever took them', async () => {
    const heard: string[] = []
    const hear = ({ sql }: { sql: string }) => heard.push(sql)
    db().on('query', hear)
    const { run } = await tell(db(), { by: SILENT })
    db().off('query', hear)
    expect(heard.filter((sql) => /told_|deliveries/.test(sql))).to.have.lengthOf(1)
    expect(await owed(db())).to.deep.equal([])
    expect(await countsOf(db(), run)).not.to.have.any.keys('told', 'untold', 'excluded')
  })

  it('are queued once, and not again for an identical record', async () => {
    await tell(db())
    await tell(db(), { now: later(60) })
    await tell(db(), { now: later(120), rows: [row({ note: 'nobody reads it' })] })
    expect(await said(db())).to.deep.equal(['1 ADD OWED'])
  })

  it('are delivered again when they change: as an addition while unsent, else as a change', async () => {
    await tell(db())
    await tell(db(), { rows: [row({ value: '虚假宣传' })], now: later(60) })
    expect(await said(db())).to.deep.equal(['1 ADD FOLDED', '2 ADD OWED'])
    await confirmed(db())
    await tell(db(), { rows: [row({ value: '虚构交易' })], now: later(120) })
    expect(await said(db())).to.deep.equal(['1 ADD FOLDED', '2 ADD CONFIRMED', '3 CHANGE OWED'])
  })

  it('are removed as of the day of the decision when their authority withdraws them', async () => {
    await tell(db())
    await confirmed(db())
    await tell(db(), { body: REVOKED, now: later(60) })
    const last = (await owed(db())).at(-1)
    expect(last).to.include({ number: 2, action: 'REMOVE', state: 'OWED' })
    expect(last?.notice.removal).to.include({ reason: 'REVOKED', removedOn: '2026-11-20' })
    expect(last?.notice.body).to.include({ status: 'REVOKED' })
  })

  it('are removed when withdrawn, also where no platform takes their kind any more, and are not queued again', async () => {
    const deaf: WorkRules = { ...SILENT, platforms: [{ ...HEARER, kinds: ['listing'] }, DEAF] }
    await tell(db())
    await confirmed(db())
    await tell(db(), { body: REVOKED, rows: [row(), row({ key: 'P2' })], by: deaf, now: later(60) })
    expect(await said(db())).to.deep.equal(['1 ADD CONFIRMED', '2 REMOVE OWED'])
    await confirmed(db())
    const { run } = await tell(db(), { rows: [row(), row({ key: 'P3' })], by: deaf, now: later(120) })
    expect(await said(db())).to.deep.equal(['1 ADD CONFIRMED', '2 REMOVE CONFIRMED'])
    expect(await countsOf(db(), run)).to.include({ told: 0 })
  })

  it('are not delivered again to a platform that stopped taking their kind, though others take it', async () => {
    await tell(db())
    const other: WorkRules = {
      ...SILENT,
      platforms: [
        { ...HEARER, kinds: ['listing'] },
        { ...DEAF, kinds: ['penalty'] },
      ],
    }
    await tell(db(), { rows: [row({ value: '虚假宣传' })], by: other, now: later(60) })
    expect((await owed(db())).map(({ platform, action, state }) => [platform, action, state])).to.deep.equal([
      ['hearer', 'ADD', 'FOLDED'],
      ['deaf', 'ADD', 'OWED'],
    ])
  })

  it('are not sent at all when withdrawn before their first delivery', async () => {
    await tell(db(), { body: REVOKED })
    expect(await owed(db())).to.deep.equal([])
    await tell(db(), { rows: [row({ key: 'P2' })] })
    await tell(db(), { rows: [row({ key: 'P2' })], body: REVOKED, now: later(60) })
    expect(await said(db())).to.deep.equal(['1 ADD FOLDED'])
  })

  it('are removed as of the day of their repair, and delivered again when the repair is revoked', async () => {
    const repair = {
      key: 'S1',
      code: codeOf(1),
      name: '长春虚构商贸第1有限公司',
      value: '测市监处罚〔2026〕1号',
      day: '2026-11-23',
    }
    const body = { target: 'PENALTY', target_authority: '虚构市市场监督管理局' }
    const repaired = (more: RecordBody, now: Date) =>
      pullItems(db(), [repair], {
        id: 'repairs',
        kind: 'repair',
        whole: false,
        body: () => ({ ...body, ...more }),
        rules,
        now: at(now),
      })
    await tell(db())
    await confirmed(db())
    await repaired({}, later(60))
    const last = (await owed(db())).at(-1)
    expect(last).to.include({ number: 2, action: 'REMOVE' })
    expect(last?.notice.removal).to.include({ reason: 'REPAIRED', removedOn: '2026-11-23' })
    await confirmed(db())
    await tell(db(), { rows: [row({ value: '虚假宣传' })], now: later(90) })
    expect(await said(db())).to.deep.equal(['1 ADD CONFIRMED', '2 REMOVE CONFIRMED'])
    const { run } = await repaired({ note: 'again' }, later(120))
    await repaired({ outcome: 'REVOKED' }, later(150))
    expect((await owed(db())).at(-1)).to.include({ number: 3, action: 'ADD', state: 'OWED' })
    expect(run).to.be.greaterThan(0)
  })

  it('are delivered again when the run that brought their repair is rolled back', async () => {
    const repair = {
      key: 'S1',
      code: codeOf(1),
      name: '长春虚构商贸第1有限公司',
      value: '测市监处罚〔2026〕1号',
      day: '2026-11-23',
    }
    const body = () => ({ target: 'PENALTY', target_authority: '虚构市市场监督管理局' })
    await tell(db())
    await confirmed(db())
    const { run } = await pullItems(db(), [repair], {
      id: 'repairs',
      kind: 'repair',
      whole: false,
      body,
      rules,
      now: at(later(60)),
    })
    await confirmed(db())
    await undone(db(), run, later(120))
    expect(await said(db())).to.deep.equal(['1 ADD CONFIRMED', '2 REMOVE CONFIRMED', '3 ADD OWED'])
  })

  it('records of natural persons are not queued, and the run counts them', async () => {
    const { run } = await tell(db(), {
      body: { party_kind: 'NATURAL_PERSON' },
      rows: [row(), row({ key: 'P2' }), { key: 'P3', shop: 'shop:guguji:1', name: '个人小店', value: '虚假宣传' }],
    })
    expect(await owed(db())).to.deep.equal([])
    expect(await countsOf(db(), run)).to.include({ told: 0, untold: 3 })
  })

  it('whose party turns out to be a natural person are removed, with the text that was delivered', async () => {
    await tell(db())
    await confirmed(db())
    await tell(db(), { body: { party_kind: 'NATURAL_PERSON' }, now: later(60) })
    const last = (await owed(db())).at(-1)
    expect(last).to.include({ action: 'REMOVE' })
    expect(last?.notice.body).to.include({ party_kind: 'ORGANISATION' })
    expect(last?.notice.removal).to.include({ reason: 'NOT_PUBLIC', removedOn: TODAY })
  })

  it('records of the simple procedure are excluded, and the run counts them', async () => {
    const { run } = await tell(db(), { body: { note: '适用简易程序' } })
    expect(await owed(db())).to.deep.equal([])
    expect(await countsOf(db(), run)).to.include({ told: 0, untold: 0, excluded: 1 })
  })

  it('are delivered without telephone numbers and home addresses', async () => {
    await tell(db(), { body: { facts: '当事人电话13800138000，住长春市朝阳区某某街1号2单元301室' } })
    expect(JSON.stringify(await owed(db()))).not.to.match(/13800138000|301室/)
  })

  it('records of one decision from two agencies are delivered once, and removed when either withdraws it', async () => {
    await tell(db(), { fact: true })
    await tell(db(), { id: 'elsewhere', fact: true, rows: [row({ key: 'E1' })], now: later(60) })
    expect(await said(db())).to.deep.equal(['1 ADD OWED'])
    await confirmed(db())
    await tell(db(), { id: 'elsewhere', fact: true, rows: [row({ key: 'E1' })], body: REVOKED, now: later(120) })
    expect(await said(db())).to.deep.equal(['1 ADD CONFIRMED', '2 REMOVE OWED'])
  })

  it('that move to another firm are removed for the first and added for the second, under one key', async () => {
    await tell(db())
    await confirmed(db())
    await tell(db(), { rows: [row({ code: codeOf(2), name: '长春虚构商贸第2有限公司' })], now: later(60) })
    const [first, gone, anew] = await owed(db())
    expect(gone).to.include({ number: 2, action: 'REMOVE', id: first?.id })
    expect(gone?.notice.operator.uscc).to.equal(codeOf(1))
    expect(anew).to.include({ number: 3, action: 'ADD', id: first?.id })
    expect(anew?.notice.operator.uscc).to.equal(codeOf(2))
  })

  it('records of a run rolled back are removed, and delivered under the same key when they return', async () => {
    const { run } = await tell(db())
    await confirmed(db())
    await undone(db(), run, later(60))
    expect((await owed(db())).at(-1)?.notice.removal).to.include({ reason: 'WRONG', removedOn: TODAY })
    await confirmed(db())
    await tell(db(), { now: later(120) })
    expect(await said(db())).to.deep.equal(['1 ADD CONFIRMED', '2 REMOVE CONFIRMED', '3 ADD OWED'])
    expect(new Set((await owed(db())).map(({ id }) => id)).size).to.equal(1)
  })

  it('whose change is rolled back are delivered with their former text', async () => {
    await tell(db())
    await confirmed(db())
    const { run } = await tell(db(), { rows: [row({ value: '虚假宣传' })], now: later(60) })
    await confirmed(db())
    await undone(db(), run, later(120))
    const last = (await owed(db())).at(-1)
    expect(last).to.include({ number: 3, action: 'CHANGE' })
    expect(last?.notice.body).to.include({ violation: '销售假冒商品' })
  })

  it('are delivered once a person has attached them, and removed when that decision is undone', async () => {
    await pullItems(db(), [{ key: 'R1', code: codeOf(1), name: '长春虚构商贸第1有限公司', value: '某街' }], {
      id: 'registry',
      kind: 'registration',
      rules,
    })
    await tell(db(), { rows: [{ key: 'P1', name: '长春虚构商贸', value: '虚假宣传' }] })
    expect(await owed(db())).to.deep.equal([])
    const [waits] = await rowsOf(db(), 'select id from unmatched')
    const made = { reason: '一照多名', by: 'officer', now: later(60) }
    const { decision } = await decideSubject(db(), rules, {
      ...made,
      unmatched: Number(waits?.['id']),
      verdict: 'ATTACH',
      operator: codeOf(1),
    })
    expect(await said(db())).to.deep.equal(['1 ADD OWED'])
    await confirmed(db())
    await undoDecision(db(), rules, { ...made, decision: decision.id, now: later(120) })
    expect(await said(db())).to.deep.equal(['1 ADD CONFIRMED', '2 REMOVE OWED'])
  })

  it('of a firm merged into another are delivered for the other', async () => {
    await tell(db())
    await tell(db(), { rows: [row({ key: 'P2', code: codeOf(2), name: '长春虚构商贸第2有限公司' })], now: later(30) })
    await confirmed(db())
    await mergeOperators(db(), rules, {
      from: codeOf(1),
      into: codeOf(2),
      cause: 'DUPLICATE',
      reason: '同一主体',
      by: 'officer',
      now: later(60),
    })
    const last = (await owed(db())).slice(2)
    expect(last.map(({ number, action, notice }) => [number, action, notice.operator.uscc])).to.deep.equal([
      [2, 'REMOVE', codeOf(1)],
      [3, 'ADD', codeOf(2)],
    ])
  })

  it('get the same key again in a database that lost its deliveries', async () => {
    await tell(db())
    const [first] = await owed(db())
    await db().raw('delete from deliveries; delete from told_records')
    await tell(db(), { rows: [row({ value: '虚假宣传' })], now: later(60) })
    expect((await owed(db()))[0]?.id).to.equal(first?.id)
  })

  it('are processed in batches, each once', async () => {
    const rows = Array.from({ length: 1_101 }, (_, at) => row({ key: `P${at}`, code: codeOf(at % 7) }))
    const { run } = await tell(db(), { rows })
    const ids = (await owed(db())).map(({ id }) => id)
    expect(new Set(ids).size).to.equal(rows.length)
    expect(ids).to.have.lengthOf(rows.length)
    expect(await countsOf(db(), run)).to.include({ told: rows.length })
  })
})
