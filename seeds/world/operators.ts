/** About 300 operators: enterprises, individual businesses, cooperatives, and shops of natural persons. */
import { at, type Chance, chance, plusDays, termOf } from './chance.js'
import { regNoOf, usccOf } from './codes.js'
import { brandsBy, MARKETPLACES, marketplaceAt, personBy } from './names.js'
import { addressIn, authorityOf, PREFECTURES, placeIn, placeOf, type WorldPlace } from './places.js'
import { TRADES, type Trade, tradeOf } from './trades.js'
import type { WorldOperator, WorldOperatorKind, WorldShop } from './types.js'

const ENTERPRISES = 180
const INDIVIDUALS = 70
const COOPERATIVES = 5
const SHOPS = 45
/** Number of enterprises that are founded in the last month of the world. */
const NEWCOMERS = 15
const FIRST_DAY = '2015-10-08'
const LAST_FOUNDED = '2024-12-20' // early enough for penalties and tests afterwards
export const LAST_DAY = '2026-10-10'
export const EARLIER_ON = '2026-09-10'

const DEPARTMENT = { enterprise: '91', individual: '92', cooperative: '93' } as const
const FARMED = new Set([29, 30, 31]) // Nice classes of food and crops
const CAPITAL_WAN = [10, 30, 50, 50, 100, 100, 100, 200, 300, 500, 500, 1000, 2000, 108.03012]
const ENTERPRISE_TYPES = ['有限责任公司(自然人投资或控股)', '有限责任公司(自然人独资)', '有限责任公司(法人独资)']
const ENTERPRISE_FORMS = ['有限公司', '有限公司', '电子商务有限公司', '科技有限公司', '商贸有限公司', '有限责任公司']
const INDIVIDUAL_FORMS = ['商行', '经营部', '网店', '销售中心', '百货店']
const SHOP_FORMS = ['小铺', '的小店', '良品屋', '手作坊', '优选店']

/** Indices in `operators()` of those with a role in the demonstration. */
export const CAST = {
  dishonest: 0,
  good: 1,
  heavy: [2, 3, 4, 5],
  listed: [6, 7, 8, 9],
  listedIndividual: 181,
  deregistered: [20, 21, 22, 23],
  revoked: [24, 25, 26],
  renamed: [150, 151, 152],
  moved: [153, 154, 155],
  recapitalised: [156, 157],
  ended: [158, 159],
} as const
const LAST_PART = 26

/** True for operators that may be tested, penalised or named as owner at random. */
export const inCrowd = (i: number): boolean => i > LAST_PART && i !== CAST.listedIndividual

interface CastRole {
  region: string
  trade: string
  brand?: string
  name?: string
  representative?: string
  establishedOn?: string
  capitalWan?: number
  shops?: number
}

const PARTS: Partial<Record<number, CastRole>> = {
  [CAST.dishonest]: {
    region: '220102',
    trade: 'cosmetics',
    brand: '绯麓镜',
    name: '长春绯麓镜美妆电子商务有限公司',
    representative: '邬朔宁',
    establishedOn: '2021-03-18',
    capitalWan: 50,
    shops: 2,
  },
  [CAST.good]: {
    region: '220582',
    trade: 'ginseng',
    brand: '璞岭参',
    name: '集安璞岭参人参制品有限公司',
    representative: '荀澍之',
    establishedOn: '2016-05-12',
    capitalWan: 2000,
    shops: 3,
  },
  // This one loses a food licence, so it sells food.
  [CAST.heavy[0]]: { region: '222401', trade: 'pickles' },
  [CAST.listedIndividual]: { region: '220621', trade: 'fungus' },
}

