import { expect } from 'chai'
import fc from 'fast-check'
import { findOldestValidListDate } from '../../../src/domain/standing/sellers.js'
import type { JobDb } from '../../../src/store/db/db.js'
import { IS_CONTESTED_SQL } from '../../../src/store/scoring/objections.js'
import { IS_NOT_VETOED_SQL, selectOverrideInForceSql } from '../../../src/store/scoring/overrides.js'
import * as scores from '../../../src/store/scoring/scores.js'
import * as authorisations from '../../../src/store/standing/authorisations.js'
import { decideOpenGrades, SELECT_SENT_CODES_SQL } from '../../../src/store/standing/confirmed-sellers.js'
import * as sellers from '../../../src/store/standing/sellers.js'
import { compareStandingRows } from '../../../src/store/standing/standing-rows.js'
import * as standings from '../../../src/store/standing/standings.js'
import { FIRST_CARD_IN_FORCE } from '../../../src/work/scoring/scorecards.js'
import { codeOf, database, operatorOf, published, pullItems, rowsOf, TODAY } from '../../support/world.js'

const OPERATORS = [1, 2, 3, 4]
const DAYS = ['2026-11-21', '2026-11-23', TODAY, '2026-11-27']
const CLIENT = 'mall-a'
/** `most` of 100: the client may see the grade of every seller on its list. */
const DECIDING = {
  client: CLIENT,
  marketplace: null,
  today: TODAY,
  oldest: findOldestValidListDate(TODAY),
  most: () => 100,
}
/** A second code, which leads to operator 2. */
const OLDER = '912201010000000XXX'
/** Columns of a public entry that are not generated. */
const ENTRY = 'listing_id, body, body_hash, published_on, shown_from, ends_on'
const CODES = [codeOf(3), ...OPERATORS.map((n) => codeOf(n)), OLDER, codeOf(9)]

/** The expected score, grade and flags of operators, read from `scores` and its neighbours without the bulk path. */
const TRUTH = `select o.id, s.value as score, coalesce(h.grade, s.grade) as grade, h.id is not null as overridden, ${IS_CONTESTED_SQL} as objected,
    coalesce(${scores.HAS_WEIGHED_GONE_ENTRY_SQL}, false) as forgotten
  from operators o
  left join lateral (select value, grade, reasons, as_of, known_at from scores s where s.operator_id = o.id and ${scores.IS_VALID_SCORE_SQL}
    order by s.as_of desc, s.id desc limit 1) s on true
  left join lateral (${selectOverrideInForceSql('o.id', "'infinity'")}) h on s.grade is not null and ${IS_NOT_VETOED_SQL} where o.id = any(:ids)`

type Step =
  | {
      does: 'score'
      of: number
      day: number
      grade: 'A' | 'B' | 'C' | 'D'
      why: 'PLAIN' | 'VETO' | 'ENTRY'
      asked: boolean
      card: boolean
    }
  | { does: 'override'; of: number; grade: 'A' | 'B' | 'C' | 'D'; ends: number; withdrawn: boolean }
  | { does: 'object' | 'unscore' | 'rescore'; of: number }
  | { does: 'hide' | 'show' }
  | { does: 'end'; day: number }
  | { does: 'state'; state: 'PUBLISHED' | 'REPAIR_APPLIED' }
  /** `wide`: the bitmap is long enough for codes to read slices of it. */
  | { does: 'list'; of: number[]; older: boolean; wide: boolean }
  | { does: 'authorise'; of: number }
  | { does: 'merge'; from: number; into: number }
  | { does: 'forget'; of: number }

const one = fc.constantFrom(...OPERATORS)
const grade = fc.constantFrom('A', 'B', 'C', 'D') as fc.Arbitrary<'A' | 'B' | 'C' | 'D'>
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('score' as const),
      of: one,
      day: fc.nat(DAYS.length - 1),
      grade,
      why: fc.constantFrom('PLAIN' as const, 'VETO' as const, 'ENTRY' as const),
      asked: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
      card: fc.boolean(),
    }),
  },
  fc.record({
    does: fc.constant('override' as const),
    of: one,
    grade,
    ends: fc.nat(DAYS.length - 1),
    withdrawn: fc.boolean(),
  }),
  fc.record({ does: fc.constantFrom('object' as const, 'unscore' as const, 'rescore' as const), of: one }),
  fc.record({ does: fc.constantFrom('hide' as const, 'show' as const) }),
  fc.record({ does: fc.constant('end' as const), day: fc.nat(DAYS.length - 1) }),
  fc.record({
    does: fc.constant('state' as const),
    state: fc.constantFrom('PUBLISHED' as const, 'REPAIR_APPLIED' as const),
  }),
  fc.record({
    does: fc.constant('list' as const),
    of: fc.subarray(OPERATORS),
    older: fc.boolean(),
    wide: fc.boolean(),
  }),
  fc.record({ does: fc.constant('authorise' as const), of: one }),
  fc.record({ does: fc.constant('merge' as const), from: one, into: one }),
  fc.record({ does: fc.constant('forget' as const), of: one }),
)

