import { type RefusalRow, row } from './row.js'

export const CALENDAR_REFUSALS = {
  CALENDAR_WAITS: row(
    409,
    1,
    () =>
      '已有一项日历修订待另一人决定，请先决定或撤回。Another amendment of the calendar waits for a second person; it must be decided or withdrawn first.',
  ),
  CALENDAR_UNKNOWN: row(404, 1, () => '没有这项日历修订。There is no such amendment of the calendar.'),
  CALENDAR_SETTLED: row(409, 1, () => '这项日历修订已办结。This amendment of the calendar has been settled already.'),
  CALENDAR_ANOTHERS: row(
    409,
    1,
    () =>
      '只有提出者可以撤回；他人可以不予同意。Only its proposer withdraws an amendment; another person may refuse it.',
  ),
} satisfies Record<string, RefusalRow>
