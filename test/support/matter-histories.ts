/** Random histories of matters: made by the fold of the kinds as shipped, stored as the hub stores them. */
import type { Knex } from 'knex'
import { actorsOf, type MatterKind, movesOfKind, OPENING_MOVE } from '../../src/domain/matters/kind.js'
import { type Matter, type MatterAct, makeNewMatter } from '../../src/domain/matters/matter.js'
import { attemptMatterMove, isUnreceivedBy, listAllowedMoves, receiveMatter } from '../../src/domain/matters/moves.js'
import { addDays } from '../../src/foundation/time/dates.js'
import { noteKind } from '../../src/store/matters/matters.js'
import { readMatterKinds, versionOfKind } from '../../src/work/matters/kinds.js'
import { rules } from './rules.js'

const SEATS = ['220104', '220100', '222401', '220000', '210000'].flatMap((region) =>
  ['market-regulator', 'police', 'postal-bureau'].map((agency) => `${agency}@${region}`),
)
const FIELDS = { sort: 'ORDINARY', purpose: 'EVIDENCE', source: 'PATROL', ground: 'LIVE_COMMERCE', result: 'DROPPED' }
const MOVES_MOST = 12
const DAY_MS = 86_400_000

const makeRandom = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

interface RandomMove {
  move: string
  state: string
  on: string
  at: Date
  seat: string
  to: string | null
}

interface RandomHistory {
  kind: MatterKind
  matter: Matter
  openedAt: Date
  closedAt: Date | null
  moves: RandomMove[]
}

const dayOf = (at: Date): string => new Date(at.getTime() + DAY_MS / 3).toISOString().slice(0, 10)

const makeHistory = (kind: MatterKind, start: Date, random: (below: number) => number): RandomHistory => {
  const pick = <T>(all: readonly T[]): T => all[random(all.length)] as T
  const holder = pick(SEATS)
  let matter = makeNewMatter(
    { sender: pick(SEATS), holder, copied: [pick(SEATS)], named: pick([null, null, '虚构']) },
    FIELDS,
  )
  let at = start
  const openedOn = dayOf(start)
  const moves: RandomMove[] = []
  const keep = (move: string, seat: string, on: string, to: string | null) =>
    moves.push({ move, state: matter.state ?? '', on, at, seat, to })
  const seatOf = (actor: string): string =>
    ({ sender: matter.seats.sender, holder: matter.seats.holder, copied: matter.seats.copied[0] ?? holder })[actor] ??
    actor
  const attempt = (move: string): void => {
    const actor = pick(actorsOf(movesOfKind(kind)[move] ?? { zh: '', en: '', by: 'hub' }))
    const back = addDays(dayOf(at), -random(4))
    const on = random(3) > 0 || back < openedOn ? dayOf(at) : back
    const to = move === OPENING_MOVE ? holder : pick(SEATS)
    const act: MatterAct = {
      ...{
        move,
        seat: seatOf(actor),
        places: [actor],
        by: `officer-${random(5)}`,
        at,
        on,
        reason: '虚构事由',
        number: '虚构1号',
      },
      ...{
        day: addDays(dayOf(at), random(40)),
        fields: FIELDS,
        attachments: Object.keys(kind.attachments),
        link: '1',
        to,
      },
      ...{ openedOn, extension: { value: 5, unit: 'WORKDAYS' } },
    }
    if (random(2) === 0) delete act.day
    const made = attemptMatterMove(kind, matter, act, {
      calendar: rules.calendar,
      lineOfSeat: (seat) => seat.split('@')[0] ?? null,
    })
    if (!made.ok) return
    matter = made.after
    keep(move, act.seat, on, to)
  }
  attempt(OPENING_MOVE)
  for (let left = random(MOVES_MOST); left > 0 && matter.state !== null; left -= 1) {
    at = new Date(at.getTime() + random(20 * 24) * (DAY_MS / 24))
    if (random(3) === 0 && isUnreceivedBy(matter, matter.seats.holder)) {
      matter = receiveMatter(matter, { on: dayOf(at), at }, rules.calendar)
      keep('receive', 'receipt', dayOf(at), null)
    }
    const places = ['sender', 'holder', 'copied', 'superior', 'hub', 'listing', 'named'] as const
    const allowed = listAllowedMoves(kind, matter, { places })
    if (allowed.length > 0) attempt(pick(allowed)[0])
  }
  const closedAt = matter.outcome === null ? null : (moves.at(-1)?.at ?? null)
  return { kind, matter, openedAt: start, closedAt, moves }
}

/** Opened during eight months from 2026-01 on; those that no rule let open are left out. */
export const makeHistories = (count: number, seed: number): RandomHistory[] => {
  const random = makeRandom(seed)
  const kinds = [...readMatterKinds().values()]
  return Array.from({ length: count }, () => {
    const start = new Date(Date.parse('2026-01-01T02:00:00Z') + random(240 * 24) * (DAY_MS / 24))
    return makeHistory(kinds[random(kinds.length)] as MatterKind, start, random)
  }).filter(({ moves }) => moves.length > 0)
}

const PIECE = 1_000
/** SQL expression of an id of a text. */
const ID = 'md5(:salt || w.place)::uuid'

export const storeHistories = async (db: Knex, histories: readonly RandomHistory[], salt = ''): Promise<void> => {
  for (const kind of readMatterKinds().values())
    await noteKind(db as never, { kind: kind.kind, version: versionOfKind(kind), content: kind, now: new Date() })
  for (let from = 0; from < histories.length; from += PIECE) {
    const rows = histories.slice(from, from + PIECE).map(({ kind, matter, moves, ...times }, i) => ({
      ...{ place: String(from + i), kind: kind.kind, version: versionOfKind(kind), content: matter, ...times },
      moves: moves.map(({ to, ...made }, n) => ({
        ...made,
        sequence: n + 1,
        input: kind.visibility === 'SEATS_ONLY' || to === null ? null : { to },
      })),
    }))
    await db.raw(
      `with w as materialized (select * from jsonb_to_recordset(:rows) as w(place text, kind text, version text, content jsonb,
         "openedAt" timestamptz, "closedAt" timestamptz, moves jsonb)),
       kept as (insert into matters (id, kind, kind_version, number, opened_by, reference, request_sha256, state, content, moves, opened_at, closed_at)
         select ${ID}, kind, version, '虚' || :salt || place, content->'seats'->>'sender', :salt || place, '', content->>'state', content, jsonb_array_length(moves), "openedAt", "closedAt" from w)
       insert into matter_moves (matter_id, sequence, move, state, by_sub, by_seat, on_day, at, input, hash)
       select ${ID}, v.sequence, v.move, v.state, 'officer', v.seat, v."on", v.at, v.input, '' from w, jsonb_to_recordset(w.moves)
         as v(sequence int, move text, state text, "on" date, at timestamptz, seat text, input jsonb)`,
      { rows: JSON.stringify(rows), salt },
    )
  }
}
