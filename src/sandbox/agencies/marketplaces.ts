import type { World, WorldOperator, WorldShop } from '../../../seeds/world.js'
import { makeJsonAnswer, type StandInAnswer, type StandInRequest } from '../server.js'
import { cutPage, type StandInRoutes } from './stand-in.js'

const PAGE = 100
const SELLERS: Record<WorldOperator['kind'], string> = {
  enterprise: '企业',
  individual: '个体工商户',
  cooperative: '农民专业合作社',
  shop: '自然人',
}
/** Synthetic ID number of somebody born in 1900, which the hub must not store. */
const SLIP = '220102190001010016'

export const marketplacesRoutes = (source: () => World): StandInRoutes => ({
  'GET /shops': (asked) => shops(source(), asked),
})

const shops = (world: World, { query }: StandInRequest): StandInAnswer => {
  const all = world.operators.flatMap((one) => one.shops.map((shop) => spellShop(one, shop)))
  const slip = all.findIndex((item) => item['sellerKind'] === SELLERS.shop)
  if (slip >= 0) all[slip] = { ...all[slip], idNumber: SLIP }
  const cut = cutPage(all, query.get('page'), query.get('size'), PAGE)
  if (cut === null) return makeJsonAnswer(400, { message: '分页参数错误 Not a page' })
  const { total, page, size, items } = cut
  return makeJsonAnswer(200, { total, page, size, shops: items })
}

export const spellShop = (one: WorldOperator, shop: WorldShop): Record<string, unknown> => ({
  marketplace: shop.marketplace,
  shopId: shop.shopId,
  shopName: shop.name,
  url: shop.url,
  category: shop.category,
  openedOn: shop.openedOn,
  closedOn: null,
  sellerKind: SELLERS[one.kind],
  sellerName: one.uscc === null ? null : one.name,
  uscc: one.uscc,
  realNameMethod: shop.realNameMethod,
  realNameMatched: shop.realNameMatched,
})
