/** Eight organisations on the courts' list of defaulters, one of them removed, and one natural person. */
import { at, chance, plusDays } from './chance.js'
import { inCrowd } from './operators.js'
import { placeOf } from './places.js'
import type { WorldDefaulter, WorldOperator } from './types.js'

const ORGANISATIONS = 8
const FIRST_FILED = '2024-12-25'
const FINAL_FILED = '2026-07-01'
const CONDUCT = ['有履行能力而拒不履行生效法律文书确定义务', '违反财产报告制度', '违反限制消费令']
/** Index of the entry with an organisation code. Older court entries lack a unified code. */
const BY_ORGANISATION_CODE = 3
const REMOVED = 5
const PERSON = '柏湉湉'

export const defaulters = (operators: readonly WorldOperator[]): WorldDefaulter[] => {
  const luck = chance('defaulters')
  const crowd = operators.filter((one, i) => one.kind === 'enterprise' && one.status === 'ACTIVE' && inCrowd(i))
  const parties = luck
    .shuffled(crowd.filter(({ establishedOn }) => establishedOn < FIRST_FILED))
    .slice(0, ORGANISATIONS)
  const entry = (one: WorldOperator, n: number): WorldDefaulter => {
    const { county, cityAndCounty } = placeOf(one.region)
    const filedOn = luck.day(FIRST_FILED, FINAL_FILED)
    const publishedOn = plusDays(filedOn, luck.whole(20, 60))
    const year = filedOn.slice(0, 4)
    return {
      name: one.name,
      code: n === BY_ORGANISATION_CODE ? hyphenated(one.code.slice(8, 17)) : one.code,
      person: false,
      caseNumber: `（${year}）吉${one.region.slice(2)}执${9000 + n}号`,
      basisNumber: `（${Number(year) - 1}）吉${one.region.slice(2)}民初${9100 + n}号`,
      basisUnit: `${cityAndCounty}人民法院`,
      court: `${cityAndCounty}人民法院`,
      area: county,
      filedOn,
      publishedOn,
      conduct: luck.pick(CONDUCT),
      performed: luck.happens(0.3) ? '部分未履行' : '全部未履行',
      removedOn: n === REMOVED ? plusDays(publishedOn, 70) : null,
    }
  }
  const entries = parties.map(entry)
  return [...entries, { ...at(entries, 0), name: PERSON, code: '2201021900****6147', person: true }]
}

const hyphenated = (orgCode: string): string => `${orgCode.slice(0, 8)}-${orgCode.slice(8)}`
