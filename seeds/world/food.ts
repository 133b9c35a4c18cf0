/** 20 food samplings; six fail, each with a seller and a maker without other failures. */
import { at, type Chance, chance, plusDays } from './chance.js'
import { marketplaceName } from './names.js'
import { inCrowd } from './operators.js'
import { type Trade, tradeOf } from './trades.js'
import type { WorldFood, WorldInspection, WorldOperator, WorldPenalty } from './types.js'

const NOTICES = 4
const ROWS = 5 // in each notice
const FAILING = new Set([1, 4, 8, 11, 14, 17])
const FOOD_TRADES = new Set(['ginseng', 'rice', 'fungus', 'blueberry', 'grain', 'pickles'])
const CATEGORIES: Record<string, string> = {
  ginseng: '饮料',
  rice: '粮食加工品',
  fungus: '蔬菜制品',
  blueberry: '水果制品',
  grain: '粮食加工品',
  pickles: '蔬菜制品',
}
const FAILURES = [
  { what: '苯甲酸及其钠盐（以苯甲酸计）', found: '1.42g/kg', allowed: '≤1.0g/kg' },
  { what: '二氧化硫残留量', found: '0.31g/kg', allowed: '≤0.2g/kg' },
  { what: '菌落总数', found: '52000CFU/g', allowed: '≤10000CFU/g' },
  { what: '脱氢乙酸及其钠盐（以脱氢乙酸计）', found: '0.28g/kg', allowed: '不得使用' },
]
const OUTSIDE = { producerName: '临沂澍榕町食品有限公司', producerUscc: null, producerAddress: '山东省临沂市' }
const LABORATORY = '吉林澄衡岭食品检验有限公司'

export const foodSamplings = (
  operators: readonly WorldOperator[],
  inspections: readonly WorldInspection[],
  penalties: readonly WorldPenalty[],
): WorldFood[] => {
  const luck = chance('food')
  const blamed = new Set([
    ...inspections.filter((one) => one.result === 'FAIL').map((one) => one.sellerUscc),
    ...penalties.map((one) => one.partyUscc),
  ])
  const clean = luck.shuffled(
    operators.filter(
      (one, i) =>
        FOOD_TRADES.has(one.trade) &&
        one.uscc !== null &&
        one.status === 'ACTIVE' &&
        inCrowd(i) &&
        one.establishedOn < '2024-01-01' &&
        !blamed.has(one.uscc),
    ),
  )
  const makers = clean.filter((one) => one.kind === 'enterprise')
  const sellers = clean.filter((one) => !makers.slice(0, FAILING.size).includes(one))
  return Array.from({ length: NOTICES * ROWS }, (_, i) => sampling(i, at(sellers, i % sellers.length), makers, luck))
}

const sampling = (i: number, seller: WorldOperator, makers: readonly WorldOperator[], luck: Chance): WorldFood => {
  const notice = Math.floor(i / ROWS)
  const announcedOn = plusDays('2024-11-14', notice * 182)
  const trade = tradeOf(seller.trade)
  const product = luck.pick(trade.products)
  const fails = FAILING.has(i)
  const shop = seller.shops[0]
  return {
    sampleNumber: `DBJ${announcedOn.slice(2, 4)}220000${String(31_000_000 + i * 137)}`,
    serial: (i % ROWS) + 1,
    noticeNumber: `吉市监食检通告〔${announcedOn.slice(0, 4)}〕${notice + 3}号`,
    announcedOn,
    category: CATEGORIES[trade.key] ?? '其他食品',
    food: product.name,
    brand: luck.happens(0.7) ? seller.brand : null,
    model: luck.pick(product.models),
    producedOn: luck.day(plusDays(announcedOn, -180), plusDays(announcedOn, -50)),
    sellerName: seller.name,
    sellerUscc: seller.code,
    sellerAddress: seller.address ?? seller.city,
    ...maker(i, seller, makers, trade),
    failures: fails ? luck.shuffled(FAILURES).slice(0, i % 2 === 0 ? 2 : 1) : [],
    task: '2025年省级食品安全监督抽检',
    laboratory: LABORATORY,
    marketplace: shop === undefined ? null : marketplaceName(shop.marketplace),
    note: i === 8 ? '标称生产企业对产品真实性提出异议，核实中' : null,
  }
}

/** Cycles through an outside firm, another local firm, the seller itself, none. */
const maker = (
  i: number,
  seller: WorldOperator,
  makers: readonly WorldOperator[],
  trade: Trade,
): Pick<WorldFood, 'producerName' | 'producerUscc' | 'producerAddress'> => {
  if (i % 4 === 0) return OUTSIDE
  if (i % 4 === 3) return { producerName: null, producerUscc: null, producerAddress: null }
  const own = i % 4 === 2 || makers.length === 0
  const one = own ? seller : (makers.find((other) => other.trade === trade.key && other !== seller) ?? at(makers, 0))
  return { producerName: one.name, producerUscc: one.code, producerAddress: one.address }
}
