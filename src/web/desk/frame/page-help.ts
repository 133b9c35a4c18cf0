/** The help page of each page of the desk; opened in a tab of its own, so that nothing typed is lost. */
import { type HelpTask, helpPath } from '../../words/help-tasks.js'

const HELP_OF_PAGES: Readonly<Record<string, HelpTask>> = {
  '': 'today',
  worklist: 'today',
  operators: 'operators',
  search: 'search',
  'operator/:code': 'operators',
  'operator/:code/report': 'operators',
  listings: 'case',
  'listings/:id': 'case',
  'listings/concerns': 'concerns',
  'listings/objections': 'objections',
  'watch-list': 'watch-list',
  authorisations: 'watch-list',
  sellers: 'watch-list',
  overrides: 'grades',
  'intake/feeds': 'feeds',
  'intake/feeds/:feed': 'feeds',
  'intake/feeds/:feed/maps': 'feeds',
  'intake/runs/:id': 'rollback',
  'intake/rejects': 'rejects',
  'intake/identity': 'identity',
  'intake/merge': 'identity',
  'intake/uploads': 'feeds',
  deliveries: 'deliveries',
  'deliveries/retractions': 'retractions',
  'deliveries/timeliness': 'retractions',
  'deliveries/discrepancies': 'retractions',
  'deliveries/webhooks': 'marketplace',
  'deliveries/:id': 'deliveries',
  scorecards: 'scorecards',
  'scorecards/trial': 'scorecards',
  'scorecards/:version': 'scorecards',
  reminders: 'reminders',
  'administration/reminders': 'reminders',
  'administration/setup': 'new-office',
  'administration/doctor': 'new-office',
  'administration/clients': 'people',
  'administration/people': 'people',
  'administration/authorities': 'settings',
  'administration/lockouts': 'people',
  'administration/timetable': 'timetable',
  'administration/calendar': 'rules',
  'administration/rules': 'rules',
  'administration/settings': 'settings',
  'administration/confirmations': 'rules',
  'administration/audit-log': 'audit-log',
  'administration/restored': 'restored',
  account: 'sign-in',
}

/** Leads to all help for a page without one of its own. */
export const helpOfPage = (pattern: string | undefined): string => {
  const task = pattern === undefined ? undefined : HELP_OF_PAGES[pattern]
  return task === undefined ? '/help' : helpPath(task)
}
