/** How a stand-in platform misbehaves: on demand, for so many messages or rows, or by chance that a seed makes repeatable. */
import { chance } from '../../../seeds/world/chance.js'
import { objectIn } from '../server.js'

export interface Behaviour {
  /** Each answer waits so long. */
  delayMs: number
  /** So many of the next messages are answered 503 with Retry-After. */
  failNext: number
  /** Seconds that a 503 asks to stay away; null: it does not say. */
  retryAfter: number | null
  /** It cannot be reached at all, for as long as this is so: every line is cut before anything is read. */
  outage: boolean
  /** Rows whose code or name equals this are refused with 1001. */
  refuse: string | null
  /** Entries whose code or name equals this are shown no more, though they were confirmed. */
  lose: string | null
  /** So many of the next messages are taken, and then the connection is cut. */
  cutAfterAccept: number
  /** Of so many of the next messages nothing is taken, and the connection is cut. */
  cutBeforeAccept: number
  /** So many of the next answers give each receipt twice. */
  duplicateAnswers: number
  /** So many of the next rows are neither taken nor spoken of in the answer. */
  partial: number
  /** So many of the next rows are taken, and not spoken of in the answer. */
  silentRows: number
  /** So many of the next messages are taken and answered in an encoding that is agreed on nowhere (UTF-16). */
  wrongEncoding: number
  /** So many of the next messages are taken and answered with random bytes. */
  garbage: number
  /** It ignores the sender's sequence: whatever it applies last is what it shows. */
  ignoresSequence: boolean
  /** It answers at once and applies each row up to so many milliseconds later, in no order. */
  appliesWithinMs: number
  /** By chance: this share of the messages meets one of the troubles above; the same seed, the same troubles. */
  chaos: Chaos | null
}

export interface Chaos {
  seed: number
  /** 0–1. */
  share: number
}

export const calm = (): Behaviour => ({
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

/** What becomes of one message. */
export interface Trouble {
  delayMs: number
  fail: boolean
  cut: 'before' | 'after' | null
  /** Rows at its end that are not taken, and rows before them that are taken in silence. */
  untaken: number
  silent: number
  twice: boolean
  spoilt: 'encoding' | 'garbage' | null
}

/** Longest wait that chance brings, milliseconds. */
const CHAOS_DELAY_MS = 400
const TROUBLES = ['delay', 'fail', 'before', 'after', 'partial', 'silent', 'twice', 'encoding', 'garbage'] as const

/** The troubles of one stand-in, message after message. `behaviour` is counted down as they are met. */
export const makeTroubles = (behaviour: Behaviour): ((rows: number) => Trouble) => {
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

const NONE: Trouble = { delayMs: 0, fail: false, cut: null, untaken: 0, silent: 0, twice: false, spoilt: null }

/** Whether it is more than the delay that all messages have. */
export const isTrouble = ({ delayMs, ...trouble }: Trouble, usualMs: number): boolean =>
  delayMs > usualMs || Object.values(trouble).some((what) => what !== 0 && what !== false && what !== null)

/** Only known names with values of their type: a misspelt wish is told, not swallowed. */
export const behaviourIn = (body: Buffer): Partial<Behaviour> | null => {
  const value = objectIn(body)
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
  } satisfies Record<keyof Behaviour, (wish: unknown) => boolean>),
)
