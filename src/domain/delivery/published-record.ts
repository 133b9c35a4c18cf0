import { hash } from 'node:crypto'
import { groupBy } from '../../foundation/groups.js'
import { addMonths } from '../../foundation/time/dates.js'
import { compareFirstDays, findRowInForce } from '../calendar/dated-rows.js'
import { KINDS_MASKED_IN_NAMES, maskCode, maskName } from '../listing/masked-names.js'
import type { ClockRow, ClockRules, SiteClockRules } from '../listing/publication-clocks.js'
import { isLowerFineAlone, isWithdrawnPenalty, judgePenaltySeverity } from '../records/penalty.js'
import { maskPersonalData, PERSONAL_DATA_KINDS, type PersonalDataKind } from '../records/personal-data.js'
import { canonicalJson, type Json, type RecordBody } from '../records/records.js'
import type { RecordNotice } from './delivery.js'

export type PublishedKind = RecordNotice['kind']
export const PUBLISHED_KINDS: readonly PublishedKind[] = ['penalty', 'permit']

/**
 * REPAIRED: 信用修复 ended its publication. PERSON: 双公示 requires the ID number of a natural person. EXCLUDED: secret or by
 * the simple procedure, which 双公示 omits. OVER: its publication period has ended.
 */
export type PublicationStatus = 'PUBLIC' | 'WITHDRAWN' | 'REPAIRED' | 'PERSON' | 'EXCLUDED' | 'OVER'

export interface RecordParty {
  id: number
  uscc: string | null
  kind: string
  name: string | null
  regNo: string | null
  orgCode: string | null
  /** The registered address, public even where somebody lives there. */
  address: string | null
}

interface PublicationFacts {
  /** Day in Asia/Shanghai; null ignores the end of the publication period. */
  today: string | null
  repaired: boolean
}

export const judgePublicationStatus = (
  kind: PublishedKind,
  body: RecordBody,
  party: RecordParty | null,
  { today, repaired }: PublicationFacts,
): PublicationStatus => {
  if (party === null || party.kind === 'SHOP' || maskCode(party.uscc) === null) return 'PERSON'
  if (body['party_kind'] === 'NATURAL_PERSON') return 'PERSON'
  if (kind === 'penalty' && isWithdrawnPenalty(body)) return 'WITHDRAWN'
  if (repaired) return 'REPAIRED'
  if (isSecret(body) || (kind === 'penalty' && isSimple(body))) return 'EXCLUDED'
  const until = body['publish_until']
  if (kind === 'penalty' && today !== null && typeof until === 'string' && until < today) return 'OVER'
  return 'PUBLIC'
}

const severityOfSite = (body: RecordBody, decidedOn: string, { lowerFines }: SiteClockRules): ClockRow['severity'] => {
  if (judgePenaltySeverity(body) === 'HEAVY') return 'SEVERE'
  const row = findRowInForce(lowerFines, decidedOn)
  return row !== undefined && isLowerFineAlone(body, row.belowYuan) ? 'SLIGHT' : 'GENERAL'
}

const clocksOfSite = ({ clocks }: ClockRules): ClockRow[] =>
  clocks.filter(({ clock, list }) => clock === 'CREDITCHINA' && list === null)

/**
 * Last day on the hub's own site: the sender's day or the term of 信用中国, whichever is earlier. null: no end. NEVER: a
 * warning alone (SAMR order 45), or a permit that is void. A document older than every row takes the first.
 */
export const findLastPublicDay = (
  kind: PublishedKind,
  body: RecordBody,
  rules: SiteClockRules,
): string | null | 'NEVER' => {
  const { status, valid_to: validTo, decided_on: decidedOn, publish_until: until } = body
  if (kind === 'permit') return status === 'VALID' ? ((validTo ?? null) as string | null) : 'NEVER'
  if (judgePenaltySeverity(body) === 'WARNING_ONLY' || typeof decidedOn !== 'string') return 'NEVER'
  const severity = severityOfSite(body, decidedOn, rules)
  const own = clocksOfSite(rules).filter((row) => row.severity === severity)
  const row = findRowInForce(own, decidedOn) ?? own.sort(compareFirstDays)[0]
  if (row === undefined) return 'NEVER'
  const term = addMonths(decidedOn, row.maximumMonths)
  return typeof until === 'string' && until < term ? until : term
}

