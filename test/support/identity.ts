/** Records whose operator a person decides, and those decisions. */
import type { RecordKind } from '../../src/domain/records/records.js'
import * as mergers from '../../src/store/operators/mergers.js'
import * as versions from '../../src/store/records/versions.js'
import { decideSubject, type SubjectDecisionInput, undoDecision } from '../../src/work/operators/identity.js'
import { codeOf, database, later, pullItems, type Row, rowsOf, rules, TODAY } from './world.js'

export const NAME = '长春虚构商贸有限公司'
/** An instant after all others. */
export const ALWAYS = new Date('9999-12-31T00:00:00Z')

export const penalty = (key: string, given: Partial<Row> = {}): Row => ({
  key,
  name: NAME,
  value: '松某',
  day: '2026-10-10',
  ...given,
})

/** Called in a suite: a database that is empty before each test. */
export const identityWorld = () => {
  const db = database()
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

  /** Keys of the records believed of the n-th operator. */
  const believed = async (n: number, knownAt = ALWAYS, kinds: readonly RecordKind[] = ['penalty']): Promise<string> => {
    const own = await mergers.idOfBearer(db(), { scheme: 'uscc', code: codeOf(n) }, ALWAYS)
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
  return { db, next, register, penalties, queue, stateOf, decide, undo, believed, dirty, scored }
}
