import { expect } from 'chai'
import { type Action, deliveryRequiredBy, type PriorDelivery } from '../../../src/domain/delivery/delivery.js'
import { type Case, type CaseAct, type CaseRole, type CaseState, newCase } from '../../../src/domain/listing/case.js'
import {
  allowedMoves,
  attemptMove,
  isListedOn,
  isPublicState,
  MOVE_NAMES,
} from '../../../src/domain/listing/listing.js'
import type { MoveName } from '../../../src/domain/listing/moves.js'
import { addDays, weekdayOf } from '../../../src/foundation/time/dates.js'
import { calendar, full, rules } from '../../support/case.js'

/**
 * Breadth first over all that can happen to one case: every move by everyone, time that goes by, the penalty that falls
 * upstream, and what one platform hears. Days are a few that matter; what no later step can ask is left out of a state's key,
 * so that the walk ends by itself.
 */
const DAYS = [
  '2026-01-05', // the first day
  '2026-01-12', // the last day of a defence told on the first
  '2026-01-13', // the day after
  '2026-03-02', // a public notice of any of these has run its 30 days
  '2026-03-10', // a defence told by public notice has run out
  '2027-03-10', // twelve months after any decision so far
  '2029-01-13', // the term of the earliest decision is complete
  '2029-03-10', // that of the latest one so far
  '2030-03-10', // twelve months after a restoration of 2029
  '2033-03-10', // whatever was restored is over
]
const PEOPLE: [string, CaseRole][] = [
  ['a', 'officer'],
  ['a', 'reviewer'],
  ['b', 'reviewer'],
  ['the party', 'party'],
  ['clock', 'clock'],
]
/** Points of a defence that are tried, and requests for a hearing. */
const POINTS = 2

/** Told by the walk itself, not by the case. */
interface Node {
  now: Case
  day: number
  depth: number
  by: string
  from: Node | null
  proposedBy: string | null
  reviewedBy: string | null
  /** The first day after the party's time. */
  mayReview: string | null
  waived: boolean
  unanswered: number
  askedForHearing: boolean
  heardParty: boolean
  serviceOn: string | null
  fallen: boolean
  /** The first step of which the law does not allow that it is followed by publication; part of a state's key. */
  wrong: string | null
  /** What the platform was told or owed, as short as it can be said. */
  told: PriorDelivery[]
}

const afterFiveWorkdays = (day: string): string => {
  let [left, at] = [5, day]
  while (left > 0) {
    at = addDays(at, 1)
    const off = weekdayOf(at) === 0 || weekdayOf(at) === 6 || calendar.holidays.has(at)
    if (calendar.workdays.has(at) || !off) left -= 1
  }
  return addDays(at, 1)
}

const start: Node = {
  now: newCase('serious', 7),
  day: 0,
  depth: 0,
  by: 'start',
  from: null,
  proposedBy: null,
  reviewedBy: null,
  mayReview: null,
  waived: false,
  unanswered: 0,
  askedForHearing: false,
  heardParty: false,
  serviceOn: null,
  fallen: false,
  wrong: null,
  told: [],
}

const today = (node: Node): string => DAYS[node.day] ?? ''
const IN_DEFENCE: (CaseState | null)[] = ['NOTIFIED', 'DEFENCE', 'HEARING']

/** What any later step can still ask. */
const keyOf = (node: Node): string => {
  const { now } = node
  const defence = IN_DEFENCE.includes(now.state)
  const carried = now.decisionLinked && (now.decisionHeavy === true || now.ground === 'DECISION_NOT_PERFORMED')
  const decided = now.decidedOn !== null
  const over = now.state === 'NOT_LISTED' || (now.state === 'REMOVED' && now.removal !== 'REPAIRED')
  return JSON.stringify([
    node.day,
    now.state,
    // Once it is decided, whether it is carried and whether a consent lacks is all that is left of these.
    decided
      ? [carried, now.level === 'COUNTY' && now.consentedOn === null]
      : [now.decisionLinked, now.decisionHeavy, now.ground, now.level, now.consentedOn !== null],
    defence || now.state === 'PROPOSED' ? now.proposedBy : null,
    defence && [now.defenceUntil, now.points, now.openPoints, now.hearingAsked, now.hearingOn !== null],
    now.state === 'SERVED' && [now.servedOn, node.serviceOn],
    !over && [now.decidedOn, now.termFrom, now.endsOn],
    now.hiding && [now.hiding.by, now.hiding.confirmedBy !== null],
    now.repair && now.repair.acceptedOn !== null,
    now.removal === 'REPAIRED',
    node.fallen,
    node.wrong,
    node.told,
    // The walk's own account, so far as an invariant asks for it.
    defence && [node.mayReview, node.unanswered, node.askedForHearing, node.heardParty],
  ])
}

