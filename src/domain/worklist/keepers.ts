import { isDate } from '../../foundation/time/dates.js'
import { isSamePerson, ROLES_BY_ACT, type Role, regionBoundOf, type Viewer } from '../access/viewer.js'

export interface Colleague {
  name: string
  role: Role
  agency: string | null
  region: string | null
}

export const viewerOfColleague = ({ name, role, agency, region }: Colleague): Viewer => ({
  sub: name,
  role,
  agency,
  region,
})

export const mayKeepCases = ({ role }: Pick<Colleague, 'role'>): boolean => ROLES_BY_ACT.move_listing.includes(role)

/** Region of which both see the cases; null: all; undefined: none. */
export const findCommonSight = (one: Viewer, other: Viewer): string | null | undefined => {
  const [first, second] = [regionBoundOf(one), regionBoundOf(other)]
  if (first === null || second === null) return first ?? second
  if (first.startsWith(second)) return first
  return second.startsWith(first) ? second : undefined
}

export interface AbsencePlan {
  person: Colleague
  deputy: Colleague
  fromOn: string
  toOn: string
}

export type AbsenceFault = 'DAYS' | 'PAST' | 'SELF' | 'ROLE' | 'REGION'

/** A deputy needs the role of the absent person, and at least its region. */
export const findAbsenceFault = ({ person, deputy, fromOn, toOn }: AbsencePlan, today: string): AbsenceFault | null => {
  if (!isDate(fromOn) || !isDate(toOn) || toOn < fromOn) return 'DAYS'
  if (toOn < today) return 'PAST'
  if (isSamePerson(person.name, deputy.name)) return 'SELF'
  if (person.role !== deputy.role) return 'ROLE'
  const [own, theirs] = [regionBoundOf(viewerOfColleague(person)), regionBoundOf(viewerOfColleague(deputy))]
  return theirs === null || (own ?? '').startsWith(theirs) ? null : 'REGION'
}

interface CaseActor {
  role: Role | 'clock'
  by: string
}

export const findKeeperOfNewCase = ({ role, by }: CaseActor): string | null => (role === 'clock' ? null : by)

/** The first officer to act in an office's case becomes its keeper. */
export const findKeeperAfterMove = (keeper: string | null, { role, by }: CaseActor): string | null =>
  keeper ?? (role === 'officer' ? by : null)
