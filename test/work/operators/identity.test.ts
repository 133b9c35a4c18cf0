import { expect } from 'chai'
import type { RecordKind } from '../../../src/domain/records/records.js'
import { RECORD_KINDS } from '../../../src/domain/records/records.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as mergers from '../../../src/store/operators/mergers.js'
import * as operators from '../../../src/store/operators/operators.js'
import * as versions from '../../../src/store/records/versions.js'
import { decideSubject, type SubjectDecisionInput, undoDecision } from '../../../src/work/operators/identity.js'
import {
  codeOf,
  counted,
  counts,
  database,
  later,
  pullItems,
  type Row,
  refusal,
  rowsOf,
  rules,
  TODAY,
  wrongDigit,
} from '../../support/world.js'

const NAME = '长春虚构商贸有限公司'
let db: () => JobDb
let clock = 0
const next = (): Date => {
  clock += 60
  return later(clock)
}

/** Pulls a registration of the n-th operator. */
const register = (n: number, name: string, representative = '松某', day = '2020-01-01') =>
  pullItems(db(), [{ key: `G${n}`, code: codeOf(n), name, value: representative, day }], {
    id: 'registry',
    kind: 'registration',
    whole: false,
    body: ({ value }) => ({ representative: value }),
    now: () => later(clock),
  })

/** Pulls penalties that name `value` as representative. */
const penalties = (rows: readonly Row[], id = 'penalties') =>
  pullItems(db(), rows, {
    id,
    kind: 'penalty',
    whole: false,
    body: ({ value }) => ({ representative: value }),
    now: () => next(),
  })

const penalty = (key: string, given: Partial<Row> = {}): Row => ({
  key,
  name: NAME,
  value: '松某',
  day: '2026-10-10',
  ...given,
})

const queue = () =>
  rowsOf(
    db(),
    `select record_key as key, state, o.uscc as proposed, u.evidence->>'because' as because from unmatched u
     left join operators o on o.id = u.proposed_operator order by record_key`,
  )
const stateOf = async (): Promise<string> => (await queue()).map(({ key, state }) => `${key} ${state}`).join(', ')
const waiting = async (key: string): Promise<number> =>
  Number((await rowsOf(db(), 'select id from unmatched where record_key = ?', [key]))[0]?.['id'])

const decide = async (key: string, given: Partial<SubjectDecisionInput> = {}) =>
  decideSubject(db(), rules, {
    unmatched: await waiting(key),
    verdict: 'ATTACH',
    ...(given.verdict === 'NOT_OURS' ? {} : { operator: codeOf(1) }),
    reason: '经核对营业执照',
    by: 'officer-1',
    now: next(),
    ...given,
  })
const undo = (decision: number) =>
  undoDecision(db(), rules, { decision, reason: '认定有误', by: 'reviewer-1', now: next() })

const ALL = new Date('9999-12-31T00:00:00Z')
/** Keys of the records believed of the n-th operator. */
const believed = async (n: number, knownAt = ALL, kinds: readonly RecordKind[] = ['penalty']): Promise<string> => {
  const own = await mergers.idOfBearer(db(), { scheme: 'uscc', code: codeOf(n) }, ALL)
  const found = await versions.ofOperators(
    db(),
    [own ?? 0],
    { asOf: TODAY, knownAt },
    { kinds, removed: true, first: 100, after: null },
  )
  return found
    .map(({ key }) => key)
    .sort()
    .join(' ')
}
const dirty = async (n: number): Promise<boolean> =>
  (
    await rowsOf(db(), 'select 1 from dirty_operators d join operators o on o.id = d.operator_id where uscc = ?', [
      codeOf(n),
    ])
  ).length > 0
const scored = () => db()('dirty_operators').delete()