/** Earlier penalties have ended under every clock. */
export const findFirstPublicDecision = (rules: ClockRules, today: string): string =>
  addMonths(today, -Math.max(...clocksOfSite(rules).map(({ maximumMonths }) => maximumMonths)))

const SECRET = /国家秘密|涉密|不予公开|不公开/
const NOT_SECRET = /(不|未|非|无)[^，。；,;]{0,6}(国家秘密|涉密)/
const SIMPLE = /简易程序|当场(作出|处罚|行政处罚)/
const NOT_SIMPLE = /(不|未|非|转)[^，。；,;]{0,8}(简易程序|当场)|(普通|一般)程序/
const SIMPLE_NUMBER = /(简|当)罚|简易|当场/

/** Reads only the note: in other fields a secret may be the subject of the violation. */
const isSecret = ({ note }: RecordBody): boolean => says(note, SECRET, NOT_SECRET)

const isSimple = (body: RecordBody): boolean => {
  const number = body['document_number']
  if (typeof number === 'string' && SIMPLE_NUMBER.test(number)) return true
  return ['note', 'content', 'facts'].some((field) => says(body[field], SIMPLE, NOT_SIMPLE))
}

const says = (text: Json | undefined, wanted: RegExp, unless: RegExp): boolean =>
  typeof text === 'string' && text.split(/[，。；;,\n]/).some((clause) => wanted.test(clause) && !unless.test(clause))

/** Fields of days, amounts and fixed words, which hold no personal data. */
const PLAIN = /(_on|_until|_from|_to|_yuan|_kind|^status|^category)$/
/** Fields whose digits may look like telephone numbers: telephone masking skips them. */
const NUMBERS = ['document_number', 'permit_number', 'licence', 'certificate']
const IN_NUMBERS: readonly PersonalDataKind[] = ['ID_NUMBER', 'EMAIL']
const CODES = ['authority_code', 'source_unit_code']
const NAMES = ['party_name', 'representative', 'authority', 'source_unit']

export const maskPublishedBody = (body: RecordBody, address: string | null): RecordBody => {
  const shown = (field: string, value: Json): Json => {
    if (Array.isArray(value)) return value.map((one) => shown(field, one))
    if (typeof value !== 'string' || PLAIN.test(field)) return value
    if (CODES.includes(field)) return maskCode(value)
    if (NAMES.includes(field)) return maskPersonalData(value, KINDS_MASKED_IN_NAMES).text
    return maskPersonalData(value, NUMBERS.includes(field) ? IN_NUMBERS : PERSONAL_DATA_KINDS, address).text
  }
  return Object.fromEntries(Object.entries(body).map(([field, value]) => [field, shown(field, value)]))
}

export type PublishedRecord = Omit<RecordNotice, 'sequence' | 'action'>

/** The notice carries the present name, which receivers check; the body keeps the name in the decision. */
export const makePublishedRecord = (
  { id, kind, body }: { id: string; kind: PublishedKind; body: RecordBody },
  party: RecordParty,
  removal: RecordNotice['removal'],
): PublishedRecord => ({
  kind,
  key: id,
  operator: {
    uscc: maskCode(party.uscc),
    name: maskName(party.name) ?? '',
    regNo: party.regNo,
    orgCode: party.orgCode,
  },
  body: maskPublishedBody(body, party.address),
  removal,
})

const DIGEST_HEX_DIGITS = 32
export const digestPublishedRecord = (told: PublishedRecord): string =>
  hash('sha256', canonicalJson(told as unknown as Json)).slice(0, DIGEST_HEX_DIGITS)

const REMOVALS = {
  REVOKED: '作出机关已撤销',
  REPAIRED: '信用修复',
  WRONG: '信息有误，予以更正',
  NOT_PUBLIC: '依规不予公示',
  SAME_DECISION: '同一决定重复报送',
  OTHER_PARTY: '主体更正',
} as const
type RecordRemovalCause = keyof typeof REMOVALS

