/** Regions as people choose them: the province's cities by name, any other division by its six digits. */
import { CITY_NAMES, placeIn } from '../../../domain/places.js'

const PREFECTURE = '延边'
const PROVINCE = '220000'

const CITIES: readonly { value: string; name: string }[] = CITY_NAMES.map((city) => {
  const name = city === PREFECTURE ? '延边州' : `${city}市`
  return { value: `${placeIn(name) ?? ''}00`, name }
})

export const REGION_OPTIONS = CITIES.map(({ value, name }) => ({ value, label: `${name} ${value}` }))

/** 全省 for none and for the province's own; 长春市; else the code. */
export const regionWords = (code: string | null): string => {
  if (code === null || code === PROVINCE) return '全省'
  return CITIES.find(({ value }) => value === code)?.name ?? code
}

/** A division of the province with the city that it lies in: 长春市 220102; any other as its code. */
export const regionIn = (code: string): string => {
  const city = CITIES.find(({ value }) => value.slice(0, 4) === code.slice(0, 4))
  return city === undefined ? code : `${city.name} ${code}`
}
