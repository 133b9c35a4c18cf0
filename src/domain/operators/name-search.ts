/** Name search by bigrams of characters ("grams"). The store keeps the grams and their counts. */

import { toSimplified } from '../../foundation/text/script.js'
import { normalizeName } from './names.js'
import { JILIN_CITY_NAMES, PROVINCE_NAMES } from './places.js'

export const SEARCH_KEY_LENGTH_MOST = 100
export interface SearchReach {
  grams: number
  candidates: number
}
/** Limits of the first search. WIDE_REACH limits the second, made when the first finds nothing near. */
export const NARROW_REACH: SearchReach = { grams: 4, candidates: 2_000 }
export const WIDE_REACH: SearchReach = { grams: 6, candidates: 8_000 }
const GRAMS_TOGETHER = 3
const EDITS_MOST = 2
const SHORT_NAME = 6
/** From this many characters on, a name given without place and legal form may have one error. */
const SPOKEN_NAME = 5
const GRAMS_OF_A_CHARACTER = 2
/** A swap of two neighbours changes three grams. */
const GRAMS_OF_AN_EDIT = 3
/** A similar name shares at least this much of its grams (Dice coefficient). Its core must also share SIMILAR_CORE. */
const SIMILAR_SHARE = 0.6
const SIMILAR_CORE = 0.55
/** A name is also similar when it holds this share of the query's grams. */
const HELD_SHARE = 0.5
/**
 * Replaces SIMILAR_CORE when two distinctive parts begin alike: many firms share a trade, but the brand comes first.
 */
const SIMILAR_BRAND = 0.4
const BRAND_LENGTH = 2
const WEIGHED_MOST = 1_000

const MATCH_REASONS = ['EXACT', 'FORMER', 'VARIANT', 'SHORT', 'BRANCH', 'PART', 'TYPING', 'SIMILAR'] as const
export type MatchReason = (typeof MATCH_REASONS)[number]

const PLACE = `(?:${[...PROVINCE_NAMES, ...JILIN_CITY_NAMES].join('|')})(?:省|市|州|自治区|特别行政区)?`
const BRACKETED_PLACE = new RegExp(`\\((${PLACE})\\)`)
const LEADING_PLACES = new RegExp(`^(?:${PLACE})+`)
const UNSPOKEN = /[^\p{L}\p{N}]/gu
const LEGAL_FORM =
  /(?:股份有限公司|有限责任公司|集团有限公司|有限公司|集团公司|公司|集团|农民专业合作社|专业合作社|合作社|个体工商户|普通合伙|有限合伙)+$/
const BRANCH = /(?:分公司|子公司|分店|分厂|分社|分行|支行|营业部|经营部|办事处|门市部|旗舰店|专卖店|店)$/
const HEAD = /^(.*(?:公司|集团|合作社|厂|中心|商行))(.+)$/

/** Makes the search key: one script, bracketed place in front, letters and digits only: '青禾（長春）商貿' → '长春青禾商贸'. */
export const searchKey = (name: string): string => {
  const plain = toSimplified(normalizeName(name))
  const [whole, place] = BRACKETED_PLACE.exec(plain) ?? []
  const arranged = whole === undefined ? plain : `${place}${plain.replace(whole, '')}`
  // Letters may compose once what stood between them is gone.
  return arranged.replace(UNSPOKEN, '').normalize('NFKC')
}

interface NameParts {
  key: string
  /** Leading place names, which may be omitted: '吉林省长春市青禾' and '长春青禾'. */
  places: string
  own: string
  /** The distinctive part, without place and legal form. */
  core: string
}

const partsOf = (key: string): NameParts => {
  const [leading = ''] = LEADING_PLACES.exec(key) ?? []
  // A firm may be named after its city alone.
  const places = key.length - leading.length >= 2 ? leading : ''
  const own = key.slice(places.length)
  const core = own.replace(LEGAL_FORM, '')
  return { key, places, own, core: core.length >= 2 ? core : own }
}

const pair = (one: number, two: number): number => ((one & 0x7fff) << 16) | two
const [BEGINNING, END] = ['^'.charCodeAt(0), '$'.charCodeAt(0)]

const gramsInOrder = (key: string): number[] => {
  const grams: number[] = []
  let before = BEGINNING
  for (let at = 0; at <= key.length; at += 1) {
    const unit = at < key.length ? key.charCodeAt(at) : END
    grams.push(pair(before, unit))
    before = unit
  }
  return grams
}

export const gramsOf = (key: string): number[] => [...new Set(gramsInOrder(key))].sort((a, b) => a - b)

const swappedGramsOf = (key: string): number[] => gramsInOrder(key.split('').reverse().join('')).slice(1, -1)

export interface GramCounts {
  grams: Pick<ReadonlyMap<number, number>, 'get'>
  counted: number
  since: number
}

/** A null question finds nothing. `all`: only names with all of the grams are sought. */
export type GramQuestion = { grams: number[]; all: boolean } | null

