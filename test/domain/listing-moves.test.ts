import { expect } from 'chai'
import { type Act, type Case, newCase, type Role, STATES, type State } from '../../src/domain/case.js'
import { addDays } from '../../src/domain/dates.js'
import type { Entry } from '../../src/domain/listing.js'
import { allowedMoves, isPublic, listed, MOVE_NAMES, move } from '../../src/domain/listing.js'
import type { RemovalReason } from '../../src/domain/lists.js'
import { REMOVALS } from '../../src/domain/lists.js'
import type { MoveName } from '../../src/domain/moves.js'

import { full, ROLES, rules, TODAY } from '../support/case.js'

describe('listing: every state, move and role', () => {
  // Written out from the law, not read from the table: from → to, by whom.
  const EXPECTED: Record<MoveName, { from: (State | null)[]; to: State; roles: Role[] }> = {
    openLead: { from: [null], to: 'LEAD', roles: ['officer', 'clock'] },
    linkDecision: { from: ['LEAD'], to: 'LEAD', roles: ['officer'] },
    proposeListing: { from: ['LEAD'], to: 'PROPOSED', roles: ['officer'] },
    notifyListing: { from: ['PROPOSED'], to: 'NOTIFIED', roles: ['officer'] },
    recordDefence: { from: ['NOTIFIED', 'DEFENCE'], to: 'DEFENCE', roles: ['officer', 'party'] },
    answerDefence: { from: ['DEFENCE'], to: 'DEFENCE', roles: ['officer'] },
    reviewListing: { from: ['NOTIFIED', 'DEFENCE', 'HEARING'], to: 'REVIEWED', roles: ['reviewer'] },
    decideListing: { from: ['REVIEWED', 'CONSENTED'], to: 'DECIDED', roles: ['officer', 'reviewer'] },
    serveListing: { from: ['DECIDED'], to: 'SERVED', roles: ['officer', 'reviewer'] },
    publishListing: { from: ['SERVED'], to: 'PUBLISHED', roles: ['officer', 'reviewer'] },
    removeListing: {
      from: ['PUBLISHED', 'REPAIR_APPLIED', 'HIDDEN'],
      to: 'REMOVED',
      roles: ['officer', 'reviewer', 'clock'],
    },
    dropListing: { from: STATES.slice(0, 9), to: 'NOT_LISTED', roles: ['officer', 'reviewer', 'clock'] },
  }
  /** A case in which no guard stands in the way of `name`. */
  const ready = (state: State | null, name: MoveName): Case => ({
    ...newCase('serious', 7),
    state,
    proposedBy: 'officer-2',
    decisionLinked: true,
    decisionHeavy: true,
    notifiedOn: '2022-01-04',
    defenceUntil: '2022-01-11',
    defenceOpen: name === 'answerDefence',
    decidedOn: '2022-01-12',
    servedOn: '2022-01-13',
    publishedOn: '2022-01-14',
    endsOn: '2027-01-01',
    lastOn: '2022-01-14',
  })

  for (const name of MOVE_NAMES) {
    it(`${name} is allowed from its states by its roles and from nowhere else by nobody else`, () => {
      for (const state of [null, ...STATES]) {
        for (const role of ROLES) {
          const { from, to, roles } = EXPECTED[name]
          const may = from.includes(state) && roles.includes(role)
          const act = full({ role, by: 'someone', removal: 'CEASED', ...(name === 'publishListing' && { on: TODAY }) })
          const moved = move(name, ready(state, name), act, rules)
          const said = `${name} from ${state} by ${role}`
          expect(moved.ok, said).to.equal(may)
          expect(allowedMoves(ready(state, name), role).includes(name), said).to.equal(may)
          if (moved.ok) expect(moved.after.state, said).to.equal(to)
        }
      }
    })
  }

  for (const removal of REMOVALS) {
    const who: Record<RemovalReason, Role[]> = {
      EXPIRED: ['clock'],
      REPAIRED: ['officer', 'reviewer'],
      REVOKED: ['officer', 'reviewer', 'clock'],
      // By the clock where the run that brought its ground was taken back.
      CORRECTED: ['officer', 'reviewer', 'clock'],
      CEASED: ['officer', 'reviewer', 'clock'],
    }
    it(`a removal as ${removal} is made by ${who[removal].join(', ')} only`, () => {
      for (const role of ROLES) {
        const act = full({ role, by: 'someone', removal, on: '2027-01-01', today: '2027-01-01' })
        expect(move('removeListing', ready('PUBLISHED', 'removeListing'), act, rules).ok, role).to.equal(
          who[removal].includes(role),
        )
      }
    })
  }
})

