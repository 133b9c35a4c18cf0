import { MAY_PUBLISH_LIST_SQL } from '../db/restored.js'

export interface PublicFilter {
  list?: string | null
  region?: string | null
  name?: string | null
  days: PublicDays
}

/** The list as of `asOf`, without entries that had ended by `today`. */
export interface PublicDays {
  asOf: string
  today: string
}

/** True when entry `p` is public on :asOf and not ended by :today. Periods before it was last hidden are not stored. */
export const IS_SHOWN_SQL = `p.shown_from <= :asOf::date and (p.ends_on is null or p.ends_on >= greatest(:asOf::date, :today::date))
  and ${MAY_PUBLISH_LIST_SQL}`

/** Contains only the filters given, so each can use its index. */
export const matchesPublicFilterSql = ({ list, region, name }: PublicFilter): string =>
  [
    IS_SHOWN_SQL,
    list != null && 'p.list = :list::text',
    region != null && 'p.region >= :region::text and p.region < :regionEnd::text',
    name != null && '(p.name like :likeName::text or p.uscc = :name::text)',
  ]
    .filter((each) => each !== false)
    .join(' and ')

/** A prefix followed by it bounds the range. */
export const LAST_CODE_POINT = '\u{10ffff}'
const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

export const makeFilterBindings = ({ days, list = null, region = null, name = null }: PublicFilter) => ({
  ...days,
  list,
  region,
  regionEnd: `${region ?? ''}${LAST_CODE_POINT}`,
  name,
  likeName: containing(name ?? ''),
})
