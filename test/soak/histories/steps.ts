/** The random steps of one history: rows that agencies send, and acts of people. */
import { addDays, shanghaiDate } from '../../../src/foundation/time/dates.js'
import { rollBack } from '../../../src/work/intake/rollback.js'
import { type MoveInput, makeMove, openCase } from '../../../src/work/listing/listing.js'
import { decideSubject, mergeOperators, undoDecision } from '../../../src/work/operators/identity.js'
import { decideObjection, openObjection, withdrawObjection } from '../../../src/work/scoring/objection.js'
import { decideOverride, proposeOverride, withdrawOverride } from '../../../src/work/scoring/override.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { OFFICER, REVIEWER } from '../../support/world.js'
import type { Case } from './naive-reader.js'
import {
  casesIn,
  type History,
  operatorOf,
  ownersIn,
  pick,
  recordsIn,
  type Scene,
  type Step,
  type StepMaker,
  today,
} from './scene.js'
import { correct, mirror, penalise, register, repair, trademark } from './sending.js'

export const FAMILIES = ['registration', 'penalties', 'lists', 'inspections', 'trademarks'] as const

const act = (name: string, about: string | number, made: () => Promise<unknown>): Step => ({
  ...{ name, about: String(about) },
  act: made,
})

const LISTING_PATH = [
  'linkDecision',
  'proposeListing',
  'notifyListing',
  'reviewListing',
  'consentListing',
  'decideListing',
  'serveListing',
  'publishListing',
] as const

const isOver = ({ state }: Case): boolean => state === 'REMOVED' || state === 'NOT_LISTED'
const isBegun = (one: Case): boolean => one.state !== 'LEAD' && !isOver(one)

/** Lists an operator for one of its penalties, mostly up to the publication. */
const list: StepMaker = (history, scene) => {
  const { db, rules, random, now } = scene
  const on = today(scene)
  const busy = new Set(casesIn(history, scene).flatMap((one) => (isBegun(one) ? [one.operator] : [])))
  const decision = pick(
    random,
    recordsIn(history, scene).filter(
      ({ kind, operator, heavy }) =>
        kind === 'penalty' && operator !== null && !busy.has(operator) && (heavy || random.chance(0.1)),
    ),
  )
  if (decision === null) return null
  const operatorId = decision.operator ?? 0
  const many = random.chance(0.85) ? LISTING_PATH.length : 1 + random.below(LISTING_PATH.length - 1)
  return act('list', `${operatorId} by ${decision.id}, ${many} moves`, async () => {
    const known = scene.beliefs.cases.find((one) => one.operator === operatorId && !isOver(one))
    if (known && known.state !== 'LEAD') return
    const id =
      known?.id ??
      (await openCase(db, rules, { operatorId, list: 'serious', reason: '群众举报', ...OFFICER, on, now: now() })).id
    const input = { on, reason: '情节严重', documentNumber: `测市监列〔2026〕${history.n}号` }
    // A score links the penalty of the lead that it opens.
    const { decision_version: linked } = await db('listings').where({ id }).first('decision_version')
    for (const name of LISTING_PATH.slice(0, many)) {
      if (name === 'linkDecision' && linked !== null) continue
      const own: MoveInput = { ...input }
      if (name === 'linkDecision') own.decision = decision.id
      if (name === 'reviewListing') own.waived = true
      if (name === 'serveListing') own.repairNotice = true
      if (name === 'publishListing') own.ofAge = true
      const who = name === 'reviewListing' || name === 'consentListing' ? REVIEWER : OFFICER
      await makeMove(db, rules, { id, name, ...who, input: own, now: now() })
    }
  })
}

type Move = (scene: Scene) => Partial<MoveInput>
const NUMBERED: Move = () => ({ documentNumber: '测市监字〔2026〕9号' })