export const gramQuestionFor = (
  key: string,
  { grams, counted, since }: GramCounts,
  reach: SearchReach,
): GramQuestion => {
  const rarestFirst = (all: readonly number[]) =>
    all.map((gram) => ({ gram, names: grams.get(gram) ?? 0 })).sort((a, b) => a.names - b.names)
  const held = rarestFirst(gramsOf(key))
  const known = held.filter(({ names }) => names > 0)
  // An uncounted gram can only be in names added since the count. It is selective only while these are few.
  const tells = since > 0 && since <= Math.max(reach.candidates, counted)
  const fresh = tells ? held.filter(({ names }) => names === 0).map(({ gram }) => gram) : []
  const any: number[] = []
  let budget = reach.candidates
  const take = (rarest: typeof held): void => {
    for (const { gram, names } of rarest.slice(0, reach.grams)) {
      if (names > budget) return
      budget -= names
      any.push(gram)
    }
  }
  take(known)
  if (any.length > 0) take(rarestFirst(swappedGramsOf(key)).filter(({ names }) => names > 0))
  if (any.length > 0 || (known.length === 0 && fresh.length > 0)) return { grams: [...any, ...fresh], all: false }
  const inside = known.filter(({ gram }) => gram >>> 16 !== BEGINNING && (gram & 0xffff) !== END)
  const together = (inside.length > 0 ? inside : known).slice(0, GRAMS_TOGETHER)
  return together.length === 0 ? null : { grams: together.map(({ gram }) => gram), all: true }
}

export interface NameCandidate {
  operator: number
  former: boolean
  key: string
}

export interface NameMatch extends NameCandidate {
  reason: MatchReason
  rank: number
}

const RANKS_OF_A_REASON = 1_000
const RANKS_OF_AN_EDIT = 100

export const rankMatches = (key: string, candidates: readonly NameCandidate[]): NameMatch[] => {
  const asked = askedOf(key)
  const near = candidates.flatMap((candidate) => {
    const share = shareOf(asked, candidate.key)
    return share > 0 ? [{ candidate, share }] : []
  })
  near.sort((a, b) => b.share - a.share)
  const best = new Map<number, NameMatch>()
  for (const { candidate, share } of near.slice(0, WEIGHED_MOST)) {
    const found = weigh(asked, candidate, share)
    const before = best.get(candidate.operator)
    if (found !== null && (before === undefined || found.rank < before.rank)) best.set(candidate.operator, found)
  }
  return [...best.values()].sort((a, b) => a.rank - b.rank || a.operator - b.operator)
}

/** Two errors are near if `question` finds each name with one wrong character, which spoils two grams. */
export const isNearMatch = (match: NameMatch | undefined, key: string, question: GramQuestion): boolean => {
  const sought = new Set(question === null || question.all ? [] : question.grams)
  const own = gramsOf(key).filter((gram) => sought.has(gram))
  const edits = own.length > GRAMS_OF_A_CHARACTER ? EDITS_MOST : 1
  return (
    match !== undefined &&
    match.rank < MATCH_REASONS.indexOf('TYPING') * RANKS_OF_A_REASON + (edits + 1) * RANKS_OF_AN_EDIT
  )
}

interface QueriedName extends NameParts {
  /** A gram of the core has true. */
  grams: ReadonlyMap<number, boolean>
  gramsOfCore: ReadonlyMap<number, number>
  edits: number
}

const countsOf = (text: string): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const gram of gramsInOrder(text)) counts.set(gram, (counts.get(gram) ?? 0) + 1)
  return counts
}

const askedOf = (key: string): QueriedName => {
  const parts = partsOf(key)
  const within = new Set(gramsInOrder(parts.core).slice(1, -1))
  return {
    ...parts,
    grams: new Map(gramsInOrder(key).map((gram) => [gram, within.has(gram)])),
    gramsOfCore: countsOf(parts.core),
    edits: key.length < SHORT_NAME ? 1 : EDITS_MOST,
  }
}

const shareOf = ({ key, core, grams, edits }: QueriedName, held: string): number => {
  let [common, commonWithin] = [0, 0]
  let before = BEGINNING
  for (let at = 0; at <= held.length; at += 1) {
    const unit = at < held.length ? held.charCodeAt(at) : END
    const isWithin = grams.get(pair(before, unit))
    if (isWithin !== undefined) {
      common += 1
      if (isWithin) commonWithin += 1
    }
    before = unit
  }
  const share = (2 * common) / (key.length + held.length + 2)
  const isPart = commonWithin >= core.length - 1 && held.includes(core)
  if (isPart || (common >= held.length && key.startsWith(held))) return 1 + share
  const lengths = Math.abs(key.length - held.length) <= edits
  const typed = lengths && common >= key.length + 1 - edits * GRAMS_OF_AN_EDIT
  const isHeld = key.length >= SHORT_NAME && common >= (key.length + 1) * HELD_SHARE
  const isSpoken = core.length >= SPOKEN_NAME && commonWithin >= core.length - 1 - GRAMS_OF_A_CHARACTER
  return typed || share >= SIMILAR_SHARE || isHeld || isSpoken ? share : 0
}

