import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { canonicalJson, type Json } from '../../src/domain/records/records.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { getRaw, keysOf, verified } from '../support/holder.js'
import { corrected, letGo, shown } from '../support/public-list.js'
import { series } from '../support/series.js'

/** Most publications in one generated history. */
const STEPS = 7
const HISTORIES = 3
const FIRMS = 6

type Entry = Record<string, Json> & { id: string; hash: string }
interface Delta {
  from: number
  to: number
  added: Entry[]
  changed: Entry[]
  removed: { id: string; removedOn: string }[]
}
/** Sorted (entry id, entry hash) pairs of one published sequence. */
type List = [string, string][]

const listed = (entries: Iterable<[string, string]>): List => [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
const after = (list: List, { added, changed, removed }: Delta): List => {
  const held = new Map(list)
  for (const { id } of removed) expect(held.delete(id)).to.equal(true)
  for (const { id, hash } of added) {
    expect(held.has(id)).to.equal(false)
    held.set(id, hash)
  }
  for (const { id, hash } of changed) {
    expect(held.has(id) && held.get(id) !== hash).to.equal(true)
    held.set(id, hash)
  }
  return listed(held)
}

/** Changes before each publication: firms are listed, corrected or removed. */
const history = fc.array(
  fc.array(fc.tuple(fc.constantFrom('show', 'correct', 'let go'), fc.nat(FIRMS - 1)), { minLength: 1, maxLength: 4 }),
  { minLength: 2, maxLength: STEPS },
)

describe('a holder of snapshots and deltas', () => {
  let world: World
  beforeEach(async () => {
    world = await makeWorld()
  })
  afterEach(() => world.close())

  const get = async (path: string) => {
    const got = await getRaw(`${world.url}${path}`)
    expect(got.status, `${path} ${got.text}`).to.equal(200)
    return got
  }

  it('rebuilds every sequence from any earlier one, with deltas in any order, and the bodies of what is public now', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (steps, chance) => {
        await world.close()
        world = await makeWorld()
        const { db } = world.database
        const keys = await keysOf(world.url)
        const open = new Map<number, string>()
        const truth = new Map<number, List>()
        const deltas: Delta[] = []
        const names = new Map<string, string>()
        let texts = 0
        let now: Entry[] = []
        for (const [step, moves] of [[], ...steps].entries()) {
          world.setNow(new Date(NOW.getTime() + step * 60_000))
          for (const [move, firm] of moves) {
            const id = open.get(firm)
            if (move === 'show' && id === undefined) {
              const made = await shown(db, firm, {
                publishedOn: '2026-02-01',
                endsOn: '2029-02-01',
                name: `虚构${step}甲${firm}公司`,
              })
              open.set(firm, made.id)
              names.set(made.id, made.name)
            } else if (move === 'correct' && id !== undefined) {
              texts += 1
              await corrected(db, id, `更正${texts}`)
            } else if (move === 'let go' && id !== undefined) {
              open.delete(firm)
              await letGo(db, id, '2026-03-02')
            }
          }
          await world.publish()
          const said = await verified(world.url, (await get('/data/manifest.jws')).text, keys)
          const whole = JSON.parse((await get('/data/blacklist.json')).text) as { sequence: number; entries: Entry[] }
          expect(whole.sequence).to.equal(said.sequence)
          now = whole.entries
          truth.set(said.sequence, listed(now.map(({ id, hash }) => [id, hash])))
          for (let since = 0; since <= said.sequence; since += 1) {
            const got = await get(`/data/delta?since=${since}`)
            const [file] = (await verified(world.url, String(got.headers['manifest-jws']), keys)).files
            expect(createHash('sha256').update(got.body).digest('hex')).to.equal(file?.sha256)
            deltas.push(JSON.parse(got.text))
            // No delta names a firm that has left the list, whichever sequence it starts from.
            for (const [id, name] of names) if (![...open.values()].includes(id)) expect(got.text).not.to.include(name)
          }
        }
        truth.set(0, [])
        // Each delta applied to the list of its first sequence gives the list of its last one.
        const shuffled = deltas
          .map((delta) => ({ delta, at: chance.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ delta }) => delta)
        for (const delta of shuffled)
          expect(after(truth.get(delta.from) ?? [], delta)).to.deep.equal(truth.get(delta.to))
        // A random chain of deltas from sequence 0 reaches the last one.
        const last = Math.max(...truth.keys())
        const bodies = new Map<string, Entry>()
        for (let at = 0; at < last; ) {
          const ways = shuffled.filter(({ from, to }) => from === at && to > at)
          const way = ways[(chance.next().value ?? 0) % ways.length]
          if (way === undefined) throw new Error(`no delta leads on from ${at}`)
          for (const { id } of way.removed) bodies.delete(id)
          for (const entry of [...way.added, ...way.changed]) bodies.set(entry.id, entry)
          at = way.to
        }
        expect([...bodies.values()].sort((a, b) => (a.id < b.id ? -1 : 1))).to.deep.equal(now)
        for (const { hash, ...entry } of now)
          expect(
            createHash('sha256')
              .update(canonicalJson(entry as Json))
              .digest('hex'),
          ).to.equal(hash)
        expect(now.map(({ id }) => id).sort()).to.deep.equal([...open.values()].sort())
      }),
      series(HISTORIES),
    )
  })
})