export interface RecordSource {
  id: string
  kind: PublishedKind
  /** Missing when the record is no longer in force. */
  stands: { operatorId: number | null; fact: string | null; order: number; telling: PublicationStatus } | null
  told: { operatorId: number; removed: boolean } | null
}

export type ShowOrRemove = 'SHOW' | RecordRemovalCause | null

/** A decision of several sources is sent once. One withdrawal or repair counts for all, in the firm's favour. */
export const decideShowOrRemove = (sources: readonly RecordSource[]): Map<string, ShowOrRemove> => {
  const due = new Map<string, ShowOrRemove>()
  for (const group of groupBy(sources, decisionOf).values()) {
    const ended = endOf(group)
    const speaking = ended === null ? speakerOf(group) : undefined
    for (const source of group) due.set(source.id, dueOfOne(source, ended, speaking))
  }
  return due
}

const decisionOf = ({ id, kind, stands }: RecordSource): string => {
  const { operatorId = null, fact = null } = stands ?? {}
  return operatorId === null || fact === null ? id : `${operatorId} ${kind} ${fact}`
}

const isTold = ({ told }: RecordSource): boolean => told !== null && !told.removed

const speakerOf = (group: readonly RecordSource[]): RecordSource | undefined =>
  group
    .filter(({ stands }) => stands?.telling === 'PUBLIC')
    .sort((a, b) => Number(isTold(b)) - Number(isTold(a)) || (a.stands?.order ?? 0) - (b.stands?.order ?? 0))[0]

const endOf = (group: readonly RecordSource[]): 'REVOKED' | 'REPAIRED' | null => {
  const tellings = group.map(({ stands }) => stands?.telling)
  if (tellings.includes('WITHDRAWN')) return 'REVOKED'
  return tellings.includes('REPAIRED') ? 'REPAIRED' : null
}

const dueOfOne = (
  source: RecordSource,
  ended: 'REVOKED' | 'REPAIRED' | null,
  speaking: RecordSource | undefined,
): ShowOrRemove => {
  if (source === speaking) return 'SHOW'
  if (!isTold(source)) return null
  if (source.stands === null) return 'WRONG'
  if (ended !== null) return ended
  if (source.stands.telling === 'PUBLIC') return 'SAME_DECISION'
  // Platforms end an expired display by themselves, but a changed last day must be sent.
  return source.stands.telling === 'OVER' ? 'SHOW' : 'NOT_PUBLIC'
}

export interface LastSentRecord {
  operatorId: number
  removed: boolean
  digest: string | null
}

export const mustBeRemoved = (due: ShowOrRemove, told: LastSentRecord | null, operatorId: number | null): boolean =>
  due === 'SHOW' ? told !== null && !told.removed && told.operatorId !== operatorId : due !== null

export interface RecordActions {
  removes: boolean
  shows: 'ADD' | 'CHANGE' | null
}

/** `isHeard`: some platform receives records of this kind. Removals are sent even if no platform does. */
export const decideRecordActions = (
  {
    due,
    told,
    operatorId,
    digest,
  }: { due: ShowOrRemove; told: LastSentRecord | null; operatorId: number; digest: string },
  isHeard: boolean,
): RecordActions | null => {
  if (due === null) return null
  const stood = told !== null && !told.removed
  const removes = mustBeRemoved(due, told, operatorId)
  if (!removes && stood && told.digest === digest) return null
  if (!stood && !isHeard) return null
  if (due !== 'SHOW') return { removes, shows: null }
  return { removes, shows: stood && !removes ? 'CHANGE' : 'ADD' }
}

export const makeRecordRemoval = (
  why: RecordRemovalCause,
  { body, repairedOn }: { body: RecordBody; repairedOn: string | null },
  today: string,
): PublishedRecord['removal'] => {
  const ended = why === 'REVOKED' ? body['revoked_on'] : why === 'REPAIRED' ? repairedOn : null
  return {
    reason: why,
    reasonText: REMOVALS[why],
    documentNumber: null,
    removedOn: typeof ended === 'string' ? ended : today,
  }
}
