import { expect } from 'chai'
import fc from 'fast-check'
import { RECORD_KINDS } from '../../../src/domain/records/records.js'
import { addDays } from '../../../src/foundation/time/dates.js'
import type { JobDb } from '../../../src/store/db/db.js'
import * as versions from '../../../src/store/records/versions.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { series } from '../../support/series.js'
import { at, codeOf, database, type FeedGiven, later, pullItems, refusal, rowsOf, rules } from '../../support/world.js'

const DAY = 86_400
const sight = { kinds: RECORD_KINDS, removed: true, first: 100, after: null }

/** Records believed of all operators, as sorted texts `key value owner`. */
const believed = async (db: JobDb, asOf: string, knownAt: Date): Promise<string[]> => {
  const rows = await rowsOf(db, 'select id, uscc from operators')
  const owners = new Map(rows.map((row) => [Number(row['id']), String(row['uscc'])]))
  const found = await versions.ofOperators(db, [...owners.keys()], { asOf, knownAt }, sight)
  const said = ({ body }: versions.RecordVersion) =>
    body['address'] ?? body['violation'] ?? body['reason'] ?? body['name']
  return found.map((one) => `${one.key} ${said(one)} ${owners.get(one.operatorId ?? 0)}`).sort()
}
const lastPull = async (db: JobDb): Promise<number> => {
  const [run] = await rowsOf(db, `select max(id) as id from runs where job = 'pull' and outcome = 'DONE'`)
  return Number(run?.['id'])
}

describe('records believed for a day, as known at an instant', () => {
  const db = database()
  const bring = (kind: FeedGiven['kind'], value: string, day: string, days: number) =>
    pullItems(db(), [{ key: 'K', code: codeOf(1), name: '某', value, day }], {
      kind: kind ?? 'penalty',
      whole: false,
      now: at(later(days * DAY)),
    })

  // [title, kind, versions that became known on days 0, 1, 2 as [valid from, value], questions as [asOf, known on day, answer]]
  const cases: [string, FeedGiven['kind'], [string, string][], [string, number, string | null][]][] = [
    [
      'a state corrected from an earlier day on is believed for every day from then',
      'registration',
      [
        ['2026-06-01', '甲'],
        ['2024-01-01', '乙'],
      ],
      [
        ['2026-11-25', 1.5, '乙'],
        ['2025-01-01', 1.5, '乙'],
        ['2023-12-31', 1.5, null],
        ['2026-11-25', 0.5, '甲'],
        ['2025-01-01', 0.5, null],
      ],
    ],
    [
      'a state that begins between two others is believed from its day on, because it became known last',
      'registration',
      [
        ['2024-01-01', '甲'],
        ['2026-06-01', '乙'],
        ['2025-01-01', '丙'],
      ],
      [
        ['2024-06-01', 2.5, '甲'],
        ['2025-06-01', 2.5, '丙'],
        ['2026-11-25', 2.5, '丙'],
        ['2026-11-25', 1.5, '乙'],
        ['2025-06-01', 1.5, '甲'],
      ],
    ],
    [
      'a state that has not begun leaves the one before it true',
      'registration',
      [
        ['2024-01-01', '甲'],
        ['2027-01-01', '乙'],
      ],
      [
        ['2026-12-31', 1.5, '甲'],
        ['2027-01-01', 1.5, '乙'],
      ],
    ],
    [
      'an event moved to an earlier day is believed from that day on',
      'penalty',
      [
        ['2026-06-01', '甲'],
        ['2024-01-01', '乙'],
      ],
      [
        ['2026-11-25', 1.5, '乙'],
        ['2025-01-01', 1.5, '乙'],
        ['2023-12-31', 1.5, null],
        ['2025-01-01', 0.5, null],
        ['2026-11-25', 0.5, '甲'],
      ],
    ],
    [
      'an event moved to a later day is not believed for the days before',
      'penalty',
      [
        ['2024-01-01', '甲'],
        ['2026-06-01', '乙'],
      ],
      [
        ['2025-01-01', 1.5, null],
        ['2026-11-25', 1.5, '乙'],
        ['2025-01-01', 0.5, '甲'],
      ],
    ],
  ]
  for (const [what, kind, told, asked] of cases)
    it(what, async () => {
      for (const [i, [day, value]] of told.entries()) await bring(kind, value, day, i)
      for (const [asOf, known, answer] of asked)
        expect(await believed(db(), asOf, later(known * DAY)), `${asOf} known on day ${known}`).to.deep.equal(
          answer === null ? [] : [`K ${answer} ${codeOf(1)}`],
        )
    })

  it('a state known to be wrong is believed for no day, and the states around it are believed again', async () => {
    await bring('registration', '甲', '2024-01-01', 0)
    await bring('registration', '乙', '2025-01-01', 1)
    const wrong = await lastPull(db())
    await bring('registration', '丙', '2026-01-01', 2)
    await rollBack(db(), { run: wrong, reason: '误报', by: 'r', rules, now: at(later(3 * DAY)) })
    const now = later(4 * DAY)
    const owner = codeOf(1)
    expect(await believed(db(), '2025-06-01', now)).to.deep.equal([`K 甲 ${owner}`])
    expect(await believed(db(), '2026-06-01', now)).to.deep.equal([`K 丙 ${owner}`])
    expect(await believed(db(), '2025-06-01', later(2.5 * DAY))).to.deep.equal([`K 乙 ${owner}`])
  })
})

