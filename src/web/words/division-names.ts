import DIVISION_NAMES from '../../../schema/words/divisions.json' with { type: 'json' }
import { nameOfDivisionIn } from '../../domain/operators/places.js'

export const nameOfDivision = (code: string): string | null => nameOfDivisionIn(DIVISION_NAMES, code)
