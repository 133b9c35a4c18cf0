import { expect } from 'chai'
import type { FigureCell } from '../../../src/domain/matters/figure-sums.js'
import { countMatter } from '../../../src/domain/matters/figures.js'
import { actorsOf, movesOfKind } from '../../../src/domain/matters/kind.js'
import { writePdf } from '../../../src/foundation/papers/pdf.js'
import { readIssuesOf } from '../../../src/store/matters/figures.js'
import { composeMatterReport } from '../../../src/web/document/matter-report.js'
import { countMonth, type FigureContent, freezeMonth, monthOf, readFigures } from '../../../src/work/matters/figures.js'
import { readMatterKinds } from '../../../src/work/matters/kinds.js'
import { makeHistories, storeHistories } from '../../support/matter-histories.js'
import { pdfText } from '../../support/pdf-text.js'
import { database, refusal, rowsOf, rules } from '../../support/world.js'

const HISTORIES = Number(process.env['FIGURES_HISTORIES'] ?? 30_000)
const MONTHS = ['2026-04', '2026-07']

const WHAT = [
  'days',
  'extensions',
  'inTime',
  'late',
  'open',
  'opened',
  'outcomes',
  'overdue',
  'received',
  'restarts',
  'steps',
]

/** The figures by SQL over the tables: each count is a query of its own, where the hub folds history by history. */
const NAIVE = `
with k as (select * from jsonb_to_recordset(:kinds) as k(kind text, secret bool)),
 ks as (select * from jsonb_to_recordset(:states) as k(kind text, state text, waits text, ends text)),
 km as (select * from jsonb_to_recordset(:moves) as k(kind text, move text, hands bool, restarts bool, extends bool)),
 kf as (select * from jsonb_to_recordset(:figures) as k(kind text, code text, state text, clock text)),
 v as (select m.id, m.kind, k.secret, v.sequence, v.move, v.state, v.on_day, v.input->>'to' as receiver, ks.waits, ks.ends, km.restarts, km.extends,
   v.sequence > 1 and km.hands and v.input->>'to' is not null as handed,
   lag(v.state) over (partition by m.id order by v.sequence) as before
   from matters m join k using (kind) join matter_moves v on v.matter_id = m.id join ks on ks.kind = m.kind and ks.state = v.state
   left join km on km.kind = m.kind and km.move = v.move),
 held as (select v.*, count(*) filter (where handed) over (partition by id order by sequence) as turn from v),
 h as materialized (select held.*, first_value(receiver) over (partition by id, turn order by sequence) as seat from held),
 start as (select distinct on (id) id, sequence, on_day from h where waits is not null and waits <> 'sender' order by id, sequence),
 after as materialized (select h.*, start.on_day as start_on, start.sequence = h.sequence as is_start from h join start using (id) where h.sequence >= start.sequence),
 own as (select * from after where not secret),
 outcome as (select distinct on (id) * from own where ends is not null and state is distinct from before order by id, sequence desc),
 ending as (select distinct on (id) * from own where on_day <= :last::date order by id, sequence desc),
 c as (select m.id, m.kind, c->>'clock' as clock, c->>'seat' as seat, c->>'startsAt' as starts, (c->'due'->>'on')::date as due_on, (c->'due'->>'at')::timestamptz as due_at,
   (c->'ended'->>'on')::date as ended_on, (c->'ended'->>'at')::timestamptz as ended_at, c->'ended'->>'how' as how
   from matters m join k using (kind) join ending e using (id), jsonb_array_elements(m.content->'clocks') c
   where not k.secret and c->'row'->>'certainty' = 'F' and c->'row'->>'unitCertainty' is distinct from 'M' and c->>'seat' is not null
     and c->>'seat' is distinct from m.content->'seats'->>'named'),
 cl as (select c.*, coalesce(case when due_at is null then ended_on > due_on else ended_at > due_at end, false) as ran_out from c),
 counted as (
   select kind, case when secret then '' else seat end as seat, 'opened' as what, '' as code from after where is_start and on_day between :first and :last
   union all select kind, seat, 'received', '' from (select distinct on (id, turn) * from own where move in ('receive', 'record_receipt') order by id, turn, sequence) r
     where on_day between :first and :last
   union all select kind, seat, 'restarts', '' from own where restarts and on_day between :first and :last
   union all select kind, seat, 'extensions', '' from own where extends and on_day between :first and :last
   union all select kind, seat, 'outcomes', ends from outcome where on_day between :first and :last
   union all select kind, seat, 'days', greatest(0, on_day - start_on)::text from outcome where on_day between :first and :last
   union all select kind, seat, 'open', '' from ending where ends is null
   union all select s.kind, s.seat, 'steps', s.code from (select distinct on (o.id, kf.code) o.*, kf.code, kf.clock from own o join kf on kf.kind = o.kind and kf.state = o.state
       order by o.id, kf.code, o.sequence) s
     where s.on_day between :first and :last and (s.clock is null or exists
       (select 1 from cl where cl.id = s.id and cl.clock = s.clock and cl.how = 'MET' and cl.ended_on = s.on_day and not cl.ran_out))
   union all select kind, seat, case when ran_out then 'late' else 'inTime' end, '' from cl where ended_on between :first and :last
     and (how = 'MET' or (how = 'RESTARTED' and ran_out))
   union all select cl.kind, case when exists (select 1 from own o where o.id = cl.id and o.seat = cl.seat) then e.seat else cl.seat end, 'overdue', ''
     from cl join ending e using (id) where (ended_on is null or ended_on > :last) and case when due_at is null then due_on < :last::date else due_at < :end end)
select kind, seat, what, code, count(*)::int as n from counted group by 1, 2, 3, 4`

