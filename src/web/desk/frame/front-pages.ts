import type { Role } from '../../../domain/access/viewer.js'

/** The others stand under 更多. */
export const FRONT_PAGES_MOST = 10

const CASES = ['', 'worklist', 'matters', 'operators', 'listings', 'listings/objections'] as const
const SENT = ['deliveries', 'deliveries/retractions'] as const

export const FRONT_PAGES: Partial<Record<Role, readonly string[]>> = {
  officer: [...CASES, 'intake/rejects', 'intake/identity', ...SENT],
  reviewer: [...CASES, 'overrides', 'scorecards', ...SENT],
  administrator: [
    '',
    'worklist',
    'intake/feeds',
    'intake/rejects',
    'deliveries',
    'administration/setup',
    'administration/settings',
    'administration/people',
    'administration/clients',
    'administration/timetable',
  ],
  auditor: [
    '',
    'operators',
    'listings',
    'listings/concerns',
    'deliveries/retractions',
    'deliveries/timeliness',
    'administration/people',
    'administration/clients',
    'administration/rules',
    'administration/audit-log',
  ],
  agency: [
    '',
    'worklist',
    'matters',
    'operators',
    'intake/feeds',
    'intake/rejects',
    'intake/uploads',
    'listings/objections',
    ...SENT,
  ],
}

export const splitPages = <P extends { path: string }>(pages: readonly P[], role: Role): { front: P[]; rest: P[] } => {
  const front = FRONT_PAGES[role]
  if (front === undefined || pages.length <= FRONT_PAGES_MOST) return { front: [...pages], rest: [] }
  return {
    front: pages.filter(({ path }) => front.includes(path)),
    rest: pages.filter(({ path }) => !front.includes(path)),
  }
}
