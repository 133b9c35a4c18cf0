/**
 * Texts are templates under schema/documents; legal numbers come from rules with effective dates. Unknown or
 * unconfirmed values stay blank, so no document asserts them.
 */

import type { Paper } from '../../foundation/papers/paper.js'
import { checkRuleRows, type DatedRow, isInForce, type RuleFault } from '../calendar/dated-rows.js'
import { type AuthorityData, describeContact } from '../office/authorities.js'
import { maskPersonalData } from '../records/personal-data.js'
import type { RecordBody } from '../records/records.js'
import type { Case } from './case.js'
import type { EntryColumns } from './entry-columns.js'
import { findLegalNumber, findTerm, type LegalNumber, type LegalNumberName, type ListKind } from './lists.js'
import type { PublicationClocks } from './publication-clocks.js'

export const DOCUMENT_KINDS = ['NOTICE', 'DECISION', 'REPAIR_NOTICE', 'REPAIR_APPLICATION', 'REMOVAL'] as const
export type DocumentKind = (typeof DOCUMENT_KINDS)[number]

/** The five required parts: 事由、依据、惩戒措施提示、移出条件和程序、救济措施 (SAMR order 44, article 13). */
export const SECTIONS_OF_EVERY_DOCUMENT = ['GROUNDS', 'BASIS', 'MEASURES', 'REMOVAL', 'REMEDIES'] as const

export interface DocumentTemplate {
  kind: DocumentKind
  /** Default: AUTHORITY. */
  signer?: 'AUTHORITY' | 'PARTY'
  title: string
  head: string[]
  opening: string[]
  sections: { part: (typeof SECTIONS_OF_EVERY_DOCUMENT)[number]; heading: string; text: string[] }[]
  closing: string[]
  blanks: Record<string, { zh: string; from: string | null; words?: Record<string, string> }>
}

interface DocumentRow extends DatedRow {
  name:
    | 'HEARING'
    | 'RECONSIDERATION'
    | 'SUIT'
    | 'REPAIR_CONDITIONS'
    | 'REPAIR_BASIS'
    | 'REPAIR_NOTICE'
    | 'FALSE_MATERIALS'
  text: string
}

export interface DocumentRules {
  rows: readonly DocumentRow[]
}

/** A paper that the agency's case system issued and an officer entered here. */
interface IssuedPaper {
  number: string
  issuedOn: string
}

export interface DocumentSource {
  listing: Pick<EntryColumns, 'authority' | 'reason' | 'documentNumber' | 'removedOn' | 'removalReason'> & {
    facts: Case
  }
  operator: { name: string | null; uscc: string | null }
  decision: RecordBody | null
  authority: AuthorityData | null
  list: ListKind
  clocks: PublicationClocks | null
  rules: DocumentRules
  issued: IssuedPaper | null
  /** Numbers typed with a step of the case. The issued document's number replaces them. */
  named: Partial<Record<DocumentKind, string>>
  /** Day of the draft, whose rules apply until the document's own day is known. */
  on: string
}

export const listAvailableDocumentKinds = (facts: Case, removedOn: string | null): DocumentKind[] => {
  const { state } = facts
  const decided = facts.decidedOn !== null || state === 'REVIEWED' || state === 'CONSENTED'
  const standing = state === 'PUBLISHED' || state === 'REPAIR_APPLIED' || state === 'HIDDEN'
  const there: Record<DocumentKind, boolean> = {
    NOTICE: facts.proposedBy !== null || facts.notifiedOn !== null,
    DECISION: decided,
    REPAIR_NOTICE: decided,
    REPAIR_APPLICATION: standing,
    REMOVAL: standing || removedOn !== null,
  }
  return DOCUMENT_KINDS.filter((kind) => there[kind])
}

/** Includes documents that the party signs itself. */
export const listServedDocumentKinds = (facts: Case, removedOn: string | null): DocumentKind[] => {
  const served: Record<DocumentKind, boolean> = {
    NOTICE: facts.notifiedOn !== null,
    DECISION: facts.servedOn !== null,
    REPAIR_NOTICE: facts.servedOn !== null,
    REPAIR_APPLICATION: true,
    REMOVAL: removedOn !== null,
  }
  return listAvailableDocumentKinds(facts, removedOn).filter((kind) => served[kind])
}

