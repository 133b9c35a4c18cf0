/** Ten recalls: local makers, importers, and an outside maker known by name only. */
import { at, type Chance, chance } from './chance.js'
import { inCrowd } from './operators.js'
import { tradeOf } from './trades.js'
import type { WorldOperator, WorldRecall } from './types.js'

const RECALLS = 10
const GOODS = new Set(['baby', 'digital', 'home', 'cars', 'clothes'])
const ELSEWHERE = '东莞珩砚纪电子科技有限公司'
const AUTHORITY = '吉林省市场监督管理厅'
const HAZARDS: Record<string, { hazard: string; remedy: string }> = {
  baby: { hazard: '小零件易脱落，儿童误吞可能导致窒息', remedy: '免费退货' },
  digital: { hazard: '过充保护失效，电池可能过热起火', remedy: '免费换货或者退货' },
  home: { hazard: '非正常工作时表面温度过高，可能造成烫伤', remedy: '停止使用，免费维修' },
  cars: { hazard: '摩擦材料可能脱落，制动距离变长', remedy: '免费更换' },
  clothes: { hazard: '绳带过长，可能勾挂缠绕', remedy: '免费退货' },
}

export const recalls = (operators: readonly WorldOperator[]): WorldRecall[] => {
  const luck = chance('recalls')
  const firms = luck.shuffled(
    operators.filter(
      (one, i) =>
        one.kind === 'enterprise' && one.status === 'ACTIVE' && inCrowd(i) && GOODS.has(one.trade) && isOld(one),
    ),
  )
  return Array.from({ length: RECALLS }, (_, i) => recall(i, at(firms, i % firms.length), luck))
}

const isOld = (one: WorldOperator): boolean => one.establishedOn < '2023-06-01'

const recall = (i: number, firm: WorldOperator, luck: Chance): WorldRecall => {
  const announcedOn = luck.day('2024-01-08', '2026-09-30')
  const product = luck.pick(tradeOf(firm.trade).products)
  const elsewhere = i === RECALLS - 1
  return {
    number: `吉市监召〔${announcedOn.slice(0, 4)}〕${i + 1}号`,
    announcedOn,
    product: product.name,
    brand: firm.brand,
    model: luck.pick(product.models),
    gtin: i % 5 === 3 ? null : gtinOf(i),
    ...(HAZARDS[firm.trade] ?? { hazard: '存在安全隐患', remedy: '免费退货' }),
    quantity: `${luck.whole(2, 90) * 50}件`,
    firm: elsewhere ? ELSEWHERE : firm.name,
    firmUscc: elsewhere ? null : firm.code,
    role: i % 3 === 1 ? 'IMPORTER' : 'MANUFACTURER',
    country: i % 3 === 1 ? '越南' : '中国',
    status: announcedOn < '2026-01-01' ? 'TERMINATED' : 'ONGOING',
    authority: AUTHORITY,
    note: i === 0 ? '接到召回通知前已售出的，凭购买凭证办理' : null,
  }
}

const gtinOf = (n: number): string => {
  const front = `20220${String(7_000_000 + n * 911)}`
  const sum = [...front].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0)
  return front + String((10 - (sum % 10)) % 10)
}
