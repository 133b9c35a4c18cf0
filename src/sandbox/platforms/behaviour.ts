import { chance } from '../../../seeds/world/chance.js'
import { parseJsonObject } from '../../foundation/text/json.js'

export interface PlatformBehaviour {
  delayMs: number
  /** How many messages get 503 with Retry-After. */
  failNext: number
  /** Retry-After in seconds; null omits the header. */
  retryAfter: number | null
  /** Cuts every connection before reading. */
  outage: boolean
  /** Rows with this code or name get fault 1001. */
  refuse: string | null
  /** Entries with this code or name disappear although they were confirmed. */
  lose: string | null
  /** How many messages are accepted, then cut off. */
  cutAfterAccept: number
  /** How many messages are cut off before acceptance. */
  cutBeforeAccept: number
  /** How many answers give each receipt twice. */
  duplicateAnswers: number
  /** How many rows are neither accepted nor answered. */
  partial: number
  /** How many rows are accepted but not answered. */
  silentRows: number
  /** How many messages are accepted but answered in UTF-16. */
  wrongEncoding: number
  /** How many messages are accepted but answered with random bytes. */
  garbage: number
  /** Shows the row applied last, whatever its sequence. */
  ignoresSequence: boolean
  /** Applies each row up to this many milliseconds later, in any order. */
  appliesWithinMs: number
  /** A share of messages meets random troubles, the same for the same seed. */
  chaos: Chaos | null
}

interface Chaos {
  seed: number
  /** Share of messages, 0 to 1. */
  share: number
}

export const normalBehaviour = (): PlatformBehaviour => ({
  delayMs: 0,
  failNext: 0,
  retryAfter: 1,
  outage: false,
  refuse: null,
  lose: null,
  cutAfterAccept: 0,
  cutBeforeAccept: 0,
  duplicateAnswers: 0,
  partial: 0,
  silentRows: 0,
  wrongEncoding: 0,
  garbage: 0,
  ignoresSequence: false,
  appliesWithinMs: 0,
  chaos: null,
})

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

/** Returns a function that draws the next message's troubles and counts down `behaviour`. */
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

export const parseBehaviour = (body: Buffer): Partial<PlatformBehaviour> | null => {
  const value = parseJsonObject(body)
  return value !== null && Object.entries(value).every(([name, wish]) => WISHES.get(name)?.(wish)) ? value : null
}

const isCount = (wish: unknown): boolean => Number.isInteger(wish) && Number(wish) >= 0
const isText = (wish: unknown): boolean => wish === null || typeof wish === 'string'
const isSwitch = (wish: unknown): boolean => typeof wish === 'boolean'
const isChaos = (wish: unknown): boolean => {
  if (wish === null) return true
  if (typeof wish !== 'object' || Array.isArray(wish)) return false
  const { seed, share, ...more } = wish as Record<string, unknown>
  return (
    Number.isInteger(seed) && typeof share === 'number' && share >= 0 && share <= 1 && Object.keys(more).length === 0
  )
}

const WISHES = new Map<string, (wish: unknown) => boolean>(
  Object.entries({
    delayMs: isCount,
    failNext: isCount,
    retryAfter: (wish) => wish === null || isCount(wish),
    outage: isSwitch,
    refuse: isText,
    lose: isText,
    cutAfterAccept: isCount,
    cutBeforeAccept: isCount,
    duplicateAnswers: isCount,
    partial: isCount,
    silentRows: isCount,
    wrongEncoding: isCount,
    garbage: isCount,
    ignoresSequence: isSwitch,
    appliesWithinMs: isCount,
    chaos: isChaos,
  } satisfies Record<keyof PlatformBehaviour, (wish: unknown) => boolean>),
)
