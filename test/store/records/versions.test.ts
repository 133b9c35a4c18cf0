import { expect } from 'chai'
import { RECORD_KINDS } from '../../../src/domain/records/records.js'
import * as versions from '../../../src/store/records/versions.js'
import { codeOf, database, type FeedGiven, later, NOW, operatorOf, pullItems } from '../../support/world.js'

const DAY = 86_400
const sight = { kinds: RECORD_KINDS, removed: true, first: 100, after: null }

describe('versions', () => {
  const db = database()
  const bring = (kind: FeedGiven['kind'], rows: { value: string; day: string; key?: string }[], days: number) =>
    pullItems(
      db(),
      rows.map((row) => ({ key: 'K', code: codeOf(1), name: '某', ...row })),
      { kind: kind ?? 'penalty', now: () => later(days * DAY) },
    )
  const believed = async (asOf: string, knownAt: Date, more: Partial<typeof sight> = {}): Promise<unknown[]> => {
    const found = await versions.ofOperators(
      db(),
      [await operatorOf(db(), codeOf(1))],
      { asOf, knownAt },
      { ...sight, ...more },
    )
    return found.map((one) => one.body['address'] ?? one.body['violation'] ?? one.body['reason'] ?? one.body['name'])
  }

  it('a new state leaves the old one in force for earlier days', async () => {
    await bring('registration', [{ value: '旧址', day: '2024-01-01' }], 0)
    await bring('registration', [{ value: '新址', day: '2026-06-01' }], 1)
    const now = later(2 * DAY)
    expect(await believed('2026-11-25', now)).to.deep.equal(['新址'])
    expect(await believed('2026-06-01', now)).to.deep.equal(['新址'])
    expect(await believed('2026-05-31', now)).to.deep.equal(['旧址'])
    expect(await believed('2023-12-31', now)).to.deep.equal([])
    expect(await believed('2026-11-25', later(DAY / 2))).to.deep.equal(['旧址'])
    expect(await believed('2026-11-25', later(-DAY))).to.deep.equal([])
  })

  it('a corrected state is believed for all the days that it covers', async () => {
    await bring('registration', [{ value: '错址', day: '2024-01-01' }], 0)
    await bring('registration', [{ value: '对址', day: '2024-01-01' }], 1)
    expect(await believed('2025-01-01', later(2 * DAY))).to.deep.equal(['对址'])
    expect(await believed('2025-01-01', later(DAY / 2))).to.deep.equal(['错址'])
  })

  it('a new version of an event corrects it for all days', async () => {
    await bring('penalty', [{ value: '误记', day: '2026-01-10' }], 0)
    await bring('penalty', [{ value: '改正', day: '2026-03-10' }], 1)
    const now = later(2 * DAY)
    expect(await believed('2026-11-25', now)).to.deep.equal(['改正'])
    expect(await believed('2026-02-01', now)).to.deep.equal([])
    expect(await believed('2026-02-01', later(DAY / 2))).to.deep.equal(['误记'])
  })

  it('an ended record stands before its end day, and was believed to stand until its end became known', async () => {
    const other = { key: 'X', value: '别的', day: '2020-01-01' }
    await bring('list_entry', [{ value: '在列', day: '2026-01-10' }, other], 0)
    await bring('list_entry', [other], 3)
    expect(await believed('2026-11-27', later(9 * DAY))).to.have.members(['在列', '别的'])
    expect(await believed('2026-11-28', later(9 * DAY))).to.deep.equal(['别的'])
    expect(await believed('2026-11-28', later(2 * DAY))).to.have.members(['在列', '别的'])
    await bring('list_entry', [{ value: '在列', day: '2026-01-10' }, other], 5)
    expect(await believed('2026-11-30', later(9 * DAY))).to.have.members(['在列', '别的'])
    expect(await believed('2026-11-28', later(4 * DAY))).to.deep.equal(['别的'])
  })

  it('viewers who may not see removed records do not see them on any day', async () => {
    const other = { key: 'X', value: '别的', day: '2020-01-01' }
    await bring('list_entry', [{ value: '在列', day: '2026-01-10' }, other], 0)
    await bring('list_entry', [other], 3)
    expect(await believed('2026-11-26', later(9 * DAY), { removed: false })).to.deep.equal(['别的'])
    expect(await believed('2026-11-26', later(DAY), { removed: false })).to.deep.equal(['别的'])
  })

  it('only the requested kinds are returned', async () => {
    await bring('penalty', [{ value: '违法', day: '2026-01-10' }], 0)
    expect(await believed('2026-11-25', later(DAY), { kinds: ['registration'] })).to.deep.equal([])
  })

  it('pages return every record once, and the count agrees', async () => {
    await bring(
      'penalty',
      Array.from({ length: 7 }, (_, i) => ({ key: `P${i}`, value: `违法${i}`, day: '2026-01-10' })),
      0,
    )
    const id = await operatorOf(db(), codeOf(1))
    const when = { asOf: '2026-11-25', knownAt: later(DAY) }
    const ids: number[] = []
    for (let after: number | null = null; ; ) {
      const page: versions.RecordVersion[] = await versions.ofOperators(db(), [id], when, { ...sight, first: 3, after })
      if (page.length === 0) break
      ids.push(...page.map((one) => one.id))
      after = page.at(-1)?.id ?? null
    }
    expect(ids).to.have.length(7)
    expect(new Set(ids).size).to.equal(7)
    expect((await versions.countByOperator(db(), [id], when, { kinds: RECORD_KINDS, removed: true })).get(id)).to.equal(
      7,
    )
  })

  it('only the end of a version is ever updated', async () => {
    await bring('penalty', [{ value: '误记', day: '2026-01-10' }], 0)
    const before = await versions.findCurrentVersion(db(), 'test', 'K')
    await bring('penalty', [{ value: '改正', day: '2026-01-10' }], 1)
    const after = await versions.byId(db(), before?.id ?? 0)
    expect({ ...after, stands: true }).to.deep.equal(before)
    expect(before?.knownFrom).to.deep.equal(NOW)
  })

  it('standing records are counted without ended ones and those of partial files only', async () => {
    await bring(
      'trademark',
      Array.from({ length: 4 }, (_, i) => ({ key: `T${i}`, value: '牌', day: '2026-01-10' })),
      0,
    )
    await bring(
      'trademark',
      Array.from({ length: 3 }, (_, i) => ({ key: `T${i}`, value: '牌', day: '2026-01-10' })),
      1,
    )
    expect(await versions.countInForce(db(), 'test')).to.equal(3)
  })
})