const variants = (name: MoveName, node: Node): Partial<CaseAct>[] => {
  if (name === 'linkDecision')
    return [
      { heavy: true, level: 'PROVINCE' },
      { heavy: true, level: 'COUNTY' },
      { heavy: false, level: 'PROVINCE' },
      { heavy: false, level: 'PROVINCE', ground: 'DECISION_NOT_PERFORMED' },
    ]
  if (name === 'notifyListing' || name === 'serveListing') return [{ service: 'DIRECT' }, { service: 'PUBLIC_NOTICE' }]
  if (name === 'recordDefence') return node.now.points < POINTS ? [{}, { hearing: true }] : []
  if (name === 'answerDefence') return node.now.openPoints.map((point) => ({ point }))
  if (name === 'reviewListing') return [{}, { waived: true }]
  if (name === 'hideListing') return [{ hiding: 'ERROR' }, { hiding: 'LOST' }]
  if (name === 'removeListing')
    return (['EXPIRED', 'REPAIRED', 'REVOKED', 'CEASED'] as const).map((removal) => ({ removal }))
  return [{}]
}

const told = (node: Node, change: Action): PriorDelivery[] => {
  const { owe, fold } = deliveryRequiredBy(change, node.told)
  const kept = node.told.map((one): PriorDelivery => {
    const set = one.state === 'OWED' && (fold === 'unconfirmed' || (fold === 'untried' && one.attempts === 0))
    return set ? { ...one, state: 'FOLDED' } : one
  })
  return shorter(owe === null ? kept : [...kept, { action: owe, state: 'OWED', attempts: 0 }])
}

/** That it has heard at all, and the last thing that was not set aside. */
const shorter = (all: PriorDelivery[]): PriorDelivery[] => {
  const heard = all.some((one) => one.state === 'CONFIRMED' || one.attempts > 0)
  const last = all.findLast((one) => one.state !== 'FOLDED')
  const mark: PriorDelivery[] = heard ? [{ action: 'ADD', state: 'CONFIRMED', attempts: 1 }] : []
  return last === undefined ? mark : [...mark, last]
}

const ONE_HIDES = 'one person hides and confirms'

/** Judged when it is done, by the walk's own account. */
const wrongIn = (node: Node, name: MoveName, act: CaseAct): string | null => {
  if (name === 'reviewListing') {
    if (node.reviewedBy === node.proposedBy) return 'one person proposes and reviews'
    if (node.unanswered > 0) return 'a point is not answered'
    if (node.askedForHearing && !node.heardParty) return 'the hearing is not held'
    const over = act.waived === true || (node.mayReview !== null && act.on >= node.mayReview)
    return over ? null : 'the defence has not ended'
  }
  if (name === 'confirmHiding') return node.now.hiding?.confirmedBy === node.now.hiding?.by ? ONE_HIDES : null
  if (name !== 'publishListing') return null
  return node.serviceOn !== null && node.serviceOn <= act.on ? null : 'it is not served'
}

const MADE = new Set<MoveName>()

const step = (node: Node, name: MoveName, act: CaseAct): Node | null => {
  const moved = attemptMove(name, node.now, act, rules)
  if (!moved.ok) return null
  MADE.add(name)
  const next: Node = { ...node, now: moved.after, depth: node.depth + 1, by: `${name} by ${act.by}`, from: node }
  if (name === 'proposeListing') next.proposedBy = act.by
  if (name === 'notifyListing')
    next.mayReview = afterFiveWorkdays(act.service === 'PUBLIC_NOTICE' ? addDays(act.on, 30) : act.on)
  if (name === 'recordDefence') {
    next.unanswered += 1
    next.askedForHearing ||= act.hearing === true
    if (act.hearing === true) next.heardParty = false
  }
  if (name === 'answerDefence') next.unanswered -= 1
  if (name === 'holdHearing') next.heardParty = true
  if (name === 'reviewListing') Object.assign(next, { reviewedBy: act.by, waived: act.waived === true })
  if (name === 'serveListing') next.serviceOn = act.service === 'PUBLIC_NOTICE' ? addDays(act.on, 30) : act.on
  next.wrong ??= wrongIn(next, name, act)
  const [was, is] = [isPublicState(node.now.state), isPublicState(moved.after.state)]
  if (was !== is) next.told = told(node, is ? 'ADD' : 'REMOVE')
  return next
}

const byPeople = (node: Node): Node[] => {
  const on = today(node)
  return PEOPLE.flatMap(([by, role]) =>
    allowedMoves(node.now, role).flatMap((name) =>
      variants(name, node).flatMap((more) => step(node, name, full({ ...more, role, by, on, today: on })) ?? []),
    ),
  )
}

const OPEN = (node: Node): boolean =>
  node.now.state !== null && node.now.state !== 'REMOVED' && node.now.state !== 'NOT_LISTED'

const byClock = (node: Node, name: MoveName, more: Partial<CaseAct>): Node => {
  const on = today(node)
  const done = step(node, name, full({ ...more, role: 'clock', by: 'clock', on, today: on }))
  if (done === null) throw new Error(`the clock could not ${name}: ${trailOf(node)}`)
  return done
}

