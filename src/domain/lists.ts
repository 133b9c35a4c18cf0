/**
 * Kinds of list are rows of `schema/rules/lists.json`: who lists whom, on what basis, for how long. Terms and deadlines
 * are dated, chosen by the day that the row names, and each says where its number comes from. A kind without a legal
 * basis cannot be made, and one for a single province not without that province's own regulation (国办发〔2020〕49号).
 */
import { addYears, isDate } from './dates.js'
import type { FactName, Words } from './facts.js'
import { factRow } from './facts.js'

/** F: found in a published text. M: from memory; shown as unconfirmed, never asserted as law. */
export type Mark = 'F' | 'M'

/** First and last day on which a row applies; null: open. */
interface Dated {
  from: string | null
  to: string | null
}

interface Sourced {
  basis: string
  mark: Mark
}

export interface LegalBasis extends Dated {
  type:
    | 'LAW'
    | 'ADMINISTRATIVE_REGULATION'
    | 'LOCAL_REGULATION'
    | 'DEPARTMENT_RULE'
    | 'CENTRAL_POLICY'
    | 'JUDICIAL_INTERPRETATION'
  title: string
  number: string | null
  articles: string | null
  mark: Mark
}

/** How long an entry stands, by the day on which it was decided. */
export interface Term extends Dated, Sourced {
  years: number
  confirmed: boolean
}

export type NumberName =
  | 'DEFENCE_WORKDAYS'
  | 'PUBLICATION_WORKDAYS'
  | 'REPAIR_MIN_MONTHS'
  | 'REPAIR_ACCEPT_WORKDAYS'
  | 'REPAIR_DECIDE_WORKDAYS'
  | 'WITHDRAWAL_WORKDAYS'

export interface LegalNumber extends Dated, Sourced {
  name: NumberName
  value: number
  selectedBy: 'DECISION' | 'NOTICE' | 'APPLICATION' | 'PUBLICATION'
  confirmed: boolean
}

export const REMOVALS = ['EXPIRED', 'REPAIRED', 'REVOKED', 'CORRECTED', 'CEASED'] as const
export type RemovalReason = (typeof REMOVALS)[number]

export interface RemovalRule extends Words, Sourced {
  reason: RemovalReason
}

export interface ListKind extends Words {
  id: string
  legalBasis: LegalBasis[]
  authority: string
  scope: 'NATIONAL' | 'PROVINCIAL'
  /** Whether an entry published by this hub makes `listed` true. */
  blacklist: boolean
  /** Whether entries decided here are published. */
  public: boolean
  /** Whether entries can be proposed and decided here; what a feed brings is mirrored, of whatever kind. */
  decidedHere: boolean
  /** What an entry in force is to a scorecard; null: nothing. */
  fact: FactName | null
  threshold: Words
  terms: Term[]
  numbers: LegalNumber[]
  removals: RemovalRule[]
}

/**
 * The day on which an entry's term is complete, and from which it no longer stands. Null where no day of decision is
 * known or no term is fixed: such an entry ends only by an act.
 */
export const termEnd = (list: Pick<ListKind, 'terms'>, decidedOn: string | null): string | null => {
  const term = termOf(list, decidedOn)
  return term === null || decidedOn === null ? null : addYears(decidedOn, term.years)
}

export const termOf = (list: Pick<ListKind, 'terms'>, decidedOn: string | null): Term | null =>
  decidedOn === null ? null : (list.terms.find((term) => applies(term, decidedOn)) ?? null)

/** The row of a number that applies on a day: of the notice, the decision, the application, as `selectedBy` says. */
export const numberOf = (list: ListKind, name: NumberName, on: string): LegalNumber | null =>
  list.numbers.find((row) => row.name === name && applies(row, on)) ?? null

const applies = (row: Dated, on: string): boolean =>
  (row.from === null || row.from <= on) && (row.to === null || on <= row.to)

export interface ListFault {
  place: string
  reason: string
}

