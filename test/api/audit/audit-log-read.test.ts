/** Reading the audit log: by auditors, by the operator itself, and by whoever holds a signed manifest. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROLES } from '../../../src/domain/access/viewer.js'
import * as store from '../../../src/store/audit/audit-log.js'
import { tidyAuditLog } from '../../../src/work/audit/tidy-audit-log.js'
import { verifyAuditLog } from '../../../src/work/audit/verify-audit-log.js'
import { endFirstPartition } from '../../support/audit-partitions.js'
import { verified } from '../../support/holder.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, NOW, type World } from '../world.js'

describe('reading the audit log', () => {
  let world: World
  const [one, two] = [uscc(1), uscc(2)]
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, '虚构青禾有限公司'), registration(two, '虚构白露有限公司')])
  })
  after(() => world.close())
  const market = () => world.token('marketplace', 'guguji')
  const officer = () => world.token('officer', 'officer-1')

  const TRAIL = `query($filter: AuditLogFilter, $first: Int, $after: String) { auditLog(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { number kind client role purpose asked outcome shownCount shown digest previousHash hash erased } } }`

  it('only auditors and administrators read the audit log, by client, role, kind, operator and time, page by page', async () => {
    const { db } = world.database
    const OPEN = `mutation { openLead(input: { code: "${two}", list: "serious", reason: "群众举报", on: "2026-03-01" }) { listing { id } } }`
    for (let n = 0; n < 3; n += 1) await world.ask(`{ standing(code: "${two}") { listed } }`, { token: market() })
    await world.ask(OPEN, { token: officer() })
    await tidyAuditLog(db, { cause: 'timetable', now: () => NOW })
    const auditor = world.token('auditor', 'auditor-1')
    const read = async (filter: object, more: object = {}) =>
      (await world.ask(TRAIL, { token: auditor, variables: { filter, first: 100, ...more } })).data.auditLog
    const all = await read({})
    expect(all.nodes[0].number).to.be.greaterThan(all.nodes[1].number)
    expect(all.nodes[0].previousHash).to.equal(all.nodes[1].hash)
    const mine = await read({ client: 'guguji', kind: 'ANSWER', operator: two })
    expect(mine.totalCount).to.be.greaterThan(1)
    for (const row of mine.nodes)
      expect([row.client, row.kind, row.shown.includes(two)]).to.deep.equal(['guguji', 'ANSWER', true])
    expect((await read({ role: 'officer', kind: 'ACT' })).totalCount).to.be.greaterThan(0)
    expect((await read({ operator: uscc(99) })).totalCount).to.equal(0)
    expect((await read({ until: '2020-01-01T00:00:00Z' })).totalCount).to.equal(0)
    const first = await read({ client: 'guguji' }, { first: 2 })
    const next = await read({ client: 'guguji' }, { first: 2, after: first.pageInfo.endCursor })
    expect(first.pageInfo.hasNextPage).to.equal(true)
    expect(next.nodes[0].number).to.be.lessThan(first.nodes[1].number)
    for (const role of ROLES.filter((each) => !['auditor', 'administrator', 'public'].includes(each))) {
      const { errors } = await world.ask(TRAIL, { token: world.token(role, role === 'party' ? one : 'somebody') })
      expect(errors?.[0]?.extensions['code'], role).to.equal('FORBIDDEN')
    }
  })

  it('the head of the audit log is in the signed manifest of the list, which reveals a missing tail', async () => {
    const { db } = world.database
    for (let n = 0; n < 4; n += 1) await world.ask(`{ standing(code: "${one}") { status } }`, { token: market() })
    await world.publish()
    const jws = await (await fetch(`${world.url}/data/manifest.jws`)).text()
    const { trail } = await verified(world.url, jws)
    const last = await store.readHead(db)
    expect(trail).to.deep.equal({ number: last?.number, hash: last?.hash })
    expect(await verifyAuditLog(db, { now: () => NOW, noted: [], keys: world.parts.keys })).to.include({
      ok: true,
      compared: 2,
    })
    await db.transaction((tx) =>
      tx.raw(
        'set local session_replication_role = replica; create table kept as select * from trail; delete from trail where number > 3',
      ),
    )
    const found = await verifyAuditLog(db, { now: () => NOW, noted: [], keys: world.parts.keys })
    await db.transaction((tx) =>
      tx.raw(
        'set local session_replication_role = replica; insert into trail select * from kept where number > 3; drop table kept',
      ),
    )
    expect(found.broken).to.deep.equal({ number: 4, fault: 'TAIL_MISSING', until: last?.number })
  })

  const ASKED_BY = `query($code: String!) { operator(code: $code) { askedBy(first: 100) { completeUntil nodes { at kind client role purpose } } } }`

  it('an operator sees which firms asked about it, but not which authorities', async () => {
    const { db } = world.database
    const code = uscc(7)
    await world.bring('registry', [registration(code, '虚构寒露有限公司')])
    const look = `{ operator(code: "${code}") { name } }`
    await world.ask(look, { token: market(), headers: { 'x-purpose': encodeURIComponent('年度复核') } })
    await world.ask(look, { token: world.token('agency', 'court-1', 'high-court') })
    await world.ask(look, { token: officer() })
    const party = world.token('party', code)
    const asked = async (token: string, of = code) =>
      (await world.ask(ASKED_BY, { token, variables: { code: of } })).data.operator?.askedBy
    expect((await asked(party)).nodes).to.deep.equal([])
    await tidyAuditLog(db, { cause: 'timetable', now: () => NOW })
    const found = await asked(party)
    expect(found.nodes).to.deep.equal([
      { at: NOW.toISOString(), kind: 'ANSWER', client: 'guguji', role: 'marketplace', purpose: '年度复核' },
    ])
    expect(found.completeUntil).to.equal(NOW.toISOString())
    const clients = (answer: { nodes: { client: string }[] }) => answer.nodes.map(({ client }) => client)
    expect(clients(await asked(officer())))
      .to.include.members(['guguji', code])
      .and.not.include('court-1')
      .and.not.include('officer-1')
    expect(clients(await asked(world.token('auditor', 'auditor-1')))).to.include.members([
      'guguji',
      'court-1',
      'officer-1',
    ])
    expect(await asked(market())).to.deep.equal({ completeUntil: null, nodes: [] })
    expect(await asked(party, one)).to.equal(undefined)
  })

  it('reads a row whose content has moved to a file as before, and marks it, beside the others, once the file is gone', async () => {
    const { db } = world.database
    const { archiveDir } = world.parts
    const auditor = world.token('auditor', 'auditor-1')
    const ROW = '{ auditLogRow(number: 2) { number client purpose asked outcome shown digest hash erased } }'
    const before = await world.ask(ROW, { token: auditor })
    expect(before.data.auditLogRow).to.include({ number: 2, erased: false })
    await endFirstPartition(db)
    const later = new Date(NOW.getTime() + 400 * 86_400_000)
    expect((await tidyAuditLog(db, { cause: 'timetable', now: () => later, archiveDir }))?.archived).to.be.greaterThan(
      2,
    )
    expect((await world.ask(ROW, { token: auditor })).data).to.deep.equal(before.data)
    rmSync(join(archiveDir, 'audit'), { recursive: true })
    const { data } = await world.ask(
      '{ auditLogRow(number: 2) { number client purpose asked outcome shown digest hash erased lost }  auditLog(first: 100) { nodes { number client lost } } }',
      { token: auditor },
    )
    const missing = { asked: null, outcome: null, shown: null, digest: null, lost: true }
    expect(data.auditLogRow).to.deep.equal({ ...before.data.auditLogRow, ...missing })
    const rows = data.auditLog.nodes as { number: number; client: string; lost: boolean }[]
    expect(rows.find(({ number }) => number === 2)).to.deep.equal({
      ...{ number: 2, client: before.data.auditLogRow.client, lost: true },
    })
    expect(rows[0]).to.include({ client: 'auditor-1', lost: false })
  })
})