const naive = async (db: ReturnType<ReturnType<typeof database>>, month: string): Promise<string[]> => {
  const kinds = [...readMatterKinds().values()]
  const flat = <T>(of: (kind: (typeof kinds)[number]) => T[]) => JSON.stringify(kinds.flatMap(of))
  const { first, last, end } = monthOf(month)
  const rows = await rowsOf(db, NAIVE, {
    ...{ first, last, end },
    kinds: flat(({ kind, visibility }) => [{ kind, secret: visibility === 'SEATS_ONLY' }]),
    states: flat(({ kind, states }) =>
      Object.entries(states).map(([state, { waits_for: waits, ends }]) => ({ kind, state, waits, ends })),
    ),
    moves: flat((kind) =>
      Object.entries(movesOfKind(kind)).map(([move, row]) => ({
        ...{ kind: kind.kind, move, hands: row.effects?.includes('hand_to') ?? false },
        ...{ restarts: row.restarts !== undefined, extends: row.extends !== undefined, by: actorsOf(row) },
      })),
    ),
    figures: flat(({ kind, figures = {} }) =>
      Object.entries(figures).map(([code, { state, in_time: clock }]) => ({ kind, code, state, clock })),
    ),
  } as never)
  return rows.map(({ kind, seat, what, code, n }) => `${kind} ${seat} ${what} ${code} ${n}`).sort()
}

const flatten = (cells: readonly FigureCell[]): string[] =>
  cells
    .flatMap(({ kind, seat, ...counts }) =>
      Object.entries(counts)
        .flatMap(([what, n]) =>
          typeof n === 'number'
            ? [[what, '', n] as const]
            : Object.entries(n).map(([code, each]) => [what, code, each] as const),
        )
        .map(([what, code, n]) => `${kind} ${seat} ${what} ${code} ${n}`),
    )
    .filter((line) => !line.endsWith(' 0'))
    .sort()

