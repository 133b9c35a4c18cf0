import { maySeeOperator } from '../../domain/access/viewer.js'
import type * as operators from '../../store/operators/operators.js'
import type { PointInTime } from '../../store/records/versions.js'
import { choosePointInTime, type GraphqlContext } from './context.js'

export type OperatorAtTime = ReturnType<typeof makeOperatorAtTime>

export const makeOperatorAtTime = (operator: operators.StoredOperator, when: PointInTime) => ({
  __typename: 'Operator' as const,
  operator,
  when,
})

export const operatorById = async (context: GraphqlContext, id: number): Promise<OperatorAtTime | null> => {
  const operator = await context.load.operator(id)
  const known = operator?.knownTo === null && maySeeOperator(context.viewer, operator)
  return known ? makeOperatorAtTime(operator, choosePointInTime(context, {})) : null
}
