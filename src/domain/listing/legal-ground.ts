import type { BilingualText } from '../../foundation/text/words.js'
import { findRowInForce, type SourceCertainty } from '../calendar/dated-rows.js'
import { extractRegionOfUscc, hasUsccForm } from '../operators/codes.js'
import { type DivisionLevel, divisionLevelOf, PROVINCE_DIVISION } from '../operators/places.js'
import { isHeavyPenalty, isWithdrawnPenalty } from '../records/penalty.js'
import type { RecordBody } from '../records/records.js'
import { findLegalBasis, findLegalNumber, findTerm, type LegalNumberName, type ListKind } from './lists.js'
import { type ClockRules, computePublicationClocks } from './publication-clocks.js'

export interface GroundStatus {
  /**
   * FALLEN: no source reports it any more. ABSENT: a full delivery lacks it. ELSEWHERE: reported for another operator.
   */
  state: 'STANDS' | 'WITHDRAWN' | 'FALLEN' | 'ABSENT' | 'ELSEWHERE'
  /** True for a 较重行政处罚. While the linked source reports it, that source alone decides. */
  heavy: boolean
}

export interface GroundSource {
  operatorId: number | null
  body: RecordBody
  stands: boolean
  /** False for another source of the linked fact. */
  linked: boolean
}

/** A withdrawal by one source outweighs all other sources. */
export const assessLegalGround = (sources: readonly GroundSource[], operatorId: number): GroundStatus => {
  const own = sources.filter((source) => source.operatorId === operatorId)
  const standing = own.filter((source) => source.stands)
  const said = standing.find((source) => source.linked)
  const heavy = said ? isHeavyPenalty(said.body) : standing.some(({ body }) => isHeavyPenalty(body))
  if (own.some(({ body }) => isWithdrawnPenalty(body))) return { state: 'WITHDRAWN', heavy: false }
  if (standing.length > 0) return { state: 'STANDS', heavy }
  if (own.length > 0) return { state: 'ABSENT', heavy: false }
  return { state: sources.length > 0 ? 'ELSEWHERE' : 'FALLEN', heavy: false }
}

export type GroundConsequence = 'REVOKED' | 'CORRECTED' | 'CHANGED_HANDS' | 'LIGHTER' | 'ABSENT'

export interface GroundHistory {
  wasHeavy: boolean
  isWrong: boolean
  /** The record was dropped because its operator is no longer certain. */
  isLetGo: boolean
}

/**
 * A withdrawn or erroneous penalty ends the case. A lighter penalty, or a penalty of another operator, hides the entry.
 */
export const decideGroundConsequence = (
  { state, heavy }: GroundStatus,
  { wasHeavy, isWrong, isLetGo }: GroundHistory,
): GroundConsequence | null => {
  if (state === 'WITHDRAWN') return 'REVOKED'
  if (state === 'FALLEN') return isLetGo ? 'CHANGED_HANDS' : 'CORRECTED'
  const isLighter = wasHeavy && !heavy
  // Without the erroneous record nothing would have been listed.
  if (isWrong && (state !== 'STANDS' || isLighter)) return 'CORRECTED'
  if (state === 'ABSENT') return 'ABSENT'
  if (state === 'ELSEWHERE') return 'CHANGED_HANDS'
  return isLighter ? 'LIGHTER' : null
}

export type LinkedDecision = ReturnType<typeof readLinkedDecision>

export const readLinkedDecision = ({ id, body }: { id: number; body: RecordBody }) => {
  const text = (field: string): string => (typeof body[field] === 'string' ? (body[field] as string) : '')
  const code = text('authority_code')
  return {
    version: id,
    documentNumber: text('document_number'),
    heavy: isHeavyPenalty(body),
    decidedOn: text('decided_on'),
    violation: text('violation'),
    authority: text('authority'),
    // A malformed code counts as Jilin's.
    authorityCode: hasUsccForm(code) ? extractRegionOfUscc(code) : PROVINCE_DIVISION,
    level: readAuthorityLevel(body),
  }
}

export const readAuthorityLevel = (penalty: RecordBody): DivisionLevel | null => {
  const code = penalty['authority_code']
  return typeof code === 'string' && hasUsccForm(code) ? divisionLevelOf(extractRegionOfUscc(code)) : null
}

interface BindingRow {
  what: BilingualText
  mark: SourceCertainty
}

export interface PublishedCase {
  list: ListKind
  clocks: ClockRules
  decidedOn: string
  publishedOn: string
}

const NUMBERS: readonly (readonly [LegalNumberName, string, string])[] = [
  ['DEFENCE_WORKDAYS', '陈述申辩期限', 'time for the defence'],
  ['REPAIR_MIN_MONTHS', '申请信用修复的最短期限', 'earliest repair'],
]

const PARTS = ['counting', 'legalBasis', 'terms', 'consents', 'measures', 'removals', 'repair']

interface PlacedRow {
  table: string
  path: readonly string[]
  row: Readonly<Record<string, unknown>>
}

export const bindsPublication = (lists: readonly ListKind[], { table, path, row }: PlacedRow, day: string): boolean => {
  if (typeof row['to'] === 'string' && row['to'] < day) return false
  const own = lists.filter((list) => list.decidedHere && list.public).map(({ id }) => id)
  if (table === 'clocks') return row['list'] === null || own.includes(String(row['list']))
  if (table !== 'lists' || !own.some((id) => path.includes(id))) return false
  const part = path.at(-1) ?? ''
  return PARTS.includes(part) || (part === 'numbers' && NUMBERS.some(([name]) => name === row['name']))
}

/** Deadlines of the authority itself change nothing published, so they are left out. */
const listBindingRules = ({ list, clocks, decidedOn, publishedOn }: PublishedCase): BindingRow[] => {
  const rows = (zh: string, en: string, found: readonly ({ mark: SourceCertainty } | null | undefined)[]) =>
    found.flatMap((row) => (row ? [{ what: { zh, en }, mark: row.mark }] : []))
  const of = { list: list.id, documentOn: decidedOn, publishedOn, banUntil: null, today: publishedOn }
  const { severity, gsxt, creditchina } = computePublicationClocks(clocks, of)
  return [
    ...rows('法定依据', 'legal basis', [findLegalBasis(list, decidedOn)]),
    ...rows('期限的计算', 'counting of the term', [list.counting]),
    ...rows('列入期限', 'term', [findTerm(list, decidedOn, publishedOn)]),
    ...rows('须经上级同意的规定', 'consent of the superior', [findRowInForce(list.consents, decidedOn)]),
    ...NUMBERS.flatMap(([name, zh, en]) => rows(zh, en, [findLegalNumber(list, name, decidedOn)])),
    ...list.measures.flatMap((row) => rows(`惩戒措施（${row.zh}）`, `measure: ${row.en}`, [row])),
    ...list.removals.flatMap((row) => rows(`移出途径（${row.zh}）`, `way off the list: ${row.en}`, [row])),
    ...rows('申请修复的入口', 'where to apply for repair', [list.repair]),
    ...rows('失信信息的严重程度', 'severity', [severity]),
    ...rows('公示系统的公示期限', 'display at the publicity system', [gsxt?.endsOn.row, gsxt?.repairFrom.row]),
    ...rows('信用中国的公示期限', 'display at Credit China', [creditchina?.endsOn.row, creditchina?.repairFrom.row]),
  ]
}

export const listUnconfirmedRules = (published: PublishedCase): BilingualText[] =>
  listBindingRules(published).flatMap(({ what, mark }, i, all) =>
    mark === 'F' || all.slice(0, i).some((other) => other.what.zh === what.zh && other.mark === mark) ? [] : [what],
  )
