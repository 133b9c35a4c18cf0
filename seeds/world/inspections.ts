/** About 90 product tests in 15 notices; three of ten fail. */
import { at, type Chance, chance, plusDays } from './chance.js'
import { marketplaceName } from './names.js'
import { CAST, inCrowd } from './operators.js'
import { placeOf } from './places.js'
import { type Trade, tradeOf } from './trades.js'
import type { WorldInspection, WorldOperator } from './types.js'

const NOTICES = 15
const ROWS = 6 // in each notice
const LABORATORIES = ['吉林北辰岭质量检测有限公司', '长春衡测堂检验技术有限公司', '延边泠泽产品检验有限公司']
const OUTSIDE_PRODUCERS = [
  { labelledProducer: '汕头栩岫谣日用品有限公司', labelledProducerPlace: '广东省汕头市' },
  { labelledProducer: '临沂澍榕町食品有限公司', labelledProducerPlace: '山东省临沂市' },
  { labelledProducer: '义乌珩枫汀服饰有限公司', labelledProducerPlace: '浙江省义乌市' },
]
const COUNTERFEIT_CLAIM = '标称生产单位提出异议，称该批次产品非其生产'

/** Each failing row has its own seller, so that only the dishonest example fails twice. */
export const inspections = (operators: readonly WorldOperator[]): WorldInspection[] => {
  const luck = chance('inspections')
  const dishonest = at(operators, CAST.dishonest)
  const good = at(operators, CAST.good)
  const sellers = luck.shuffled(crowd(operators))
  let next = 0
  return Array.from({ length: NOTICES * ROWS }, (_, i) => {
    const notice = Math.floor(i / ROWS)
    const serial = (i % ROWS) + 1
    const row = (seller: WorldOperator, fails: boolean): WorldInspection =>
      inspection(seller, notice, serial, fails, operators, luck)
    if (i === DISHONEST_ROWS[0] || i === DISHONEST_ROWS[1]) return { ...row(dishonest, true), ...COUNTERFEIT }
    if (GOOD_ROWS.includes(i)) return row(good, false)
    const seller = at(sellers, next)
    next += 1
    return row(seller, i % 10 < 3)
  })
}

const DISHONEST_ROWS = [72, 82]
const GOOD_ROWS = [27, 53, 76]
const COUNTERFEIT = { ...at(OUTSIDE_PRODUCERS, 0), note: COUNTERFEIT_CLAIM }

const crowd = (operators: readonly WorldOperator[]): WorldOperator[] =>
  operators.filter(
    (one, i) => one.kind !== 'shop' && one.status === 'ACTIVE' && inCrowd(i) && one.establishedOn < '2023-01-01',
  )

const noticeOf = (n: number): { number: string; on: string } => {
  const on = plusDays('2023-03-10', n * 91)
  const inYear = Math.floor((Date.parse(on) - Date.parse(`${on.slice(0, 4)}-01-01`)) / (91 * 86_400_000)) + 1
  return { number: `吉市监质监通〔${on.slice(0, 4)}〕${inYear}号`, on }
}

const inspection = (
  seller: WorldOperator,
  notice: number,
  serial: number,
  fails: boolean,
  operators: readonly WorldOperator[],
  luck: Chance,
): WorldInspection => {
  const { number, on } = noticeOf(notice)
  const trade = tradeOf(seller.trade)
  const product = luck.pick(trade.products)
  const producedOn = luck.happens(0.7) ? luck.day(plusDays(on, -200), plusDays(on, -60)) : null
  const shop = seller.shops[0]
  return {
    noticeNumber: number,
    serial,
    announcedOn: on,
    category: trade.category,
    product: product.name,
    brand: luck.happens(0.8) ? seller.brand : null,
    model: luck.pick(product.models),
    producedOn,
    batch: producedOn === null ? `B${on.slice(2, 4)}${luck.whole(1000, 9999)}` : null,
    sellerName: seller.name,
    sellerUscc: seller.code,
    ...producer(seller, trade, operators, luck),
    result: fails ? 'FAIL' : 'PASS',
    failures: fails ? luck.shuffled(product.failures).slice(0, luck.whole(1, 2)) : [],
    laboratory: luck.pick(LABORATORIES),
    marketplace: shop === undefined ? null : marketplaceName(shop.marketplace),
    note: null,
  }
}

const producer = (
  seller: WorldOperator,
  trade: Trade,
  operators: readonly WorldOperator[],
  luck: Chance,
): Pick<WorldInspection, 'labelledProducer' | 'labelledProducerPlace'> => {
  const draw = luck.whole(1, 10)
  if (draw <= 3) return { labelledProducer: null, labelledProducerPlace: null }
  if (draw <= 5) return luck.pick(OUTSIDE_PRODUCERS)
  const others = operators.filter(
    (one, i) => one.kind === 'enterprise' && one.trade === trade.key && inCrowd(i) && one.establishedOn < '2023-01-01',
  )
  const maker = draw <= 8 || others.length === 0 ? seller : luck.pick(others)
  return { labelledProducer: maker.name, labelledProducerPlace: `吉林省${placeOf(maker.region).cityAndCounty}` }
}