const MOVES = {
  hideListing: ({ random }) => ({
    hiding: random.one(['ERROR', 'STAY'] as const),
    documentNumber: '测行初〔2026〕1号',
  }),
  confirmHiding: () => ({}),
  unhideListing: NUMBERED,
  removeListing: ({ random }) => ({
    removal: random.one(['REVOKED', 'CORRECTED', 'CEASED', 'REPAIRED'] as const),
    documentNumber: '测市监移〔2026〕1号',
  }),
  applyRepair: () => ({ text: '已整改' }),
  acceptRepair: NUMBERED,
  refuseRepair: NUMBERED,
  restoreListing: ({ random }) => ({
    documentNumber: '测市监复〔2026〕1号',
    restoring: random.one(['FALSE_MATERIALS', 'RESULT_WITHDRAWN'] as const),
  }),
  dropListing: () => ({}),
} satisfies Record<string, Move>

const MOVES_FROM: Record<string, readonly (keyof typeof MOVES)[]> = {
  PUBLISHED: ['hideListing', 'removeListing', 'applyRepair', 'applyRepair'],
  REPAIR_APPLIED: ['hideListing', 'removeListing', 'acceptRepair', 'refuseRepair', 'removeListing'],
  HIDDEN: ['unhideListing', 'unhideListing', 'confirmHiding', 'removeListing', 'applyRepair'],
  REMOVED: ['restoreListing'],
  LEAD: ['dropListing'],
}

const move: StepMaker = (history, scene) => {
  const { db, rules, random, now } = scene
  // Few removals are of the kind that may be restored.
  const movable = casesIn(history, scene).filter(
    ({ state }) => MOVES_FROM[state] !== undefined && (state !== 'REMOVED' || random.chance(0.2)),
  )
  const one = pick(random, movable)
  if (one === null) return null
  const name = random.one(MOVES_FROM[one.state] ?? [])
  const who = name === 'applyRepair' ? OFFICER : random.one([OFFICER, REVIEWER])
  const input = { on: today(scene), reason: '核查', ...MOVES[name](scene) }
  return act(name, one.id, () => makeMove(db, rules, { id: one.id, name, ...who, input, now: now() }))
}

/** Half of the mergers move an entry, where there is one. */
const merge: StepMaker = (history, scene) => {
  const { db, rules, random, now, beliefs } = scene
  const moving = random.chance(0.5) ? pick(random, casesIn(history, scene).filter(isBegun)) : null
  const from = (moving === null ? pick(random, ownersIn(history, scene)) : beliefs.operators.get(moving.operator))?.uscc
  const into = pick(random, ownersIn(history, scene))?.uscc
  if (!from || !into || from === into) return null
  const cause = random.one(['MOVED', 'DUPLICATE'] as const)
  return act('merge', `${from} into ${into}`, () =>
    mergeOperators(db, rules, { from, into, cause, reason: '同一主体', by: 'officer-1', now: now() }),
  )
}

const part: StepMaker = (history, scene) => {
  const { db, rules, random, now, beliefs } = scene
  const ids = new Set(history.firms.map((firm) => operatorOf(firm, scene)?.id))
  const one = pick(
    random,
    beliefs.decisions.filter(({ operator, merged }) => ids.has(operator ?? merged ?? 0)),
  )
  if (one === null) return null
  return act(`undo ${one.verdict}`, one.id, () =>
    undoDecision(db, rules, { decision: one.id, reason: '认定有误', by: 'reviewer-1', now: now() }),
  )
}

const attach: StepMaker = (history, scene) => {
  const { db, rules, random, now, beliefs } = scene
  const one = pick(
    random,
    beliefs.waiting.filter(({ key }) => key.startsWith(`P${history.n}/`)),
  )
  if (one === null) return null
  const operator = random.one(history.firms).code
  return act('attach', `${one.key} to ${operator}`, () =>
    decideSubject(db, rules, {
      unmatched: one.id,
      verdict: 'ATTACH',
      operator,
      reason: '经核对',
      by: 'officer-1',
      now: now(),
    }),
  )
}

