import { divisionPrefixIn, JILIN_CITY_NAMES } from '../../../domain/operators/places.js'

const PREFECTURE = '延边'
const PROVINCE = '220000'

const CITIES: readonly { value: string; name: string }[] = JILIN_CITY_NAMES.map((city) => {
  const name = city === PREFECTURE ? '延边州' : `${city}市`
  return { value: `${divisionPrefixIn(name) ?? ''}00`, name }
})

export const REGION_OPTIONS = CITIES.map(({ value, name }) => ({ value, label: `${name} ${value}` }))

export const regionWords = (code: string | null): string => {
  if (code === null || code === PROVINCE) return '全省'
  return CITIES.find(({ value }) => value === code)?.name ?? code
}

export const placeWords = (code: string | null): string => {
  if (code === null || code === '') return '—'
  const city = CITIES.find(({ value }) => value.slice(0, 4) === code.slice(0, 4))?.name
  return city === undefined ? code : `${city} ${code}`
}