describe('listing: every reachable state, twelve moves deep', () => {
  const DEPTH = 12
  /** Days that matter: the notice, the last day of the defence and the day after, the last day of the term and its end. */
  const DAYS = ['2026-01-05', '2026-01-12', '2026-01-13', '2029-01-12', '2029-01-13', '2032-01-13']
  const PEOPLE = ['a', 'b']

  interface Node {
    now: Case
    /** Told by the walk itself, not by the case. */
    proposedBy: string | null
    reviewedBy: string | null
    servedOn: string | null
    defenceEnd: string | null
    waived: boolean
    open: boolean
  }
  const acts = (name: MoveName): Partial<Act>[] => {
    if (name === 'linkDecision') return [{ heavy: true }, { heavy: false }]
    if (name === 'reviewListing') return [{}, { waived: true }]
    if (name === 'removeListing') return REMOVALS.map((removal) => ({ removal }))
    return [{}]
  }
  const follow = (node: Node, name: MoveName, act: Act): Node | null => {
    const moved = move(name, node.now, act, rules)
    if (!moved.ok) return null
    const next = { ...node, now: moved.after }
    if (name === 'proposeListing') next.proposedBy = act.by
    if (name === 'notifyListing') next.defenceEnd = addDays(act.on, 7)
    if (name === 'recordDefence') next.open = true
    if (name === 'answerDefence') next.open = false
    if (name === 'reviewListing') Object.assign(next, { reviewedBy: act.by, waived: act.waived === true })
    if (name === 'serveListing') next.servedOn = act.on
    return next
  }
  const children = (node: Node): Node[] => {
    const found: Node[] = []
    for (const name of MOVE_NAMES) {
      for (const role of ['officer', 'reviewer', 'party', 'clock'] as Role[]) {
        if (!allowedMoves(node.now, role).includes(name)) continue
        for (const on of DAYS) {
          for (const by of PEOPLE) {
            for (const more of acts(name)) {
              const next = follow(node, name, full({ ...more, role, by, on, today: on }))
              if (next) found.push(next)
            }
          }
        }
      }
    }
    return found
  }

  const start: Node = {
    now: newCase('serious', 7),
    proposedBy: null,
    reviewedBy: null,
    servedOn: null,
    defenceEnd: null,
    waived: false,
    open: false,
  }
  const reached = new Map<string, Node>()
  before(() => {
    let edge = [start]
    for (let depth = 0; depth < DEPTH && edge.length > 0; depth += 1) {
      const next: Node[] = []
      for (const node of edge.flatMap(children)) {
        const key = JSON.stringify(node)
        if (reached.has(key)) continue
        reached.set(key, node)
        next.push(node)
      }
      edge = next
    }
  })
  const all = (): Node[] => [...reached.values()]

  it('the walk meets every state that this stage can reach', () => {
    const states = new Set(all().map((node) => node.now.state))
    expect([...states]).to.have.members([
      'LEAD',
      'PROPOSED',
      'NOTIFIED',
      'DEFENCE',
      'REVIEWED',
      'DECIDED',
      'SERVED',
      'PUBLISHED',
      'REMOVED',
      'NOT_LISTED',
    ])
  })

  it('nothing is public before service, nor before the end of the defence with every point answered', () => {
    for (const node of all().filter((each) => isPublic(each.now.state))) {
      const published = node.now.publishedOn ?? ''
      expect(node.servedOn !== null && node.servedOn <= published).to.equal(true)
      expect(node.open).to.equal(false)
      expect(node.waived || (node.defenceEnd !== null && published > node.defenceEnd)).to.equal(true)
      expect(node.now.decisionHeavy).to.equal(true)
    }
  })

  it('nothing becomes public, or counts as listed, once its term is complete', () => {
    for (const { now } of all().filter((each) => isPublic(each.now.state))) {
      expect(now.endsOn !== null && now.publishedOn !== null && now.publishedOn < now.endsOn).to.equal(true)
      const entry: Entry = { state: now.state, mirrored: false, publishedOn: now.publishedOn, endsOn: now.endsOn }
      expect(listed(entry, rules.list, now.publishedOn ?? '')).to.equal(true)
      expect(listed(entry, rules.list, now.endsOn ?? '')).to.equal(false)
    }
  })

  it('nobody both proposes and reviews', () => {
    for (const node of all().filter((each) => each.reviewedBy !== null)) {
      expect(node.reviewedBy).not.to.equal(node.proposedBy)
    }
  })

  it('no state but the two last ones is without a way out, whatever the role', () => {
    for (const state of STATES) {
      const ways = ROLES.flatMap((role) => allowedMoves({ ...newCase('serious', 7), state }, role))
      expect(ways.length > 0, state).to.equal(state !== 'REMOVED' && state !== 'NOT_LISTED')
    }
  })
})
