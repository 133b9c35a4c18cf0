import DIVISION_NAMES from '../../../schema/words/divisions.json' with { type: 'json' }
import { nameOfDivisionIn } from '../../domain/operators/places.js'

export const nameOfDivision = (code: string): string | null => nameOfDivisionIn(DIVISION_NAMES, code)

const CODE_DIGITS = 6

export const DIVISION_CODES: readonly string[] = Object.keys(DIVISION_NAMES)
  .map((digits) => digits.padEnd(CODE_DIGITS, '0'))
  .sort()
