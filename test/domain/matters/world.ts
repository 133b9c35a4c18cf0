/** Matters without a database: what is tested is the fold of the kinds as shipped. */
import { expect } from 'chai'
import type { Calendar } from '../../../src/domain/calendar/calendar.js'
import type { MatterKind } from '../../../src/domain/matters/kind.js'
import {
  type Matter,
  type MatterAct,
  type MatterDenialCode,
  makeNewMatter,
} from '../../../src/domain/matters/matter.js'
import { attemptMatterMove, receiveMatter } from '../../../src/domain/matters/moves.js'
import { type MatterSeats, placesOfSeat } from '../../../src/domain/matters/seats.js'
import { readMatterKinds } from '../../../src/work/matters/kinds.js'
import { rules } from '../../support/rules.js'

export const BUREAU = 'market-regulator@220104'
export const PROVINCE = 'market-regulator@220000'
export const NEIGHBOUR = 'market-regulator@210000'
export const POLICE = 'police@220100'
export const PROCURATORATE = 'procuratorate@220100'

export const kindOf = (name: string): MatterKind => {
  const kind = readMatterKinds().get(name)
  if (kind === undefined) throw new Error(`no kind ${name}`)
  return kind
}

/** An instant in Shanghai: `2026-09-22` at nine, or `2026-09-30 16:00`. */
export const instant = (text: string): Date => {
  const [day = '', time = '09:00'] = text.split(' ')
  return new Date(`${day}T${time}:00+08:00`)
}

export interface Docket {
  matter: Matter
  /** Null where the move was allowed. */
  move: (name: string, at: string, given?: Given) => MatterDenialCode | null
  receive: (at: string) => void
  due: (clock: string) => string | null
}

type Given = Partial<Omit<MatterAct, 'move' | 'at'>>

export const docketOf = (
  name: string,
  seats: Partial<MatterSeats> & Pick<MatterSeats, 'sender' | 'holder'>,
  { fields = {}, calendar = rules.calendar }: { fields?: Record<string, string>; calendar?: Calendar } = {},
): Docket => {
  const kind = kindOf(name)
  const docket: Docket = {
    matter: makeNewMatter({ copied: [], named: null, ...seats }, fields),
    move: (move, time, given = {}) => {
      const at = instant(time)
      const { seat = docket.matter.seats.sender } = given
      const places = placesOfSeat(docket.matter.seats, seat)
      const act = { move, at, on: time.slice(0, 10), by: `${seat} 甲`, seat, places, ...given }
      const made = attemptMatterMove(kind, docket.matter, act, {
        calendar,
        lineOfSeat: (of) => of.split('@')[0] ?? null,
      })
      if (!made.ok) return made.because
      docket.matter = made.after
      return null
    },
    receive: (time) => {
      docket.matter = receiveMatter(docket.matter, { at: instant(time), on: time.slice(0, 10) }, calendar)
    },
    due: (clock) => docket.matter.clocks.findLast((one) => one.clock === clock)?.due?.on ?? null,
  }
  return docket
}

/** Makes the moves in turn; each must be allowed. */
export const follow = (docket: Docket, moves: readonly [name: string, at: string, given?: Given][]): void => {
  for (const [name, at, given] of moves) expect(docket.move(name, at, given), `${name} at ${at}`).to.equal(null)
}
