import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { queueBackfill } from '../../../src/work/delivery/backfill.js'
import { globalOf, keyIn } from '../global-ids.js'
import { worldWithListing } from '../listed-world.js'
import { NOW, type World } from '../world.js'

const DELIVERY =
  'id platform kind key number action state attempts owedAt receipt lastError advice { code meaning zh en } notice closed { by reason } acts { act by reason receipt } listing { id }'
const LEDGER =
  'kind key removedAt removedOn reason documentNumber done listing { id } receivers { platform got state toldAt confirmedAt closed { by reason } }'
const PLATFORM =
  'id hears outstanding oldestOutstandingAt refused refusedByCode { count advice { code meaning zh } } paused { by reason at } wiped { by reason } filledAt openUntil acts { act by reason }'
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000)

describe('delivery administration over HTTP', () => {
  let world: World
  let listings: string[] = []
  before(async () => {
    ;[world, ...listings] = await worldWithListing('虚构甲有限公司', '虚构乙有限公司')
  })
  after(() => world.close())

  const as = (role: Role) => ({ token: world.token(role, `${role}-1`) })
  const ask = async (query: string, role: Role = 'officer') => {
    const { data, errors } = await world.ask(query, as(role))
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  }
  const codeOf = async (query: string, role: Role | null): Promise<unknown> =>
    (await world.ask(query, role === null ? {} : as(role))).errors?.[0]?.extensions['code'] ?? 'none'
  /** Marks the first entry's delivery as refused with an unknown code, and returns its id. */
  const refused = async (): Promise<string> => {
    const { db } = world.database
    await db.raw(
      `update deliveries set state = case when subject_id = :id::uuid then 'REFUSED' else 'CONFIRMED' end, attempts = 1, sent_at = :now,
         confirmed_at = case when subject_id = :id::uuid then null else :now::timestamptz end, receipt = :receipt::jsonb
       where platform = 'national'`,
      {
        id: keyIn(listings[0] ?? ''),
        now: NOW,
        receipt: JSON.stringify({ code: '9876', text: '主体不匹配', field: 'ENTNAME', value: '甲', receiverId: null }),
      },
    )
    const { deliveries } = await ask('{ deliveries(filter: {state: REFUSED}) { nodes { id } } }')
    return deliveries.nodes[0].id
  }

  it('the queue of refused deliveries shows the rule and the possible acts', async () => {
    const id = await refused()
    const { deliveries } = await ask(
      `{ deliveries(filter: {platform: "national", state: REFUSED, kind: LISTING, code: "9876"}) { totalCount nodes { ${DELIVERY} } } }`,
    )
    expect(deliveries.totalCount).to.equal(1)
    const [one] = deliveries.nodes
    expect(one).to.deep.include({ id, platform: 'national', kind: 'LISTING', number: 1, action: 'ADD', attempts: 1 })
    expect(one.key).to.equal(keyIn(listings[0] ?? ''))
    expect(one.listing).to.deep.equal({ id: listings[0] })
    expect(one.receipt).to.include({ code: '9876', field: 'ENTNAME', value: '甲' })
    expect(one.advice).to.include({ code: '9876', meaning: 'CORRECT' })
    expect(one.advice.zh).to.contain('更正')
    expect(one.notice).to.include({ key: one.key, sequence: 1 })
    expect((await ask(`{ node(id: "${id}") { id ... on Delivery { state } } }`)).node).to.deep.equal({
      id,
      state: 'REFUSED',
    })
    expect((await ask('{ deliveries(filter: {code: "1001"}) { totalCount } }')).deliveries.totalCount).to.equal(0)
  })

  it('a refused delivery shows what the viewer may do, and what resending would send', async () => {
    const told = async (role: Role) =>
      (await ask('{ deliveries(filter: {state: REFUSED}) { nodes { id key allowed again { action notice } } } }', role))
        .deliveries.nodes[0]
    const one = await told('officer')
    expect(one.allowed).to.deep.equal(['RESEND', 'CLOSE'])
    expect(one.again.action).to.equal('ADD')
    expect(one.again.notice).to.include({ key: one.key, sequence: 1, documentNumber: '虚市监列〔2026〕1号' })
    expect(await told('auditor')).to.deep.include({ allowed: [], again: one.again })
    expect(await told('agency')).to.deep.include({ allowed: [], again: null })
  })

  it('the deliveries of a subject are found by its key or the id of its entry', async () => {
    const of = async (subject: string) =>
      (await ask(`{ deliveries(filter: {subject: "${subject}"}) { totalCount nodes { key } } }`)).deliveries
    const [listing = ''] = listings
    const found = await of(listing)
    expect(found.totalCount).to.equal(4)
    expect(new Set(found.nodes.map(({ key }: { key: string }) => key))).to.deep.equal(new Set([keyIn(listing)]))
    expect(await of(keyIn(listing))).to.deep.equal(found)
    for (const nothing of ['none', globalOf('Run', 1)]) expect(await of(nothing)).to.deep.include({ totalCount: 0 })
  })

  it('an agency sees that a row was refused and by which code, and no content', async () => {
    const { deliveries } = await ask(`{ deliveries(filter: {state: REFUSED}) { nodes { ${DELIVERY} } } }`, 'agency')
    expect(deliveries.nodes[0]).to.deep.include({
      receipt: null,
      lastError: null,
      notice: null,
      closed: null,
      acts: [],
    })
    expect(deliveries.nodes[0].advice.code).to.equal('9876')
  })

  it('the queue is read page by page, newest first', async () => {
    const seen: number[] = []
    let after: string | null = null
    for (;;) {
      const { deliveries } = await ask(
        `{ deliveries(first: 3, after: ${JSON.stringify(after)}) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
      )
      seen.push(...deliveries.nodes.map(({ id }: { id: string }) => Number(keyIn(id))))
      if (!deliveries.pageInfo.hasNextPage) {
        expect(deliveries.totalCount).to.equal(seen.length)
        break
      }
      after = deliveries.pageInfo.endCursor
    }
    expect(seen).to.have.length(8)
    expect(seen).to.deep.equal([...seen].sort((a, b) => b - a))
  })

  it('a platform shows the kinds it takes, its refusals by code, and since when its oldest delivery is owed', async () => {
    const { platforms } = await ask(`{ platforms { ${PLATFORM} } }`, 'auditor')
    expect(platforms[0]).to.deep.include({
      id: 'national',
      hears: ['LISTING'],
      outstanding: 1,
      refused: 1,
      openUntil: null,
    })
    expect(platforms[0].refusedByCode).to.have.length(1)
    expect(platforms[0].refusedByCode[0]).to.deep.include({ count: 1 })
    expect(platforms[0].refusedByCode[0].advice).to.include({ code: '9876', meaning: 'CORRECT' })
    expect(platforms[0].oldestOutstandingAt).to.equal('2026-02-06T02:00:00.000Z')
    expect(platforms[0]).to.deep.include({ paused: null, wiped: null, filledAt: null, acts: [] })
  })

  it('an officer resends a refused row, and the act is recorded with the entry', async () => {
    const [one] = (await ask('{ deliveries(filter: {state: REFUSED}) { nodes { id } } }')).deliveries.nodes
    const { resendDelivery } = await ask(
      `mutation { resendDelivery(id: "${one.id}", reason: "名称已核对") { ${DELIVERY} } }`,
      'administrator',
    )
    expect(resendDelivery).to.deep.include({ id: one.id, state: 'OWED', number: 1, advice: null })
    expect(resendDelivery.acts).to.have.length(1)
    expect(resendDelivery.acts[0]).to.deep.include({ act: 'RESEND', by: 'administrator-1', reason: '名称已核对' })
    expect(resendDelivery.acts[0].receipt.code).to.equal('9876')
    const { listing } = await ask(`{ listing(id: "${listings[0]}") { deliveries { platform acts { act } } } }`)
    expect(listing.deliveries.find(({ platform }: { platform: string }) => platform === 'national').acts).to.deep.equal(
      [{ act: 'RESEND' }],
    )
    expect(await codeOf(`mutation { resendDelivery(id: "${one.id}", reason: "再") { id } }`, 'officer')).to.equal(
      'DELIVERY_NOT_REFUSED',
    )
  })

  it('a platform is paused, resumed and declared wiped by a named person with a reason', async () => {
    const direct = async (what: string, reason: string) =>
      (await ask(`mutation { ${what}(platform: "jilin", reason: "${reason}") { ${PLATFORM} } }`, 'reviewer'))[what]
    expect((await direct('pausePlatform', '升级')).paused).to.deep.equal({
      by: 'reviewer-1',
      reason: '升级',
      at: NOW.toISOString(),
    })
    expect(await codeOf('mutation { pausePlatform(platform: "jilin", reason: "x") { id } }', 'officer')).to.equal(
      'PLATFORM_PAUSED',
    )
    expect((await direct('resumePlatform', '完成')).paused).to.equal(null)
    const wiped = await direct('declareWiped', '数据库重建')
    expect(wiped.wiped).to.deep.equal({ by: 'reviewer-1', reason: '数据库重建' })
    expect(wiped.acts.map(({ act }: { act: string }) => act)).to.deep.equal(['WIPE', 'RESUME', 'PAUSE'])
    expect(await queueBackfill(world.database.db, world.rules, 'jilin', { now: () => later(5) })).to.equal(2)
    const { platforms } = await ask(`{ platforms { ${PLATFORM} } }`)
    expect(platforms[1]).to.deep.include({ id: 'jilin', filledAt: later(5).toISOString(), outstanding: 2 })
    expect(await codeOf('mutation { pausePlatform(platform: "x", reason: "x") { id } }', 'officer')).to.equal(
      'PLATFORM_UNKNOWN',
    )
  })

  it('a removal stays in the ledger until each platform has confirmed or an officer has closed it', async () => {
    const { db } = world.database
    await db.raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1 where state = 'OWED'`, [
      NOW,
    ])
    const on = NOW.toISOString().slice(0, 10)
    await ask(
      `mutation { removeListing(input: {id: "${listings[0]}", on: "${on}", removal: REVOKED, reason: "处罚决定被撤销", documentNumber: "虚市监撤〔2026〕1号"}) { listing { state } } }`,
      'reviewer',
    )
    await db.raw(
      `update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1 where state = 'OWED' and platform <> 'creditchina'`,
      [NOW],
    )
    const { retractions } = await ask(`{ retractions(filter: {open: true}) { totalCount nodes { ${LEDGER} } } }`)
    expect(retractions.totalCount).to.equal(1)
    const [one] = retractions.nodes
    expect(one).to.deep.include({ kind: 'LISTING', reason: 'REVOKED', removedOn: on, done: false })
    expect(one.listing).to.deep.equal({ id: listings[0] })
    expect(
      one.receivers.map(({ platform, state }: { platform: string; state: string }) => [platform, state]),
    ).to.deep.equal([
      ['creditchina', 'OWED'],
      ['creditjilin', 'CONFIRMED'],
      ['jilin', 'CONFIRMED'],
      ['national', 'CONFIRMED'],
    ])
    // A role that may not see removed entries does not learn whom the removal is about.
    const told = await ask(`{ retractions { nodes { ${LEDGER} } } }`, 'agency')
    expect(told.retractions.nodes[0]).to.deep.include({
      key: one.key,
      listing: null,
      reason: null,
      documentNumber: null,
      done: false,
    })
    const close = `mutation { closeRetraction(listing: "${listings[0]}", platform: "creditchina", reason: "平台停用") { ${LEDGER} } }`
    expect(await codeOf(close, 'administrator')).to.equal('FORBIDDEN')
    await world.database.db.raw(`update matters set state = 'LIFTED' where state = 'LIFT_DUE'`)
    const { closeRetraction } = await ask(close)
    expect(closeRetraction).to.deep.include({ key: one.key, done: true })
    expect(closeRetraction.receivers[0].closed).to.deep.equal({ by: 'officer-1', reason: '平台停用' })
    expect(await codeOf(close, 'officer')).to.equal('RETRACTION_UNKNOWN')
    const after = await ask(
      `{ open: retractions(filter: {open: true}) { totalCount } of: retractions(filter: {listing: "${listings[0]}"}) { totalCount pageInfo { endCursor } } other: retractions(filter: {listing: "${listings[1]}"}) { totalCount } not: retractions(filter: {listing: "x"}) { totalCount } }`,
    )
    expect([after.open, after.of, after.other, after.not].map(({ totalCount }) => totalCount)).to.deep.equal([
      0, 1, 0, 0,
    ])
    const next = await ask(`{ retractions(after: "${after.of.pageInfo.endCursor}") { nodes { key } } }`)
    expect(next.retractions.nodes).to.deep.equal([])
    const made = Buffer.from('after:2026-02-30T00:00:00.000000Z/00000000-0000-4000-8000-000000000000')
    for (const after of ['x', made.toString('base64url')])
      expect(await codeOf(`{ retractions(after: "${after}") { nodes { key } } }`, 'officer')).to.equal('INPUT_INVALID')
  })

  it('an officer closes the withdrawal of a record by the record’s key', async () => {
    const { db } = world.database
    const key = '00000000-0000-4000-8000-00000000000a'
    await db.raw(
      `insert into deliveries (platform, kind, subject_id, number, action, notice, state, attempts, due_at, created_at)
       select 'jilin', 'penalty', :key, n, case n when 1 then 'ADD' else 'REMOVE' end, '{"removal": null}'::jsonb,
         'OWED', 2 - n, :now, :now from generate_series(1, 2) n`,
      { key, now: NOW },
    )
    const close = `mutation { closeRetraction(listing: "${key}", platform: "jilin", reason: "平台已停用") { ${LEDGER} } }`
    await world.database.db.raw(`update matters set state = 'LIFTED' where state = 'LIFT_DUE'`)
    const { closeRetraction } = await ask(close)
    expect(closeRetraction).to.deep.include({ key, kind: 'PENALTY', listing: null, done: true })
    const { retractions } = await ask(`{ retractions(filter: {listing: "${key}"}) { totalCount } }`)
    expect(retractions.totalCount).to.equal(1)
    await db.raw('delete from delivery_acts where delivery_id in (select id from deliveries where subject_id = ?)', [
      key,
    ])
    await db.raw('delete from deliveries where subject_id = ?', [key])
  })

  const SPLIT_BATCHES = 3
  it('a page costs a bounded number of statements, whatever its length', async () => {
    const { db } = world.database
    const cost = async (first: number) =>
      (
        await world.statements(() =>
          ask(
            `{ deliveries(first: ${first}) { nodes { ${DELIVERY} } } retractions(first: ${first}) { nodes { ${LEDGER} } } }`,
          ),
        )
      ).length
    await db.raw(
      `insert into deliveries (platform, kind, subject_id, number, action, notice, state, attempts, due_at, created_at, confirmed_at)
       select 'national', 'listing', gen_random_uuid(), 1, 'REMOVE', '{"removal": null}'::jsonb, 'CONFIRMED', 1, :now, :now, :now
       from generate_series(1, 50)`,
      { now: NOW },
    )
    // Only the number of batches may differ: a loader may split a batch of any size over two turns of the event loop.
    const few = await cost(1)
    expect(await cost(60)).to.be.at.most(few + SPLIT_BATCHES)
    await db.raw(`delete from deliveries where notice = '{"removal": null}'::jsonb`)
  })

  it('a removal is closed by officers and reviewers only', async () => {
    const { db } = world.database
    await db.raw(
      `update deliveries set state = 'REFUSED', confirmed_at = null where action = 'REMOVE' and platform = 'jilin'`,
    )
    const [one] = (await ask('{ deliveries(filter: {state: REFUSED}) { nodes { id action } } }')).deliveries.nodes
    expect(one.action).to.equal('REMOVE')
    const close = `mutation { closeDelivery(id: "${one.id}", reason: "已电话确认删除") { state closed { by reason } } }`
    expect(await codeOf(close, 'administrator')).to.equal('FORBIDDEN')
    const { closeDelivery } = await ask(close, 'reviewer')
    expect(closeDelivery).to.deep.equal({ state: 'CLOSED', closed: { by: 'reviewer-1', reason: '已电话确认删除' } })
  })

  it('other roles are refused with an error code', async () => {
    const id = Buffer.from('Delivery:1').toString('base64url')
    const fields: [string, Role[]][] = [
      ['{ deliveries { totalCount } }', ['marketplace', 'credit_service', 'party']],
      ['{ retractions { totalCount } }', ['marketplace', 'credit_service', 'party']],
      [`mutation { resendDelivery(id: "${id}", reason: "x") { id } }`, ['agency', 'auditor', 'marketplace']],
      [`mutation { closeDelivery(id: "${id}", reason: "x") { id } }`, ['agency', 'auditor', 'party']],
      ['mutation { pausePlatform(platform: "jilin", reason: "x") { id } }', ['agency', 'auditor', 'party']],
      ['mutation { declareWiped(platform: "jilin", reason: "x") { id } }', ['agency', 'auditor', 'credit_service']],
      [
        `mutation { closeRetraction(listing: "x", platform: "jilin", reason: "x") { key } }`,
        ['agency', 'auditor', 'administrator'],
      ],
    ]
    for (const [field, roles] of fields) {
      expect(await codeOf(field, null), field).to.equal('UNAUTHENTICATED')
      for (const role of roles) expect(await codeOf(field, role), `${role} ${field}`).to.equal('FORBIDDEN')
    }
    const { node } = await ask(`{ node(id: "${id}") { id } }`, 'marketplace')
    expect(node).to.equal(null)
  })

  it('resending for a removed entry previews a removal, or nothing for a platform that never received it', async () => {
    const { db } = world.database
    const [listing = ''] = listings
    const own = { subject_id: keyIn(listing), platform: 'national' }
    await db('deliveries')
      .where(own)
      .update({ state: 'FOLDED', confirmed_at: null, closed_at: null, closed_by: null, closed_reason: null })
    const refused = { state: 'REFUSED', confirmed_at: null, receipt: JSON.stringify({ code: '9876', text: 'x' }) }
    await db('deliveries')
      .where({ ...own, number: 1 })
      .update({ ...refused, attempts: 1 })
    const again = async () =>
      (
        await ask(
          `{ deliveries(filter: {subject: "${listing}", state: REFUSED}) { nodes { again { action notice } } } }`,
        )
      ).deliveries.nodes[0].again
    expect(await again()).to.deep.equal({ action: 'REMOVE', notice: null })
    await db('deliveries').where(own).update({ attempts: 0 })
    expect(await again()).to.deep.equal({ action: null, notice: null })
  })
})
