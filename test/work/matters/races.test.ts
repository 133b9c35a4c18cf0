/** An act sends two statements, locks nothing while it decides, and begins anew when another has written the matter. */
import { expect } from 'chai'
import { type AnswerPool, openAnswerPool } from '../../../src/store/db/answer-pool.js'
import type { Db } from '../../../src/store/db/db.js'
import * as store from '../../../src/store/matters/matters.js'
import { decideCalendar, proposeCalendar } from '../../../src/work/calendar/calendar.js'
import { type MatterParts, receiveMatters, recountMatters } from '../../../src/work/matters/keep-move.js'
import { type MatterMoving, type MatterPerson, moveMatter, openMatter } from '../../../src/work/matters/matters.js'
import { freshDatabase, type TestDatabase } from '../../support/database.js'
import { refusal, rules } from '../../support/world.js'

const [BUREAU, NEIGHBOUR] = ['market-regulator@220104', 'market-regulator@210000']
const LETTER = { type: 'LETTER', name: '协查函.pdf', sha256: 'a'.repeat(64), bytes: 6 }
const ASSIST = {
  ...{ kind: 'assist', to: NEIGHBOUR, attachments: [LETTER] },
  fields: { purpose: 'EVIDENCE', request: '请协助核实虚构商行的进货票据' },
}
const at = (text: string): Date => new Date(`${text}T09:00:00+08:00`)
const person = (by: string, seat: string): MatterPerson => ({ by, seat, role: 'agency' })

