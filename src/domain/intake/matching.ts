/**
 * Whose a record may be that no code attaches: what it says of its subject, the key by which a person's decision on such a
 * subject is found again, and the one operator that may be proposed. Pure; nothing here attaches anything.
 */
import { hash } from 'node:crypto'
import { orgCodeDigit, orgCodeForm, orgCodeIn, regNoDigit, usccForm, usccValid } from '../operators/codes.js'
import { normalizeName } from '../operators/names.js'
import { digitsOfDivision, placeIn } from '../operators/places.js'
import { type Body, canonical, type Draft, type Subject } from '../records/records.js'

/** What an item says of its subject, beside its name; as sent, and in the form in which it is compared. */
export interface Said {
  name: string | null
  /** Codes that lead to nobody, or the item would not be waiting. */
  uscc: string | null
  orgCode: string | null
  regNo: string | null
  shop: string | null
  /** Where the subject itself is; never where an authority, a laboratory or a platform is. */
  region: { text: string; digits: string } | null
  representative: string | null
}

/** An operator of the same normalised name, present or former. */
export interface Candidate {
  operator: number
  /** The name that is the same, as the hub holds it. */
  name: string
  former: boolean
  uscc: string | null
  /** Organisation codes and registration numbers beyond those its USCC says. */
  codes: readonly string[]
  /** Division codes: of its USCC and of its registrations, present and former. */
  regions: readonly string[]
  /** Present and former. */
  representatives: readonly string[]
}

export type EvidenceField = 'NAME' | 'FORMER_NAME' | 'CODE' | 'REGION' | 'REPRESENTATIVE'

/** One thing that speaks for an operator: what the item says and what the hub holds, both as they were sent. */
export interface Evidence {
  field: EvidenceField
  said: string
  held: string
}

/**
 * Why nobody is proposed: nobody of that name; the name is all there is; the rest fits several; what fits in one thing
 * differs in another.
 */
export type NoProposal = 'UNKNOWN_NAME' | 'NAME_ONLY' | 'SEVERAL' | 'CONTRADICTS'

export type Proposal = { operator: number; evidence: Evidence[] } | { operator: null; because: NoProposal }

/** Hex digits of a subject's key: as long as the digest of a version. */
const KEY_DIGITS = 32
/** Below a city a place says who is meant; of a provincial hub's operators nearly all are in the one province. */
const REGION_FROM_DIGITS = 4
/** Where a table of samplings gives the party's own address, its record's note begins with it. */
const ADDRESS_IN_NOTE = /^地址：([^；]+)/

/** Of region and representative only what the item says of the party itself; of most kinds there is nothing. */
export const saidOf = (subject: Subject, body: Body): Said => ({
  ...subject,
  region: regionSaid(body),
  representative: textIn(body, 'representative'),
})

const regionSaid = (body: Body): Said['region'] => {
  for (const text of placesSaid(body)) {
    const digits = text === null ? null : placeIn(text)
    if (text !== null && digits !== null) return { text, digits }
  }
  return null
}

/** The surest first: a registration's division, its city, its address; the address of who was sampled. */
const placesSaid = (body: Body): (string | null)[] => {
  const [province, city] = [textIn(body, 'province'), textIn(body, 'city')]
  return [
    textIn(body, 'region_code'),
    city === null ? null : `${province ?? ''}${city}`,
    textIn(body, 'address'),
    province,
    'party_role' in body ? (ADDRESS_IN_NOTE.exec(textIn(body, 'note') ?? '')?.[1] ?? null) : null,
  ]
}

const textIn = (body: Body, field: string): string | null => {
  const value = body[field]
  return typeof value === 'string' && value !== '' ? value : null
}

/**
 * By which a person's decision on such a subject is found again: the same for every item that says the same of it, however
 * the name is spelt; null where a valid code says who it is. An item that gives no name, or a name and nothing else, or the name of a
 * person, has nothing to go by but its own record: a decision on it holds for that record alone.
 */
export const subjectKey = ({ subject, body, key }: Pick<Draft, 'subject' | 'body' | 'key'>): string | null => {
  const { uscc, orgCode, regNo, shop, name } = subject
  if (uscc !== null && usccValid(uscc)) return null
  const { region, representative } = saidOf(subject, body)
  const coded = (uscc ?? orgCode ?? regNo ?? shop) !== null
  const person = body['party_kind'] === 'NATURAL_PERSON'
  if (!coded && (name === null || person || (region === null && representative === null)))
    return hashed({ record: key })
  return hashed({
    uscc,
    orgCode,
    regNo,
    shop,
    name: name === null ? null : normalizeName(name),
    region: region?.digits ?? null,
    representative: representative === null ? null : normalizeName(representative),
  })
}

const hashed = (said: { [field: string]: string | null }): string =>
  hash('sha256', canonical(said)).slice(0, KEY_DIGITS)

type Word = 'AGREES' | 'CONTRADICTS' | 'SILENT'
interface Weighed {
  word: Word
  evidence: Evidence[]
}

