/** Which public entries are meant: by filters, and by the day asked about. */
import { MAY_LIST } from '../db/restored.js'

export interface PublicFilter {
  list?: string | null
  region?: string | null
  name?: string | null
  days: PublicDays
}

/** The day asked about, and the day on which it is asked: what was removed between them, or has ended, is forgotten. */
export interface PublicDays {
  asOf: string
  today: string
}

/**
 * Whether the entry `p` is shown to anyone who asks about :asOf on :today (SQL): in its present stay on the list, whatever was
 * before, and whether or not the clock has ended it yet.
 */
export const SHOWN = `p.shown_from <= :asOf::date and (p.ends_on is null or p.ends_on >= greatest(:asOf::date, :today::date))
  and ${MAY_LIST}`

/** Each filter that is given, and no other, so that each has its index (SQL, of `p`). */
export const filtered = ({ list, region, name }: PublicFilter): string =>
  [
    SHOWN,
    list != null && 'p.list = :list::text',
    region != null && 'p.region >= :region::text and p.region < :regionEnd::text',
    // Either alone may be looked up in an index.
    name != null && '(p.name like :likeName::text or p.uscc = :name::text)',
  ]
    .filter((each) => each !== false)
    .join(' and ')

/** The last character there is: whatever begins with a text lies between it and it with this behind. */
const LAST = '\u{10ffff}'
const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

export const bindingsOf = ({ days, list = null, region = null, name = null }: PublicFilter) => ({
  ...days,
  list,
  region,
  regionEnd: `${region ?? ''}${LAST}`,
  name,
  likeName: containing(name ?? ''),
})