const plain = { does: 'score', of: 1, day: 0, grade: 'B', why: 'PLAIN', asked: false, card: true } as const
/** Fixed sequences: one for each flag beside a score, in addition to the random ones. */
const TOLD: Step[][] = [
  // The score of one operator weighs the entry of another.
  [{ ...plain, of: 3, why: 'ENTRY' }],
  [{ ...plain, of: 3, why: 'ENTRY' }, { does: 'hide' }],
  [plain, { does: 'object', of: 1 }],
  [plain, { does: 'override', of: 1, grade: 'A', ends: 3, withdrawn: false }],
  [
    { ...plain, why: 'VETO' },
    { does: 'override', of: 1, grade: 'A', ends: 3, withdrawn: false },
  ],
  [{ ...plain, day: 2, why: 'ENTRY' }, { does: 'hide' }],
  [plain, { ...plain, day: 3, grade: 'C' }],
  [
    { ...plain, day: 2 },
    { ...plain, day: 1, grade: 'C' },
  ],
  [plain, { ...plain, day: 2, grade: 'D', asked: true }],
  [{ ...plain, day: 2, grade: 'D', asked: true }],
  [plain, { ...plain, grade: 'C' }, { does: 'unscore', of: 1 }],
  [plain, { does: 'rescore', of: 1 }],
  [
    plain,
    { ...plain, of: 2, grade: 'C' },
    { does: 'list', of: [1], older: true, wide: true },
    { does: 'merge', from: 1, into: 2 },
  ],
  [plain, { does: 'list', of: [1], older: false, wide: false }, { does: 'forget', of: 1 }],
  [plain, { does: 'end', day: 1 }],
  [
    { does: 'state', state: 'REPAIR_APPLIED' },
    { does: 'merge', from: 1, into: 2 },
  ],
]