/** Everything wrong with the table; empty: it may be used. */
export const checkLists = (rows: readonly ListKind[]): ListFault[] => {
  const faults: ListFault[] = []
  const say: Say = (place, reason) => {
    faults.push({ place, reason })
  }
  const ids = new Set<string>()
  for (const row of rows) {
    if (ids.has(row.id)) say(row.id, '名单类别重复。The kind is there twice.')
    ids.add(row.id)
    checkBasis(row, say)
    checkRow(row, say)
    checkDated(row.terms, `${row.id}.terms`, say)
    for (const name of new Set(row.numbers.map((each) => each.name))) {
      const same = row.numbers.filter((each) => each.name === name)
      checkDated(same, `${row.id}.numbers.${name}`, say)
    }
  }
  return faults
}

type Say = (place: string, reason: string) => void

const checkBasis = (row: ListKind, say: Say): void => {
  if (row.legalBasis.length === 0) {
    say(`${row.id}.legalBasis`, '没有法定依据，不得设立名单。A kind without a legal basis cannot be made.')
  } else if (row.scope === 'PROVINCIAL' && !row.legalBasis.some((basis) => basis.type === 'LOCAL_REGULATION')) {
    say(`${row.id}.legalBasis`, '仅在本省实施的名单须有地方性法规依据。A provincial kind needs a local regulation.')
  }
  row.legalBasis.forEach((basis, i) => {
    if (basis.title.trim() === '') say(`${row.id}.legalBasis[${i}].title`, '缺少依据名称。The title is missing.')
  })
}

const checkRow = (row: ListKind, say: Say): void => {
  const texts = {
    zh: row.zh,
    en: row.en,
    authority: row.authority,
    'threshold.zh': row.threshold.zh,
    'threshold.en': row.threshold.en,
  }
  for (const [name, text] of Object.entries(texts)) {
    if (text.trim() === '') say(`${row.id}.${name}`, '缺少文字。The text is missing.')
  }
  if (row.fact !== null && factRow(row.fact)?.tone !== 'adverse') {
    say(`${row.id}.fact`, `不是不良事实：${row.fact}。Not an adverse fact.`)
  }
  const reasons = new Set(row.removals.map((removal) => removal.reason))
  if (reasons.size < row.removals.length) say(`${row.id}.removals`, '移出事由重复。A reason of removal is there twice.')
  if (row.terms.length > 0 && !reasons.has('EXPIRED')) {
    say(`${row.id}.removals`, '有期限却未规定期满移出。It has a term and no removal at its end.')
  }
  if (!row.decidedHere) {
    if (row.blacklist)
      say(`${row.id}.blacklist`, '不在此认定的名单不得影响“在列”。A kind not decided here cannot set `listed`.')
    if (row.public) say(`${row.id}.public`, '不在此认定的名单不得在此公示。A kind not decided here is not public here.')
    return
  }
  if (row.terms.length === 0) say(`${row.id}.terms`, '在此认定的名单须有期限。A kind decided here needs a term.')
  if (!row.numbers.some((each) => each.name === 'DEFENCE_WORKDAYS')) {
    say(`${row.id}.numbers`, '在此认定的名单须有陈述申辩期限。A kind decided here needs a time for the defence.')
  }
}

/** Rows of one number never overlap, so that a day chooses one; and only what was found in a text is confirmed. */
const checkDated = (rows: readonly (Term | LegalNumber)[], place: string, say: Say): void => {
  rows.forEach((row, i) => {
    const here = `${place}[${i}]`
    const value = 'years' in row ? row.years : row.value
    if (!Number.isSafeInteger(value) || value < ('years' in row ? 1 : 0))
      say(here, `不是合适的整数：${value}。Not a fitting integer.`)
    for (const day of [row.from, row.to]) if (day !== null && !isDate(day)) say(here, `不是日期：${day}。Not a day.`)
    if (row.basis.trim() === '') say(here, '缺少出处。The source is missing.')
    if (row.confirmed !== (row.mark === 'F'))
      say(here, '未经核实（M）的不得标为已确认。Confirmed is only what was found (F).')
    if (row.from !== null && row.to !== null && row.to < row.from) say(here, '止期早于起期。It ends before it begins.')
    if (rows.slice(i + 1).some((other) => overlap(row, other))) say(here, '适用日期重叠。Two rows apply on one day.')
  })
}

const FIRST_DAY = '0000-01-01'
const LAST_DAY = '9999-12-31'
const overlap = (a: Dated, b: Dated): boolean =>
  (a.from ?? FIRST_DAY) <= (b.to ?? LAST_DAY) && (b.from ?? FIRST_DAY) <= (a.to ?? LAST_DAY)
