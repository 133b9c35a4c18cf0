/** Clues of the public (/clue): sealed, for the seat that holds them (schema/matters/clue-channel.json). */
import type { BilingualText } from '../../foundation/text/words.js'
import type { RuleFault, SourceCertainty } from '../calendar/dated-rows.js'
import { type MatterKind, OPENING_MOVE } from './kind.js'
import type { Matter } from './matter.js'

export interface ClueChannel {
  /** `handover`: to the unified receiving unit. `published`: a channel of the regulator. `closed`: 12315 only. */
  channel: 'handover' | 'published' | 'closed'
  kind: string
  receiver: string
  fields: Readonly<Record<string, string>>
  attachment: string
  number_move: string
  telephone: string
  website: string
  articles: readonly (BilingualText & { article: string; certainty: SourceCertainty })[]
}

export const CLUE_FIELDS = ['shop', 'facts', 'brand', 'seen_at', 'seen_on'] as const

export const CLUE_PICTURES_MOST = 5
export const CLUE_PICTURE_BYTES_MOST = 5 * 1024 * 1024
/** Characters of a name or a way to be reached. */
export const CONTACT_LENGTH_MOST = 200
/** Alike clues lie at most so many days apart (市场监管总局令第121号 art 35). */
export const ALIKE_DAYS = 30

export const checkClueChannel = (channel: ClueChannel, kind: MatterKind | undefined): RuleFault[] => {
  const moves = kind?.moves ?? {}
  const fields = kind?.fields ?? {}
  const lacks: readonly (readonly [string, boolean])[] = [
    ['kind', kind === undefined || !kind.opened_by.includes('public') || !kind.held_by.includes('agency')],
    ['kind', (moves[OPENING_MOVE]?.starts ?? []).length === 0],
    ['number_move', moves[channel.number_move]?.requires?.includes('number') !== true],
    ['attachment', kind?.attachments[channel.attachment] === undefined],
    ['fields', Object.entries(channel.fields).some(([name, value]) => fields[name]?.one_of?.[value] === undefined)],
    ['fields', CLUE_FIELDS.some((name) => fields[name] === undefined)],
  ]
  return lacks.flatMap(([place, isWrong]) =>
    isWrong ? [{ place, reason: '与事项种类不符。It does not fit the kind of matter.' }] : [],
  )
}

export type ClueStage = 'RECEIVED' | 'HANDED_ON' | 'ENDED'

export interface ClueState {
  stage: ClueStage
  /** Day on which the stage began. */
  on: string
  number: string | null
}

/** The end of the check ends it for the reporter, filed or not: 市场监管总局令第121号 art 37. */
export const stateOfClue = (
  { outcome, clocks }: Matter,
  openedOn: string,
  handedOn: { on: string; number: string } | null,
): ClueState => {
  const number = handedOn?.number ?? null
  const endings = clocks.flatMap(({ ended }) => ended?.on ?? [])
  if (outcome !== null || endings.length === clocks.length)
    return { stage: 'ENDED', on: endings.toSorted().at(-1) ?? openedOn, number }
  return handedOn === null
    ? { stage: 'RECEIVED', on: openedOn, number }
    : { stage: 'HANDED_ON', on: handedOn.on, number }
}

const SHORTEST_LIKENESS = 4
const SCHEME = /^\p{L}+:\/\/(?:www\.)?/u

/** Equal texts for one shop or one report, whatever their punctuation and case. */
export const likenessesOf = ({ shop = '', facts = '' }: Readonly<Record<string, string>>): string[] =>
  [
    ['shop', shop.normalize('NFKC').toLowerCase().trim().replace(SCHEME, '')] as const,
    ['facts', facts.normalize('NFKC').toLowerCase()] as const,
  ].flatMap(([what, text]) => {
    const bare = text.replace(/[^\p{L}\p{N}]/gu, '')
    return [...bare].length < SHORTEST_LIKENESS ? [] : [`${what} ${bare}`]
  })
