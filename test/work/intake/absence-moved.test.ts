/** Operators are merged and records matched while a full delivery that lacks some of them is read. */
import { expect } from 'chai'
import * as unmatched from '../../../src/store/intake/unmatched.js'
import { decideSubject, mergeOperators, undoDecision } from '../../../src/work/operators/identity.js'
import { feed } from '../../support/feed.js'
import { codeOf, database, later, pullFeed, pullItems, rowsOf, rules } from '../../support/world.js'

const [FROM, INTO] = [codeOf(1), codeOf(2)]
const firm = (code: string, name: string) => ({ key: code, code, name, value: '某路', day: '2020-01-01' })
const FIRMS = [firm(FROM, '虚构旧号商贸有限公司'), firm(INTO, '虚构新号商贸有限公司')]
const entry = (n: number) => ({
  key: `L${n}`,
  code: n < 5 ? FROM : INTO,
  name: n < 5 ? '虚构旧号商贸有限公司' : '虚构新号商贸有限公司',
  value: '售假',
  day: '2026-10-10',
})
const ENTRIES = [1, 2, 3, 4, 5, 6, 7, 8].map(entry)

describe('records absent from a delivery whose operator is merged while it is read', () => {
  const db = database()
  let clock = 0
  const now = (): Date => {
    clock += 60
    return later(clock)
  }

  const inForce = async (): Promise<string[]> => {
    const found = await rowsOf(
      db(),
      `select record_key as key from versions where feed = 'entries' and known_to is null and ended_on is null order by 1`,
    )
    return found.map(({ key }) => String(key))
  }
  const deliver = (during: () => Promise<unknown>, more: readonly object[] = []) => {
    async function* sent() {
      yield* ENTRIES.slice(1, 5)
      await during()
      yield* [...ENTRIES.slice(5, 7), ...more]
    }
    const entries = feed({ id: 'entries', kind: 'list_entry', whole: true, sent: sent as never })
    return pullFeed(db(), entries, { now, rules })
  }
  const merge = () =>
    mergeOperators(db(), rules, { from: FROM, into: INTO, cause: 'MOVED', reason: '登记机关确认', by: 'o', now: now() })

  beforeEach(async () => {
    clock = 0
    await pullItems(db(), FIRMS, { id: 'registry', kind: 'registration', whole: false, now })
    await pullItems(db(), ENTRIES, { id: 'entries', kind: 'list_entry', whole: true, now })
  })

  it('end all the same, and the others stay', async () => {
    expect((await deliver(merge)).ended).to.equal(2)
    expect(await inForce()).to.deep.equal(['L2', 'L3', 'L4', 'L5', 'L6', 'L7'])
  })

  it('end also where the merger is undone meanwhile', async () => {
    const { decision } = await merge()
    await deliver(() => undoDecision(db(), rules, { decision: decision.id, reason: '误并', by: 'o', now: now() }))
    expect(await inForce()).to.deep.equal(['L2', 'L3', 'L4', 'L5', 'L6', 'L7'])
  })

  describe('while an unmatched record finds its operator', () => {
    const NEW = codeOf(3)
    const unknown = { ...entry(9), code: '', org: NEW.slice(8, 17), name: '虚构新来商贸有限公司' }
    const kept = ['L2', 'L3', 'L4', 'L5', 'L6', 'L7']
    const register = (code: string) =>
      pullItems(db(), [firm(code, '虚构新来商贸有限公司')], { id: 'registry', kind: 'registration', whole: false, now })
    const attach = async () => {
      const [open] = await unmatched.listOpen(db(), 1)
      const decided = { unmatched: open?.id ?? 0, verdict: 'ATTACH' as const, operator: INTO, reason: '核实', by: 'o' }
      await decideSubject(db(), rules, { ...decided, now: now() })
    }

    beforeEach(async () => {
      await pullItems(db(), [...ENTRIES, unknown], { id: 'entries', kind: 'list_entry', whole: true, now })
    })

    it('by its registration, it ends where the delivery lacks it', async () => {
      expect((await deliver(() => register(NEW))).ended).to.equal(3)
      expect(await inForce()).to.deep.equal(kept)
    })

    it('by a decision, it ends where the delivery lacks it', async () => {
      expect((await deliver(attach)).ended).to.equal(3)
      expect(await inForce()).to.deep.equal(kept)
    })

    it('it stays in force where the delivery holds it', async () => {
      expect((await deliver(() => register(NEW), [unknown])).ended).to.equal(2)
      expect(await inForce()).to.deep.equal([...kept, 'L9'])
    })
  })
})
