/** 30 permits: food licences and registrations. One has expired. */
import { at, chance, plusDays, termOf } from './chance.js'
import { EARLIER_ON, inCrowd, LAST_DAY } from './operators.js'
import { authorityOf, collectorOf } from './places.js'
import type { WorldOperator, WorldPermit } from './types.js'

const PERMITS = 30
const YEARS = 5
const WITHOUT_END = '2099-12-31' // the 双公示 form's date for no end
const FIRST_DECIDED = '2021-01-04'
const EDIBLE = new Set(['ginseng', 'deer', 'rice', 'fungus', 'blueberry', 'grain', 'pickles'])

export const permits = (operators: readonly WorldOperator[]): WorldPermit[] => {
  const luck = chance('permits')
  const crowd = operators.filter(
    (one, i) => one.uscc !== null && one.status === 'ACTIVE' && inCrowd(i) && one.establishedOn < EARLIER_ON,
  )
  return luck
    .shuffled(crowd)
    .slice(0, PERMITS)
    .map((one, n) => {
      const first = plusDays(one.establishedOn, 20)
      const decidedOn = luck.day(first > FIRST_DECIDED ? first : FIRST_DECIDED, plusDays(LAST_DAY, -10))
      return permit(one, decidedOn, n)
    })
}

const permit = (one: WorldOperator, decidedOn: string, n: number): WorldPermit => {
  const authority = authorityOf(one.region)
  const source = collectorOf(one.region)
  const edible = EDIBLE.has(one.trade)
  const year = decidedOn.slice(0, 4)
  const validUntil = edible ? termOf(decidedOn, YEARS) : WITHOUT_END
  return {
    documentName: edible ? '食品经营许可决定书' : '准予变更登记通知书',
    documentNumber: `${authority.mark}市监${edible ? '食许' : '登准'}〔${year}〕${n * 3 + 1}号`,
    category: edible ? '普通' : '登记',
    certificate: edible ? '食品经营许可证' : '营业执照',
    permitNumber: edible ? `JY1${one.region}99${String(n + 1).padStart(5, '0')}` : (one.regNo ?? at([one.code], 0)),
    content: edible ? '预包装食品销售（含网络经营）' : '准予变更经营范围登记',
    partyName: one.name,
    partyUscc: one.code,
    partyKind: one.kind === 'individual' ? 'INDIVIDUAL_BUSINESS' : 'ORGANISATION',
    representative: one.representative,
    decidedOn,
    validFrom: decidedOn,
    validUntil,
    valid: validUntil > LAST_DAY,
    authority: authority.name,
    authorityCode: authority.code,
    sourceUnit: source.name,
    sourceUnitCode: source.code,
  }
}