describe('figures of a month', () => {
  const db = database()

  it(`equal a second computation by SQL in every cell of ${MONTHS.length} months over random histories`, async function () {
    this.timeout(600_000)
    await storeHistories(db() as never, makeHistories(HISTORIES, 7))
    for (const month of MONTHS) {
      const { cells } = await countMonth(db(), rules, month)
      const [counted, again] = [flatten(cells), await naive(db(), month)]
      const named = new Set(counted.map((line) => line.split(' ')[2]))
      expect([...named].sort(), month).to.deep.equal(WHAT)
      expect(counted, month).to.deep.equal(again)
    }
  })

  it('are frozen once; what is recorded late makes a new issue, and the old one stays as it was', async () => {
    const month = '2026-11'
    const by = (text: string) => new Date(`${text}T04:20:00+08:00`)
    expect((await refusal(freezeMonth(db(), rules, month, by('2026-11-30')))).code).to.equal('MONTH_NOT_OVER')
    const [one] = makeHistories(400, 11).filter(({ kind, matter }) => kind.kind === 'clue' && matter.outcome === null)
    if (one === undefined) throw new Error('no clue is open')
    await storeHistories(db() as never, [one], 'L')
    expect(await freezeMonth(db(), rules, month, by('2026-12-01'))).to.equal(1)
    expect(await freezeMonth(db(), rules, month, by('2026-12-02'))).to.equal(null)
    const [first] = await readIssuesOf<FigureContent>(db(), month)
    await db().raw(
      `insert into matter_moves (matter_id, sequence, move, state, by_sub, by_seat, on_day, at, hash)
       select id, moves + 1, 'return', 'RETURNED', 'officer', 'x', '2026-11-20', '2026-12-02T02:00:00Z', '' from matters where number = '虚L0'`,
    )
    expect(await freezeMonth(db(), rules, month, by('2026-12-03'))).to.equal(2)
    const issues = await readIssuesOf<FigureContent>(db(), month)
    expect(issues[0]).to.deep.equal(first)
    const returned = issues.map(({ content }) =>
      content.cells.reduce((n, { kind, outcomes }) => n + (kind === 'clue' ? (outcomes['RETURNED'] ?? 0) : 0), 0),
    )
    expect((returned[1] ?? 0) - (returned[0] ?? 0)).to.equal(1)
    for (const change of ['delete from matter_figures', `update matter_figures set content = '{}'`])
      expect(
        await db()
          .raw(change)
          .then(() => null, String),
      ).to.include('kept as they were made')
  })

  it('count a measure once, by its last outcome: one that went on by another law and was lifted later', async () => {
    const kind = readMatterKinds().get('measure')
    const [opened] = makeHistories(400, 3).filter((one) => one.kind === kind && one.matter.outcome === null)
    if (kind === undefined || opened === undefined) throw new Error('no measure is open')
    const moved = (move: string, state: string, on: string) => ({ move, state, on, to: null })
    const steps = [moved('contest', 'CONTESTED', '2026-09-10'), moved('lifted', 'LIFTED', '2026-10-20')]
    const moves = [{ ...moved('open', 'INSTRUCTED', '2026-09-01'), to: 'finance@220000' }, ...steps]
    const { seats } = opened.matter
    const outcomes = ['2026-09', '2026-10'].map((month) => {
      const tally = { month: monthOf(month), confirmations: undefined, cells: new Map(), waits: [] }
      countMatter(tally, { number: '惩', kind, seats: { ...seats, named: null }, clocks: [], moves })
      return [...tally.cells.values()].map(({ outcomes: ended, days }: FigureCell) => [ended, days])
    })
    expect(outcomes).to.deep.equal([[[{}, {}]], [[{ LIFTED: 1 }, { 49: 1 }]]])
  })

  it('make a report of the same bytes a year later', async () => {
    const month = '2026-04'
    await storeHistories(db() as never, makeHistories(2_000, 5))
    await freezeMonth(db(), rules, month, new Date('2026-05-01T04:20:00+08:00'))
    const report = async () => {
      const issue = await readFigures(db(), { month })
      return { issue, bytes: await writePdf(composeMatterReport(issue)) }
    }
    const { issue, bytes } = await report()
    expect(issue.content.waits).to.have.length(10)
    const [day] = issue.content.waits.map(({ since }) => since)
    expect(issue.content.waits.every(({ since }) => since >= (day ?? ''))).to.equal(true)
    const text = pdfText(bytes).replaceAll('\n', '')
    expect(text)
      .to.include('全省电子商务协作监管事项办理情况')
      .and.to.include('五、等待最久的事项')
      .and.to.include('延边州')
      .and.to.include('六、质量承诺核查')
      .and.to.include('延边朝鲜族自治州')
    const names = ['police@210000', 'police@220104'].map((seat) => issue.content.organisations[seat]?.zh)
    expect(names).to.deep.equal(['辽宁省公安厅', '长春市朝阳区公安局'])
    const RealDate = Date
    const year = 366 * 86_400_000
    globalThis.Date = class extends RealDate {
      constructor(...given: []) {
        super(...(given.length === 0 ? ([RealDate.now() + year] as unknown as []) : given))
      }
      static override now = () => RealDate.now() + year
    } as DateConstructor
    try {
      expect((await report()).bytes.equals(bytes)).to.equal(true)
    } finally {
      globalThis.Date = RealDate
    }
  })
})
