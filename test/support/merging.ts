/** Three operators with a penalty each, to be merged and separated again. */
import type { MergerCause } from '../../src/domain/operators/merger.js'
import type { RecordKind } from '../../src/domain/records/records.js'
import * as mergers from '../../src/store/operators/mergers.js'
import * as operators from '../../src/store/operators/operators.js'
import * as versions from '../../src/store/records/versions.js'
import { mergeOperators, undoDecision } from '../../src/work/operators/identity.js'
import { codeOf, database, later, pullItems, type Row, rowsOf, rules, TODAY } from './world.js'

export const [A, B, C] = [codeOf(1), codeOf(2), codeOf(3)]
/** An instant after all others. */
export const ALWAYS = new Date('9999-12-31T00:00:00Z')

export const penalty = (key: string, code: string, given: Partial<Row> = {}): Row => ({
  key,
  code,
  value: '虚假宣传',
  day: '2026-10-10',
  ...given,
})

/** Called in a suite: a database in which A, B and C are registered anew before each test. */
export const mergingWorld = () => {
  const db = database()
  let clock = 0
  const next = (): Date => {
    clock += 60
    return later(clock)
  }

  const register = (code: string, name: string, { status = 'ACTIVE', day = '2020-01-01', key = code } = {}) =>
    pullItems(db(), [{ key, code, name, value: status, day }], {
      id: 'registry',
      kind: 'registration',
      whole: false,
      body: ({ value }) => ({ status: value, representative: '松某' }),
      now: () => next(),
    })
  const penalties = (rows: readonly Row[]) =>
    pullItems(db(), rows, {
      id: 'penalties',
      kind: 'penalty',
      whole: false,
      body: () => ({ representative: '松某' }),
      now: () => next(),
    })

  const merge = (from: string, into: string, cause: MergerCause = 'MOVED') =>
    mergeOperators(db(), rules, { from, into, cause, reason: '经登记机关确认', by: 'officer-1', now: next() })
  const undo = (decision: number) =>
    undoDecision(db(), rules, { decision, reason: '并入有误', by: 'reviewer-1', now: next() })

  const own = async (code: string): Promise<number> =>
    (await mergers.idOfBearer(db(), { scheme: 'uscc', code }, ALWAYS)) ?? 0
  /** Keys of the records believed of this operator. */
  const believed = async (
    code: string,
    { knownAt = ALWAYS, asOf = TODAY, kinds = ['penalty'] as readonly RecordKind[] } = {},
  ) => {
    const found = await versions.ofOperators(
      db(),
      [await own(code)],
      { asOf, knownAt },
      { kinds, removed: true, first: 100, after: null },
    )
    return found
      .map(({ key }) => key)
      .sort()
      .join(' ')
  }
  const leadsTo = async (code: string): Promise<string | null> =>
    [...(await operators.operatorsByCode(db(), [{ scheme: 'uscc', code }])).values()][0]?.uscc ?? null
  const statusOf = async (code: string) =>
    (await rowsOf(db(), 'select status from operators where uscc = ?', [code]))[0]?.['status']
  beforeEach(async () => {
    await register(A, '长春旧名商贸有限公司')
    await register(B, '四平新址商贸有限公司')
    await register(C, '松原再迁商贸有限公司')
    await penalties([penalty('PA', A), penalty('PB', B), penalty('PC', C)])
  })
  return { db, next, register, penalties, merge, undo, own, believed, leadsTo, statusOf }
}