/** A day comes, and in its first minute the clock ends what is complete. */
const timePasses = (node: Node): Node[] => {
  if (node.day + 1 >= DAYS.length || node.now.state === null) return []
  const next = { ...node, day: node.day + 1, depth: node.depth + 1, by: `it is ${DAYS[node.day + 1]}`, from: node }
  if (next.now.endsOn === null || next.now.endsOn >= today(next) || !OPEN(next)) return [next]
  const shown = isPublicState(next.now.state) || next.now.state === 'HIDDEN'
  return [shown ? byClock(next, 'removeListing', { removal: 'EXPIRED' }) : byClock(next, 'lapseListing', {})]
}

/** In the pull that brings it, the clock ends the case. */
const penaltyFalls = (node: Node): Node[] => {
  if (!node.now.decisionLinked || node.fallen) return []
  const now = { ...node.now, decisionLinked: false, decisionHeavy: false }
  const fallen = { ...node, now, fallen: true, depth: node.depth + 1, by: 'the penalty is revoked', from: node }
  if (!OPEN(node)) return [fallen]
  const shown = isPublicState(now.state) || now.state === 'HIDDEN'
  return [shown ? byClock(fallen, 'removeListing', { removal: 'REVOKED' }) : byClock(fallen, 'dropListing', {})]
}

const platformHears = (node: Node): Node[] => {
  const last = node.told.at(-1)
  if (last?.state !== 'OWED') return []
  const others = node.told.slice(0, -1)
  const heard = (change: Partial<PriorDelivery>, by: string): Node => ({
    ...node,
    told: shorter([...others, { ...last, attempts: 1, ...change }]),
    depth: node.depth + 1,
    by,
    from: node,
  })
  return last.attempts === 0
    ? [heard({}, 'sent, not answered'), heard({ state: 'CONFIRMED' }, 'confirmed')]
    : [heard({ state: 'CONFIRMED' }, 'confirmed')]
}

const trailOf = (node: Node | null): string => (node === null ? '' : `${trailOf(node.from)} → ${node.by}`)

const shown = (node: Node): boolean => isPublicState(node.now.state)
const heard = ({ told: all }: Node): boolean => all.some((one) => one.state === 'CONFIRMED' || one.attempts > 0)

/** What no step may lead to; asked of every step, also of one into a state that is known already. */
const NEVER: Record<string, (node: Node) => boolean> = {
  'nothing is public that one person proposed and reviewed, before the end of the defence with every point answered, or before service':
    (node) => shown(node) && node.wrong !== null,
  'nobody both hides an entry and confirms it': ({ wrong }) => wrong === ONE_HIDES,
  'nothing is public without a ground that stands': (node) =>
    shown(node) && (node.fallen || (node.now.decisionHeavy !== true && node.now.ground !== 'DECISION_NOT_PERFORMED')),
  'nothing is public without the higher consent where it is asked for': (node) =>
    shown(node) && node.now.level === 'COUNTY' && node.now.consentedOn === null,
  'nothing is public after the last day of its term': (node) =>
    shown(node) && !(node.now.endsOn !== null && today(node) <= node.now.endsOn),
  'what is public counts as listed, and nothing else does': (node) =>
    shown(node) !== isListedOn({ mirrored: false, ...node.now }, rules.list, today(node)),
  'what is not public any more leaves a removal for a platform that may ever have heard of it': (node) =>
    !shown(node) && heard(node) && node.told.at(-1)?.action !== 'REMOVE',
  'a platform is owed, or has, the addition of what is public': (node) =>
    shown(node) && node.told.at(-1)?.action !== 'ADD',
  'what is hidden is shown again by one move only': (node) =>
    node.from?.now.state === 'HIDDEN' && shown(node) && !node.by.startsWith('unhideListing'),
}

describe('listing: breadth-first walk over all moves', () => {
  const reached = new Map<string, Node>([[keyOf(start), start]])
  const broken = new Map<string, Node>()
  const stuck: Node[] = []
  let deepest = 0
  before(() => {
    let edge = [start]
    while (edge.length > 0) {
      const next: Node[] = []
      for (const node of edge) {
        const moved = [...byPeople(node), ...timePasses(node), ...penaltyFalls(node)]
        if (OPEN(node) && moved.every(({ now }) => now.state === node.now.state) && node.day + 1 === DAYS.length)
          stuck.push(node)
        for (const child of [...moved, ...platformHears(node)]) {
          for (const [what, is] of Object.entries(NEVER)) if (!broken.has(what) && is(child)) broken.set(what, child)
          const key = keyOf(child)
          if (reached.has(key)) continue
          reached.set(key, child)
          deepest = child.depth
          next.push(child)
        }
      }
      edge = next
    }
  })

  it('the walk terminates, goes at least twelve moves deep, and meets every state and every move but renewTerm', () => {
    expect(deepest).to.be.at.least(12)
    expect(new Set([...reached.values()].map(({ now }) => now.state))).to.have.property('size', 15)
    // The term is counted anew by a new row of the rules, of which this walk has none.
    expect(MOVE_NAMES.filter((name) => !MADE.has(name))).to.deep.equal(['renewTerm'])
  })

  for (const what of Object.keys(NEVER))
    it(what, () => {
      const first = broken.get(what)
      if (first !== undefined) expect.fail(trailOf(first))
    })

  it('no open state gets stuck, however late it is', () => {
    expect(stuck.map(trailOf)).to.deep.equal([])
  })
})
