/** Proposes operators for records whose codes belong to no operator. A person decides. */
import { hash } from 'node:crypto'
import {
  extractOrgCode,
  extractRegionOfUscc,
  hasOrgCodeCheckDigit,
  hasOrgCodeForm,
  hasRegNoCheckDigit,
  hasUsccForm,
  isValidUscc,
  readOperatorKindInUscc,
} from '../operators/codes.js'
import { normalizeName } from '../operators/names.js'
import { digitsOfDivision, divisionPrefixIn } from '../operators/places.js'
import { canonicalJson, type RecordBody, type RecordDraft, type RecordSubject } from '../records/records.js'

export interface SubjectDetails extends RecordSubject {
  /** The subject's own place, never that of an authority, laboratory or platform. */
  region: { text: string; digits: string } | null
  representative: string | null
}

export interface OperatorCandidate {
  operator: number
  name: string
  former: boolean
  uscc: string | null
  /** Codes besides the USCC (unified social credit code) and those that it contains, such as the organisation code. */
  codes: readonly string[]
  /** Division codes of its USCC and of its present and former registrations. */
  regions: readonly string[]
  representatives: readonly string[]
}

type EvidenceField = 'NAME' | 'FORMER_NAME' | 'CODE' | 'REGION' | 'REPRESENTATIVE'

interface MatchEvidence {
  field: EvidenceField
  said: string
  held: string
}

/** CONTRADICTS: every candidate differs in code, region or representative. */
export type NoProposal = 'UNKNOWN_NAME' | 'NAME_ONLY' | 'SEVERAL' | 'CONTRADICTS'

export type MatchProposal = { operator: number; evidence: MatchEvidence[] } | { operator: null; because: NoProposal }

const KEY_DIGITS = 32
/** Regions are compared from the city level down: nearly all operators are in one province. */
const REGION_FROM_DIGITS = 4
/** In tables of sampling inspections the note begins with the party's own address. */
const ADDRESS_IN_NOTE = /^地址：([^；]+)/

export const subjectDetails = (subject: RecordSubject, body: RecordBody): SubjectDetails => ({
  ...subject,
  region: regionSaid(body),
  representative: textIn(body, 'representative'),
})

const regionSaid = (body: RecordBody): SubjectDetails['region'] => {
  for (const text of placesSaid(body)) {
    const digits = text === null ? null : divisionPrefixIn(text)
    if (text !== null && digits !== null) return { text, digits }
  }
  return null
}

const placesSaid = (body: RecordBody): (string | null)[] => {
  const [province, city] = [textIn(body, 'province'), textIn(body, 'city')]
  return [
    textIn(body, 'region_code'),
    city === null ? null : `${province ?? ''}${city}`,
    textIn(body, 'address'),
    province,
    'party_role' in body ? (ADDRESS_IN_NOTE.exec(textIn(body, 'note') ?? '')?.[1] ?? null) : null,
  ]
}

const textIn = (body: RecordBody, field: string): string | null => {
  const value = body[field]
  return typeof value === 'string' && value !== '' ? value : null
}

/**
 * Finds a person's decision on the subject again. Null when a valid code identifies the subject. With a name alone, or
 * a person's, the decision holds for that record alone.
 */
