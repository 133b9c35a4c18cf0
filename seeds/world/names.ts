import { at, type Chance } from './chance.js'
import type { WorldMarketplace } from './types.js'

export const MARKETPLACES: readonly WorldMarketplace[] = [
  { id: 'xuelian-mall', name: '雪莲商城', url: 'https://xuelian-mall.example' },
  { id: 'lindao-market', name: '林岛集市', url: 'https://lindao-market.example' },
  { id: 'beichuan-select', name: '北椽优选', url: 'https://beichuan-select.example' },
]

// Characters of the examples' brands are left out, so that no other brand equals one of these.
const FIRST = [...'霁岚澍柃栩昱湉珩翊溯衡芃旻洵筱禾蔚屿淞朔']
const SECOND = [...'棠榕舟砚川穗笙澜槿坞桐泠枫苓岫陌']
const THIRD = [...'里谣纪朵野堂渡语汀町']
const SURNAMES = [...'文沈邵简骆卓戚褚荀费岑殷毕郝邬柏水窦章苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳']
const GIVEN = [
  ...['屿川', '砚青', '穗禾', '柃月', '澍之', '栩然', '昱宁', '湉湉', '珩一', '翊舟', '溯洄', '衡之', '芃芃', '旻初'],
  ...['洵美', '筱棠', '蔚澜', '淞岩', '朔宁', '霁明', '岚舒', '笙和', '槿言', '桐语', '泠音', '枫野', '苓香', '岫云'],
]

export const brandsBy = (luck: Chance): (() => string) => {
  const taken = new Set<string>()
  return () => {
    for (;;) {
      const brand = luck.pick(FIRST) + luck.pick(SECOND) + luck.pick(THIRD)
      if (taken.has(brand)) continue
      taken.add(brand)
      return brand
    }
  }
}

export const personBy = (luck: Chance): string => luck.pick(SURNAMES) + luck.pick(GIVEN)

export const marketplaceName = (id: string): string => {
  const found = MARKETPLACES.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no marketplace ${id}`)
  return found.name
}

export const marketplaceAt = (n: number): WorldMarketplace => at(MARKETPLACES, n % MARKETPLACES.length)
