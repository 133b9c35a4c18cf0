import { expect } from 'chai'
import { MATTER_DENIALS } from '../../../src/foundation/errors/denials.js'
import * as store from '../../../src/store/matters/matters.js'
import { decideCalendar, proposeCalendar } from '../../../src/work/calendar/calendar.js'
import { type MatterParts, receiveMatters, recountMatters } from '../../../src/work/matters/keep-move.js'
import { type MatterPerson, moveMatter, openMatter } from '../../../src/work/matters/matters.js'
import { database, refusal, rowsOf, rules } from '../../support/world.js'

const BUREAU = 'market-regulator@220104'
const NEIGHBOUR = 'market-regulator@210000'
const LETTER = { type: 'LETTER', name: '协查函.pdf', sha256: 'a'.repeat(64), bytes: 6 }
const at = (text: string): Date => new Date(`${text}T09:00:00+08:00`)
const person = (by: string, seat: string): MatterPerson => ({ by, seat, role: 'agency' })

describe('clocks of matters after holidays were amended', () => {
  const db = database()
  const parts = (): MatterParts => ({
    db: db(),
    rules,
    keys: { seal: (text) => text, unseal: (text) => text },
  })
  const received = async (kind: string, given: object = {}): Promise<string> => {
    const opening = { kind, to: NEIGHBOUR, attachments: [LETTER], ...given }
    const { stored } = await openMatter(parts(), person('officer', BUREAU), opening, at('2026-09-21'))
    await receiveMatters(parts(), { seat: NEIGHBOUR, ids: [stored.id], way: 'QUEUE', now: at('2026-09-22') })
    return stored.id
  }
  const assist = () => received('assist', { fields: { purpose: 'EVIDENCE', request: '请协助核实虚构商行的票据' } })
  const extend = (id: string, day: string) =>
    moveMatter(
      parts(),
      person('clerk', NEIGHBOUR),
      { id, move: 'extend', reason: '需要向外地取证', day: '2026-11-10' },
      at(day),
    )
  const amend = async () => {
    const made = { holidays: ['2026-10-09'], reason: '国办发明电〔2026〕1号', by: 'officer-1', now: at('2026-09-30') }
    const { id } = await proposeCalendar(db(), rules, made)
    const decided = { id, verdict: 'CONFIRM' as const, note: null, by: 'officer-2', now: at('2026-09-30') }
    await decideCalendar(db(), rules, decided)
  }
  /** The due days as the matter, its rows of clocks and its seats have them. */
  const dueDays = async (id: string) => {
    const stored = await store.matterById(db(), id)
    const rows = await rowsOf(
      db(),
      `select c.due_on::text as "dueOn", s.due_at as "dueAt" from matter_clocks c join matter_seats s using (matter_id)
       where matter_id = ? and running`,
      [id],
    )
    return {
      content: stored?.matter.clocks.map(({ due }) => due?.on ?? null),
      rows: [...new Set(rows.map(({ dueOn }) => dueOn))],
      seats: [...new Set(rows.map(({ dueAt }) => (dueAt instanceof Date ? dueAt.toISOString() : dueAt)))],
    }
  }

  it('are recounted without anybody moving: an assist is due on 21 October instead of the 20th', async () => {
    const id = await assist()
    expect(await dueDays(id)).to.deep.equal({
      content: ['2026-10-20'],
      rows: ['2026-10-20'],
      seats: ['2026-10-20T16:00:00.000Z'],
    })
    expect(await recountMatters(db(), rules)).to.equal(0)
    await amend()
    expect(await recountMatters(db(), rules)).to.equal(1)
    expect(await dueDays(id)).to.deep.equal({
      content: ['2026-10-21'],
      rows: ['2026-10-21'],
      seats: ['2026-10-21T16:00:00.000Z'],
    })
    expect((await store.movesOfMatters(db(), [id])).map(({ move }) => move)).to.deep.equal(['open', 'receive'])
    expect(await recountMatters(db(), rules)).to.equal(0)
  })

  it('make a seat late at the time of a confirmed clock, also once a recount has confirmed it', async () => {
    const id = await assist()
    const lateAts = async () =>
      (await rowsOf(db(), 'select late_at, due_at from matter_seats where matter_id = ?', [id])).map(
        ({ late_at, due_at }) => [late_at === null, String(late_at) === String(due_at)],
      )
    const [none, due] = [
      [true, false],
      [false, true],
    ]
    expect(await lateAts()).to.deep.equal([due, due])
    await db().raw(`update matter_clocks set confirmed = false, counted_by = ''`)
    await db().raw('update matter_seats set late_at = null')
    expect(await lateAts()).to.deep.equal([none, none])
    expect(await recountMatters(db(), rules)).to.equal(0)
    expect(await lateAts()).to.deep.equal([due, due])
  })

  it('keep a day that a letter or an extension sets, and one that has ended', async () => {
    const extended = await assist()
    await extend(extended, '2026-10-08')
    const day = { attachments: [{ ...LETTER, type: 'NOTICE' }], day: '2026-10-09' }
    const interview = await received('interview', { ...day, fields: { ground: 'PLATFORM_DUTY', topic: '虚构事由' } })
    const answered = await assist()
    const answer = { id: answered, move: 'answer', attachments: [{ ...LETTER, type: 'REPLY' }] }
    await moveMatter(parts(), person('clerk', NEIGHBOUR), answer, at('2026-09-25'))
    await amend()
    expect(await recountMatters(db(), rules)).to.equal(0)
    expect((await dueDays(extended)).content).to.deep.equal(['2026-11-10'])
    expect((await dueDays(interview)).content).to.deep.equal(['2026-10-09'])
    expect((await dueDays(answered)).content).to.deep.equal(['2026-10-20'])
  })

  it('wait for their receipt before and after a recount', async () => {
    const opening = {
      kind: 'assist',
      to: NEIGHBOUR,
      attachments: [LETTER],
      fields: { purpose: 'EVIDENCE', request: '请协助核实虚构商行的票据' },
    }
    const { stored } = await openMatter(parts(), person('officer', BUREAU), opening, at('2026-09-21'))
    await amend()
    expect(await recountMatters(db(), rules)).to.equal(0)
    expect((await dueDays(stored.id)).seats).to.deep.equal([Number.POSITIVE_INFINITY])
  })

  it('count by the amendment for whoever acts before the recount', async () => {
    const [late, inTime] = [await assist(), await assist()]
    const refused = await refusal(extend(late, '2026-10-21'))
    expect(refused.reason).to.include(MATTER_DENIALS.CLOCK_RUN_OUT.zh)
    await amend()
    expect((await extend(inTime, '2026-10-21')).matter.clocks[0]?.due?.on).to.equal('2026-11-10')
  })

  it('are recounted in steps, each matter once', async () => {
    for (let n = 0; n < 3; n += 1) await assist()
    await db().raw(`insert into matter_clocks (matter_id, place, clock, confirmed, running)
      select matter_id, 7, 'ELSEWHERE', true, true from matter_clocks limit 1`)
    await amend()
    expect(await recountMatters(db(), rules), 'a row that its matter lacks ends nothing').to.equal(3)
  })
})
