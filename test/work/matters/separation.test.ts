import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { feeds } from '../../../src/agencies/index.js'
import { movesOfKind, OPENING_MOVE } from '../../../src/domain/matters/kind.js'
import { type MatterAct, makeNewMatter } from '../../../src/domain/matters/matter.js'
import { attemptMatterMove } from '../../../src/domain/matters/moves.js'
import { findFamiliesOfFeeds } from '../../../src/domain/scoring/evidence.js'
import { loadKeys } from '../../../src/foundation/keys.js'
import * as store from '../../../src/store/matters/matters.js'
import { expireListings } from '../../../src/work/listing/expire.js'
import { formatMatterNumber, keepMoves } from '../../../src/work/matters/keep-move.js'
import { readMatterKinds, versionOfKind } from '../../../src/work/matters/kinds.js'
import { publishList } from '../../../src/work/publication/publish.js'
import { scoreOperators } from '../../../src/work/scoring/score.js'
import { peopled } from '../../bench/people.js'
import { at, database, dumpOf, log, NOW, published, removed, rowsOf, rules } from '../../support/world.js'

const OPERATORS = 1_000
const MATTERS = 5_000
const STEP_MATTERS = 500
const MOVES_MOST = 8
const SEATS = ['market-regulator@220104', 'police@220100', 'procuratorate@220100', 'hub', 'listing'] as const
const FIELDS = {
  ...{ sort: 'ORDINARY', purpose: 'EVIDENCE', source: 'PATROL', ground: 'INFRINGEMENT', result: 'DROPPED' },
  ...{ type: 'COMPLAINT', measure: 'REMOVED', declaration: '虚构声明', url: 'https://mall.test/1' },
}
/** Beside the tables of matters, those that tell when a job ran. */
const LEFT_OUT = [
  'matters',
  'matter_kinds',
  'matter_moves',
  'matter_seats',
  'matter_clocks',
  'matter_marks',
  'runs',
  'knowledge',
]

/** Park–Miller numbers, always the same. */
const randomFrom = (seed: number) => {
  let state = seed
  return (most: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % most
  }
}

describe('matters', () => {
  const db = database()
  const folder = mkdtempSync(join(tmpdir(), 'hub-keys-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  const addRandomMatters = async (operators: readonly number[], listings: readonly string[]): Promise<void> => {
    const random = randomFrom(21)
    const kinds = [...readMatterKinds().values()]
    const made = Array.from({ length: MATTERS }, (_, i) => {
      const kind = kinds[random(kinds.length)] ?? kinds[0]
      if (kind === undefined) throw new Error('there is no kind')
      const moves = Object.keys(movesOfKind(kind))
      const isOrdered = kind.opened_by.includes('listing')
      const before = makeNewMatter({ sender: SEATS[0], holder: SEATS[1], copied: [SEATS[2]], named: null }, {})
      let [state, last] = [before, OPENING_MOVE]
      const actOf = (move: string): MatterAct => ({
        move,
        seat: SEATS[random(3)] ?? SEATS[0],
        places: ['sender', 'holder', 'copied', 'superior', 'hub', 'listing', 'named'],
        by: random(2) === 0 ? 'officer' : 'head',
        at: NOW,
        on: '2026-11-20',
        reason: '虚构事由',
        number: '虚构〔2026〕1号',
        day: '2027-06-01',
        fields: FIELDS,
        attachments: Object.keys(kind.attachments),
        to: 'police@220200',
        copyTo: SEATS[2],
        link: '1',
      })
      for (let n = 0; n < 1 + random(MOVES_MOST); n += 1) {
        const move = n === 0 ? OPENING_MOVE : (moves[random(moves.length)] ?? '')
        const result = attemptMatterMove(kind, state, actOf(move), {
          calendar: rules.calendar,
          lineOfSeat: () => 'police',
        })
        if (result.ok) [state, last] = [result.after, move]
      }
      const head: store.MatterHead = {
        id: randomUUID(),
        kind: kind.kind,
        kindVersion: versionOfKind(kind),
        number: formatMatterNumber(kind, '2026-11-20', 1_000_000 + i),
        openedBy: SEATS[0],
        reference: `虚构-${i}`,
        requestSha256: '',
        operatorId: operators[random(operators.length)] ?? null,
        listingId: isOrdered ? (listings[random(listings.length)] ?? null) : null,
        parentId: null,
        openedAt: NOW,
      }
      const act = { by: 'officer', at: NOW, seat: SEATS[0] }
      const given = { move: last, on: '2026-11-20' }
      return { kind, head, previousHash: null, moves: [{ before, act, given, after: state }] }
    })
    await db().transaction(async (tx) => {
      for (const kind of kinds)
        await store.noteKind(tx, { kind: kind.kind, version: versionOfKind(kind), content: kind, now: NOW })
      for (let i = 0; i < made.length; i += STEP_MATTERS)
        await keepMoves(tx, { seal: (text) => text }, made.slice(i, i + STEP_MATTERS))
    })
  }

  it(`${MATTERS} random ones change no score, standing, entry, export or delivery by a byte`, async () => {
    const { manifests } = await loadKeys(folder, 'http://hub.test')
    await peopled(db(), OPERATORS)
    const shown = [await published(db(), 1), await published(db(), 2)]
    await removed(db(), shown[1]?.id ?? '')
    // The records of the sample world are known from today on.
    const now = new Date(Math.max(Date.now(), Date.parse('2026-12-01T02:00:00Z')))
    const given = { rules, cause: 'command' as const, now: at(now), log }
    const work = async (): Promise<string> => {
      await scoreOperators(db(), { ...given, all: true, families: findFamiliesOfFeeds(feeds.values()) })
      await expireListings(db(), given)
      await publishList(db(), { ...given, manifests, note: () => undefined })
      return dumpOf(db(), LEFT_OUT)
    }
    await work()
    const before = await work()
    const operators = (await rowsOf(db(), 'select id from operators order by id')).map(({ id }) => Number(id))
    await addRandomMatters(
      operators,
      shown.map(({ id }) => id),
    )
    expect(await rowsOf(db(), `select 1 from matters where reference like '虚构-%'`)).to.have.length(MATTERS)
    expect((await work()) === before).to.equal(true)
    expect(before.length).to.be.greaterThan(OPERATORS * 100)
  })
})