describe('standings against single scores', () => {
  const db = database({ once: true })
  const ids = new Map<number, number>()
  let cited = 0
  const id = (n: number): number => ids.get(n) ?? 0

  before(async () => {
    await pullItems(
      db(),
      OPERATORS.map((n) => ({
        key: `R${n}`,
        code: codeOf(n),
        name: `样本第${n}商贸有限公司`,
        value: '某路',
        day: '2019-05-06',
      })),
      { id: 'registry', kind: 'registration' },
    )
    await published(db(), 1)
    for (const n of OPERATORS) ids.set(n, await operatorOf(db(), codeOf(n)))
    await db().raw(`insert into operator_codes (operator_id, scheme, code, run_id) values (?, 'uscc', ?, 1)`, [
      id(2),
      OLDER,
    ])
    const [found] = await rowsOf(db(), 'select decision_version as id from listings where published_on is not null')
    cited = Number(found?.['id'])
    await db().raw(
      'create table kept_entries as select * from public_entries; create table kept_operators as select * from operators',
    )
  })

  const again = () =>
    db().raw(`delete from scores; delete from standing_rows; delete from overrules; delete from objections; delete from authorisations; delete from seller_bits;
      delete from sellers; delete from seller_lists; delete from public_entries; insert into public_entries (${ENTRY}) select ${ENTRY} from kept_entries;
      update listings set state = 'PUBLISHED' where published_on is not null; update operators o set known_to = k.known_to, merged_into = k.merged_into from kept_operators k where k.id = o.id`)

  const take = async (does: Step): Promise<unknown> => {
    const now = new Date('2026-11-25T02:00:00Z')
    switch (does.does) {
      case 'score':
        return db().transaction((tx) => scores.add(tx, [scored(does)], { run: 1, at: now }))
      case 'unscore':
        return db().raw('delete from scores where id = (select max(id) from scores where operator_id = ?)', [
          id(does.of),
        ])
      case 'rescore':
        return db().raw(
          'update scores set value = 7, as_of = as_of - 1 where id = (select max(id) from scores where operator_id = ?)',
          [id(does.of)],
        )
      case 'override':
        return db().raw(
          `insert into overrules (operator_id, grade, reason, ends_on, state, asked_by, asked_at, decided_by, decided_at, withdrawn_by, withdrawn_at, withdrawn_reason)
           select :of::int, :grade, '理由', :ends::date, case when :withdrawn::boolean then 'WITHDRAWN' else 'IN_FORCE' end, 'p1', '2026-11-20T02:00:00Z', 'p2', '2026-11-20T03:00:00Z',
             w.by, w.at, w.reason from (select case when :withdrawn::boolean then 'p2' end as by, case when :withdrawn::boolean then '2026-11-22T02:00:00Z'::timestamptz end as at,
             case when :withdrawn::boolean then '误' end as reason) w`,
          { of: id(does.of), grade: does.grade, ends: DAYS[does.ends] ?? TODAY, withdrawn: does.withdrawn },
        )
      case 'object':
        return db().raw(
          `insert into objections (operator_id, feed, record_key, rule, fact, statement, opened_by, opened_at)
           select ?, feed, record_key, 'r', 'f', '有误', 'p', '2026-11-24T02:00:00Z' from versions where id = ? on conflict do nothing`,
          [id(does.of), cited],
        )
      case 'hide':
        return db().raw('delete from public_entries')
      case 'show':
        return db().raw(
          `insert into public_entries (${ENTRY}) select ${ENTRY} from kept_entries on conflict do nothing`,
        )
      case 'end':
        return db().raw('update public_entries set ends_on = ?', [DAYS[does.day] ?? TODAY])
      case 'state':
        return db().raw('update listings set state = ? where published_on is not null', [does.state])
      case 'list':
        return db().transaction(async (tx) => {
          await sellers.stageSentSellers(tx, [
            ...does.of.map((n) => ({ scheme: 'uscc' as const, code: codeOf(n), valid: true })),
            ...(does.older ? [{ scheme: 'uscc' as const, code: OLDER, valid: true }] : []),
          ])
          const made = { client: CLIENT, dated: TODAY, malformed: 0, at: now }
          await sellers.replaceSellerList(tx, made, (within) =>
            decideOpenGrades(within, DECIDING, SELECT_SENT_CODES_SQL),
          )
          if (does.wide) await tx.raw(`update seller_bits set bits = bits || decode(repeat('00', 100000), 'hex')`)
        })
      case 'authorise':
        return db().raw(
          `insert into authorisations (client, operator_id, document, given_on, ends_on, recorded_at) values (?, ?, '书', '2026-01-01', '2027-01-01', ?)`,
          [CLIENT, id(does.of), now],
        )
      case 'merge':
        // As in the hub, operators merged into `from` earlier move along.
        return does.from === does.into
          ? null
          : db().raw(
              `update operators set merged_into = :into where (id = :from or merged_into = :from) and id <> :into
                 and exists (select 1 from operators where id = :into and merged_into is null and known_to is null)`,
              { from: id(does.from), into: id(does.into) },
            )
      case 'forget':
        return db().raw(
          `update operators set known_to = '2026-11-24T02:00:00Z' where id = ? and merged_into is null
          and not exists (select 1 from operators m where m.merged_into = operators.id)`,
          [id(does.of)],
        )
    }
  }

  const scored = (of: Extract<Step, { does: 'score' }>): scores.NewScore => ({
    operatorId: id(of.of),
    asOf: DAYS[of.day] ?? TODAY,
    // After all moves of the entry.
    knownAt: new Date('2026-12-31T01:00:00Z'),
    scorecard: of.card ? FIRST_CARD_IN_FORCE : 'trial-1',
    scorecardHash: 'h',
    families: [],
    factsHash: 'f',
    rulesHash: 'r',
    value: 100 + of.day,
    grade: of.grade,
    reasons: [
      {
        rule: 'r',
        fact: of.why === 'ENTRY' ? 'serious_list' : 'f',
        why: of.why === 'VETO' ? 'VETO' : 'UNIT',
        points: -1,
        records: [cited],
      },
    ] as never,
    nextChangeOn: null,
    cause: 'RECORD',
    asked: of.asked,
  })

  const agrees = async (on: JobDb, asOf: string): Promise<void> => {
    const days = { asOf, today: TODAY, oldest: findOldestValidListDate(TODAY) }
    const codes = CODES.map((code) => ({ scheme: 'uscc', code }))
    const owners = await ownersOf(on)
    const all = [...new Set(owners.values())]
    const truth = new Map(
      (await on.raw(TRUTH, { ids: all, asOf, today: TODAY })).rows.map(
        ({ id, ...told }: { id: number }): [number, object] => [id, told],
      ),
    )
    const seen = {
      NONE: new Set<number>(),
      ALL: new Set(all),
      SELLERS: await sellers.findOperatorsWithOpenGrade(on, { client: CLIENT, oldest: days.oldest }, all),
      AUTHORISED: await authorisations.findAuthorisingOperators(on, { client: CLIENT, today: TODAY }, all),
    }
    const shown = await entriesOn(on, asOf)
    const entries = (owner: number) => shown.flatMap(({ operator, told }) => (operator === owner ? [told] : []))
    for (const grades of ['NONE', 'ALL', 'SELLERS', 'AUTHORISED'] as const) {
      const rows = await standings.readStandings(on, codes, { days, grades, client: CLIENT })
      const due = CODES.map((code) => {
        const owner = owners.get(code)
        if (owner === undefined) return null
        const sees = seen[grades].has(owner)
        return { operatorId: owner, sees, ...(sees ? (truth.get(owner) ?? {}) : NOTHING), entries: entries(owner) }
      })
      expect(rows.map(said), `${grades} on ${asOf}`).to.deep.equal(due)
    }
  }
  const said = (row: standings.StandingRow | null) => {
    if (row === null) return null
    const { operatorId, sees, score, grade, overridden, objected, forgotten } = row
    const entries = row.entries.map(({ id: listing, state }) => `${listing} ${state}`)
    return { operatorId, sees, score, grade, overridden, objected, forgotten, entries }
  }
  const NOTHING = { score: null, grade: null, overridden: false, objected: false, forgotten: false }

  const entriesOn = async (on: JobDb, asOf: string): Promise<{ operator: number; told: string }[]> => {
    const rows = await on('public_entries as p')
      .join('listings as l', 'l.id', 'p.listing_id')
      .select('l.id', 'l.state', 'l.operator_id', 'p.shown_from', 'p.ends_on')
    const until = asOf > TODAY ? asOf : TODAY
    return rows.flatMap((row) =>
      row.shown_from <= asOf && (row.ends_on === null || row.ends_on >= until)
        ? [{ operator: row.operator_id, told: `${row.id} ${row.state}` }]
        : [],
    )
  }

  /** Operator ids by USCC, for codes that lead to one operator. */
  const ownersOf = async (on: JobDb): Promise<Map<string, number>> => {
    const { rows } = await on.raw(
      `select code, min(operator_id) as id from codes where scheme = 'uscc' and code = any(?) and known_to is null
       group by code having count(distinct operator_id) = 1`,
      [CODES],
    )
    return new Map(rows.map(({ code, id }: { code: string; id: number }) => [code, id]))
  }

  it('agree after any sequence of scores, overrides, objections, hidings, listings, mergers and removals', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        await again()
        for (const each of steps) await take(each)
        for (const asOf of DAYS.slice(0, 3)) await agrees(db(), asOf)
        expect((await compareStandingRows(db(), 0, 100)).differing).to.deep.equal([])
      }),
      { numRuns: TOLD.length + 12, examples: TOLD.map((steps) => [steps]) },
    )
  })

  it('keep a name as it is stored: with quotes, tabs, line feeds, signs beyond the first plane, empty and none', async () => {
    await again()
    const names = ['虚构"引号\\公司', '虚构\t制表\n公司', '虚构𠮷野家', '']
    for (const name of [...names, null]) {
      await db().raw('update operators set name = ? where uscc = ?', [name, codeOf(1)] as never)
      const days = { asOf: TODAY, today: TODAY }
      const codes = [{ scheme: 'uscc', code: codeOf(1) }]
      for (const grades of ['NONE', 'ALL', 'SELLERS'] as const) {
        const [row] = await standings.readStandings(db(), codes, { days, grades, client: CLIENT })
        expect(row?.name, grades).to.equal(name)
      }
    }
  })
})