/**
 * `candidates`: all operators of the same name. One is proposed if it alone agrees in region, representative or a code
 * with one slip, and differs in none of them; the name by itself proposes nobody.
 */
export const proposal = (candidates: readonly Candidate[], said: Said): Proposal => {
  if (candidates.length === 0) return { operator: null, because: 'UNKNOWN_NAME' }
  const weighed = candidates.map((candidate) => weigh(candidate, said))
  const agreeing = weighed.filter(({ word }) => word === 'AGREES')
  const operators = new Set(agreeing.map(({ operator }) => operator))
  const [only] = agreeing
  if (only !== undefined && operators.size === 1) return { operator: only.operator, evidence: only.evidence }
  if (operators.size > 1) return { operator: null, because: 'SEVERAL' }
  const differs = weighed.every(({ word }) => word === 'CONTRADICTS')
  return { operator: null, because: differs ? 'CONTRADICTS' : 'NAME_ONLY' }
}

const weigh = (candidate: Candidate, said: Said): Weighed & { operator: number } => {
  const words = [weighCode(candidate, said), weighRegion(candidate, said), weighRepresentative(candidate, said)]
  const name: Evidence = {
    field: candidate.former ? 'FORMER_NAME' : 'NAME',
    said: said.name ?? '',
    held: candidate.name,
  }
  const differs = words.some(({ word }) => word === 'CONTRADICTS')
  const agrees = words.some(({ word }) => word === 'AGREES')
  return {
    operator: candidate.operator,
    word: differs ? 'CONTRADICTS' : agrees ? 'AGREES' : 'SILENT',
    evidence: [name, ...words.flatMap(({ evidence }) => evidence)],
  }
}

const SILENT: Weighed = { word: 'SILENT', evidence: [] }
const CONTRADICTS: Weighed = { word: 'CONTRADICTS', evidence: [] }
const agrees = (field: EvidenceField, said: string, held: string): Weighed => ({
  word: 'AGREES',
  evidence: [{ field, said, held }],
})

/**
 * A code that leads to nobody: with one slip (a character, or two neighbours changed about) it is a held one misspelt. A
 * unified or an organisation code is for life, so another one is another's; registration numbers change.
 */
const weighCode = (candidate: Candidate, said: Said): Weighed => {
  const { uscc } = candidate
  if (said.uscc !== null && uscc !== null) {
    return isSlip(said.uscc, uscc) ? agrees('CODE', said.uscc, uscc) : CONTRADICTS
  }
  const orgCodes = [
    ...(uscc !== null && usccForm(uscc) ? [orgCodeIn(uscc)] : []),
    ...candidate.codes.filter(orgCodeForm),
  ]
  if (said.orgCode !== null && orgCodes.length > 0) {
    const meant = orgCodeDigit(said.orgCode) ? undefined : orgCodes.find((held) => isSlip(said.orgCode ?? '', held))
    return meant === undefined ? CONTRADICTS : agrees('CODE', said.orgCode, meant)
  }
  if (said.regNo === null || regNoDigit(said.regNo)) return SILENT
  const meant = candidate.codes.find((held) => isSlip(said.regNo ?? '', held))
  return meant === undefined ? SILENT : agrees('CODE', said.regNo, meant)
}

/** One character is another, or two neighbours stand the other way round. */
export const isSlip = (sent: string, held: string): boolean => {
  if (sent.length !== held.length) return false
  const at = [...sent].flatMap((sign, place) => (sign === held[place] ? [] : [place]))
  const [first = 0, second = 0] = at
  if (at.length === 1) return true
  return at.length === 2 && second === first + 1 && sent[first] === held[second] && sent[second] === held[first]
}

const weighRegion = ({ regions }: Candidate, { region }: Said): Weighed => {
  if (region === null) return SILENT
  const words = regions.map((held) => ({ held, word: compareRegions(region.digits, held) }))
  const same = words.find(({ word }) => word === 'AGREES')
  if (same !== undefined) return agrees('REGION', region.text, same.held)
  return words.length > 0 && words.every(({ word }) => word === 'CONTRADICTS') ? CONTRADICTS : SILENT
}

/**
 * A place agrees with itself and with what lies within it, from the city down (220100 and 220102); two districts of one city
 * are two places. A province alone can contradict, but never says who is meant.
 */
const compareRegions = (said: string, held: string): Word => {
  const digits = digitsOfDivision(held)
  if (digits === null) return 'SILENT'
  const common = Math.min(said.length, digits.length)
  if (said.slice(0, common) !== digits.slice(0, common)) return 'CONTRADICTS'
  return common >= REGION_FROM_DIGITS ? 'AGREES' : 'SILENT'
}

const weighRepresentative = ({ representatives }: Candidate, { representative }: Said): Weighed => {
  if (representative === null || representatives.length === 0) return SILENT
  const same = representatives.find((held) => normalizeName(held) === normalizeName(representative))
  return same === undefined ? CONTRADICTS : agrees('REPRESENTATIVE', representative, same)
}
