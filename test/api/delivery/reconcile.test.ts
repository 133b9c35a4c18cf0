import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import { makeLog } from '../../../src/hub/log.js'
import { platforms } from '../../../src/platforms/index.js'
import { makeHeadNotesInMemory } from '../../../src/work/audit/head-notes.js'
import { reconcilePlatforms } from '../../../src/work/delivery/reconcile.js'
import { detectRestore } from '../../../src/work/delivery/restored.js'
import { hideLostEntry } from '../../../src/work/listing/lost-entry.js'
import { type Display, startDisplay } from '../../support/display.js'
import { rowsOf } from '../../support/world.js'
import { globalOf, keyIn } from '../global-ids.js'
import { worldWithListing } from '../listed-world.js'
import { NOW, type World } from '../world.js'

const LATE = '00000000-0000-4000-8000-000000000001'
const DISCREPANCIES = `query($filter: DiscrepancyFilter) { discrepancies(filter: $filter) { totalCount nodes {
  id platform what key did differs times settledBy note listing { id state } } } }`
const COMPARISONS = `{ comparisons(first: 1) { totalCount pageInfo { hasNextPage }
  nodes { platform comparedAt shown expected missing stale unwanted hidden onTheirWay others alarm } } }`
const RESTORED = `{ databaseRestored { cause deliveries { noted had } compared { platform at } releasedAt }
  databaseRestorations { cause releaseProposedBy releasedBy releasedReason } }`
const RELEASE = `releaseRestored(reason: $text) { releasedBy releasedAt waiting { id kind state proposedBy reason } }`
const WAITING = '{ databaseRestored { waiting { id } } }'
const DECIDE = `mutation($id: ID!, $verdict: OfficeVerdict!, $note: String) {
  decideOfficeProposal(input: { id: $id, verdict: $verdict, note: $note }) { state } }`

