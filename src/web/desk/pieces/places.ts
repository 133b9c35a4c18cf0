import { divisionPrefixIn, JILIN_CITY_NAMES, PROVINCE_DIVISION } from '../../../domain/operators/places.js'
import { DIVISION_CODES, nameOfDivision } from '../../words/division-names.js'

export const placeWords = (code: string | null): string =>
  code === null || code === '' ? '—' : (nameOfDivision(code) ?? '其他地区')

export const regionWords = (code: string | null): string =>
  code === null || code === PROVINCE_DIVISION ? '全省' : placeWords(code)

export const typedRegionWords = (code: string | undefined): string | null =>
  code !== undefined && /^\d{6}$/.test(code) ? `${regionWords(code)}（${code}）` : null

export const DIVISION_OPTIONS = DIVISION_CODES.map((value) => ({ value, label: placeWords(value) }))

export const REGION_OPTIONS = JILIN_CITY_NAMES.map((city) => {
  const value = `${divisionPrefixIn(`${city}市`) ?? divisionPrefixIn(`${city}州`) ?? ''}00`
  return { value, label: placeWords(value) }
})