/** One step of a history: a full delivery of these records, or the rollback of the n-th delivery so far. */
type Step = { deliver: { key: string; value: string; owner: number; from: number }[] } | { takeBack: number }

interface Told {
  run: number
  step: number
  /** Null: the delivery did not contain the record. */
  content: { value: string; owner: number; from: number } | null
}

const FIRST_DAY = '2026-11-20'
const dayOf = (step: number): string => addDays('2026-11-25', step)

/**
 * A naive model. It keeps each change that a delivery made to a record. Deliveries rolled back by the instant asked about
 * are left out.
 */
class Model {
  private readonly told = new Map<string, Told[]>()
  private readonly takenBackAt = new Map<number, number>()
  constructor(private readonly isState: boolean) {}

  private heard(key: string, known: number): Told[] {
    const all = this.told.get(key) ?? []
    return all.filter(
      ({ run, step }) => step <= known && !((this.takenBackAt.get(run) ?? Number.POSITIVE_INFINITY) <= known),
    )
  }
  /** The latest content of a record, and the step whose delivery first lacked it. */
  private present(key: string, known: number): { content: Told['content']; ended: number | null } {
    let present: { content: Told['content']; ended: number | null } = { content: null, ended: null }
    for (const { content, step } of this.heard(key, known)) {
      if (content !== null) present = { content, ended: null }
      else if (present.content !== null) present = { ...present, ended: step }
    }
    return present
  }
  deliver(run: number, step: number, records: { key: string; value: string; owner: number; from: number }[]): void {
    for (const key of new Set([...this.told.keys(), ...records.map((one) => one.key)])) {
      const { content, ended } = this.present(key, step)
      const sent = records.find((one) => one.key === key)
      const same =
        sent && content && sent.value === content.value && sent.owner === content.owner && sent.from === content.from
      if (sent ? same && ended === null : content === null || ended !== null) continue
      const { key: _, ...said } = sent ?? { key }
      const told: Told = { run, step, content: sent ? (said as NonNullable<Told['content']>) : null }
      this.told.set(key, [...(this.told.get(key) ?? []), told])
    }
  }
  takeBack(run: number, step: number): void {
    this.takenBackAt.set(run, step)
  }
  answer(asOf: string, known: number): string[] {
    return [...this.told.keys()]
      .flatMap((key) => {
        // Each content with the step at which it ended. Only the last content of an event counts.
        const spans: { content: NonNullable<Told['content']>; ended: number | null }[] = []
        for (const { content, step } of this.heard(key, known)) {
          const last = spans.at(-1)
          if (content !== null) spans.push({ content, ended: null })
          else if (last) last.ended = step
        }
        const begun = ({ content }: { content: { from: number } }) => addDays(FIRST_DAY, content.from) <= asOf
        const found = this.isState ? spans.findLast(begun) : spans.slice(-1).find(begun)
        if (found === undefined || (found.ended !== null && dayOf(found.ended) <= asOf)) return []
        return [`${key} ${found.content.value} ${codeOf(found.content.owner)}`]
      })
      .sort()
  }
}