const NAMED_BY: Partial<Record<string, DocumentKind>> = {
  notifyListing: 'NOTICE',
  decideListing: 'DECISION',
  removeListing: 'REMOVAL',
}

export const collectDocumentNumbers = (
  moves: readonly { move: string; act: Record<string, unknown> }[],
): Partial<Record<DocumentKind, string>> => {
  const named = moves.map(({ move, act }) => [NAMED_BY[move], act['documentNumber']])
  return Object.fromEntries(named.filter(([kind, number]) => kind && number))
}

/** In characters: the limit that 双公示 sets for document numbers. */
const NUMBER_LONGEST = 128
const SHA256 = /^[0-9a-f]{64}$/

export const findIssueFault = (
  { number, sha256, issuedOn, signer }: IssuedPaper & { sha256: string; signer: DocumentTemplate['signer'] },
  today: string,
): string | null => {
  if (number === '' || number.length > NUMBER_LONGEST)
    return `文号须为 1–${NUMBER_LONGEST} 个字符 the number has 1 to ${NUMBER_LONGEST} characters`
  if (!SHA256.test(sha256)) return '校验值应为 64 位十六进制 not 64 hexadecimal digits'
  if (signer === 'PARTY')
    return '这是当事人的申请书，不由办案系统出具 it is the party’s own paper, not one that is issued'
  return issuedOn > today ? '出具日期晚于今天 the day of issue lies after today' : null
}

/** True when a decision served on `on` must come with the repair notice (两书同达). */
export const needsRepairNotice = ({ rows }: DocumentRules, on: string): boolean =>
  rows.some((row) => row.name === 'REPAIR_NOTICE' && row.confirmed && isInForce(row, on))

export interface MissingBlank {
  name: string
  zh: string
  why: 'BY_HAND' | 'UNKNOWN' | 'UNCONFIRMED'
  /** Unconfirmed legal text, which only officers see. */
  unconfirmed: { text: string; basis: string } | null
}

export type FilledDocument = ReturnType<typeof fillTemplate>

export type DocumentReader = 'OFFICER' | 'PARTY'

interface DocumentPage {
  title: string
  html: string
  /** SHA-256 of the `<article>` element in UTF-8, tags included. */
  sha256: string
  missing: MissingBlank[]
  paper: (madeAt: Date) => Paper
}

/** Implemented in `src/web`. The page's hash is stored as that of the paper served. */
export type DocumentPrinter = (template: DocumentTemplate, of: DocumentSource, reader: DocumentReader) => DocumentPage

export const fillTemplate = (template: DocumentTemplate, of: DocumentSource) => {
  const filled = { values: new Map<string, string | readonly string[]>(), missing: [] as MissingBlank[] }
  for (const [name, { zh, from, words }] of Object.entries(template.blanks)) {
    const found = from === null ? null : (SOURCES[from]?.(of, template.kind) ?? null)
    const value = typeof found === 'string' && words ? (words[found] ?? null) : found
    const written = isLegalText(value) ? value.text : value
    if (!written?.length)
      filled.missing.push({ name, zh, why: from === null ? 'BY_HAND' : 'UNKNOWN', unconfirmed: null })
    else if (isLegalText(value) && !value.confirmed)
      filled.missing.push({ name, zh, why: 'UNCONFIRMED', unconfirmed: { text: value.text, basis: value.basis } })
    else filled.values.set(name, written)
  }
  return filled
}

interface LegalText {
  text: string
  basis: string
  confirmed: boolean
}

type BlankValue = string | readonly string[] | LegalText | null
type BlankSource = (of: DocumentSource, kind: DocumentKind) => BlankValue

const isLegalText = (value: BlankValue): value is LegalText =>
  typeof value === 'object' && value !== null && 'basis' in value

const sourced = (text: string, { basis, confirmed }: Omit<LegalText, 'text'>): LegalText => ({ text, basis, confirmed })

