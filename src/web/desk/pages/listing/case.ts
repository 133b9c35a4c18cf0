import type { MoveName } from '../../../../domain/listing/moves.js'
import type { ListingCaseQuery, OutlooksQuery } from './listing.generated.js'

export type CaseFile = NonNullable<ListingCaseQuery['listing']>
export type CaseDocument = NonNullable<CaseFile['documents']>[number]
export type CasePlatforms = ListingCaseQuery['platforms']
export type MoveOutlook = NonNullable<OutlooksQuery['listing']>['outlooks'][number]
export type CaseMove = CaseFile['moves'][number]

export const actOfMove = ({ act }: CaseMove): Readonly<Record<string, unknown>> =>
  act !== null && typeof act === 'object' ? (act as Record<string, unknown>) : {}

export const lastMoveOf = (of: CaseFile, ...names: MoveName[]): CaseMove | null =>
  of.moves.findLast(({ move }) => names.includes(move)) ?? null

export interface DefencePoint {
  number: number
  text: string
  by: string
  on: string
  answer: string | null
}

export const defencePointsOf = (of: CaseFile): DefencePoint[] => {
  const points: DefencePoint[] = []
  for (const made of of.moves) {
    const { text, point } = actOfMove(made)
    if (made.move === 'recordDefence')
      points.push({ number: points.length + 1, text: String(text ?? ''), by: made.by, on: made.on, answer: null })
    if (made.move === 'answerDefence') {
      const open = points.find((one) => one.answer === null && (point === undefined || one.number === point))
      if (open) open.answer = String(text ?? '')
    }
  }
  return points
}

export const earliestMoveDay = (of: CaseFile): string | null => {
  const last = of.moves.findLast(({ stateAfter }) => stateAfter !== 'LEAD')
  return last?.on ?? null
}

export const isPubliclyShown = ({ state }: CaseFile): boolean => state === 'PUBLISHED' || state === 'REPAIR_APPLIED'

export const operatorNameOf = ({ operator }: CaseFile): string =>
  operator.name ?? operator.uscc ?? operator.shop ?? '（无名称）'

export const mayBeNaturalPerson = ({ operator }: CaseFile): boolean =>
  operator.kind === 'SHOP' || operator.kind === 'INDIVIDUAL'
