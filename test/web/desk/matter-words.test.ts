import { expect } from 'chai'
import { describeClock } from '../../../src/web/desk/pages/matters/words.js'

type Clock = Parameters<typeof describeClock>[0]
const CLOCK: Clock = {
  clock: 'ANSWER',
  ...{ startsAt: '2026-09-22T09:00:00+08:00', dueOn: '2026-10-20', dueAt: null, provisional: false, statedDay: null },
  uncounted: ['2026-09-25', '2026-09-26', '2026-09-27', ...[1, 2, 3, 4, 5, 6, 7].map((day) => `2026-10-0${day}`)],
  makeUp: ['2026-10-10'],
  spans: [{ value: 15, unit: 'WORKDAYS' }],
  rule: { source: '虚构依据', confirmed: true },
  ...{ late: false, ended: null },
}

describe('a clock in words', () => {
  const cases: [string, Partial<Clock>, string][] = [
    [
      'says from when, how long, what did not count, what did, and until when',
      {},
      '自9月22日起15个工作日，其中9月25日至27日、10月1日至7日不计入，10月10日计入，10月20日到期',
    ],
    [
      'names the extension, and a year that is another',
      {
        spans: [...CLOCK.spans, { value: 15, unit: 'WORKDAYS' }],
        dueOn: '2027-01-04',
        uncounted: [],
        makeUp: [],
        provisional: true,
      },
      '自9月22日起15个工作日，延长15个工作日，2027年1月4日到期（节假日安排尚未公布，可能变动）',
    ],
    [
      'counts hours to the minute',
      {
        startsAt: '2026-09-30T16:00:00+08:00',
        dueOn: '2026-10-01',
        dueAt: '2026-10-01T16:00:00+08:00',
        spans: [{ value: 24, unit: 'HOURS' }],
        uncounted: [],
        makeUp: [],
      },
      '自9月30日 16:00起24小时，10月1日 16:00到期',
    ],
    ['waits for the receipt', { startsAt: null, dueOn: null }, '自承办单位收悉起15个工作日；尚未收悉，没有起算'],
    ['stands still while paused', { dueOn: null }, '自9月22日起15个工作日；现已中止，恢复后再计算到期日'],
    [
      'does not count what a letter sets',
      { statedDay: '2026-10-30', dueOn: '2026-10-30', spans: [] },
      '文书确定或者延期后的日期：10月30日到期，不因节假日调整而变',
    ],
    [
      'names the day of a letter before the receipt too',
      { startsAt: null, statedDay: '2026-10-30', dueOn: '2026-10-30', spans: [] },
      '文书确定或者延期后的日期：2026年10月30日到期，不因节假日调整而变',
    ],
  ]
  for (const [title, given, words] of cases)
    it(title, () => expect(describeClock({ ...CLOCK, ...given })).to.equal(words))
})
