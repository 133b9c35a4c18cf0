export interface OperatorWords {
  /** Leading digits of a division code. */
  region: string | null
  /** Part of the name, or the whole USCC. */
  name: string | null
}

export const NO_WORDS: OperatorWords = { region: null, name: null }

/** A merged operator is found by its successor. Binds :region and :name. */
export const andFitsWordsSql = ({ region, name }: OperatorWords, operator: string): string =>
  region === null && name === null
    ? ''
    : `and exists (select 1 from operators f0 join operators f1 on f1.id = coalesce(f0.merged_into, f0.id)
        where f0.id = ${operator} and (:region::text is null or starts_with(f1.region, :region::text))
          and (:name::text is null or strpos(f1.name, :name::text) > 0 or f1.uscc = :name::text))`

export type PageOrder = 'OLDEST' | 'NEWEST'

export interface IdPage {
  first: number
  after: number | null
  order: PageOrder
}

export const directionOf = (order: PageOrder): { beyond: '>' | '<'; direction: 'asc' | 'desc' } =>
  order === 'OLDEST' ? { beyond: '>', direction: 'asc' } : { beyond: '<', direction: 'desc' }

/** Binds :after and :first. */
export const pageByIdSql = ({ order }: Pick<IdPage, 'order'>, id: string): string => {
  const { beyond, direction } = directionOf(order)
  return `and (:after::bigint is null or ${id} ${beyond} :after::bigint) order by ${id} ${direction} limit :first`
}