describe('matters that several write at once', () => {
  let database: TestDatabase
  let pool: AnswerPool
  before(async () => {
    database = await freshDatabase()
    pool = openAnswerPool(database.url, { what: 'test' })
  })
  after(async () => {
    await pool.close()
    await database.drop()
  })

  const keys: MatterParts['keys'] = { seal: (text) => text, unseal: (text) => text }
  const parts = (db: Db = pool): MatterParts => ({ db, rules, keys })
  const open = (given: object = {}, db: Db = pool) =>
    openMatter(parts(db), person('officer', BUREAU), { ...ASSIST, ...given }, at('2026-09-21'))
  const move = (given: MatterMoving, db: Db = pool) =>
    moveMatter(parts(db), person('clerk', NEIGHBOUR), given, at('2026-09-23'))
  const add = (id: string, n: number, db: Db = pool) =>
    move({ id, move: 'add_attachment', attachments: [{ ...LETTER, type: 'REPLY', name: `虚构${n}.pdf` }] }, db)
  const isChained = async (id: string): Promise<boolean> => {
    const moves = await store.movesOfMatters(pool, [id])
    return moves.every(({ previousHash }, n) => previousHash === (moves[n - 1]?.hash ?? null))
  }

  /** Names of the statements that pass through the handle. */
  const counting = (): { db: Db; sent: string[] } => {
    const sent: string[] = []
    const note = (sql: string) => sent.push(/\/\* (\S+) \*\//.exec(sql)?.[1] ?? sql)
    const db = {
      raw: (sql: string, bindings?: unknown) => {
        note(sql)
        return pool.raw(sql, bindings)
      },
      transaction: () => Promise.reject(new Error('an act opens no transaction')),
      withConnection: <T>(act: (connection: never) => Promise<T>): Promise<T> =>
        (pool as unknown as { withConnection: typeof db.withConnection }).withConnection((connection) => {
          const { query } = connection as { query: (asked: { text: string }) => Promise<unknown> }
          const heard = (asked: { text: string }) => {
            note(asked.text)
            return query.call(connection, asked)
          }
          return act({ query: heard } as never)
        }),
    }
    return { db: db as unknown as Db, sent }
  }

  it('are opened, received and moved by two statements each', async () => {
    await open()
    const { db, sent } = counting()
    const { stored } = await open({}, db)
    const { stored: other } = await open()
    await receiveMatters(parts(db), {
      seat: NEIGHBOUR,
      ids: [stored.id, other.id],
      way: 'QUEUE',
      now: at('2026-09-22'),
    })
    await move({ id: stored.id, move: 'accept' }, db)
    expect(sent).to.deep.equal([
      'matters.orNumber',
      'matters.write',
      ...Array(2).fill(['matters.toMove', 'matters.write']).flat(),
    ])
    expect((await store.matterById(pool, other.id))?.matter.receivedAt).to.deep.equal(at('2026-09-22'))
  })

  it('keep every one of many moves made at once, in one chain of hashes', async () => {
    const { stored } = await open()
    await Promise.all(Array.from({ length: 8 }, (_, n) => add(stored.id, n)))
    const { moves = [] } = (await store.matterById(pool, stored.id))?.matter ?? {}
    expect(moves.map((made) => made.move).sort()).to.deep.equal([...Array(8).fill('add_attachment'), 'open', 'receive'])
    expect(await isChained(stored.id)).to.equal(true)
  })

  it('decide anew when another has written after they read', async () => {
    const { stored } = await open()
    const { db } = counting()
    let others = 0
    const late = {
      ...db,
      withConnection: async (act: never) => {
        // The first write of the act comes behind another's.
        if (others++ === 1) await add(stored.id, 1)
        return (db as unknown as { withConnection: (act: never) => unknown }).withConnection(act)
      },
    } as unknown as Db
    const accepted = await move({ id: stored.id, move: 'accept' }, late)
    expect(accepted.matter.moves.map((made) => made.move)).to.deep.equal([
      'open',
      'receive',
      'add_attachment',
      'accept',
    ])
    expect(await isChained(stored.id)).to.equal(true)
    const behind = await refusal(
      database.db.transaction(async (tx) => {
        await add(stored.id, 2)
        return move({ id: stored.id, move: 'accept' }, tx)
      }),
    )
    expect(behind.code).to.equal('MATTER_MOVE_REFUSED')
  })

  it('are one for one reference, also within the transaction of a caller', async () => {
    const opened = await database.db.transaction(async (tx) => {
      const { next } = await store.matterOrNumber(tx, { openedBy: BUREAU, kind: 'assist', reference: '虚构-7' })
      expect(next).to.be.a('number')
      const first = await open({ reference: '虚构-7' })
      const second = await open({ reference: '虚构-7' }, tx)
      return [first, second]
    })
    expect(opened.map(({ isNew }) => isNew)).to.deep.equal([true, false])
    expect(new Set(opened.map(({ stored }) => stored.id)).size).to.equal(1)
  })

  it('are refused as busy while another holds the lock for long', async () => {
    const { stored } = await open()
    await database.db.transaction(async (tx) => {
      await tx.raw('select 1 from matters where id = ? for update', [stored.id])
      expect((await refusal(add(stored.id, 1))).code).to.equal('RUN_BUSY')
    })
    expect((await add(stored.id, 1)).isNew).to.equal(true)
  }).timeout(20_000)

  it('are counted again where a move used holidays that were amended meanwhile', async () => {
    const { stored } = await open()
    await receiveMatters(parts(), { seat: NEIGHBOUR, ids: [stored.id], way: 'QUEUE', now: at('2026-09-22') })
    const read = await store.readMattersToMove(pool, [stored.id])
    const made = { holidays: ['2026-10-09'], reason: '国办发明电〔2026〕1号', by: 'officer-1', now: at('2026-09-30') }
    const { id } = await proposeCalendar(pool, rules, made)
    await decideCalendar(pool, rules, { id, verdict: 'CONFIRM', note: null, by: 'officer-2', now: at('2026-09-30') })
    await recountMatters(database.db, rules)
    await database.db.raw('update matter_clocks set due_on = ?, due_at = ? where matter_id = ?', [
      '2026-10-22',
      at('2026-10-22'),
      stored.id,
    ])
    expect((await store.readMattersToMove(pool, [stored.id])).amendments.days).to.have.length(1)
    expect(read.amendments.days).to.have.length(0)
    await add(stored.id, 1)
    const { rows } = await database.db.raw(
      'select due_on::text as due, counted_by from matter_clocks where matter_id = ?',
      [stored.id],
    )
    expect(rows).to.deep.equal([{ due: '2026-10-21', counted_by: '' }])
  })
})
