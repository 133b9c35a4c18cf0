import { expect } from 'chai'
import { nationalPlatform } from '../../../src/platforms/national.js'
import type { WorkRules } from '../../../src/work/calendar/rules.js'
import { queueBackfill } from '../../../src/work/delivery/backfill.js'
import { noticesOfSubjects, subjectsInForce } from '../../../src/work/delivery/in-force.js'
import { reconcilePlatforms } from '../../../src/work/delivery/reconcile.js'
import { queueRemoval } from '../../../src/work/delivery/reconcile-settle.js'
import { startDisplay } from '../../support/display.js'
import { confirmed, DEAF, HEARER, owed, REVOKED, row, rules, said, tell } from '../../support/published-records.js'
import { at, codeOf, database, later, log, NOW, rules as SILENT, TODAY } from '../../support/world.js'

describe('published records (双公示) in force', () => {
  const db = database()

  const all = async (hearing: Parameters<typeof subjectsInForce>[2]) => {
    const found = []
    for await (const page of subjectsInForce(db(), rules, hearing, TODAY)) found.push(...page)
    return found
  }

  it('are listed for a platform with the text that would be delivered, without withheld records', async () => {
    await tell(db(), { rows: [row(), row({ key: 'P2', code: codeOf(2), name: '长春虚构商贸第2有限公司' })] })
    await tell(db(), { id: 'persons', body: { party_kind: 'NATURAL_PERSON' }, rows: [row({ key: 'N1' })] })
    await tell(db(), { id: 'gone', body: REVOKED, rows: [row({ key: 'G1' })] })
    await tell(db(), { id: 'over', body: { publish_until: '2026-11-24' }, rows: [row({ key: 'O1' })] })
    const told = (await owed(db())).map(({ id, notice: { sequence: _, action: __, ...notice } }) => ({
      kind: 'penalty',
      subjectId: id,
      notice,
    }))
    expect(await all(HEARER)).to.have.deep.members(told)
    expect(await all(DEAF)).to.deep.equal([])
    expect(
      await noticesOfSubjects(
        db(),
        rules,
        told.map(({ subjectId }) => subjectId),
      ),
    ).to.have.deep.members(told)
  })

  it('are queued for a platform that starts, or starts again, to take their kind after its backfill', async () => {
    const deaf: WorkRules = { ...SILENT, platforms: [{ ...HEARER, kinds: ['listing'] }] }
    const filled = (by: WorkRules, now: Date) => queueBackfill(db(), by, 'hearer', { now: at(now) })
    await tell(db(), { by: deaf })
    expect(await filled(deaf, NOW)).to.equal(0)
    expect(await filled(rules, later(60))).to.equal(1)
    expect(await filled(rules, later(120))).to.equal(0)
    expect(await said(db())).to.deep.equal(['1 ADD OWED'])
    await filled(deaf, later(180))
    await tell(db(), { rows: [row({ key: 'P2' })], by: deaf, now: later(240) })
    expect(await filled(rules, later(300))).to.equal(1)
    expect(await said(db())).to.deep.equal(['1 ADD OWED', '1 ADD OWED'])
  })

  it('are removed after a withdrawal, also if they were delivered by a backfill and not by a merge', async () => {
    await tell(db(), { by: SILENT })
    const [given] = await all(HEARER)
    expect(given).to.include({ kind: 'penalty' })
    expect(await all(HEARER)).to.have.lengthOf(1)
    await db().raw(
      `insert into deliveries (platform, kind, subject_id, number, action, notice, state, attempts, due_at, created_at, confirmed_at)
       values ('hearer', 'penalty', ?, 1, 'ADD', ?::jsonb, 'CONFIRMED', 1, ?, ?, ?)`,
      [given?.subjectId ?? '', JSON.stringify(given?.notice), NOW, NOW, NOW],
    )
    await tell(db(), { body: REVOKED, now: later(60) })
    expect(await said(db())).to.deep.equal(['1 ADD CONFIRMED', '2 REMOVE OWED'])
  })

  it('stay where a display states no kind, also at a platform that takes their kind no more', async () => {
    await tell(db())
    await confirmed(db())
    const [{ id = '' } = {}] = await owed(db())
    const display = await startDisplay()
    display.rows = [{ key: id, sequence: 1, uscc: codeOf(1), name: row().name as string }]
    try {
      for (const hearing of [rules, { ...rules, platforms: [{ ...HEARER, kinds: ['listing'] as const }] }])
        await reconcilePlatforms(db(), {
          platforms: [{ platform: { ...nationalPlatform, id: 'hearer' }, url: display.url, secret: 'x' }],
          rules: hearing,
          hideLost: async () => false,
          cause: 'command',
          now: at(later(3_600)),
          log,
        })
    } finally {
      await display.close()
    }
    expect(await said(db())).to.deep.equal(['1 ADD CONFIRMED'])
  })

  it('once removed and shown all the same, are removed again for the reason that holds now', async () => {
    const remove = async (now: Date) => {
      const { id: key = '', number: highest = 0 } = (await owed(db())).at(-1) ?? {}
      await db().raw(`update deliveries set state = 'CONFIRMED', attempts = 1, confirmed_at = ? where state = 'OWED'`, [
        NOW,
      ])
      const subject = { key, kind: 'penalty', highest, shown: { sequence: 1 } } as const
      await queueRemoval(db(), subject, { platform: 'hearer', name: '虚构平台', rules, now, log })
      return (await owed(db())).at(-1)?.notice.removal
    }
    await tell(db())
    await db().raw(`update deliveries set state = 'CONFIRMED', attempts = 1, confirmed_at = ?`, [NOW])
    await tell(db(), { body: { note: '涉及国家秘密，不予公开' }, now: later(60) })
    const NOT_PUBLIC = { reason: 'NOT_PUBLIC', reasonText: '依规不予公示', documentNumber: null, removedOn: TODAY }
    expect(await remove(later(86_400)), 'the day that was told').to.deep.equal(NOT_PUBLIC)
    await tell(db(), { body: REVOKED, now: later(2 * 86_400) })
    expect(await remove(later(3 * 86_400))).to.deep.equal({
      reason: 'REVOKED',
      reasonText: '作出机关已撤销',
      documentNumber: null,
      removedOn: '2026-11-20',
    })
  })
})