const dayOf = ({ listing, on }: DocumentSource): string => listing.facts.decidedOn ?? on

const numbered =
  (name: LegalNumberName, unit: string, on: (of: DocumentSource) => string = dayOf): BlankSource =>
  (of) => {
    const row: LegalNumber | null = findLegalNumber(of.list, name, on(of))
    return row && sourced(row.value === null ? '无' : `${row.value}${unit}`, row)
  }

const ruled =
  (name: DocumentRow['name']): BlankSource =>
  (of) => {
    const row = of.rules.rows.find((each) => each.name === name && isInForce(each, dayOf(of)))
    return row ? sourced(row.text, row) : null
  }

const penalty =
  (field: string): BlankSource =>
  ({ decision }) => {
    const value = decision?.[field]
    return typeof value === 'string' && value.trim() !== '' ? maskPersonalData(value, ['ID_NUMBER']).text : null
  }

const clocked =
  (
    which: (clocks: PublicationClocks) => { on: string; row: { basis: string; confirmed: boolean } } | undefined,
  ): BlankSource =>
  ({ clocks }) => {
    const day = clocks && which(clocks)
    return day ? sourced(formatChineseDate(day.on), day.row) : null
  }

const day = (date: string | null): string | null => (date === null ? null : formatChineseDate(date))

export const formatChineseDate = (date: string): string => {
  const [year, month, of] = date.split('-').map(Number)
  return `${year}年${month}月${of}日`
}

const SOURCES: Record<string, BlankSource> = {
  authority: ({ listing }) => listing.authority,
  number: ({ issued, named }, kind) => issued?.number ?? named[kind] ?? null,
  issuedOn: ({ issued }) => day(issued?.issuedOn ?? null),
  party: ({ operator }) => operator.name,
  code: ({ operator }) => operator.uscc,
  representative: penalty('representative'),
  listName: ({ list }) => list.zh,
  ground: ({ listing }) => listing.facts.ground ?? (listing.facts.decisionHeavy === true ? 'HEAVIER_PENALTY' : null),
  penaltyOn: (of) => {
    const on = of.decision?.['decided_on']
    return typeof on === 'string' ? formatChineseDate(on) : null
  },
  penaltyAuthority: penalty('authority'),
  penaltyNumber: penalty('document_number'),
  violation: (of, kind) => penalty('violation')(of, kind) ?? (of.listing.reason.trim() || null),
  facts: penalty('facts'),
  penaltyContent: (of, kind) => penalty('content')(of, kind) ?? typesOf(of.decision),
  listBasis: (of) =>
    of.list.legalBasis
      .filter((basis) => isInForce(basis, dayOf(of)))
      .map(({ title, number, articles, mark }) => {
        const cited = mark === 'F' && articles !== null ? articles : ''
        return `《${title}》${number === null ? '' : `（${number}）`}${cited}`
      }),
  measures: ({ list }) => list.measures.map(({ zh }) => zh),
  termYears: (of) => {
    const term = findTerm(of.list, dayOf(of), of.listing.facts.publishedOn)
    return term && sourced(`${term.years}年`, term)
  },
  repairAfter: numbered('REPAIR_MIN_MONTHS', '个月'),
  acceptDays: numbered('REPAIR_ACCEPT_WORKDAYS', '个工作日', ({ on }) => on),
  decideDays: numbered('REPAIR_DECIDE_WORKDAYS', '个工作日', ({ on }) => on),
  defenceDays: numbered('DEFENCE_WORKDAYS', '个工作日', ({ listing, on }) => listing.facts.notifiedOn ?? on),
  entrance: ({ list }) =>
    list.repair && sourced(list.repair.zh, { basis: list.repair.basis, confirmed: list.repair.mark === 'F' }),
  hearingDays: ruled('HEARING'),
  reconsiderationDays: ruled('RECONSIDERATION'),
  suitMonths: ruled('SUIT'),
  conditions: ruled('REPAIR_CONDITIONS'),
  repairBasis: ruled('REPAIR_BASIS'),
  falseMaterials: ruled('FALSE_MATERIALS'),
  gsxtEndsOn: clocked(({ gsxt }) => gsxt?.endsOn),
  creditchinaFrom: clocked(({ creditchina }) => creditchina?.repairFrom),
  creditchinaEndsOn: clocked(({ creditchina }) => creditchina?.endsOn),
  decidedOn: ({ listing }) => day(listing.facts.decidedOn),
  decisionNumber: ({ listing }) => listing.documentNumber,
  removedOn: ({ listing }) => day(listing.removedOn),
  removalReason: ({ listing }) => listing.removalReason,
  contact: ({ authority }) => authority && describeContact(authority),
  reconsiderationBody: ({ authority }) => authority?.reconsiderationBody ?? null,
  court: ({ authority }) => authority?.court ?? null,
  fineBank: ({ authority }) => authority?.fineBank ?? null,
}