export const operators = (): WorldOperator[] => {
  const luck = chance('operators')
  const brand = brandsBy(luck)
  const seats = luck.shuffled(PREFECTURES.flatMap(({ code, operators: n }) => Array.from({ length: n }, () => code)))
  seatCast(seats)
  return seats.map((prefecture, i) => {
    const part = PARTS[i]
    const place = part ? placeOf(part.region) : placeIn(prefecture, luck)
    const kind = kindAt(i)
    const trade = part ? tradeOf(part.trade) : tradeIn(place, kind, luck)
    const drawn = part?.brand ?? brand()
    return kind === 'shop'
      ? naturalShop(i, place, trade, drawn, luck)
      : registered(i, kind, place, trade, drawn, luck, part)
  })
}

/** Swaps places so that each example is in the prefecture of its story. */
const seatCast = (seats: string[]): void => {
  for (const [place, part] of Object.entries(PARTS)) {
    if (part === undefined) continue
    const here = Number(place)
    const other = seats.findIndex((seat, i) => i >= here && seat === part.region.slice(0, 4))
    const moved = at(seats, here)
    seats[here] = at(seats, other)
    seats[other] = moved
  }
}

const kindAt = (i: number): WorldOperatorKind => {
  if (i < ENTERPRISES) return 'enterprise'
  if (i < ENTERPRISES + INDIVIDUALS) return 'individual'
  return i < ENTERPRISES + INDIVIDUALS + COOPERATIVES ? 'cooperative' : 'shop'
}

/** Two of three sell local products. A cooperative sells local crops. */
const tradeIn = (place: WorldPlace, kind: WorldOperatorKind, luck: Chance): Trade => {
  const native = TRADES.filter((trade) => trade.home?.includes(place.prefecture))
  if (kind === 'cooperative')
    return luck.pick(native.filter((trade) => trade.classes.some((one) => FARMED.has(one.class))))
  const anywhere = TRADES.filter((trade) => trade.home === undefined)
  return luck.pick(luck.happens(2 / 3) ? native : anywhere)
}

const registered = (
  i: number,
  kind: Exclude<WorldOperatorKind, 'shop'>,
  place: WorldPlace,
  trade: Trade,
  brand: string,
  luck: Chance,
  part: CastRole | undefined,
): WorldOperator => {
  const newcomer = kind === 'enterprise' && i >= ENTERPRISES - NEWCOMERS
  const establishedOn =
    part?.establishedOn ??
    (newcomer ? luck.day(plusDays(EARLIER_ON, 2), LAST_DAY) : luck.day(FIRST_DAY, lastFounded(i)))
  const approvedOn = newcomer ? establishedOn : luck.day(establishedOn, plusDays(EARLIER_ON, -30))
  const { name, former } = nameOf(kind, place, luck.pick(trade.words), brand, luck)
  const uscc = usccOf(DEPARTMENT[kind], place.region, 1000 + i)
  return {
    code: uscc,
    uscc,
    regNo: regNoOf(place.region, kind === 'individual', 1000 + i),
    kind,
    type: typeOf(kind, luck),
    name: part?.name ?? name,
    formerNames: part?.name || newcomer || kind !== 'enterprise' || !luck.happens(0.08) ? [] : [former],
    representative: part?.representative ?? personBy(luck),
    region: place.region,
    city: place.city,
    capitalWan: part?.capitalWan ?? (kind === 'individual' ? luck.whole(1, 20) : luck.pick(CAPITAL_WAN)),
    establishedOn,
    approvedOn,
    termTo: kind === 'enterprise' && luck.happens(0.4) ? termOf(establishedOn, luck.pick([20, 30])) : null,
    status: statusAt(i),
    authority: authorityOf(place.region).name,
    address: addressIn(place, luck),
    scope: `一般项目：${trade.scope}；互联网销售（除销售需要许可的商品）。（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）`,
    brand,
    trade: trade.key,
    shops: shopsOf(i, part?.shops ?? shopsWanted(kind, newcomer, luck), brand, trade, establishedOn, luck),
  }
}

const lastFounded = (i: number): string =>
  i === CAST.listedIndividual || (CAST.listed as readonly number[]).includes(i) ? '2021-01-31' : LAST_FOUNDED

