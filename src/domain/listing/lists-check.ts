import { compactText } from '../../foundation/text/values.js'
import { addDays } from '../../foundation/time/dates.js'
import {
  checkRuleRows,
  compareFirstDays,
  type RuleDates,
  type RuleFault,
  type RuleSource,
} from '../calendar/dated-rows.js'
import { findFact } from '../records/facts.js'
import { LEGAL_NUMBER_NAMES, type LegalNumber, type LegalNumberName, type ListKind, type ListTerm } from './lists.js'

type ListFaultReporter = (place: string, reason: string) => void

export const checkLists = (rows: readonly ListKind[], items: readonly string[]): RuleFault[] => {
  const faults: RuleFault[] = []
  rows.forEach((row, i) => {
    const say: ListFaultReporter = (place, reason) => {
      faults.push({ place: `${row.id}${place}`, reason })
    }
    const others = rows.slice(0, i)
    if (others.some(({ id }) => id === row.id)) say('', '名单类别重复。The kind is there twice.')
    for (const name of ['zh', 'en'] as const)
      if (others.some((other) => isSameName(other[name], row[name])))
        say(`.${name}`, '与另一类名单同名。Another kind has this name.')
    checkBasis(row, say)
    checkRow(row, say)
    checkDated(row.terms, '.terms', say)
    checkConsents(row, say)
    checkMeasures(row, items, say)
    checkLeads(row, say)
    for (const name of new Set(row.numbers.map((each) => each.name)))
      checkDated(rowsNamed(row, name), `.numbers.${name}`, say)
  })
  return faults
}

const isSameName = (one: string, other: string): boolean =>
  compactText(one).toLowerCase() === compactText(other).toLowerCase()

const rowsNamed = ({ numbers }: ListKind, name: LegalNumberName): LegalNumber[] =>
  numbers.filter((each) => each.name === name)

const checkBasis = (row: ListKind, say: ListFaultReporter): void => {
  if (row.legalBasis.length === 0) {
    say('.legalBasis', '没有法定依据，不得设立名单。A kind without a legal basis cannot be made.')
  } else if (row.scope === 'PROVINCIAL' && !row.legalBasis.some((basis) => basis.type === 'LOCAL_REGULATION')) {
    say('.legalBasis', '仅在本省实施的名单须有地方性法规依据。A provincial kind needs a local regulation.')
  }
  row.legalBasis.forEach((basis, i) => {
    if (basis.title.trim() === '') say(`.legalBasis[${i}].title`, '缺少依据名称。The title is missing.')
  })
  const faults = checkRuleRows(row.legalBasis, '.legalBasis', (one, other) => one.type === other.type)
  for (const { place, reason } of faults) say(place, reason)
}

const checkRow = (row: ListKind, say: ListFaultReporter): void => {
  const texts = {
    zh: row.zh,
    en: row.en,
    authority: row.authority,
    'threshold.zh': row.threshold.zh,
    'threshold.en': row.threshold.en,
  }
  for (const [name, text] of Object.entries(texts)) {
    if (text.trim() === '') say(`.${name}`, '缺少文字。The text is missing.')
  }
  if (row.fact !== null && findFact(row.fact)?.tone !== 'adverse') {
    say('.fact', `不是不良事实：${row.fact}。Not an adverse fact.`)
  }
  const reasons = new Set(row.removals.map((removal) => removal.reason))
  if (reasons.size < row.removals.length) say('.removals', '移出事由重复。A reason of removal is there twice.')
  if (row.terms.length > 0 && !reasons.has('EXPIRED')) {
    say('.removals', '有期限却未规定期满移出。It has a term and no removal at its end.')
  }
  if (!row.decidedHere) {
    if (row.blacklist) say('.blacklist', '不在此认定的名单不得影响“在列”。A kind not decided here cannot set `listed`.')
    if (row.public) say('.public', '不在此认定的名单不得在此公示。A kind not decided here is not public here.')
    return
  }
  if (row.deciders.length === 0)
    say('.deciders', '在此认定的名单须写明由哪一级认定。A kind decided here needs those who may decide.')
  if (row.terms.length === 0) say('.terms', '在此认定的名单须有期限。A kind decided here needs a term.')
  for (const name of LEGAL_NUMBER_NAMES) checkCovered(row, name, say)
}

const checkCovered = (row: ListKind, name: LegalNumberName, say: ListFaultReporter): void => {
  const place = `.numbers.${name}`
  const ordered = rowsNamed(row, name).sort(compareFirstDays)
  if (ordered.length === 0)
    say(place, '缺少该项规则；没有期限的写明“无”及出处。The row is missing: a value, or none with its source.')
  ordered.forEach(({ to, value }, i) => {
    const next = ordered[i + 1]
    if (to !== null && next?.from !== addDays(to, 1))
      say(place, `${to} 之后没有适用的规则。No row applies after ${to}.`)
    if (name === 'DEFENCE_WORKDAYS' && value === null)
      say(place, '在此认定的名单须有陈述申辩期限。A kind decided here needs a time for the defence.')
  })
}

const checkMeasures = (row: ListKind, items: readonly string[], say: ListFaultReporter): void => {
  row.measures.forEach(({ item, basis }, i) => {
    if (!items.includes(item) || basis.trim() === '')
      say(`.measures[${i}]`, '惩戒措施须为基础清单中的一项。A measure must be an item of the basic list.')
  })
}

const checkLeads = ({ leads = [], decidedHere }: ListKind, say: ListFaultReporter): void => {
  if (leads.length > 0 && !decidedHere)
    say('.leads', '不在此认定的名单不产生线索。A kind not decided here has no leads.')
  for (const { place, reason } of checkRuleRows(leads, '.leads', () => false)) say(place, reason)
  if (leads.some(({ basis }) => basis.trim() === '')) say('.leads', '缺少出处。The source is missing.')
}

const checkConsents = ({ consents }: ListKind, say: ListFaultReporter): void => {
  checkSources(consents, '.consents', say)
  consents.forEach(({ needed, levels }, i) => {
    if (needed && levels.length === 0)
      say(`.consents[${i}]`, '须经上级同意，却未写明哪一级。Consent is needed and no level is named.')
  })
}

const checkDated = (rows: readonly (ListTerm | LegalNumber)[], place: string, say: ListFaultReporter): void => {
  checkSources(rows, place, say)
  rows.forEach((row, i) => {
    const here = `${place}[${i}]`
    const [value, least] = 'years' in row ? [row.years, 1] : [row.value, 0]
    if (value !== null && (!Number.isSafeInteger(value) || value < least))
      say(here, `不是合适的整数：${value}。Not a fitting integer.`)
    if (rows.slice(i + 1).some(({ selectedBy }) => selectedBy !== row.selectedBy))
      say(here, '同一数字由不同的日期选定。Rows of one number are selected by different days.')
  })
}

const checkSources = (rows: readonly (RuleDates & RuleSource)[], place: string, say: ListFaultReporter): void => {
  for (const fault of checkRuleRows(rows, place, () => true)) say(fault.place, fault.reason)
  rows.forEach(({ basis }, i) => {
    if (basis.trim() === '') say(`${place}[${i}]`, '缺少出处。The source is missing.')
  })
}
