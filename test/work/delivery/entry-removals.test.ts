import { expect } from 'chai'
import { platforms } from '../../../src/platforms/index.js'
import { nationalPlatform } from '../../../src/platforms/national.js'
import { nationalDialect } from '../../../src/sandbox/platforms/national.js'
import { startPlatformStandIn } from '../../../src/sandbox/platforms/stand-in.js'
import { pushDeliveries } from '../../../src/work/delivery/push.js'
import { reconcilePlatforms } from '../../../src/work/delivery/reconcile.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import { hideLostEntry } from '../../../src/work/listing/lost-entry.js'
import { type Display, startDisplay } from '../../support/display.js'
import {
  at,
  database,
  later,
  log,
  NOW,
  OFFICER,
  published,
  REVIEWER,
  removed,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

const HIDE = ['hideListing', OFFICER, { on: TODAY, hiding: 'ERROR', reason: '主体认定有误' }] as const
const SHOW = ['unhideListing', REVIEWER, { on: TODAY, reason: '认定无误' }] as const
const PAPER = { documentNumber: '测市监更〔2026〕1号', reason: '列入有误' }
const CORRECT = ['removeListing', REVIEWER, { on: TODAY, removal: 'CORRECTED', ...PAPER }] as const
const CORRECTED = {
  reason: 'CORRECTED',
  reasonText: '列入有误，予以更正',
  documentNumber: PAPER.documentNumber,
  removedOn: TODAY,
}
const REPAIRED = { removal: 'REPAIRED', documentNumber: '测市监修〔2026〕1号', reason: '已修复' } as const

describe('a removal that a platform is sent again', () => {
  const db = database()
  let display: Display
  before(async () => {
    display = await startDisplay()
  })
  after(() => display.close())

  const confirmAll = () =>
    db().raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1 where state = 'OWED'`, [NOW])
  const told = async (): Promise<string> => {
    const { id } = await published(db(), 1)
    await confirmAll()
    return id
  }
  const byClock = (id: string, input: object) =>
    makeMove(db(), rules, {
      id,
      name: 'removeListing',
      by: 'clock',
      role: 'clock',
      input: { on: TODAY, ...input } as never,
      now: NOW,
    })

  /** The next comparison sends this to a platform that still shows the entry. */
  const removalOwed = async (id: string) => {
    await confirmAll()
    display.rows = [{ key: id, sequence: 1, uscc: 'x', name: '虚构' }]
    await reconcilePlatforms(db(), {
      rules,
      hideLost: hideLostEntry,
      platforms: platforms
        .filter((one) => one.id === 'national')
        .map((platform) => ({ platform, url: display.url, secret: 'x' })),
      cause: 'command',
      now: at(later(60_000)),
      log,
    })
    const owed = await rowsOf(db(), `select notice->'removal' as removal from deliveries where state = 'OWED'`)
    return owed.map(({ removal }) => removal)
  }

  it('names the hiding of a hidden entry, with its day', async () => {
    const id = await told()
    await step(db(), id, HIDE)
    expect(await removalOwed(id)).to.deep.equal([
      { reason: 'HIDDEN', reasonText: '暂停公示', documentNumber: null, removedOn: TODAY },
    ])
  })

  it('names the end for good with its document, although only the hiding was told', async () => {
    const id = await told()
    await step(db(), id, HIDE)
    await confirmAll()
    await step(db(), id, CORRECT)
    expect(await removalOwed(id)).to.deep.equal([CORRECTED])
  })

  it('names the end of an entry that was hidden and shown again before', async () => {
    const id = await told()
    for (const one of [HIDE, SHOW]) {
      await step(db(), id, one)
      await confirmAll()
    }
    await removed(db(), id)
    expect((await removalOwed(id))[0]).to.include({ reason: 'REVOKED', documentNumber: null })
  })

  it('names the second removal where the platform was told only of the first', async () => {
    const id = await told()
    await byClock(id, REPAIRED)
    await confirmAll()
    const back = { on: TODAY, documentNumber: '测市监撤修〔2026〕1号', reason: '材料虚假' }
    await step(db(), id, ['restoreListing', REVIEWER, back])
    await removed(db(), id)
    await db().raw(`delete from deliveries where platform = 'national' and number > 2`)
    expect((await removalOwed(id))[0]).to.include({ reason: 'REVOKED', removedOn: TODAY })
  })

  it('names the end of the term that came while the entry was hidden', async () => {
    const id = await told()
    await step(db(), id, HIDE)
    await confirmAll()
    await db().raw(
      `update listings set ends_on = '2026-11-20', facts = facts || '{"endsOn": "2026-11-20"}' where id = ?`,
      [id],
    )
    await byClock(id, { removal: 'EXPIRED' })
    expect(await removalOwed(id)).to.deep.equal([
      { reason: 'EXPIRED', reasonText: '列入期满，自动移出', documentNumber: null, removedOn: TODAY },
    ])
  })

  it('names the end also where the removal is still owed, refused or to be checked since the hiding', async () => {
    const id = await told()
    await step(db(), id, HIDE)
    const set = (platform: string, columns: string) =>
      db().raw(`update deliveries set attempts = 1, ${columns} where state = 'OWED' and platform = ?`, [platform])
    await set('national', `state = 'REFUSED'`)
    await set('jilin', `state = 'CONFIRMED', confirmed_at = created_at, check_due_at = created_at`)
    await step(db(), id, CORRECT)
    expect(
      await rowsOf(db(), `select distinct notice->'removal' as removal from deliveries where action = 'REMOVE'`),
    ).to.deep.equal([{ removal: CORRECTED }])
  })

  it('has a new number where the platform may hold what it said first', async () => {
    const id = await told()
    const standIn = await startPlatformStandIn(nationalDialect, 'a secret')
    const push = async (now: Date) => {
      const to = { platform: nationalPlatform, url: standIn.url, secret: 'a secret' }
      const only = { platforms: [to], silent: [], cause: 'command' as const, now: at(now), random: () => 0.5, log }
      return (await pushDeliveries(db(), only)).platforms[0]
    }
    try {
      await step(db(), id, HIDE)
      standIn.behave({ cutAfterAccept: 1 })
      expect(await push(later(70))).to.include({ accepted: 0, outstanding: 1 })
      await step(db(), id, CORRECT)
      expect(await push(later(100))).to.include({ accepted: 1, rejected: 0, outstanding: 0 })
      expect(await removalOf(id)).to.deep.equal([{ number: 3, sequence: 3, state: 'CONFIRMED' }])
    } finally {
      await standIn.close()
    }
  })
  const removalOf = (id: string) =>
    rowsOf(
      db(),
      `select number, (notice->'sequence')::int as sequence, state from deliveries
       where platform = 'national' and action = 'REMOVE' and subject_id = ?`,
      [id],
    )
})