const record = (key: string) =>
  fc.record({
    key: fc.constant(key),
    value: fc.constantFrom('甲', '乙', '丙'),
    owner: fc.constantFrom(1, 2),
    from: fc.integer({ min: 0, max: 8 }),
  })
// K3 is in every delivery, because an empty delivery is refused.
const delivery = fc
  .tuple(fc.option(record('K1')), fc.option(record('K2')), record('K3'))
  .map((records) => ({ deliver: records.filter((one) => one !== null) }))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: delivery },
  { weight: 2, arbitrary: fc.record({ takeBack: fc.nat({ max: 9 }) }) },
)

const says = (key: string, value: string, from = 0) => ({ key, value, owner: 1, from })
const STAYS = says('K3', '丙')
/** Histories that random generation seldom produces. */
const HISTORIES: Step[][] = [
  // A wrong state and the delivery that ended it are both rolled back: the state before both stands without an end.
  [
    { deliver: [says('K1', '甲'), STAYS] },
    { deliver: [says('K1', '乙', 3), STAYS] },
    { deliver: [STAYS] },
    { takeBack: 1 },
    { takeBack: 2 },
  ],
  // Only the end was wrong, and the record came back with a state that begins later.
  [
    { deliver: [says('K1', '甲'), STAYS] },
    { deliver: [STAYS] },
    { deliver: [says('K1', '乙', 7), STAYS] },
    { takeBack: 1 },
  ],
  // A record ended and was wrongly sent again. That is rolled back, so it stays ended; then the end is rolled back too.
  [
    { deliver: [says('K1', '甲'), STAYS] },
    { deliver: [STAYS] },
    { deliver: [says('K1', '乙'), STAYS] },
    { takeBack: 2 },
    { takeBack: 1 },
  ],
]

describe('histories of deliveries and rollbacks', () => {
  const db = database({ once: true })
  for (const kind of ['trademark', 'shop', 'list_entry'] as const)
    it(`every answer about a ${kind} equals that of a model without the rolled-back runs`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9 }), async (steps) => {
          await db().raw(`delete from versions; delete from operator_names; delete from operator_codes; delete from unmatched;
            delete from operators; delete from runs; update knowledge set latest = '2000-01-01T00:00:00Z'`)
          const model = new Model(kind !== 'list_entry')
          const deliveries: number[] = []
          const instant = (n: number) => later(n * DAY)
          for (const [n, one] of steps.entries()) {
            if ('deliver' in one) {
              await pullItems(
                db(),
                one.deliver.map(({ key, value, owner, from }) => ({
                  key,
                  code: codeOf(owner),
                  name: '某',
                  value,
                  day: addDays(FIRST_DAY, from),
                })),
                { kind, now: at(instant(n)), bounds: { shrinkShare: 1 } },
              )
              const run = await lastPull(db())
              deliveries.push(run)
              model.deliver(run, n, one.deliver)
            } else {
              const run = deliveries[one.takeBack % Math.max(1, deliveries.length)]
              if (run === undefined) continue
              const done = rollBack(db(), { run, reason: '误报', by: 'r', rules, now: at(instant(n)) })
              if ((await refusal(done)).code === 'none') model.takeBack(run, n)
            }
          }
          for (let known = 0; known < steps.length; known += 1)
            for (let day = -5; day <= steps.length; day += 1)
              expect(
                await believed(db(), dayOf(day), new Date(instant(known).getTime() + 1_000)),
                `as of ${dayOf(day)}, known after step ${known}`,
              ).to.deep.equal(model.answer(dayOf(day), known))
        }),
        { ...series(3), examples: HISTORIES.map((history) => [history]) },
      )
    })
})
