import { type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql'
import { NOW, TODAY } from '../api/world.js'

export interface Named {
  code: string
  id: string
}

/** A valid value for any argument. Names of operators and nodes come from `of`. */
export const filled = (type: GraphQLInputType, name: string, of: Named): unknown => {
  if (isNonNullType(type)) return filled(type.ofType, name, of)
  if (isListType(type)) return [filled(type.ofType, name, of)]
  if (isEnumType(type)) return type.getValues()[0]?.name
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields()).map((each) => [each.name, filled(each.type, each.name, of)]),
    )
  if (type.name === 'ID') return of.id
  if (type.name === 'Date') return TODAY
  if (type.name === 'DateTime') return NOW.toISOString()
  if (type.name === 'Boolean') return false
  if (type.name === 'Int' || type.name === 'Float') return 50
  if (type.name === 'JSON') return {}
  if (name === 'version') return 'ecommerce-1'
  if (name === 'list') return 'serious'
  return ['code', 'codes', 'operator', 'from', 'into', 'party', 'subject'].includes(name) ? of.code : '陈述'
}