describe('comparisons and restored databases over GraphQL', () => {
  let world: World
  let display: Display
  let id = ''
  const log = makeLog({ level: 'silent', file: null })
  before(async () => {
    ;[world, id] = await worldWithListing('虚构甲有限公司')
    display = await startDisplay()
    await world.database.db.raw(`update deliveries set state = 'CONFIRMED', confirmed_at = ?, attempts = 1`, [NOW])
    await detectRestore(world.database.db, {
      notes: { sent: () => ({ deliveryId: 999, number: 1 }), published: () => null, heads: makeHeadNotesInMemory },
      platforms: ['national'],
      now: NOW,
      log,
    })
  })
  after(async () => {
    await display.close()
    await world.close()
  })

  const compare = async () => {
    const national = platforms.filter((platform) => platform.id === 'national')
    const to = national.map((platform) => ({ platform, url: display.url, secret: 'x' }))
    await reconcilePlatforms(world.database.db, {
      rules: world.rules,
      hideLost: hideLostEntry,
      platforms: to,
      cause: 'command',
      now: () => NOW,
      log,
    })
  }
  const ask = (query: string, role: Role = 'officer', variables: object = {}) =>
    world.ask(query, { token: world.token(role, `${role}-1`), variables })
  const codeOf = (answer: Awaited<ReturnType<typeof ask>>) => answer.errors?.[0]?.extensions['code']
  const change = (mutation: string, role: Role = 'officer', variables: object = {}) =>
    ask(`mutation(${'id' in variables ? '$id: ID!, ' : ''}$text: String!) { ${mutation} }`, role, {
      text: '已核对',
      ...variables,
    })

  const withoutAuditRow = async <T>(kind: string, act: () => Promise<T>): Promise<T> => {
    const { db } = world.database
    await db.raw(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
      create trigger refusing before insert on trail for each row when (new.kind = '${kind}') execute function refuse()`)
    try {
      return await act()
    } finally {
      await db.raw('drop function refuse() cascade')
    }
  }

  it('a restored database is released only after a comparison of its platforms, and only by two persons of the roles allowed', async () => {
    const releasedRows = async () =>
      Number((await rowsOf(world.database.db, `select count(*) as n from trail where kind = 'RELEASED'`))[0]?.['n'])
    const decide = async (role: Role, verdict: string, note: string | null = null) => {
      const { data } = await ask(WAITING)
      return codeOf(await ask(DECIDE, role, { id: data.databaseRestored.waiting.id, verdict, note })) ?? verdict
    }
    expect((await ask(RESTORED)).data.databaseRestored).to.deep.include({
      cause: 'DELIVERY_NOTED',
      compared: [{ platform: 'national', at: null }],
      releasedAt: null,
    })
    expect(codeOf(await change(RELEASE))).to.equal('RESTORED_NOT_COMPARED')
    display.rows = [{ key: LATE, sequence: 1 }]
    await compare()
    for (const role of ['agency', 'auditor', 'marketplace'] as const)
      expect(codeOf(await change(RELEASE, role)), role).to.equal('FORBIDDEN')
    const proposed = await change(RELEASE)
    expect(proposed.data.releaseRestored).to.deep.include({ releasedBy: null, releasedAt: null })
    expect(proposed.data.releaseRestored.waiting).to.deep.include({
      kind: 'RESTORE_RELEASE',
      state: 'PROPOSED',
      proposedBy: 'officer-1',
      reason: '已核对',
    })
    expect(codeOf(await change(RELEASE)), 'the proposer').to.equal('SECOND_PERSON')
    expect(await decide('officer', 'CONFIRM'), 'the proposer').to.equal('SECOND_PERSON')
    expect(await decide('auditor', 'CONFIRM')).to.equal('FORBIDDEN')
    expect(await decide('reviewer', 'REFUSE', '尚未补办')).to.equal('REFUSE')
    expect((await ask(WAITING)).data.databaseRestored.waiting).to.equal(null)
    await change(RELEASE)
    expect(await decide('officer', 'WITHDRAW')).to.equal('WITHDRAW')
    await change(RELEASE)
    expect(await releasedRows(), 'nobody has released it').to.equal(0)
    const refused = await withoutAuditRow('RELEASED', () => change(RELEASE, 'reviewer'))
    expect(codeOf(refused), 'no row, no release').to.equal('TRAIL_UNAVAILABLE')
    expect((await ask(WAITING)).data.databaseRestored.waiting).not.to.equal(null)
    const { releaseRestored } = (await change(RELEASE, 'reviewer')).data
    expect(releaseRestored).to.deep.include({ releasedBy: 'reviewer-1', waiting: null })
    expect(await releasedRows()).to.equal(1)
    expect(codeOf(await change(RELEASE))).to.equal('NOT_RESTORED')
    expect((await ask(RESTORED)).data).to.deep.equal({
      databaseRestored: null,
      databaseRestorations: [
        {
          cause: 'DELIVERY_NOTED',
          releaseProposedBy: 'officer-1',
          releasedBy: 'reviewer-1',
          releasedReason: '已核对',
        },
      ],
    })
  })

  it('only authorities read the comparisons', async () => {
    const { data } = await ask(COMPARISONS, 'auditor')
    expect(data.comparisons.nodes[0]).to.deep.equal({
      platform: 'national',
      comparedAt: NOW.toISOString(),
      shown: 0,
      expected: 1,
      missing: 1,
      stale: 0,
      unwanted: 0,
      hidden: 1,
      onTheirWay: 0,
      others: 1,
      alarm: null,
    })
    for (const role of ['marketplace', 'credit_service', 'party'] as const) {
      expect(codeOf(await ask(COMPARISONS, role)), role).to.equal('FORBIDDEN')
      expect(codeOf(await ask(DISCREPANCIES, role)), role).to.equal('FORBIDDEN')
      expect(codeOf(await ask(RESTORED, role)), role).to.equal('FORBIDDEN')
    }
  })

  it('an entry missing at a platform is listed with its hidden listing, and settled only by a move', async () => {
    const { data } = await ask(DISCREPANCIES, 'officer', { filter: { what: 'MISSING', open: true } })
    expect(data.discrepancies.totalCount).to.equal(1)
    const [found] = data.discrepancies.nodes
    expect(found).to.deep.include({ platform: 'national', key: keyIn(id), did: 'HIDDEN', settledBy: null })
    expect(found.listing).to.deep.equal({ id, state: 'HIDDEN' })
    const settle = 'settleDiscrepancy(id: $id, note: $text) { settledBy note }'
    expect(codeOf(await change(settle, 'officer', { id: found.id }))).to.equal('DISCREPANCY_UNKNOWN')
    await ask(`mutation($input: MoveInput!) { unhideListing(input: $input) { listing { state } } }`, 'reviewer', {
      input: { id, on: NOW.toISOString().slice(0, 10), reason: '该平台有误' },
    })
    const again = await ask('query($id: ID!) { node(id: $id) { ... on Discrepancy { settledBy note } } }', 'officer', {
      id: found.id,
    })
    expect(again.data.node).to.deep.equal({ settledBy: 'reviewer-1', note: 'unhideListing' })
  })

  it('a key that the restored database lacks stays listed until a person settles it', async () => {
    await compare()
    const { data } = await ask(DISCREPANCIES, 'agency', { filter: { what: 'UNKNOWN', open: true } })
    const [found] = data.discrepancies.nodes
    expect(found).to.deep.include({ key: LATE, did: 'NOTHING', times: 2, listing: null })
    const settle = 'settleDiscrepancy(id: $id, note: $text) { settledBy note }'
    expect(codeOf(await change(settle, 'administrator', { id: found.id }))).to.equal('FORBIDDEN')
    expect(codeOf(await change(settle, 'officer', { id: found.id, text: ' ' }))).to.equal('INPUT_INVALID')
    expect((await change(settle, 'officer', { id: found.id })).data.settleDiscrepancy).to.deep.equal({
      settledBy: 'officer-1',
      note: '已核对',
    })
    expect(codeOf(await change(settle, 'officer', { id: globalOf('Discrepancy', 999) }))).to.equal(
      'DISCREPANCY_UNKNOWN',
    )
    await compare()
    expect(
      (await ask(DISCREPANCIES, 'officer', { filter: { what: 'UNKNOWN', open: true } })).data.discrepancies.totalCount,
    ).to.equal(0)
  })

  it('a proposed release is refused by the hub when the database is found restored again, and both findings stay', async () => {
    const declare = (text: string) => change('declareRestored(reason: $text) { cause }', 'officer', { text })
    await declare('虚构：一')
    await compare()
    await change(RELEASE)
    const { data: before } = await ask(WAITING)
    await declare('虚构：二')
    await compare()
    const { data } = await ask(`{ officeProposals { id state decidedBy note }
      databaseRestored { said waiting { id } earlier { cause said saidBy } } }`)
    expect(data.databaseRestored).to.deep.include({ said: '虚构：二', waiting: null })
    expect(data.databaseRestored.earlier).to.deep.equal([{ cause: 'DECLARED', said: '虚构：一', saidBy: 'officer-1' }])
    const { id: stale } = before.databaseRestored.waiting
    const [refused] = data.officeProposals.filter((one: { id: string }) => one.id === stale)
    expect(refused).to.deep.include({ state: 'REFUSED', decidedBy: 'clock' })
    expect(refused.note).to.match(/^提出以后又发现数据库恢复/)
    expect(codeOf(await ask(DECIDE, 'reviewer', { id: stale, verdict: 'CONFIRM' }))).to.equal('OFFICE_PROPOSAL_SETTLED')
    expect((await change(RELEASE, 'reviewer')).data.releaseRestored.waiting.proposedBy).to.equal('reviewer-1')
    expect((await change(RELEASE)).data.releaseRestored).to.deep.include({ releasedBy: 'officer-1' })
  })
})
