import { expect } from 'chai'
import { isValidResidentId } from '../../../src/domain/operators/codes.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as desk from '../../../src/store/delivery/delivery-desk.js'
import { closeRefused, resendRefused } from '../../../src/work/delivery/deliveries.js'
import { database, later, NOW, published, refusal, removed, rowsOf, rules, TODAY } from '../../support/world.js'

/** A valid ID number that belongs to nobody. */
const ID = [...'0123456789X'].map((last) => `11010119900307461${last}`).find(isValidResidentId) ?? ''
const RECEIPT = {
  accepted: false,
  code: '1001',
  text: '查询到的主体信息不匹配',
  field: 'ENTNAME',
  value: '旧名',
  receiverId: null,
}
/** Marks the delivery owed to the national platform as sent and refused. Returns its id. */
const refused = async (db: JobDb): Promise<number> => {
  const [row] = await rowsOf(
    db,
    `update deliveries set state = 'REFUSED', attempts = attempts + 1, sent_at = ?, last_error = '1001',
       receipt = jsonb_set(?::jsonb, '{key}', notice->'key') where platform = 'national' and state = 'OWED' returning id`,
    [NOW, JSON.stringify(RECEIPT)],
  )
  return Number(row?.['id'])
}
const made = (delivery: number, reason = '主体名称已变更', now = later(60)) => ({
  delivery,
  reason,
  by: 'officer-1',
  now,
})
const national = (db: JobDb) =>
  rowsOf(db, `select number, action, state, attempts from deliveries where platform = 'national' order by number`)