const nameOf = (
  kind: Exclude<WorldOperatorKind, 'shop'>,
  place: WorldPlace,
  word: string,
  brand: string,
  luck: Chance,
): { name: string; former: string } => {
  const head = `${kind === 'enterprise' && luck.happens(0.15) ? '吉林省' : place.short}${brand}`
  if (kind === 'cooperative') return { name: `${head}种植养殖专业合作社`, former: head }
  if (kind === 'individual') return { name: `${head}${word}${luck.pick(INDIVIDUAL_FORMS)}`, former: head }
  return { name: `${head}${word}${luck.pick(ENTERPRISE_FORMS)}`, former: `${head}贸易有限公司` }
}

const typeOf = (kind: Exclude<WorldOperatorKind, 'shop'>, luck: Chance): string => {
  if (kind === 'enterprise') return luck.pick(ENTERPRISE_TYPES)
  return kind === 'individual' ? '个体工商户' : '农民专业合作社'
}

const statusAt = (i: number): WorldOperator['status'] => {
  if ((CAST.revoked as readonly number[]).includes(i)) return 'REVOKED'
  return (CAST.deregistered as readonly number[]).includes(i) ? 'DEREGISTERED' : 'ACTIVE'
}

const shopsWanted = (kind: WorldOperatorKind, newcomer: boolean, luck: Chance): number => {
  if (newcomer) return luck.happens(0.3) ? 1 : 0
  if (kind === 'individual') return luck.pick([1, 1, 2])
  return luck.pick([0, 0, 1, 1, 1, 2, 2, 3])
}

/** Makes the shops of an operator, at most one on a marketplace. */
const shopsOf = (i: number, wanted: number, brand: string, trade: Trade, after: string, luck: Chance): WorldShop[] =>
  Array.from({ length: wanted }, (_, n) => {
    const market = marketplaceAt(i + n)
    const shopId = `${market.id.slice(0, 2).toUpperCase()}${100_000 + i * 17 + n}`
    return {
      marketplace: market.id,
      shopId,
      name: `${brand}${luck.pick(['旗舰店', '专营店', '官方店'])}`,
      url: `${market.url}/shop/${shopId}`,
      category: trade.category,
      openedOn: luck.day(after, LAST_DAY),
      ...checkedBy(luck.happens(0.1) ? null : luck.happens(0.95), n % 3 === 2 ? 'MARKETPLACE_CHECK' : 'LICENCE'),
    }
  })

const checkedBy = (
  realNameMatched: boolean | null,
  method: WorldShop['realNameMethod'],
): Pick<WorldShop, 'realNameMethod' | 'realNameMatched'> => ({
  realNameMethod: realNameMatched === null ? null : method,
  realNameMatched,
})

const naturalShop = (i: number, place: WorldPlace, trade: Trade, brand: string, luck: Chance): WorldOperator => {
  const market = luck.pick(MARKETPLACES)
  const shopId = `${market.id.slice(0, 2).toUpperCase()}${500_000 + i * 31}`
  const name = `${brand}${luck.pick(trade.words)}${luck.pick(SHOP_FORMS)}`
  const openedOn = luck.day('2019-01-01', '2026-06-30')
  const url = `${market.url}/shop/${shopId}`
  const matched = luck.happens(0.15) ? null : luck.happens(0.9)
  const checked = checkedBy(matched, i % 2 === 0 ? 'NETWORK_ID' : 'MARKETPLACE_CHECK')
  return {
    code: `shop:${market.id}:${shopId}`,
    uscc: null,
    regNo: null,
    kind: 'shop',
    type: null,
    name,
    formerNames: [],
    representative: null,
    region: place.region,
    city: place.city,
    capitalWan: null,
    establishedOn: openedOn,
    approvedOn: null,
    termTo: null,
    status: 'ACTIVE',
    authority: null,
    address: null,
    scope: null,
    brand,
    trade: trade.key,
    shops: [{ marketplace: market.id, shopId, name, url, category: trade.category, openedOn, ...checked }],
  }
}

export const COUNTS = { enterprise: ENTERPRISES, individual: INDIVIDUALS, cooperative: COOPERATIVES, shop: SHOPS }
