/** About 80 penalties: most light, a few heavy, and the dishonest example's. */
import { at, type Chance, chance, plusDays, termOf } from './chance.js'
import { certificateOf } from './codes.js'
import { CAST, EARLIER_ON, inCrowd, LAST_DAY } from './operators.js'
import { authorityOf, collectorOf } from './places.js'
import { tradeOf } from './trades.js'
import type { WorldOperator, WorldPenalty } from './types.js'
import { COUNTERFEITS, FALSE_CLAIMS, HEAVY, LIGHT, type Violation } from './violations.js'

const LIGHT_PENALTIES = 72
const WITHOUT_END = '2099-12-31' // the 双公示 form's date for no end
const FIRST_DECIDED = '2021-07-15'
const FINAL_DECIDED = plusDays(LAST_DAY, -10)
const OPERATOR_OF_SHOP = '邰岫云'

type PenalisedParty = Pick<WorldOperator, 'code' | 'regNo' | 'kind' | 'name' | 'representative' | 'region' | 'trade'>

interface PenaltyCase {
  party: PenalisedParty
  violation: Violation
  decidedOn: string
  heavy: boolean
}

export const penalties = (operators: readonly WorldOperator[]): WorldPenalty[] => {
  const luck = chance('penalties')
  const dishonest = at(operators, CAST.dishonest)
  const cases: PenaltyCase[] = [
    { party: dishonest, violation: COUNTERFEITS, decidedOn: '2026-09-01', heavy: true },
    { party: dishonest, violation: FALSE_CLAIMS, decidedOn: '2025-04-22', heavy: false },
    ...CAST.heavy.map((i, n) => heavyCase(at(operators, i), at(HEAVY, n), n)),
    ...lightCases(operators, luck),
  ]
  const number = documentNumbers()
  const decided = cases
    .sort((a, b) => a.decidedOn.localeCompare(b.decidedOn))
    .map((one) => makePenalty(one, number(one.party.region, one.decidedOn), luck))
  return [...withRepresentative(decided), naturalPerson(number, luck)]
}

const heavyCase = (party: PenalisedParty, violation: Violation, n: number): PenaltyCase => ({
  party,
  violation,
  decidedOn: plusDays('2025-09-15', n * 83),
  heavy: true,
})

const lightCases = (operators: readonly WorldOperator[], luck: Chance): PenaltyCase[] => {
  const crowd = operators.filter(
    (one, i) => one.kind !== 'shop' && one.status === 'ACTIVE' && inCrowd(i) && one.establishedOn < EARLIER_ON,
  )
  return luck
    .shuffled(crowd)
    .slice(0, LIGHT_PENALTIES)
    .map((party) => {
      const fitting = LIGHT.filter((one) => one.trades?.includes(party.trade) ?? true)
      const first = plusDays(party.establishedOn, 120)
      const decidedOn = luck.day(first > FIRST_DECIDED ? first : FIRST_DECIDED, FINAL_DECIDED)
      return { party, violation: luck.pick(fitting), decidedOn, heavy: false }
    })
}

/** Numbers decisions per authority and year, with gaps for cases outside this world. */
const documentNumbers = (): ((region: string, decidedOn: string) => string) => {
  const last = new Map<string, number>()
  return (region, decidedOn) => {
    const head = `${authorityOf(region).mark}市监处罚〔${decidedOn.slice(0, 4)}〕`
    const serial = (last.get(head) ?? 0) + 7
    last.set(head, serial)
    return `${head}${serial}号`
  }
}

export const makePenalty = (
  { party, violation, decidedOn, heavy }: PenaltyCase,
  documentNumber: string,
  luck: Chance,
): WorldPenalty => {
  const authority = authorityOf(party.region)
  const source = collectorOf(party.region)
  const product = luck.pick(tradeOf(party.trade).products).name
  const fine = violation.fines.length > 0 ? luck.pick(violation.fines) : null
  const confiscated = violation.confiscations ? luck.pick(violation.confiscations) : null
  const years = heavy ? 3 : 1
  return {
    documentNumber,
    partyName: party.name,
    partyUscc: party.code,
    partyRegNo: luck.happens(0.3) ? party.regNo : null,
    partyKind: party.kind === 'individual' ? 'INDIVIDUAL_BUSINESS' : 'ORGANISATION',
    representative: party.representative,
    partyCertificate: null,
    representativeCertificate: null,
    violation: violation.violation,
    facts: violation.facts.replace('{product}', product),
    basis: violation.basis,
    types: [...violation.types],
    content: contentOf(violation, fine, confiscated, heavy),
    fineYuan: fine === null ? null : String(fine),
    confiscatedYuan: confiscated === null ? null : String(confiscated),
    licence:
      violation.licence === undefined ? null : `${violation.licence} JY${party.region}00${luck.whole(1000, 9999)}`,
    decidedOn,
    effectiveUntil: luck.happens(0.5) ? WITHOUT_END : termOf(decidedOn, years),
    publishUntil: fine === null ? plusDays(decidedOn, 90) : termOf(decidedOn, years),
    authority: authority.name,
    authorityCode: authority.code,
    sourceUnit: source.name,
    sourceUnitCode: source.code,
    note: null,
  }
}

const contentOf = (violation: Violation, fine: number | null, confiscated: number | null, heavy: boolean): string => {
  const parts = violation.types.map((type) => {
    if (type === '罚款') return `${heavy ? '从重处罚，' : ''}罚款${fine}元`
    if (type === '吊销许可证件') return `吊销${violation.licence}`
    return type.startsWith('没收') ? `没收违法所得${confiscated}元` : type
  })
  return `${parts.join('；')}。`
}

/** Adds the operator's ID number to one individual business's penalty, as agencies do against the form's advice. */
const withRepresentative = (decided: WorldPenalty[]): WorldPenalty[] => {
  const i = decided.findLastIndex((one) => one.partyKind === 'INDIVIDUAL_BUSINESS')
  return decided.map((one, n) =>
    n === i ? { ...one, representativeCertificate: certificateOf('220102', '0612', 614) } : one,
  )
}

/** A natural person's penalty, with the ID number in its field and in the free text. */
const naturalPerson = (number: (region: string, on: string) => string, luck: Chance): WorldPenalty => {
  const region = '220102'
  const decidedOn = '2026-06-18'
  const certificate = certificateOf(region, '0314', 903)
  const party: PenalisedParty = {
    code: '',
    regNo: null,
    kind: 'shop',
    name: OPERATOR_OF_SHOP,
    representative: null,
    region,
    trade: 'pickles',
  }
  const violation: Violation = {
    violation: '未取得许可从事食品经营',
    facts: `当事人${OPERATOR_OF_SHOP}（身份证号码${certificate}）未取得食品经营许可，通过网络销售自制“{product}”32瓶，货值金额960元。`,
    basis: '《中华人民共和国食品安全法》第三十五条第一款、第一百二十二条第一款',
    types: ['罚款', '没收违法所得、没收非法财物'],
    fines: [50000],
    confiscations: [960],
  }
  return {
    ...makePenalty({ party, violation, decidedOn, heavy: false }, number(region, decidedOn), luck),
    partyUscc: null,
    partyRegNo: null,
    partyKind: 'NATURAL_PERSON',
    partyCertificate: certificate,
  }
}