describe('a refused delivery', () => {
  const db = database()

  it('is sent again with the present content under the same key and number', async () => {
    const { id } = await published(db(), 1)
    const delivery = await refused(db())
    await db().raw(`update public_entries set body = jsonb_set(body, '{name}', '"长春虚构新名有限公司"')`)
    await resendRefused(db(), rules, made(delivery))
    const after = await desk.byId(db(), delivery)
    expect(after).to.deep.include({
      state: 'OWED',
      number: 1,
      action: 'ADD',
      attempts: 1,
      lastError: null,
    })
    expect(after?.dueAt).to.deep.equal(later(60))
    // The kept receipt shows that the platform answered, so the hub does not ask it about this message again.
    expect(after?.receipt?.code).to.equal('1001')
    expect(after?.notice).to.include({ key: id, sequence: 1, action: 'ADD' })
    expect(after?.notice.operator.name).to.equal('长春虚构新名有限公司')
  })

  it('keeps who resent it, when, why, and the platform’s answer', async () => {
    await published(db(), 1)
    const delivery = await refused(db())
    await resendRefused(db(), rules, made(delivery, `  经核对 ${ID} 无误 `))
    await refused(db())
    await resendRefused(db(), rules, { ...made(delivery, '再试', later(120)), by: 'reviewer-1' })
    const acts = await desk.actsOf(db(), [delivery])
    expect(acts.map(({ act, by, at, reason }) => ({ act, by, at, reason }))).to.deep.equal([
      { act: 'RESEND', by: 'officer-1', at: later(60), reason: '经核对 [居民身份证 hash] 无误' },
      { act: 'RESEND', by: 'reviewer-1', at: later(120), reason: '再试' },
    ])
    expect(acts.map(({ receipt }) => receipt?.code)).to.deep.equal(['1001', '1001'])
  })

  it('is replaced by a removal where its subject is no longer public', async () => {
    const { id } = await published(db(), 1)
    const delivery = await refused(db())
    await db().raw('delete from public_entries')
    await resendRefused(db(), rules, made(delivery))
    expect(await national(db())).to.deep.equal([
      { number: 1, action: 'ADD', state: 'FOLDED', attempts: 1 },
      { number: 2, action: 'REMOVE', state: 'OWED', attempts: 0 },
    ])
    const [after] = await rowsOf(db(), `select notice, notice->'removal' as removal from deliveries where number = 2`)
    expect(after?.['notice']).to.deep.include({ key: id, sequence: 2, action: 'REMOVE' })
    expect(after?.['removal']).to.include({ reason: 'WITHDRAWN', removedOn: TODAY })
  })

  it('is replaced by a removal with a number above everything that a restored database may have sent', async () => {
    await published(db(), 1)
    const delivery = await refused(db())
    await db().raw('delete from public_entries')
    await db().raw(`insert into platform_states (platform, sequence_floor) values ('national', 500)
      on conflict (platform) do update set sequence_floor = 500`)
    await resendRefused(db(), rules, made(delivery))
    const [removal] = await rowsOf(db(), `select number, notice from deliveries where action = 'REMOVE'`)
    expect(removal?.['number']).to.equal(501)
    expect(removal?.['notice']).to.include({ sequence: 501 })
  })

  it('when closed, turns a change waiting behind it into an addition', async () => {
    await published(db(), 1)
    const delivery = await refused(db())
    await db().raw(
      `insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
      select platform, kind, subject_id, 2, 'CHANGE', notice || '{"sequence": 2, "action": "CHANGE"}', due_at, created_at
      from deliveries where id = ?`,
      [delivery],
    )
    await closeRefused(db(), rules, made(delivery))
    expect(await national(db())).to.deep.equal([
      { number: 1, action: 'ADD', state: 'CLOSED', attempts: 1 },
      { number: 2, action: 'ADD', state: 'OWED', attempts: 0 },
    ])
    const [waiting] = await rowsOf(db(), 'select notice from deliveries where number = 2')
    expect(waiting?.['notice']).to.include({ sequence: 2, action: 'ADD' })
  })

  it('resends a removal with its original content', async () => {
    const { id } = await published(db(), 1)
    await db().raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1`, [NOW])
    await removed(db(), id)
    const delivery = await refused(db())
    const before = await desk.byId(db(), delivery)
    await resendRefused(db(), rules, made(delivery))
    const after = await desk.byId(db(), delivery)
    expect([after?.state, after?.action, after?.notice]).to.deep.equal(['OWED', 'REMOVE', before?.notice])
  })

  it('is numbered above the platform’s floor when resent or withdrawn, unless a later delivery waits', async () => {
    const { id } = await published(db(), 1)
    const delivery = await refused(db())
    await db().raw(`insert into platform_states (platform, sequence_floor) values ('national', 40)`)
    await resendRefused(db(), rules, made(delivery))
    expect((await desk.byId(db(), delivery))?.notice.sequence).to.equal(41)
    expect(await national(db())).to.deep.equal([{ number: 41, action: 'ADD', state: 'OWED', attempts: 1 }])
    await refused(db())
    await db().raw('update platform_states set sequence_floor = 60')
    await db().raw(
      `insert into deliveries (platform, kind, subject_id, number, action, notice, due_at, created_at)
       select platform, kind, subject_id, 61, 'CHANGE', notice, due_at, created_at from deliveries where id = ?`,
      [delivery],
    )
    await resendRefused(db(), rules, made(delivery))
    expect((await desk.byId(db(), delivery))?.number).to.equal(41)
    await db().raw(`update deliveries set state = 'REFUSED' where id = ?`, [delivery])
    await db().raw('delete from public_entries where listing_id = ?', [id])
    await db().raw('update platform_states set sequence_floor = 80')
    await resendRefused(db(), rules, made(delivery))
    expect((await national(db())).at(-1)).to.deep.equal({ number: 81, action: 'REMOVE', state: 'OWED', attempts: 0 })
  })

  it('is closed by a named person and never confirmed', async () => {
    await published(db(), 1)
    const delivery = await refused(db())
    await closeRefused(db(), rules, made(delivery, '平台不收此类主体'))
    expect(await desk.byId(db(), delivery)).to.deep.include({
      state: 'CLOSED',
      closedAt: later(60),
      closedBy: 'officer-1',
      closedReason: '平台不收此类主体',
      confirmedAt: null,
    })
    expect((await desk.actsOf(db(), [delivery])).map(({ act }) => act)).to.deep.equal(['CLOSE'])
  })

  it('is settled by one of two people who settle it at the same time', async () => {
    await published(db(), 1)
    const delivery = await refused(db())
    const both = await Promise.all([
      refusal(resendRefused(db(), rules, made(delivery))),
      refusal(closeRefused(db(), rules, made(delivery))),
    ])
    expect(both.map(({ code }) => code).sort()).to.deep.equal(['DELIVERY_NOT_REFUSED', 'none'])
    expect(await desk.actsOf(db(), [delivery])).to.have.length(1)
  })

  it('is settled only if it exists, is refused, and a reason is given', async () => {
    await published(db(), 1)
    const [row] = await rowsOf(db(), `select id from deliveries where platform = 'national'`)
    const owed = Number(row?.['id'])
    for (const settle of [resendRefused, closeRefused]) {
      expect((await refusal(settle(db(), rules, made(owed)))).code).to.equal('DELIVERY_NOT_REFUSED')
      expect((await refusal(settle(db(), rules, made(owed + 1_000)))).code).to.equal('DELIVERY_UNKNOWN')
      expect((await refusal(settle(db(), rules, made(owed, ' ')))).code).to.equal('INPUT_INVALID')
      expect((await refusal(settle(db(), rules, made(owed, 'x'.repeat(1_001))))).code).to.equal('INPUT_INVALID')
    }
    expect(await desk.actsOf(db(), [owed])).to.deep.equal([])
  })
})
