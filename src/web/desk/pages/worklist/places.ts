import type { WorkKind, WorkProcess } from '../../../../domain/worklist/tasks.js'
import { TASKS } from '../../../../domain/worklist/tasks.js'
import type { WorkCountsQuery } from './worklist.generated.js'

export type WorkCountLine = WorkCountsQuery['workCounts'][number]

const PAGE_OF_PROCESS: Record<WorkProcess, string> = {
  CASE: 'listings',
  HIDING: 'listings',
  REPAIR: 'listings',
  CONCERN: 'listings/concerns',
  PAPER: 'listings',
  RETRACTION: 'deliveries/retractions',
  OBJECTION: 'listings/objections',
  OVERRIDE: 'overrides',
  REJECTS: 'intake/rejects',
  IDENTITY: 'intake/identity',
  MATTER: 'matters',
  DELIVERY: 'deliveries',
  DISCREPANCY: 'deliveries/discrepancies',
  SCORECARD: 'scorecards',
  CALENDAR: 'administration/calendar',
  ACCOUNT: 'administration/people',
  CLIENT: 'administration/clients',
  OFFICE: 'administration/settings',
}

const PAGE_OF_KIND: Partial<Record<WorkKind, string>> = {
  CONFIRM_AUTHORITY: 'administration/authorities',
  CONFIRM_RULES: 'administration/confirmations',
  CONFIRM_RELEASE: 'administration/restored',
}

const pageOf = (kind: WorkKind): string => PAGE_OF_KIND[kind] ?? PAGE_OF_PROCESS[TASKS[kind].process]

/** The number beside a page: the own tasks, and all that are nobody's; beside 待办 what that page lists. */
export const countOfPage = (counts: readonly WorkCountLine[], path: string): { n: number; atLeast: boolean } => {
  const own = counts.filter(({ kind }) => path === 'worklist' || (!TASKS[kind].waits && pageOf(kind) === path))
  return {
    n: own.reduce((sum, { kind, mine, office }) => sum + (isOfOffice(kind, path) ? office : mine), 0),
    atLeast: own.some(({ kind, atLeast }) => atLeast.includes(isOfOffice(kind, path) ? 'OFFICE' : 'MINE')),
  }
}

const isOfOffice = (kind: WorkKind, path: string): boolean => path !== 'worklist' && TASKS[kind].whose === 'OFFICE'

export const worklistPath = (scope: 'MINE' | 'OFFICE' | 'LATE', kind?: WorkKind | undefined): string =>
  `/worklist?${new URLSearchParams({ scope, ...(kind && { kind }) })}`

export const proposalAnchor = ({ id }: { id: string }): string => `proposal-${id}`

interface WorkItemPlace {
  kind: WorkKind
  listing: string | null
  subject: string | null
  proposal?: { id: string } | null
  operator?: string | null
}

export const pathOfItem = ({ kind, listing, subject, proposal = null, operator = null }: WorkItemPlace): string => {
  const { process } = TASKS[kind]
  const page = `/${pageOf(kind)}`
  if (proposal !== null) return `${page}#${encodeURIComponent(proposalAnchor(proposal))}`
  if (kind === 'CONFIRM_AUTHORITY') return `${page}#${encodeURIComponent(subject ?? '')}`
  if (process === 'ACCOUNT' || process === 'CLIENT') return `${page}?${new URLSearchParams({ name: subject ?? '' })}`
  if (kind === 'FOLLOW_RETRACTION') return page
  if (process === 'OBJECTION' || process === 'OVERRIDE') {
    const state = kind === 'AWAIT_CORRECTION' && { state: 'UPHELD', pending: 'true' }
    return pathWith(page, { ...state, ...(operator && { name: operator }) })
  }
  if (listing !== null) return `/listings/${listing}`
  if (process === 'MATTER' && subject !== null) return `${page}/${subject}`
  if (process === 'REJECTS' && subject !== null) return `${page}?feed=${subject}`
  if (kind === 'REFUSED_DELIVERIES') return `${page}?state=REFUSED&platform=${subject ?? ''}`
  if (kind === 'LATE_DELIVERIES') return `${page}?late=true&platform=${subject ?? ''}`
  return page
}

const pathWith = (page: string, query: Record<string, string>): string => {
  const text = String(new URLSearchParams(query))
  return text === '' ? page : `${page}?${text}`
}