const override: StepMaker = (history, scene) => {
  const { db, rules, random, now, beliefs } = scene
  const one = pick(random, ownersIn(history, scene))
  if (one === null) return null
  const known = beliefs.overrides.filter(({ operator, state }) => operator === one.id && state === 'IN_FORCE').at(-1)
  if (known !== undefined && random.chance(0.4))
    return act('withdraw override', known.id, () =>
      withdrawOverride(db, rules, { override: known.id, reason: '有误', by: 'reviewer-1', now: now() }),
    )
  const grade = random.one(['A', 'B', 'C', 'D'] as const)
  const endsOn = addDays(today(scene), random.one([1, 2, 40]))
  return act('override', `${one.uscc} ${grade} until ${endsOn}`, async () => {
    const made = { operator: one.uscc, grade, endsOn, reason: '情况特殊', by: 'officer-1', now: now() }
    const { id } = await proposeOverride(db, rules, made)
    if (random.chance(0.1)) return
    const verdict = random.chance(0.9) ? 'CONFIRM' : 'REFUSE'
    await decideOverride(db, rules, { override: id, verdict, note: '同意', by: 'reviewer-1', now: now() })
  })
}

const object: StepMaker = (history, scene) => {
  const { db, rules, random, now, beliefs } = scene
  const owners = new Map(ownersIn(history, scene).map((one) => [one.id, one]))
  const open = pick(
    random,
    beliefs.objections.filter(({ operator, state }) => owners.has(operator) && state === 'OPEN'),
  )
  if (open !== null && random.chance(0.6)) {
    const settled = { objection: open.id, now: now() }
    if (random.chance(0.2))
      return act('withdraw objection', open.id, () => withdrawObjection(db, rules, { ...settled, by: open.by }))
    const verdict = random.one(['UPHELD', 'REJECTED'] as const)
    return act(`objection ${verdict}`, open.id, () =>
      decideObjection(db, rules, {
        ...settled,
        by: 'reviewer-1',
        verdict,
        note: '已核查',
        senderOf: () => 'market-regulator',
      }),
    )
  }
  const record = pick(
    random,
    recordsIn(history, scene).filter(({ operator }) => owners.has(operator ?? 0)),
  )
  if (record === null) return null
  const operator = owners.get(record.operator ?? 0)?.uscc ?? ''
  return act('object', `of ${operator} to ${record.feed} ${record.key}`, () =>
    openObjection(db, rules, {
      ...{ operator, record: record.id, statement: '与事实不符', by: 'officer-1', now: now() },
      mayFor: () => true,
    }),
  )
}

const ask: StepMaker = (history, scene) => {
  const only = ownersIn(history, scene).map(({ id }) => id)
  return only.length === 0 ? null : { name: 'ask for scores', about: only.join(), only }
}

/** A person asks for the scores of a past day or by another card. */
export const askForScores = async ({ db, rules, random, now }: Scene, only: readonly number[]): Promise<void> => {
  const asOf = addDays(shanghaiDate(now()), -random.below(4))
  const scorecard = random.chance(0.3) ? { scorecard: 'general-1' } : {}
  await scoreOperators(db, { cause: 'command', rules, families: FAMILIES, now, only, asOf, ...scorecard })
}

const takeBack: StepMaker = ({ runs }, { random }) => {
  const run = pick(random, runs)
  return run === null ? null : { name: 'roll back', about: String(run), run }
}

const STEPS: readonly [weight: number, make: StepMaker][] = [
  [8, register],
  [12, penalise],
  [2, trademark],
  [4, mirror],
  [7, correct],
  [3, repair],
  [24, list],
  [26, move],
  [8, merge],
  [6, part],
  [4, attach],
  [6, override],
  [7, object],
  [4, ask],
  [1, takeBack],
]
const BAG = STEPS.flatMap(([weight, make]) => Array<StepMaker>(weight).fill(make))

/** Draws the next step that the state of the history allows. */
export const drawStep = (history: History, scene: Scene): Step => {
  // A history begins with what an agency sends.
  if (history.sent.length < 2) return (history.sent.length === 0 ? register : penalise)(history, scene) as Step
  for (;;) {
    const step = scene.random.one(BAG)(history, scene)
    if (step !== null) return step
  }
}

export const undoRun = ({ db, rules, now }: Scene, run: number) =>
  rollBack(db, { run, reason: '整批误报', by: 'reviewer-1', rules, now })
