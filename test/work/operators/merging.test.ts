import { expect } from 'chai'
import fc from 'fast-check'
import { RECORD_KINDS } from '../../../src/domain/records/records.js'
import * as mergers from '../../../src/store/operators/mergers.js'
import * as versions from '../../../src/store/records/versions.js'
import { withDueOperators } from '../../../src/store/scoring/rescoring-queue.js'
import * as directory from '../../../src/store/standing/directory.js'
import { decideSubject } from '../../../src/work/operators/identity.js'
import { A, ALWAYS, B, C, mergingWorld, penalty } from '../../support/merging.js'
import {
  codeOf,
  counted,
  counts,
  lead,
  published,
  pullItems,
  refusal,
  rowsOf,
  rules,
  step,
  TODAY,
} from '../../support/world.js'

describe('merging operators', () => {
  const { db, next, penalties, merge, undo, own, believed, leadsTo } = mergingWorld()

  it('leads every code and record of the first operator to the second, and leaves the past as it was', async () => {
    const before = next()
    const { decision, records } = await merge(A, B)
    expect(records).to.equal(2)
    expect(await leadsTo(A)).to.equal(B)
    expect([await believed(B), await believed(A)]).to.deep.equal(['PA PB', ''])
    expect([await believed(B, { knownAt: before }), await believed(A, { knownAt: before })]).to.deep.equal(['PB', 'PA'])
    expect(await mergers.survivorAt(db(), await own(A), before)).to.equal(await own(A))
    expect(await mergers.survivorAt(db(), await own(A), next())).to.equal(await own(B))
    expect(decision.evidence).to.include({ cause: 'MOVED', from: A, into: B })
    const dirty = await rowsOf(
      db(),
      'select distinct uscc from operators join dirty_operators d on d.operator_id = id where uscc = any(?) order by 1',
      [[A, B]],
    )
    expect(dirty.map(({ uscc }) => uscc)).to.deep.equal([B])
  })

  it('new records under the old code belong to the second operator, and repeated ones are unchanged', async () => {
    await merge(A, B)
    const pulled = await penalties([penalty('PA', A), penalty('PA2', A)])
    expect(counts(pulled)).to.deep.equal(counted(2, { new: 1, unchanged: 1 }))
    expect(await believed(B)).to.equal('PA PA2 PB')
  })

  it('undoing returns the merged records and those sent since under the old code, and leaves the rest', async () => {
    const { decision } = await merge(A, B)
    await penalties([penalty('PA2', A), penalty('PB2', B), penalty('PA', A, { day: '2026-10-11' })])
    const between = next()
    const { records } = await undo(decision.id)
    expect(records).to.equal(3)
    expect(await leadsTo(A)).to.equal(A)
    expect([await believed(A), await believed(B)]).to.deep.equal(['PA PA2', 'PB PB2'])
    expect(await believed(B, { knownAt: between })).to.equal('PA PA2 PB PB2')
    const again = await penalties([penalty('PA', A, { day: '2026-10-11' }), penalty('PA2', A), penalty('PB2', B)])
    expect(counts(again)).to.deep.equal(counted(3, { unchanged: 3 }))
  })

  it('earlier states of a record move and return with it, for questions about any day', async () => {
    const shop = (value: string, day: string) =>
      pullItems(db(), [{ key: 'S1', code: A, name: '店', value, day }], {
        id: 'shops',
        kind: 'shop',
        whole: false,
        now: () => next(),
      })
    await shop('旧店', '2021-01-01')
    await shop('新店', '2024-01-01')
    const names = async (code: string, asOf: string) => {
      const sight = { kinds: ['shop'] as const, removed: true, first: 9, after: null }
      const found = await versions.ofOperators(db(), [await own(code)], { asOf, knownAt: ALWAYS }, sight)
      return found.map(({ body }) => body['name']).join()
    }
    const both = async (code: string) => [
      await names(code, '2020-06-01'),
      await names(code, '2022-06-01'),
      await names(code, TODAY),
    ]
    const { decision } = await merge(A, B)
    expect([await both(A), await both(B)]).to.deep.equal([
      ['', '', ''],
      ['', '旧店', '新店'],
    ])
    await shop('更新店', '2026-01-01')
    await undo(decision.id)
    expect([await both(A), await both(B)]).to.deep.equal([
      ['', '旧店', '更新店'],
      ['', '', ''],
    ])
    expect(await names(A, '2025-06-01')).to.equal('新店')
  })

  it('repeated merging and undoing of a record with many states costs the same and gives the same answers', async () => {
    const shop = (value: string, day: string) =>
      pullItems(db(), [{ key: 'S1', code: A, name: '店', value, day }], {
        id: 'shops',
        kind: 'shop',
        whole: false,
        now: () => next(),
      })
    for (const year of [2021, 2022, 2023, 2024]) await shop(`${year}年店`, `${year}-01-01`)
    const count = async () =>
      Number((await rowsOf(db(), `select count(*) as n from versions where record_key = 'S1'`))[0]?.['n'])
    const sight = { kinds: ['shop'] as const, removed: true, first: 9, after: null }
    const costs: number[] = []
    for (let cycle = 0; cycle < 4; cycle += 1) {
      const before = await count()
      const { decision } = await merge(A, B)
      await undo(decision.id)
      costs.push((await count()) - before)
      for (const year of [2021, 2022, 2023, 2024]) {
        const found = await versions.ofOperators(
          db(),
          [await own(A)],
          { asOf: `${year}-06-01`, knownAt: ALWAYS },
          sight,
        )
        expect(found.map(({ body }) => body['name'])).to.deep.equal([`${year}年店`])
      }
    }
    expect(costs).to.deep.equal([8, 8, 8, 8])
  })

  it('operators merged earlier move along, and each undoing separates what it joined', async () => {
    const first = await merge(A, B)
    const second = await merge(B, C, 'DUPLICATE')
    expect([await leadsTo(A), await leadsTo(B), await believed(C)]).to.deep.equal([C, C, 'PA PB PC'])
    await penalties([penalty('PA2', A), penalty('PB2', B)])
    await undo(second.decision.id)
    expect([await leadsTo(A), await leadsTo(B)]).to.deep.equal([B, B])
    expect([await believed(B), await believed(C)]).to.deep.equal(['PA PA2 PB PB2', 'PC'])
    await undo(first.decision.id)
    expect([await believed(A), await believed(B), await believed(C)]).to.deep.equal(['PA PA2', 'PB PB2', 'PC'])
  })

  it('mergers undone in the order in which they were made separate the operators as well', async () => {
    const first = await merge(A, B)
    const second = await merge(B, C)
    await undo(first.decision.id)
    expect([await believed(A), await believed(C)]).to.deep.equal(['PA', 'PB PC'])
    await undo(second.decision.id)
    expect([await believed(A), await believed(B), await believed(C)]).to.deep.equal(['PA', 'PB', 'PC'])
  })

  it('a record attached by a person moves, returns, and is unmatched again when its decision is undone', async () => {
    await penalties([{ key: 'W1', name: '长春旧名商贸有限公司', value: '虚假宣传', day: '2026-10-10' }])
    const [waits] = await rowsOf(db(), `select id from unmatched where record_key = 'W1'`)
    const asked = {
      unmatched: Number(waits?.['id']),
      verdict: 'ATTACH' as const,
      operator: A,
      reason: '核对',
      by: 'officer-1',
      now: next(),
    }
    const attached = await decideSubject(db(), rules, asked)
    const merged = await merge(A, B)
    await penalties([{ key: 'W2', name: '长春旧名商贸有限公司', value: '虚假宣传', day: '2026-10-10' }])
    expect(await believed(B)).to.equal('PA PB W1 W2')
    await undo(merged.decision.id)
    expect([await believed(A), await believed(B)]).to.deep.equal(['PA W1 W2', 'PB'])
    await merge(A, B)
    await undo(attached.decision.id)
    expect(await believed(B)).to.equal('PA PB')
    expect(await rowsOf(db(), `select record_key as key from unmatched where state = 'OPEN' order by 1`)).to.deep.equal(
      [{ key: 'W1' }, { key: 'W2' }],
    )
  })

  it('listings move with their operator and return; their published text stays word for word', async () => {
    const listing = await published(db(), 7)
    const said = () => rowsOf(db(), 'select body from public_entries union all select notice from deliveries')
    const before = await said()
    const { decision } = await merge(codeOf(7), B)
    const owner = async () =>
      (
        await rowsOf(db(), `select operator_id as id, facts->'operator' as case from listings where id = ?`, [
          listing.id,
        ])
      )[0]
    expect(await owner()).to.deep.equal({ id: await own(B), case: await own(B) })
    expect(await said()).to.deep.equal(before)
    expect(await rowsOf(db(), 'select 1 from concerns')).to.have.length(0)
    await undo(decision.id)
    expect(await owner()).to.deep.equal({ id: await own(codeOf(7)), case: await own(codeOf(7)) })
    expect(await said()).to.deep.equal(before)
    expect(await rowsOf(db(), `select state from listings where id = ?`, [listing.id])).to.deep.equal([
      { state: 'PUBLISHED' },
    ])
  })

  it('a case continues at the operator that absorbed its own', async () => {
    const opened = await lead(db(), await own(A))
    await merge(A, B)
    const [version] = await rowsOf(db(), `select id from versions where record_key = 'PA' and known_to is null`)
    const who = { by: 'officer-1', role: 'officer' as const }
    const linked = await step(db(), opened.id, [
      'linkDecision',
      who,
      { on: '2026-11-20', decision: Number(version?.['id']) },
    ])
    expect(linked).to.include({ operatorId: await own(B), decisionVersion: Number(version?.['id']) })
  })

  it('a merged operator is absent from the directory and is not scored', async () => {
    await merge(A, B)
    const listed = await directory.listOperators(db(), {}, { first: 100, after: null })
    expect(listed.map(({ uscc }) => uscc)).to.have.members([B, C])
    const due = await withDueOperators(db(), { all: true, asOf: TODAY, basis: '' }, (next) => next(100))
    expect(due.map(({ id }) => id)).to.have.members([await own(B), await own(C)])
  })

  const refused: [string, () => Promise<unknown>, string, RegExp][] = [
    ['with itself', () => merge(A, A.slice(8, 17)), 'MERGE_NOT_ALLOWED', /one operator already/],
    [
      'of an operator already merged',
      async () => (await merge(A, B)) && merge(A, C),
      'MERGE_NOT_ALLOWED',
      /undo that decision first/,
    ],
    [
      'into an operator already merged',
      async () => (await merge(A, B)) && merge(C, A),
      'MERGE_NOT_ALLOWED',
      new RegExp(`${B}，请并入后者`),
    ],
    ['in a circle', async () => (await merge(A, B)) && merge(B, A), 'MERGE_NOT_ALLOWED', /merge into that one/],
    ['of an enterprise as a conversion', () => merge(A, B, 'CONVERTED'), 'MERGE_NOT_ALLOWED', /individual business/],
    ['of an unknown operator', () => merge(codeOf(99), B), 'OPERATOR_UNKNOWN', /^$/],
    [
      'of two with an open listing of one kind',
      async () => {
        await lead(db(), await own(A))
        await lead(db(), await own(B))
        await merge(A, B)
      },
      'MERGE_NOT_ALLOWED',
      /双方均有未结的同类名单记录.*remove or drop one of them first/,
    ],
  ]
  for (const [title, act, code, reason] of refused)
    it(`refuses a merger ${title}: ${code}`, async () => {
      const answer = await refusal(act())
      expect(answer.code).to.equal(code)
      expect(answer.reason).to.match(reason)
    })

  it('after any sequence of mergers and undoings each operator has its own records again', async () => {
    const codes = [A, B, C]
    const all = async () => Promise.all(codes.map((code) => believed(code, { kinds: RECORD_KINDS })))
    const before = await all()
    const moves = fc.array(fc.tuple(fc.constantFrom(...codes), fc.constantFrom(...codes), fc.nat(3)), {
      minLength: 1,
      maxLength: 5,
    })
    await fc.assert(
      fc.asyncProperty(moves, async (made) => {
        const standing: number[] = []
        for (const [from, into, pick] of made) {
          try {
            standing.push((await merge(from, into)).decision.id)
          } catch {
            const [one] = standing.splice(pick % Math.max(1, standing.length), 1)
            if (one !== undefined) await undo(one)
          }
        }
        for (const one of standing) await undo(one)
        expect(await all()).to.deep.equal(before)
      }),
      { numRuns: 12, seed: 3 },
    )
  })
})