const weigh = (asked: QueriedName, candidate: NameCandidate, share: number): NameMatch | null => {
  const found = reasonFor(asked, partsOf(candidate.key), candidate.former)
  if (found === null) return null
  const far =
    found.edits === undefined
      ? Math.round((1 - Math.min(share % 1 || 1, 1)) * (RANKS_OF_A_REASON - 1))
      : found.edits * RANKS_OF_AN_EDIT +
        Math.min(countDifferingCharacters(asked.key, candidate.key), RANKS_OF_AN_EDIT - 1)
  return { ...candidate, reason: found.reason, rank: MATCH_REASONS.indexOf(found.reason) * RANKS_OF_A_REASON + far }
}

const countDifferingCharacters = (one: string, other: string): number => {
  let rest = other
  for (const sign of one) rest = rest.replace(sign, '')
  return one.length - other.length + 2 * rest.length
}

const reasonFor = (
  asked: QueriedName,
  held: NameParts,
  former: boolean,
): { reason: MatchReason; edits?: number } | null => {
  const { key, own, core } = asked
  if (held.key === key) return { reason: former ? 'FORMER' : 'EXACT', edits: 0 }
  const samePlace = placesAgree(held.places, asked.places)
  if (held.own === own && samePlace) return { reason: 'VARIANT' }
  if (samePlace && (isBranch(held.own, own) || isBranch(own, held.own))) return { reason: 'BRANCH' }
  if (held.core === core && samePlace) return { reason: 'SHORT' }
  if (held.key.includes(key)) return { reason: held.own.startsWith(key) ? 'SHORT' : 'PART' }
  if (samePlace && held.own.startsWith(core) && key !== core && own === core) return { reason: 'SHORT' }
  // The same name in another place is another firm.
  if (samePlace && !isElsewhere(asked, held)) {
    const edits = editDistance(key, held.key, asked.edits)
    if (edits <= asked.edits) return { reason: 'TYPING', edits }
    // With few characters, one difference makes another firm's name.
    const ofCore = core.length < SHORT_NAME ? Number.POSITIVE_INFINITY : editDistance(core, held.core, EDITS_MOST)
    if (ofCore <= EDITS_MOST) return { reason: 'TYPING', edits: EDITS_MOST + ofCore }
    if (core.length >= SPOKEN_NAME && beginsNearly(held.own, core)) return { reason: 'TYPING', edits: EDITS_MOST + 1 }
  }
  return isSimilar(asked, held.core) ? { reason: 'SIMILAR' } : null
}

const LESSER_PLACE = /^.{1,4}?[市县区州盟旗镇乡村](?![市县区州盟旗镇乡村])/

const beginsNearly = (own: string, text: string): boolean => {
  const within = own.replace(LESSER_PLACE, '')
  return [...new Set([own, within, within.replace(LESSER_PLACE, '')])].some((name) =>
    [0, 1, -1].some((more) => editDistance(text, name.slice(0, text.length + more), 1) <= 1),
  )
}

const isSimilar = ({ core, gramsOfCore }: QueriedName, held: string): boolean => {
  let common = 0
  for (const [gram, n] of countsOf(held)) common += Math.min(n, gramsOfCore.get(gram) ?? 0)
  const sameBrand = core.slice(0, BRAND_LENGTH) === held.slice(0, BRAND_LENGTH)
  return (2 * common) / (core.length + held.length + 2) >= (sameBrand ? SIMILAR_BRAND : SIMILAR_CORE)
}

const isElsewhere = ({ key, places }: NameParts, held: NameParts): boolean => {
  if (places !== '' || held.places === '' || !key.endsWith(held.own)) return false
  const front = key.slice(0, key.length - held.own.length)
  return front.length >= 2 && ![...bare(held.places)].some((sign) => front.includes(sign))
}

const placesAgree = (one: string, other: string): boolean => {
  if (one === '' || other === '' || one === other) return true
  const [short = '', long = ''] = [bare(one), bare(other)].sort((a, b) => a.length - b.length)
  return long.endsWith(short) || long.startsWith(short)
}

const bare = (places: string): string => places.replaceAll(/[省市州]|自治区|特别行政区/g, '')

const isBranch = (one: string, other: string): boolean => {
  if (!BRANCH.test(one)) return false
  if (one.length > other.length && one.startsWith(other) && LEGAL_FORM.test(other)) return true
  return HEAD.exec(one)?.[1] === other
}

/** Optimal string alignment distance, at most `most` + 1. The time grows with 4 ** most. */
export const editDistance = (one: string, other: string, most: number, i = 0, j = 0): number => {
  while (i < one.length && j < other.length && one.charCodeAt(i) === other.charCodeAt(j)) {
    i += 1
    j += 1
  }
  const [left, right] = [one.length - i, other.length - j]
  if (left === 0 || right === 0) return Math.min(left + right, most + 1)
  if (most === 0 || Math.abs(left - right) > most) return most + 1
  const isSwap = one[i] === other[j + 1] && one[i + 1] === other[j]
  const fewest = Math.min(
    editDistance(one, other, most - 1, i + 1, j + 1),
    editDistance(one, other, most - 1, i + 1, j),
    editDistance(one, other, most - 1, i, j + 1),
    isSwap ? editDistance(one, other, most - 1, i + 2, j + 2) : most,
  )
  return 1 + fewest
}
