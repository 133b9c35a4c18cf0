import { chance } from '../../../seeds/world/chance.js'
import { isRecord } from '../../foundation/text/json.js'
import { type BehaviourOf, COUNT, makeCountOrNull, SWITCH, TEXT_OR_NULL } from '../wishes.js'

interface Chaos {
  seed: number
  /** Share of messages with random troubles, 0 to 1. */
  share: number
}

export const WISHES = {
  delayMs: COUNT,
  failNext: COUNT,
  retryAfter: makeCountOrNull(1),
  outage: SWITCH,
  refuse: TEXT_OR_NULL,
  lose: TEXT_OR_NULL,
  cutAfterAccept: COUNT,
  cutBeforeAccept: COUNT,
  duplicateAnswers: COUNT,
  partial: COUNT,
  silentRows: COUNT,
  wrongEncoding: COUNT,
  garbage: COUNT,
  ignoresSequence: SWITCH,
  /** Applies each row up to this many milliseconds later, in any order. */
  appliesWithinMs: COUNT,
  chaos: { usual: null as Chaos | null, isValid: (wish: unknown): boolean => wish === null || isChaos(wish) },
}

const isChaos = (wish: unknown): boolean => {
  if (!isRecord(wish)) return false
  const { seed, share, ...more } = wish
  return (
    Number.isInteger(seed) && typeof share === 'number' && share >= 0 && share <= 1 && Object.keys(more).length === 0
  )
}

export type PlatformBehaviour = BehaviourOf<typeof WISHES>

export interface MessageTrouble {
  delayMs: number
  fail: boolean
  cut: 'before' | 'after' | null
  /** `untaken`: last rows not accepted. `silent`: rows before them, accepted without a receipt. */
  untaken: number
  silent: number
  twice: boolean
  spoilt: 'encoding' | 'garbage' | null
}

const CHAOS_DELAY_MS = 400
const TROUBLES = ['delay', 'fail', 'before', 'after', 'partial', 'silent', 'twice', 'encoding', 'garbage'] as const

export const makeTroubles = (behaviour: PlatformBehaviour): ((rows: number) => MessageTrouble) => {
  let drawn: { from: Chaos; chance: ReturnType<typeof chance> } | null = null

  const byChance = (): (typeof TROUBLES)[number] | null => {
    const { chaos } = behaviour
    if (chaos === null) return null
    if (drawn?.from !== chaos) drawn = { from: chaos, chance: chance(`chaos ${chaos.seed}`) }
    return drawn.chance.happens(chaos.share) ? drawn.chance.pick(TROUBLES) : null
  }

  return (rows) => {
    const met = byChance()
    const next = (
      count: 'failNext' | 'cutAfterAccept' | 'cutBeforeAccept' | 'duplicateAnswers' | 'wrongEncoding' | 'garbage',
    ) => behaviour[count] > 0 && behaviour[count]-- > 0
    if (next('failNext') || met === 'fail') return { ...NONE, delayMs: behaviour.delayMs, fail: true }
    const untaken = Math.min(rows, behaviour.partial)
    behaviour.partial -= untaken
    const silent = Math.min(rows - untaken, behaviour.silentRows)
    behaviour.silentRows -= silent
    const part = (): number => drawn?.chance.whole(1, Math.max(1, Math.ceil(rows / 2))) ?? 0
    return {
      delayMs: behaviour.delayMs + (met === 'delay' ? (drawn?.chance.whole(1, CHAOS_DELAY_MS) ?? 0) : 0),
      fail: false,
      cut:
        next('cutBeforeAccept') || met === 'before'
          ? 'before'
          : next('cutAfterAccept') || met === 'after'
            ? 'after'
            : null,
      untaken: met === 'partial' ? Math.min(rows, part()) : untaken,
      silent: met === 'silent' ? Math.min(rows, part()) : silent,
      twice: next('duplicateAnswers') || met === 'twice',
      spoilt:
        next('wrongEncoding') || met === 'encoding'
          ? 'encoding'
          : next('garbage') || met === 'garbage'
            ? 'garbage'
            : null,
    }
  }
}

const NONE: MessageTrouble = { delayMs: 0, fail: false, cut: null, untaken: 0, silent: 0, twice: false, spoilt: null }

export const isTrouble = ({ delayMs, ...trouble }: MessageTrouble, usualMs: number): boolean =>
  delayMs > usualMs || Object.values(trouble).some((what) => what !== 0 && what !== false && what !== null)
