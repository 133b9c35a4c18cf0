/** WIPO ST.66 and ST.96. Only local names count, since namespace prefixes vary. */

import { niceClass, trademarkNumber } from '../../domain/records/trademark.js'
import { clean } from '../../foundation/text/values.js'
import { isDate } from '../../foundation/time/dates.js'
import { listOf } from '../envelopes.js'
import type { Examination } from '../examine.js'
import type { FeedForm } from '../feed.js'
import { isRecord } from '../readers/shapes.js'
import { draftsOf, NO_CODES, type TrademarkFacts } from './mark.js'

/** The office's status table; 702 and 800 are confirmed, the rest is from memory. */
const STATES: readonly (readonly [codes: string, status: string])[] = [
  ['700 701 702 703 704 705 706 707 800', 'REGISTERED'],
  ['630 638 640 641 642 644 645 646 647 648 649 650 651 652 653 654 660 661 663 680 681 686 688 689 690', 'APPLIED'],
  ['600 601 602 603 604 605 606 607 608 609 614 710 711 712 713 714', 'INVALID'],
  ['900', 'EXPIRED'],
]
const STATUS = new Map(STATES.flatMap(([codes, status]) => codes.split(' ').map((code) => [code, status] as const)))
const CLASS_ACTIVE = '6'
const PREFIXES = ['', 'tmk:', 'com:', 'ns1:', 'ns2:', 'ns3:', 'ns4:']
/** An xs:date may carry a UTC offset. */
const WRITTEN_DATE = /^(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?$/

const spelled = (names: readonly string[]): string[] => names.flatMap((name) => PREFIXES.map((prefix) => prefix + name))

export const st66: FeedForm = {
  names: ['TradeMarkDetails', 'ApplicantDetails'],
  drafts: (row, { today }) => {
    const marks = inside(row.item.fields, 'TradeMarkDetails', 'TradeMark')
    const [mark, another] = marks
    if (!isRecord(mark) || another !== undefined) {
      row.problem('TradeMarkDetails', 'value', '应有且只有一件商标。There must be one trademark and no other.')
      return []
    }
    const classes = inside(mark, 'GoodsServicesDetails', 'GoodsServices', 'ClassDescriptionDetails', 'ClassDescription')
    return drafts(row, today, mark, {
      application: one(row, mark, 'ApplicationNumber'),
      name: one(row, mark, 'WordMarkSpecification', 'MarkVerbalElementText'),
      classStates: classes.flatMap((part) => inside(part, 'ClassNumberStatusCode')),
      classes: classes.map((part) => [inside(part, 'ClassNumber'), inside(part, 'GoodsServicesDescription')]),
      owners: inside(row.item.fields, 'ApplicantDetails', 'Applicant').map((party) => ({
        turn: inside(party, 'ApplicantExt', 'PartyTypeCode')[0],
        name: inside(
          party,
          ...['ApplicantAddressBook', 'FormattedNameAddress', 'Name', 'FreeFormatName', 'FreeFormatNameDetails'],
          'FreeFormatNameLine',
        ),
      })),
    })
  },
}

export const st96: FeedForm = {
  names: spelled([
    ...['RegistrationOfficeCode', 'ApplicationNumber', 'RegistrationNumber', 'ApplicationDate', 'RegistrationDate'],
    ...['FilingPlace', 'MarkCurrentStatusCode', 'MarkCurrentStatusDate', 'AssociatedMarkBag', 'MarkCategory'],
    ...['MarkRepresentation', 'MarkDisclaimerBag', 'GoodsServicesBag', 'PublicationBag', 'ApplicantBag'],
    ...['NationalRepresentative', 'NationalCorrespondent', 'RecordAttorney', 'StaffBag', 'MarkEventBag'],
    ...['AssignmentBag', 'NationalTrademarkInformation', 'NationalGoodsServices', 'NationalFilingBasis'],
  ]),
  drafts: (row, { today }) => {
    const mark = row.item.fields
    const goods = inside(mark, 'GoodsServicesBag', 'GoodsServices', 'ClassDescriptionBag', 'ClassDescription')
    return drafts(row, today, mark, {
      application: one(row, mark, 'ApplicationNumber', 'ApplicationNumberText'),
      name: one(row, mark, 'MarkRepresentation', 'MarkReproduction', 'WordMarkSpecification', 'MarkVerbalElementText'),
      // Descriptions without a class hold the class status.
      classStates: goods.flatMap((part) => inside(part, 'NationalStatusBag', 'NationalStatus', 'NationalStatusCode')),
      classes: goods
        .map((part): [unknown[], unknown[]] => [
          inside(part, 'ClassNumber'),
          inside(part, 'GoodsServicesDescriptionText'),
        ])
        .filter(([numbers, texts]) => numbers.length > 0 || texts.length > 0),
      owners: inside(mark, 'ApplicantBag', 'Applicant').map((party) => ({
        turn: inside(party, '@sequenceNumber')[0],
        name: inside(party, 'Contact', 'Name', 'EntityName'),
      })),
    })
  },
}

interface UsptoDocument {
  application: string | null
  name: string | null
  classStates: unknown[]
  classes: [numbers: unknown[], texts: unknown[]][]
  owners: { turn: unknown; name: unknown[] }[]
}

const drafts = (row: Examination, today: string, mark: Record<string, unknown>, told: UsptoDocument) => {
  const registration = numberIn(row, 'RegistrationNumber', one(row, mark, 'RegistrationNumber'))
  const application = numberIn(row, 'ApplicationNumber', told.application)
  if (application === null) missing(row, 'ApplicationNumber')
  if (one(row, mark, 'RegistrationOfficeCode') !== 'US')
    row.problem('RegistrationOfficeCode', 'value', '不是美国专利商标局的商标。No trademark of the USPTO.')
  if (told.classStates.some((state) => textIn(state) !== CLASS_ACTIVE))
    row.problem('ClassNumberStatusCode', 'value', '类别状态未知。A class in a state that is on no list.')
  const owner = ownerOf(told.owners)
  if (owner === null) missing(row, 'Applicant')
  const all: TrademarkFacts = {
    office: 'US',
    number: registration ?? application,
    // The serial number is lifelong.
    lasting: application,
    application,
    name: told.name,
    owner: owner ?? '',
    ownerEn: owner,
    codes: NO_CODES,
    status: statusOf(row, one(row, mark, 'MarkCurrentStatusCode')),
    applied: dateIn(row, today, mark, 'ApplicationDate'),
    registered: dateIn(row, today, mark, 'RegistrationDate'),
    // The ten-year term is a rule.
    expires: null,
    classes: classesIn(row, told.classes),
  }
  return draftsOf(row, all)
}

/** The highest party type wins (10 applicant, 30 registrant, 31 successor). */
const ownerOf = (owners: UsptoDocument['owners']): string | null => {
  const named = owners
    .map(({ turn, name }) => ({
      turn: Number(textIn(turn) ?? 0),
      name: name.map(textIn).find((part) => part !== null),
    }))
    .filter(({ name, turn }) => name && Number.isFinite(turn))
  return (
    named.reduce<(typeof named)[number] | null>((last, next) => (last && last.turn >= next.turn ? last : next), null)
      ?.name ?? null
  )
}

const classesIn = (row: Examination, told: UsptoDocument['classes']): TrademarkFacts['classes'] => {
  const goods = new Map<number, string[]>()
  for (const [numbers, texts] of told) {
    const number = niceClass(textIn(numbers[0]))
    if (number === null) {
      row.problem('ClassNumber', 'value', '不是国际分类。ClassNumber is no class from 1 to 45.')
      continue
    }
    const named = texts.flatMap((text) => (textIn(text) ?? '').split(';')).map((name) => name.trim())
    const all = goods.get(number) ?? []
    for (const name of named) if (name !== '') all.push(name)
    goods.set(number, all)
  }
  if (told.length === 0) missing(row, 'ClassNumber')
  return [...goods].map(([number, names]) => ({ class: number, goods: names }))
}

const statusOf = (row: Examination, code: string | null): string | null => {
  const status = STATUS.get(code ?? '') ?? null
  if (code === null) missing(row, 'MarkCurrentStatusCode')
  else if (status === null)
    row.problem('MarkCurrentStatusCode', 'value', `状态代码未知：${code}。A state that is on no list.`)
  return status
}

const dateIn = (row: Examination, today: string, mark: Record<string, unknown>, field: string): string | null => {
  const sent = one(row, mark, field)
  if (sent === null) return null
  const day = WRITTEN_DATE.exec(sent)?.[1] ?? ''
  if (!isDate(day)) {
    row.problem(field, 'date', `${field}不是有效日期：${sent}。${field} is not a date that exists.`)
    return null
  }
  if (day > today) row.remark(field, 'date.future', `${field}晚于今天：${day}。${field} lies in the future.`)
  return day
}

const numberIn = (row: Examination, field: string, sent: string | null): string | null => {
  const number = sent === null ? null : trademarkNumber(sent)
  // Unregistered marks have registration number 0.
  if (sent === null || /^0+$/.test(sent)) return null
  if (number === null) row.problem(field, 'code', `${field}不是商标号：${sent}。${field} is no number of a trademark.`)
  return number
}

const missing = (row: Examination, field: string): void =>
  row.problem(field, 'required', `缺少${field}。${field} is missing.`)

/** Several texts are a problem. */
const one = (row: Examination, from: unknown, ...path: string[]): string | null => {
  const found = inside(from, ...path)
  const [first, another] = found.map(textIn).filter((text) => text !== null)
  const field = path[0] ?? ''
  if (
    another !== undefined ||
    found.some(
      (value) =>
        Array.isArray(value) ||
        (isRecord(value) && textIn(value) === null && Object.keys(value).some((name) => !name.startsWith('@'))),
    )
  )
    row.problem(field, 'value', `${field}应为单一文本。${field} must be one text.`)
  return first ?? null
}

const textIn = (value: unknown): string | null => clean(isRecord(value) ? value['#text'] : value)

const inside = (from: unknown, ...path: string[]): unknown[] =>
  path.reduce<unknown[]>(
    (found, name) =>
      found.flatMap((value) =>
        isRecord(value)
          ? Object.entries(value).flatMap(([key, part]) => (localName(key) === name ? listOf(part) : []))
          : [],
      ),
    [from],
  )

const localName = (name: string): string => name.replace(/^(@?)[^:@]*:/, '$1')