export const makeSubjectKey = ({
  subject,
  body,
  key,
}: Pick<RecordDraft, 'subject' | 'body' | 'key'>): string | null => {
  const { uscc, orgCode, regNo, shop, name } = subject
  if (uscc !== null && isValidUscc(uscc)) return null
  const { region, representative } = subjectDetails(subject, body)
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
  hash('sha256', canonicalJson(said)).slice(0, KEY_DIGITS)

type Word = 'AGREES' | 'CONTRADICTS' | 'SILENT'
interface WeighedPoint {
  word: Word
  evidence: MatchEvidence[]
}

/**
 * Proposes an operator of that name if exactly one agrees in region, representative or a code with one slip, and
 * contradicts in none.
 */
export const proposeOperator = (candidates: readonly OperatorCandidate[], said: SubjectDetails): MatchProposal => {
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

const weigh = (candidate: OperatorCandidate, said: SubjectDetails): WeighedPoint & { operator: number } => {
  const words = [weighCode(candidate, said), weighRegion(candidate, said), weighRepresentative(candidate, said)]
  const name: MatchEvidence = {
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

const SILENT: WeighedPoint = { word: 'SILENT', evidence: [] }
const CONTRADICTS: WeighedPoint = { word: 'CONTRADICTS', evidence: [] }
const agrees = (field: EvidenceField, said: string, held: string): WeighedPoint => ({
  word: 'AGREES',
  evidence: [{ field, said, held }],
})

const weighCode = (candidate: OperatorCandidate, said: SubjectDetails): WeighedPoint => {
  const { uscc } = candidate
  if (said.uscc !== null && uscc !== null) {
    return isTypingSlip(said.uscc, uscc) ? agrees('CODE', said.uscc, uscc) : CONTRADICTS
  }
  const orgCodes = [
    ...(uscc !== null && hasUsccForm(uscc) ? [extractOrgCode(uscc)] : []),
    ...candidate.codes.filter(hasOrgCodeForm),
  ]
  if (said.orgCode !== null && orgCodes.length > 0) {
    const meant = hasOrgCodeCheckDigit(said.orgCode)
      ? undefined
      : orgCodes.find((held) => isTypingSlip(said.orgCode ?? '', held))
    return meant === undefined ? CONTRADICTS : agrees('CODE', said.orgCode, meant)
  }
  if (said.regNo === null || hasRegNoCheckDigit(said.regNo)) return SILENT
  const meant = candidate.codes.find((held) => isTypingSlip(said.regNo ?? '', held))
  return meant === undefined ? SILENT : agrees('CODE', said.regNo, meant)
}

/** A slip is one wrong character or two swapped neighbours. */
export const isTypingSlip = (sent: string, held: string): boolean => {
  if (sent.length !== held.length) return false
  const at = [...sent].flatMap((sign, place) => (sign === held[place] ? [] : [place]))
  const [first = 0, second = 0] = at
  if (at.length === 1) return true
  return at.length === 2 && second === first + 1 && sent[first] === held[second] && sent[second] === held[first]
}

const weighRegion = ({ regions }: OperatorCandidate, { region }: SubjectDetails): WeighedPoint => {
  if (region === null) return SILENT
  const words = regions.map((held) => ({ held, word: compareRegions(region.digits, held) }))
  const same = words.find(({ word }) => word === 'AGREES')
  if (same !== undefined) return agrees('REGION', region.text, same.held)
  return words.length > 0 && words.every(({ word }) => word === 'CONTRADICTS') ? CONTRADICTS : SILENT
}

/** From the city level down, a place agrees with places inside it (220100 and 220102); two districts differ. */
const compareRegions = (said: string, held: string): Word => {
  const digits = digitsOfDivision(held)
  if (digits === null) return 'SILENT'
  const common = Math.min(said.length, digits.length)
  if (said.slice(0, common) !== digits.slice(0, common)) return 'CONTRADICTS'
  return common >= REGION_FROM_DIGITS ? 'AGREES' : 'SILENT'
}

const weighRepresentative = (
  { representatives }: OperatorCandidate,
  { representative }: SubjectDetails,
): WeighedPoint => {
  if (representative === null || representatives.length === 0) return SILENT
  const same = representatives.find((held) => normalizeName(held) === normalizeName(representative))
  return same === undefined ? CONTRADICTS : agrees('REPRESENTATIVE', representative, same)
}

export interface MadeOperator {
  kind: string | null
  region: string | null
  status: string
}

/**
 * A valid code, any registration code or a shop creates an operator. A registration without a code only updates the
 * status.
 */
export const findOperatorToCreate = ({ kind, subject: { uscc, shop }, body }: RecordDraft): MadeOperator | null => {
  const said = (field: string): string | null => (typeof body[field] === 'string' ? body[field] : null)
  const registered = kind === 'registration'
  const [region, status] = registered ? [said('region_code'), said('status') ?? 'UNKNOWN'] : [null, 'UNKNOWN']
  if (uscc !== null) {
    if (!registered && !isValidUscc(uscc)) return null
    return { kind: readOperatorKindInUscc(uscc).toUpperCase(), region: region ?? extractRegionOfUscc(uscc), status }
  }
  if (shop !== null) return { kind: 'SHOP', region: null, status: 'UNKNOWN' }
  return registered ? { kind: null, region, status } : null
}
