import { expect } from 'chai'
import { platforms } from '../../../src/platforms/index.js'
import type { Listing } from '../../../src/store/listing/listings.js'
import { type ComparisonResult, reconcilePlatforms } from '../../../src/work/delivery/reconcile.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import { hideLostEntry } from '../../../src/work/listing/lost-entry.js'
import { type Display, type Row, startDisplay } from '../../support/display.js'
import { closedUrl } from '../../support/ports.js'
import {
  at,
  beliefsOf,
  codeOf,
  database,
  later,
  listingAt,
  log,
  NOW,
  OFFICER,
  published,
  REVIEWER,
  removed,
  rowsOf,
  rules,
  TODAY,
} from '../../support/world.js'

const national = platforms.find(({ id }) => id === 'national')
if (national === undefined) throw new Error('no national')
const NIGHT = later(60_000)
const NONE = { shown: 0, expected: 0, missing: 0, stale: 0, unwanted: 0, hidden: 0, alarm: null }

describe('reconcile', () => {
  const db = database()
  let display: Display
  before(async () => {
    display = await startDisplay()
  })
  after(() => display.close())
  afterEach(() => {
    display.rows = []
    display.meanwhile = null
  })

  const compare = async (now = NIGHT, url = display.url) => {
    const to = [{ platform: national, url, secret: 'x' }]
    const { platforms: found, unreachable } = await reconcilePlatforms(db(), {
      rules,
      hideLost: hideLostEntry,
      platforms: to,
      cause: 'command',
      now: at(now),
      log,
    })
    return { found: found[0], unreachable }
  }
  const result = (given: Partial<ComparisonResult>) => ({ platform: 'national', ...NONE, ...given })
  const confirmAll = () =>
    db().raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1 where state = 'OWED'`, [NOW])
  const told = async (n: number): Promise<Listing> => {
    const listing = await published(db(), n)
    await confirmAll()
    return listing
  }
  /** The row that a platform shows after the last delivery of this entry. */
  const shown = async (id: string, given: Partial<Row> = {}): Promise<Row> => {
    const [row] = await rowsOf(
      db(),
      `select number, notice->'operator'->>'uscc' as uscc, notice->'operator'->>'name' as name from deliveries
       where subject_id = ? and platform = 'national' order by number desc limit 1`,
      [id],
    )
    return {
      key: id,
      sequence: Number(row?.['number']),
      uscc: String(row?.['uscc']),
      name: String(row?.['name']),
      ...given,
    }
  }
  const owed = () =>
    rowsOf(db(), `select platform, number, action from deliveries where state = 'OWED' order by platform, number`)
  const remarks = () =>
    rowsOf(db(), `select what, key, did, differs, times, settled_by as by, note from findings order by id`)
  const stateOf = async (id: string) =>
    (await rowsOf(db(), `select state, facts->'hiding' as hiding from listings where id = ?`, [id]))[0]

  it('changes nothing for a platform that shows what it confirmed', async () => {
    const listing = await told(1)
    display.rows = [await shown(listing.id)]
    expect((await compare()).found).to.deep.equal(result({ shown: 1, expected: 1 }))
    expect([await owed(), await remarks()]).to.deep.equal([[], []])
    const [run] = await rowsOf(db(), `select outcome, counts from runs where job = 'reconcile'`)
    expect(run).to.deep.equal({
      outcome: 'DONE',
      counts: { shown: 1, expected: 1, missing: 0, stale: 0, unwanted: 0, hidden: 0 },
    })
  })

  it('a missing entry is hidden by the clock, its removal is owed to all platforms, and it is not sent again', async () => {
    const listing = await told(1)
    const other = await told(2)
    display.rows = [await shown(other.id)]
    expect((await compare()).found).to.deep.equal(result({ shown: 1, expected: 2, missing: 1, hidden: 1 }))
    const after = await stateOf(listing.id)
    expect(after?.['state']).to.equal('HIDDEN')
    expect(after?.['hiding']).to.include({ kind: 'LOST', by: 'clock' })
    expect(await owed()).to.deep.equal(
      rules.platforms
        .map(({ id }) => ({ platform: id, number: 2, action: 'REMOVE' }))
        .sort((a, b) => (a.platform < b.platform ? -1 : 1)),
    )
    expect(await rowsOf(db(), 'select 1 from public_entries')).to.have.length(1)
    await confirmAll()
    expect((await compare(later(86_400))).found).to.deep.equal(result({ shown: 1, expected: 1 }))
    expect(await owed()).to.deep.equal([])
    expect(await remarks()).to.deep.equal([
      { what: 'MISSING', key: listing.id, did: 'HIDDEN', differs: [], times: 1, by: null, note: null },
    ])
  })

  it('a person settles a missing entry: unhiding owes an addition, and removal owes none', async () => {
    const [wrong, repaired, other] = [await told(1), await told(2), await told(3)]
    display.rows = [await shown(other.id)]
    await compare()
    await confirmAll()
    const move = (id: string, name: 'unhideListing' | 'removeListing', input: object) =>
      makeMove(db(), rules, {
        id,
        name,
        ...REVIEWER,
        input: { on: '2026-11-26', reason: '核实', ...input },
        now: NIGHT,
      })
    await move(wrong.id, 'unhideListing', {})
    await move(repaired.id, 'removeListing', { removal: 'REVOKED' })
    expect((await owed()).filter((one) => one['platform'] === 'national')).to.deep.equal([
      { platform: 'national', number: 3, action: 'ADD' },
    ])
    expect((await remarks()).map((one) => [one['key'], one['by'], one['note']])).to.have.deep.members([
      [wrong.id, REVIEWER.by, 'unhideListing'],
      [repaired.id, REVIEWER.by, 'removeListing'],
    ])
  })

  it('does not judge a delivery that is being sent', async () => {
    await published(db(), 1)
    expect((await compare()).found).to.deep.equal(result({ expected: 1 }))
    expect(await remarks()).to.deep.equal([])
  })

  it('does not judge a delivery confirmed while the display is read', async () => {
    const early = await told(1)
    const listing = await published(db(), 2)
    display.rows = [await shown(early.id)]
    display.meanwhile = confirmAll
    expect((await compare()).found).to.deep.equal(result({ shown: 1, expected: 2 }))
    expect((await stateOf(listing.id))?.['state']).to.equal('PUBLISHED')
  })

  it('does not remove again an entry removed while the display is read', async () => {
    const listing = await told(1)
    display.rows = [await shown(listing.id)]
    display.meanwhile = async () => {
      await removed(db(), listing.id)
      await confirmAll()
    }
    expect((await compare()).found).to.deep.equal(result({ shown: 1 }))
    expect(await owed()).to.deep.equal([])
  })

  it('an unwanted entry is removed with a sequence above the displayed one', async () => {
    const listing = await told(1)
    await removed(db(), listing.id)
    await confirmAll()
    display.rows = [await shown(listing.id, { sequence: 1 })]
    expect((await compare()).found).to.deep.equal(result({ shown: 1, unwanted: 1 }))
    expect(await owed()).to.deep.equal([{ platform: 'national', number: 3, action: 'REMOVE' }])
    const [row] = await rowsOf(db(), `select notice, notice->'removal' as removal from deliveries where state = 'OWED'`)
    expect(row?.['notice']).to.deep.include({ key: listing.id, sequence: 3, action: 'REMOVE' })
    expect(row?.['removal']).to.include({ reason: 'REVOKED', removedOn: TODAY })
    expect(national.check(row?.['notice'] as never)).to.deep.equal([])
    // While the removal is being sent, nothing more is owed.
    await compare(later(86_400))
    expect(await owed()).to.have.length(1)
    await confirmAll()
    display.rows = []
    await compare(later(2 * 86_400))
    expect(await remarks()).to.deep.include.members([
      {
        what: 'UNWANTED',
        key: listing.id,
        did: 'REMOVAL_OWED',
        differs: [],
        times: 1,
        by: 'clock',
        note: '再次比对未再发现。A later comparison found it no more.',
      },
    ])
  })

  it('P-B2: an entry that was never sent is removed, and only additions to the platform that shows it are held', async () => {
    const listing = await listingAt(db(), 1, 'serveListing')
    display.rows = [{ key: listing.id, sequence: 4, uscc: codeOf(1), name: '长春虚构商贸第1有限公司' }]
    expect((await compare()).found).to.deep.equal(result({ shown: 1, unwanted: 1 }))
    const [one] = await owed()
    expect(one).to.include({ platform: 'national', action: 'REMOVE' })
    expect(Number(one?.['number'])).to.be.above(4)
    const [row] = await rowsOf(db(), `select notice, notice->'removal' as removal from deliveries where state = 'OWED'`)
    expect(row?.['removal']).to.include({ reason: 'NOT_IN_FORCE' })
    expect(await rowsOf(db(), 'select 1 from database_restored')).to.deep.equal([])
    expect(
      await rowsOf(db(), 'select platform, paused_by as by from platform_states where paused_at is not null'),
    ).to.deep.equal([{ platform: 'national', by: 'clock' }])
    expect(await rowsOf(db(), 'select platform from platform_states where sequence_floor > 4')).to.deep.equal([
      { platform: 'national' },
    ])
  })

  describe('P-B1: an addition that never arrived', () => {
    const filled = () =>
      db().raw(
        `insert into platform_states (platform, filled_at, filled_kinds) values ('national', ?, '{listing}')
         on conflict (platform) do update set filled_at = excluded.filled_at, filled_kinds = excluded.filled_kinds`,
        [NOW],
      )

    it('is found and owed with a number above every earlier one', async () => {
      const listing = await told(1)
      await filled()
      await db().raw(`delete from deliveries where platform = 'national'`)
      expect((await compare()).found).to.deep.equal(result({ expected: 1 }))
      expect(await remarks()).to.deep.equal([
        { what: 'UNTOLD', key: listing.id, did: 'ADDITION_OWED', differs: [], times: 1, by: null, note: null },
      ])
      expect(await owed()).to.deep.equal([{ platform: 'national', number: 1, action: 'ADD' }])
      // While the addition is owed, nothing more is owed.
      await compare(later(86_400))
      expect(await owed()).to.have.length(1)
    })

    it('is found where the last delivery was a removal', async () => {
      const listing = await told(1)
      await filled()
      await db().raw(`update deliveries set action = 'REMOVE' where platform = 'national'`)
      await compare()
      expect(await remarks()).to.deep.include.members([
        { what: 'UNTOLD', key: listing.id, did: 'ADDITION_OWED', differs: [], times: 1, by: null, note: null },
      ])
      expect(await owed()).to.deep.equal([{ platform: 'national', number: 2, action: 'ADD' }])
    })

    it('is reported and left to the officer who closed it', async () => {
      const listing = await told(1)
      await filled()
      await db().raw(
        `update deliveries set state = 'CLOSED', confirmed_at = null, closed_at = ?, closed_by = 'officer-1', closed_reason = '不报'
         where platform = 'national'`,
        [NOW],
      )
      await compare()
      expect(await remarks()).to.deep.equal([
        { what: 'UNTOLD', key: listing.id, did: 'NOTHING', differs: [], times: 1, by: null, note: null },
      ])
      expect(await owed()).to.deep.equal([])
    })

    it('is left to the backfill of a platform that is not filled yet', async () => {
      await told(1)
      await db().raw(`delete from deliveries where platform = 'national'`)
      await compare()
      expect([await remarks(), await owed()]).to.deep.equal([[], []])
    })
  })

  it('a removal closed by an officer is reported and not sent again', async () => {
    const listing = await told(1)
    await removed(db(), listing.id)
    await db().raw(
      `update deliveries set state = 'CLOSED', closed_at = ?, closed_by = 'officer-1', closed_reason = '该平台已停用' where state = 'OWED'`,
      [NOW],
    )
    display.rows = [await shown(listing.id, { sequence: 1 })]
    expect((await compare()).found).to.deep.equal(result({ shown: 1, unwanted: 1 }))
    expect(await owed()).to.deep.equal([])
    expect(await remarks()).to.deep.include.members([
      { what: 'UNWANTED', key: listing.id, did: 'NOTHING', differs: [], times: 1, by: null, note: null },
    ])
  })

  for (const [what, given, differs] of [
    ['an older sequence', { sequence: 0 }, ['SEQUENCE']],
    ['another name', { name: '另一公司' }, ['NAME']],
    ['another code', { uscc: codeOf(9) }, ['USCC']],
  ] as const)
    it(`an entry shown with ${what} owes a change, each night until it is right`, async () => {
      const listing = await told(1)
      display.rows = [await shown(listing.id, given)]
      expect((await compare()).found).to.deep.equal(result({ shown: 1, expected: 1, stale: 1 }))
      expect(await owed()).to.deep.equal([{ platform: 'national', number: 2, action: 'CHANGE' }])
      await confirmAll()
      await compare(later(86_400))
      expect(await owed()).to.deep.equal([{ platform: 'national', number: 3, action: 'CHANGE' }])
      await confirmAll()
      display.rows = [await shown(listing.id)]
      await compare(later(2 * 86_400))
      const [one] = await remarks()
      expect(one).to.deep.include({ what: 'STALE', did: 'CHANGE_OWED', times: 2, by: 'clock' })
      expect(one?.['differs']).to.include(differs[0])
    })

  it('ignores entries of other senders', async () => {
    const listing = await told(1)
    display.rows = [
      await shown(listing.id),
      { key: '00000000-0000-4000-8000-000000000001', sequence: 9, name: '他人所报' },
      { key: 'QT-2026-1', sequence: 1, name: '他人所报' },
    ]
    expect((await compare()).found).to.deep.equal(result({ shown: 1, expected: 1 }))
    expect([await owed(), await remarks()]).to.deep.equal([[], []])
    expect(await rowsOf(db(), 'select others from comparisons')).to.deep.equal([{ others: 2 }])
  })

  it('a platform that shows nothing any more is reported as an outage, and nothing changes', async () => {
    const first = await told(1)
    const second = await told(2)
    await removed(db(), second.id)
    const third = await told(3)
    const before = await beliefsOf(db())
    expect((await compare()).found).to.deep.equal(result({ expected: 2, missing: 2, alarm: 'MASS_ABSENCE' }))
    expect((await beliefsOf(db())).replace(/comparisons\n[^\n]*/, 'comparisons\n')).to.equal(before)
    for (const { id } of [first, third]) expect((await stateOf(id))?.['state']).to.equal('PUBLISHED')
    const [run] = await rowsOf(db(), `select outcome, error from runs where job = 'reconcile'`)
    expect(run?.['outcome']).to.equal('FAILED')
    expect(run?.['error']).to.include({ code: 'MASS_ABSENCE' })
  })

  it('an entry missing at a platform declared wiped is owed as an addition and hides nothing', async () => {
    const listing = await told(1)
    const other = await told(2)
    display.rows = [await shown(other.id)]
    await db().raw(`insert into platform_states (platform, filled_at, wiped_at, wiped_by, wiped_reason)
      values ('national', null, now(), 'officer-1', '平台重建') on conflict (platform) do update
      set filled_at = null, wiped_at = now(), wiped_by = 'officer-1', wiped_reason = '平台重建'`)
    expect((await compare()).found).to.deep.equal(result({ shown: 1, expected: 2 }))
    expect((await stateOf(listing.id))?.['state']).to.equal('PUBLISHED')
    expect(await rowsOf(db(), 'select on_their_way as n from comparisons')).to.deep.equal([{ n: 1 }])
    await db().raw('update platform_states set filled_at = now()')
    expect((await compare(later(60, NIGHT))).found).to.include({ missing: 1, hidden: 1 })
  })

  it('a platform that cannot be read is reported and changes nothing', async () => {
    await told(1)
    const { found, unreachable } = await compare(NIGHT, await closedUrl())
    expect([found, unreachable]).to.deep.equal([undefined, ['national']])
    expect(await remarks()).to.deep.equal([])
    expect(await rowsOf(db(), `select outcome from runs where job = 'reconcile'`)).to.deep.equal([
      { outcome: 'FAILED' },
    ])
  })

  it('an entry hidden by a person meanwhile is left to that person', async () => {
    const listing = await told(1)
    const other = await told(2)
    display.rows = [await shown(other.id)]
    display.meanwhile = async () => {
      const input = { on: TODAY, hiding: 'ERROR' as const, reason: '主体认定有误' }
      await makeMove(db(), rules, { id: listing.id, name: 'hideListing', ...OFFICER, input, now: NOW })
    }
    expect((await compare()).found).to.deep.equal(result({ shown: 1, expected: 1 }))
    expect((await stateOf(listing.id))?.['hiding']).to.include({ kind: 'ERROR' })
  })

  it('two simultaneous comparisons hide a missing entry once', async () => {
    await told(1)
    const other = await told(2)
    display.rows = [await shown(other.id)]
    await Promise.all([compare(), compare()])
    expect(await rowsOf(db(), `select 1 from listing_events where move = 'hideListing'`)).to.have.length(1)
    expect(await remarks()).to.have.length(1)
  })
})