const typesOf = (decision: RecordBody | null): string | null => {
  const types = decision?.['types']
  return Array.isArray(types) && types.length > 0 ? types.map(String).join('、') : null
}

export const BLANK_PATTERN = /\{\{([^{}]*)\}\}/g
/** Time limits come only from a rule with effective dates, not from a template. */
const LEGAL_NUMBER = /[\d０-９]|[一二三四五六七八九十百两半]+(?:个)?(?:工作日|日内|日起|天|个?月内?|年)/
const REQUIRED_BLANKS = ['authority', 'number', 'party', 'issuedOn']

export const checkDocumentTemplate = (template: DocumentTemplate): RuleFault[] => {
  const faults: RuleFault[] = []
  const say = (place: string, reason: string): void => {
    faults.push({ place, reason })
  }
  const used = new Set(['authority', 'number', 'issuedOn'])
  for (const [place, text] of textsOf(template)) {
    for (const [, name = ''] of text.matchAll(BLANK_PATTERN)) {
      used.add(name)
      if (!(name in template.blanks)) say(place, `空白处 ${name} 未列明。The blank is not declared.`)
    }
    const words = text.replace(BLANK_PATTERN, '')
    if (/[{}]/.test(words)) say(place, '空白处的写法有误。A blank is not written {{name}}.')
    if (LEGAL_NUMBER.test(words))
      say(place, '法定期限须为规则表的一行。A number of the law must be a row of the rules.')
  }
  const parts = template.sections.map(({ part }) => part)
  for (const part of SECTIONS_OF_EVERY_DOCUMENT) {
    const times = parts.filter((each) => each === part).length
    if (times !== 1) say('sections', `${part} 须恰有一节。There must be one section for it.`)
  }
  const needed = REQUIRED_BLANKS.filter((name) => name !== 'number' || template.signer !== 'PARTY')
  for (const name of needed) if (!(name in template.blanks)) say('blanks', `缺少空白处 ${name}。The blank is missing.`)
  for (const [name, { from }] of Object.entries(template.blanks)) {
    if (!used.has(name)) say(`blanks.${name}`, '没有用到。It is used nowhere.')
    if (from !== null && !(from in SOURCES))
      say(`blanks.${name}.from`, `不知道 ${from}。Nothing of this name fills it.`)
  }
  return faults
}

const textsOf = (template: DocumentTemplate): [place: string, text: string][] => {
  const all = (place: string, texts: readonly string[]): [string, string][] =>
    texts.map((text, i) => [`${place}[${i}]`, text])
  return [
    ['title', template.title],
    ...all('head', template.head),
    ...all('opening', template.opening),
    ...template.sections.flatMap(({ heading, text }, i): [string, string][] => [
      [`sections[${i}].heading`, heading],
      ...all(`sections[${i}].text`, text),
    ]),
    ...all('closing', template.closing),
    ...Object.entries(template.blanks).flatMap(([name, { words = {} }]) =>
      Object.entries(words).map(([key, text]): [string, string] => [`blanks.${name}.words.${key}`, text]),
    ),
  ]
}

export const checkDocumentRules = ({ rows }: DocumentRules): RuleFault[] =>
  checkRuleRows(rows, 'rows', (a, b) => a.name === b.name)
