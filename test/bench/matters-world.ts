/** Matters of the bench: copied by SQL from some that the hub's own code opened and moved. */
import { schemaDocument } from '../../src/foundation/contracts.js'
import type { JobDb } from '../../src/store/db/db.js'
import { type MatterParts, receiveMatters, recountMatters } from '../../src/work/matters/keep-move.js'
import { type MatterPerson, moveMatter, openMatter } from '../../src/work/matters/matters.js'
import { rules } from '../support/rules.js'

/** Matters inserted by one statement. */
const STEP = 50_000
const DAY_MS = 86_400_000
/** Two months ago. All moves of the copies are on days of it, so that freezing it counts every matter not closed before. */
export const FROZEN_MONTH = new Date(Date.now() - 2 * 31 * DAY_MS).toISOString().slice(0, 'YYYY-MM'.length)
export const AGENCY = 'market-regulator'
export const [SENDER, HOLDER] = ['220104', '220204'] as const
export const LETTER = { type: 'LETTER', name: '协查函.pdf', sha256: 'a'.repeat(64), bytes: 6 }
export const FIELDS = { purpose: 'EVIDENCE', request: '请协助核实虚构商行二〇二六年以来的进货票据，并附复印件。' }

export const seatOf = (region: string): string => `${AGENCY}@${region}`
const counties = (): string[] =>
  Object.keys(schemaDocument('words/divisions.json') as Record<string, string>).filter((code) =>
    /^22\d\d(?!00)\d\d$/.test(code),
  )

/** One of five matters is open, the others have been answered; each has five moves. */
export const fillMatters = async (db: JobDb, size: number): Promise<void> => {
  const [open = '', answered = ''] = await templates(db)
  const seats = counties().map(seatOf)
  await db.raw(
    `create unlogged table bench_made (n int, template uuid, id uuid, sender text, holder text, opened timestamptz, due timestamptz)`,
  )
  const indexes: string[] = (await db.raw(INDEXES)).rows.map(({ indexdef }: { indexdef: string }) => indexdef)
  for (const made of indexes) await db.raw(`drop index ${made.split(' ')[2]}`)
  for (let from = 0; from < size; from += STEP) {
    await db.raw('truncate bench_made')
    await db.raw(
      `insert into bench_made select n, case when n % 5 = 0 then :open else :answered end::uuid, gen_random_uuid(),
         (:seats::text[])[1 + n % :many], (:seats::text[])[1 + (n * 7 + 3) % :many], now() - random() * interval '500 days',
         now() + (random() - 0.1) * interval '60 days' from generate_series(:from::int, :until::int) n order by 3`,
      { open, answered, seats, many: seats.length, from, until: Math.min(from + STEP, size) - 1 } as never,
    )
    await db.raw(MULTIPLY)
  }
  await db.raw(`delete from matters where id in (?, ?)`, [open, answered])
  await db.raw('drop table bench_made')
  for (const made of indexes) await db.transaction((tx) => tx.raw(`set local maintenance_work_mem = '512MB'; ${made}`))
  await db.raw('vacuum analyze')
  await db.raw('checkpoint')
}

/** Indexes that serve no constraint are built once all rows are there. */
const INDEXES = `select indexdef from pg_indexes where schemaname = 'public' and tablename like 'matter%'
  and indexname not in (select conname from pg_constraint)`

const withSeats = (text: string): string =>
  `replace(replace(${text}::text, '${seatOf(SENDER)}', b.sender), '${seatOf(HOLDER)}', b.holder)`
const END = `case when m.closed_at is null then b.due else b.opened + interval '20 days' end`
/** The role `replica` skips the checks of foreign keys. */
const MULTIPLY = `begin; set local session_replication_role = replica;
  insert into matters (id, kind, kind_version, number, opened_by, reference, request_sha256, state, waiting, content, moves, opened_at, received_at, closed_at)
    select b.id, m.kind, m.kind_version, '协2026-B' || b.n, b.sender, b.n, m.request_sha256, m.state, ${withSeats('m.waiting')},
      ${withSeats('m.content')}::jsonb, m.moves, b.opened, b.opened + interval '1 day',
      case when m.closed_at is not null then ${END} end
    from bench_made b join matters m on m.id = b.template;
  insert into matter_seats (matter_id, seat, place, from_move, queue, due_at, late_at)
    select b.id, ${withSeats('s.seat')}, s.place, s.from_move, s.queue, ${END}, case when s.late_at is not null then ${END} end
    from bench_made b join matters m on m.id = b.template join matter_seats s on s.matter_id = m.id
    where b.sender <> b.holder;
  insert into matter_moves (matter_id, sequence, move, state_before, state, by_sub, by_seat, on_day, at, input, previous_hash, hash)
    select b.id, v.sequence, v.move, v.state_before, v.state, v.by_sub, ${withSeats('v.by_seat')}, '${FROZEN_MONTH}-01'::date + (b.n % 20 + v.sequence)::int, b.opened, ${withSeats('v.input')}::jsonb, v.previous_hash, v.hash
    from bench_made b join matter_moves v on v.matter_id = b.template;
  insert into matter_clocks (matter_id, place, clock, seat, due_on, due_at, confirmed, running, counted_by)
    select b.id, c.place, c.clock, b.holder, b.due::date, b.due, c.confirmed, c.running, c.counted_by
    from bench_made b join matter_clocks c on c.matter_id = b.template; commit`

const templates = async (db: JobDb): Promise<string[]> => {
  const parts: MatterParts = { db, rules, keys: { seal: (text) => text, unseal: (text) => text } }
  const person = (region: string): MatterPerson => ({ by: `bench-${region}`, seat: seatOf(region), role: 'agency' })
  const at = (day: number): Date => new Date(Date.now() - (20 - day) * DAY_MS)
  const ids: string[] = []
  for (const last of ['add_attachment', 'answer']) {
    const opening = { kind: 'assist', to: seatOf(HOLDER), fields: FIELDS, attachments: [LETTER] }
    const { id } = (await openMatter(parts, person(SENDER), opening, at(0))).stored
    await receiveMatters(parts, { seat: seatOf(HOLDER), ids: [id], way: 'QUEUE', now: at(1) })
    const move = (name: string, given: object) => moveMatter(parts, person(HOLDER), { id, move: name, ...given }, at(2))
    await move('accept', {})
    await move('extend', { reason: '需要向外地取证', extension: { value: 15, unit: 'WORKDAYS' } })
    await move(last, { attachments: [{ ...LETTER, type: 'REPLY' }] })
    ids.push(id)
  }
  // The hub would recount every copy of a clock that was never recounted.
  await recountMatters(db, rules)
  return ids
}