describe('identity decisions', () => {
  db = database()

  describe('a new operator', () => {
    const N = codeOf(9)
    const own = (code = N) => mergers.idOfBearer(db(), { scheme: 'uscc', code }, ALL)
    const rowOf = async (code = N) =>
      (
        await rowsOf(
          db(),
          `select kind, name, region, status, known_to is null as believed from operators where uscc = ?`,
          [code],
        )
      )[0]

    it('gets the given code and the records of the same subject, and is found by its name', async () => {
      await register(1, NAME, '竹某')
      await penalties([penalty('P1'), penalty('P2'), penalty('P3', { value: '梅某' })])
      const { decision, records } = await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      expect([records, decision.verdict, decision.evidence['madeOperator']]).to.deep.equal([2, 'ATTACH', true])
      expect(await rowOf()).to.deep.equal({
        kind: 'ENTERPRISE',
        name: NAME,
        region: '220102',
        status: 'UNKNOWN',
        believed: true,
      })
      expect([await believed(9), await believed(1), await dirty(9)]).to.deep.equal(['P1 P2', '', true])
      expect(await stateOf()).to.equal('P1 MATCHED, P2 MATCHED, P3 OPEN')
      // A later record of the same subject is attached as well.
      await penalties([penalty('P4')])
      expect(await believed(9)).to.equal('P1 P2 P4')
      const found = await rowsOf(
        db(),
        'select 1 from names n join operators o on o.id = n.operator_id where o.uscc = ?',
        [N],
      )
      expect(found.length).to.equal(1)
    })

    it('ends when the decision is undone, which reopens its records; a new decision restores the same operator', async () => {
      await penalties([penalty('P1')])
      const { decision } = await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      const id = await own()
      await undo(decision.id)
      expect([(await rowOf())?.['believed'], await dirty(9), await own()]).to.deep.equal([false, false, null])
      expect(await stateOf()).to.equal('P1 OPEN')
      await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      expect([await own(), await believed(9)]).to.deep.equal([id, 'P1'])
    })

    it('stays with the registry’s data where the registry has reported it since', async () => {
      await penalties([penalty('P1')])
      const { decision } = await decide('P1', { verdict: 'NEW_OPERATOR', operator: N })
      await register(9, '虚构登记有限公司')
      await undo(decision.id)
      expect(await rowOf()).to.include({ name: '虚构登记有限公司', believed: true })
    })

    for (const [what, code, refused] of [
      ['with a code that leads to an operator already', codeOf(1), 'OPERATOR_KNOWN'],
      ['with a wrong check digit', wrongDigit(N), 'OPERATOR_CODE_INVALID'],
      ['with a registration number', '220102000000005', 'OPERATOR_CODE_INVALID'],
      ['with no code at all', '无', 'OPERATOR_CODE_INVALID'],
    ] as const)
      it(`is not made ${what}: ${refused}`, async () => {
        await register(1, NAME)
        await penalties([penalty('P1')])
        expect((await refusal(decide('P1', { verdict: 'NEW_OPERATOR', operator: code }))).code).to.equal(refused)
        expect([await stateOf(), await own(N)]).to.deep.equal(['P1 OPEN', null])
      })
  })

  describe('proposals', () => {
    it('a name alone, even a unique one, neither attaches nor proposes an operator', async () => {
      await register(1, NAME)
      const pulled = await pullItems(db(), [{ key: 'L1', name: NAME, value: '列入', day: '2026-01-01' }])
      expect(counts(pulled)).to.deep.equal(counted(1, { unmatched: 1 }))
      expect(await queue()).to.deep.equal([{ key: 'L1', state: 'OPEN', proposed: null, because: 'NAME_ONLY' }])
      expect(await believed(1, ALL, RECORD_KINDS)).to.equal('G1')
    })

    it('a name and a representative that fit one operator propose it and attach nothing', async () => {
      await register(1, NAME)
      await register(2, NAME, '竹某')
      await penalties([penalty('P1'), penalty('P2', { value: '梅某' }), penalty('P3', { name: '虚构另一公司' })])
      expect(await queue()).to.deep.equal([
        { key: 'P1', state: 'OPEN', proposed: codeOf(1), because: null },
        { key: 'P2', state: 'OPEN', proposed: null, because: 'CONTRADICTS' },
        { key: 'P3', state: 'OPEN', proposed: null, because: null },
      ])
      expect(await believed(1)).to.equal('')
      const [row] = await rowsOf(db(), `select evidence from unmatched where record_key = 'P1'`)
      expect(row).to.deep.equal({
        evidence: {
          evidence: [
            { field: 'NAME', said: NAME, held: NAME },
            { field: 'REPRESENTATIVE', said: '松某', held: '松某' },
          ],
        },
      })
    })

    it('an operator registered later is proposed for unmatched records, until a second operator has its name', async () => {
      await penalties([penalty('P1')])
      await register(1, NAME)
      expect((await queue())[0]).to.include({ proposed: codeOf(1) })
      await register(2, NAME)
      expect((await queue())[0]).to.include({ proposed: null, because: 'SEVERAL' })
    })

    it('a former name and a former representative propose the operator that bore them', async () => {
      await register(1, NAME, '松某', '2020-01-01')
      await register(1, '长春改名商贸有限公司', '竹某', '2022-01-01')
      await penalties([penalty('P1')])
      expect((await queue())[0]).to.include({ proposed: codeOf(1) })
      const [row] = await rowsOf(db(), `select evidence->'evidence'->0->>'field' as field from unmatched`)
      expect(row).to.deep.equal({ field: 'FORMER_NAME' })
    })

    it('a USCC with one slip and the name propose the operator of that code', async () => {
      await register(1, NAME)
      await penalties([penalty('P1', { code: wrongDigit(codeOf(1)) })])
      expect((await queue())[0]).to.include({ proposed: codeOf(1) })
    })
  })

  describe('a decision on a subject', () => {
    beforeEach(async () => {
      await register(1, NAME)
      await register(2, '长春另一商贸有限公司')
      await penalties([penalty('P1'), penalty('P2', { name: ` ${NAME}` }), penalty('P3', { value: '竹某' })])
      await penalties([penalty('X1')], 'others')
      await scored()
    })

    it('attaches every unmatched record of its feed with the same subject, with its source', async () => {
      const { decision, records } = await decide('P1')
      expect(records).to.equal(2)
      expect(await stateOf()).to.equal('P1 MATCHED, P2 MATCHED, P3 OPEN, X1 OPEN')
      expect(await believed(1)).to.equal('P1 P2')
      expect([await dirty(1), await dirty(2)]).to.deep.equal([true, false])
      const rows = await rowsOf(
        db(),
        `select record_key as key, r.subject as feed, v.page, v.row_number as row, decision_id as decision, known_from as at
       from versions v join runs r on r.id = v.run_id where v.kind = 'penalty' order by 1`,
      )
      const source = { feed: 'penalties', page: 1, decision: decision.id, at: decision.decidedAt }
      expect(rows).to.deep.equal([
        { key: 'P1', row: 1, ...source },
        { key: 'P2', row: 2, ...source },
      ])
      expect(decision).to.include({
        verdict: 'ATTACH',
        decidedBy: 'officer-1',
        reason: '经核对营业执照',
        undoneAt: null,
      })
    })

    it('applies to later records: a repeated one is unchanged, a new one is attached at once', async () => {
      const { decision } = await decide('P1')
      const pulled = await penalties([penalty('P1'), penalty('P4'), penalty('P5', { value: '竹某' })])
      expect(counts(pulled)).to.deep.equal(counted(3, { new: 1, unchanged: 1, unmatched: 1 }))
      expect(await believed(1)).to.equal('P1 P2 P4')
      expect((await rowsOf(db(), `select decision_id as id from versions where record_key = 'P4'`))[0]).to.deep.equal({
        id: decision.id,
      })
    })

    it('undone, releases everything attached by it, and leaves questions about the past unchanged', async () => {
      const { decision } = await decide('P1')
      await penalties([penalty('P4'), penalty('P2', { day: '2026-10-11' })])
      const between = next()
      await scored()
      const undone = await undo(decision.id)
      expect(undone.records).to.equal(3)
      expect(undone.decision).to.include({ undoneBy: 'reviewer-1', undoneReason: '认定有误' })
      expect(await stateOf()).to.equal('P1 OPEN, P2 OPEN, P3 OPEN, P4 OPEN, X1 OPEN')
      expect([await believed(1), await believed(1, between), await dirty(1)]).to.deep.equal(['', 'P1 P2 P4', true])
      const wrong = await rowsOf(
        db(),
        `select distinct wrong_from is not null as wrong, known_to is null as stands from versions where kind = 'penalty'`,
      )
      expect(wrong).to.deep.equal([{ wrong: true, stands: false }])
      expect((await queue()).find(({ key }) => key === 'P4')).to.include({ proposed: codeOf(1) })
      expect(counts(await penalties([penalty('P1')]))).to.deep.equal(counted(1, { unmatched: 1 }))
    })

    it('undone, can be decided differently', async () => {
      const { decision } = await decide('P1')
      await undo(decision.id)
      await decide('P2', { operator: codeOf(2) })
      expect([await believed(1), await believed(2)]).to.deep.equal(['', 'P1 P2'])
      expect(counts(await penalties([penalty('P1'), penalty('P2', { name: ` ${NAME}` })]))).to.deep.equal(
        counted(2, { unchanged: 2 }),
      )
    })

    it('that the subject is not an operator here settles present and later unmatched records, until it is undone', async () => {
      const { decision, records } = await decide('P1', { verdict: 'NOT_OURS' })
      expect(records).to.equal(2)
      const pulled = await penalties([penalty('P1'), penalty('P4')])
      expect(counts(pulled)).to.deep.equal(counted(2, { unchanged: 2 }))
      expect(await stateOf()).to.equal('P1 NOT_OURS, P2 NOT_OURS, P3 OPEN, P4 NOT_OURS, X1 OPEN')
      expect((await undo(decision.id)).records).to.equal(3)
      expect(await stateOf()).to.equal('P1 OPEN, P2 OPEN, P3 OPEN, P4 OPEN, X1 OPEN')
      expect(await believed(1)).to.equal('')
    })

    it('on a record without a name covers that record alone, recognised by its key', async () => {
      await penalties([penalty('N1', { name: '' }), penalty('N2', { name: '' })])
      expect((await decide('N1')).records).to.equal(1)
      expect(counts(await penalties([penalty('N1', { name: '' }), penalty('N2', { name: '' })]))).to.deep.equal(
        counted(2, { unchanged: 1, unmatched: 1 }),
      )
      expect(await believed(1)).to.equal('N1')
    })

    it('covers one record alone where only a name is given', async () => {
      const named = (...keys: string[]) =>
        pullItems(
          db(),
          keys.map((key) => ({ key, name: NAME, value: '列入', day: '2026-01-01' })),
          { whole: false, now: () => next() },
        )
      await named('N1', 'N2')
      expect((await decide('N1')).records).to.equal(1)
      expect(counts(await named('N1', 'N2', 'N3'))).to.deep.equal(counted(3, { unchanged: 1, unmatched: 2 }))
      expect(await believed(1, ALL, ['list_entry'])).to.equal('N1')
    })

    it('undone, keeps the newer unmatched content from the agency', async () => {
      const { decision } = await decide('P1')
      await penalties([penalty('P1', { value: '梅某' })])
      expect([await stateOf(), await believed(1)]).to.deep.equal(['P1 OPEN, P2 MATCHED, P3 OPEN, X1 OPEN', 'P2'])
      expect((await undo(decision.id)).records).to.equal(1)
      const said = await rowsOf(
        db(),
        `select record_key as key, body->>'representative' as said from unmatched where feed = 'penalties' order by 1`,
      )
      expect(said.map((row) => row['said'])).to.deep.equal(['梅某', '松某', '竹某'])
      expect(await stateOf()).to.equal('P1 OPEN, P2 OPEN, P3 OPEN, X1 OPEN')
    })

    it('undone, keeps newer unmatched content also where the record was still attached', async () => {
      const { decision } = await decide('P1')
      await penalties([penalty('P1', { value: '梅某' })])
      await db().raw(`update versions set known_to = null, closed_as = null, closed_by = null where record_key = 'P1'`)
      await undo(decision.id)
      const said = await rowsOf(db(), `select body->>'representative' as said from unmatched where record_key = 'P1'`)
      expect([said, await believed(1)]).to.deep.equal([[{ said: '梅某' }], ''])
    })

    it('moves a record that is both attached and unmatched, and moves it back when undone; newer unmatched content stays', async () => {
      await penalties([penalty('C1', { code: codeOf(2), value: '梅某' })])
      await penalties([penalty('C1', { value: '梅某' })])
      // State left by earlier releases, which did not close a record when its agency removed the code.
      await db().raw(`update versions set known_to = null, closed_as = null, closed_by = null where record_key = 'C1'`)
      const { decision } = await decide('C1')
      expect([await believed(1), await believed(2)]).to.deep.equal(['C1', ''])
      await undo(decision.id)
      expect([await believed(1), await believed(2)]).to.deep.equal(['', 'C1'])
      await penalties([penalty('C1', { value: '兰某' })])
      expect([await believed(1), await believed(2)]).to.deep.equal(['', ''])
      await decide('C1', { verdict: 'NOT_OURS' })
      expect([await believed(1), await believed(2)]).to.deep.equal(['', ''])
    })

    it('stores its reason without ID numbers', async () => {
      const id = '220102199001010016'
      const { decision } = await decide('P1', { reason: `证件 ${id}` })
      expect(decision.reason).to.contain('居民身份证').and.not.contain(id)
    })

    const refused: [string, () => Promise<unknown>, string][] = [
      ['an unknown record', () => decide('P1', { unmatched: 999_999 }), 'UNMATCHED_UNKNOWN'],
      ['an unknown operator', () => decide('P1', { operator: codeOf(99) }), 'OPERATOR_UNKNOWN'],
      ['a text that is not a code', () => decide('P1', { operator: '松某' }), 'OPERATOR_UNKNOWN'],
      ['no reason', () => decide('P1', { reason: '  ' }), 'INPUT_INVALID'],
      ['a reason of 1,001 characters', () => decide('P1', { reason: '因'.repeat(1_001) }), 'INPUT_INVALID'],
      [
        'an operator given with the verdict NOT_OURS',
        () => decide('P1', { verdict: 'NOT_OURS', operator: codeOf(1) }),
        'INPUT_INVALID',
      ],
      ['a record decided already', async () => (await decide('P1')) && decide('P2'), 'UNMATCHED_SETTLED'],
      ['an unknown decision', () => undo(999_999), 'DECISION_UNKNOWN'],
      [
        'a decision undone already',
        async () => {
          const { decision } = await decide('P1')
          await undo(decision.id)
          await undo(decision.id)
        },
        'DECISION_UNDONE',
      ],
    ]
    for (const [title, act, code] of refused)
      it(`${title} is refused: ${code}`, async () => expect((await refusal(act())).code).to.equal(code))

    it('leaves everything unchanged when refused', async () => {
      const before = await stateOf()
      await refusal(decide('P1', { operator: codeOf(99) }))
      expect(await stateOf()).to.equal(before)
      expect(await rowsOf(db(), 'select 1 from identity_decisions')).to.have.length(0)
    })

    it('by two people at once is made by one, and the other is refused as already settled', async () => {
      const both = await Promise.all([refusal(decide('P1')), refusal(decide('P2', { operator: codeOf(2) }))])
      expect(both.map(({ code }) => code).sort()).to.deep.equal(['UNMATCHED_SETTLED', 'none'])
    })

    it('finds operators by any of their codes', async () => {
      expect((await operators.operatorsByCode(db(), [{ scheme: 'uscc', code: codeOf(1) }])).size).to.equal(1)
      await decide('P1', { operator: codeOf(1).slice(8, 17) })
      expect(await believed(1)).to.equal('P1 P2')
    })
  })
})
