import type { MonthlyTimeliness, TimelinessDutyName } from '../../domain/delivery/timeliness.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { PUBLICITY_SYSTEM, reportMonthlyTimeliness } from '../../work/delivery/timeliness.js'
import { BYTE_ORDER_MARK, publicCsvLine as line } from '../../work/publication/publish-files.js'
import { requireAct } from '../request/viewer.js'
import type { AdmittedRequest } from './admitted-request.js'

const DUTY_WORDS: Record<TimelinessDutyName, string> = {
  RECORD: '双公示报送 record',
  LISTING: '名单报送 listing',
  RECORD_WITHDRAWAL: '双公示撤下 withdrawal of a record',
  LISTING_WITHDRAWAL: '名单撤下 withdrawal of a listing',
  PUBLICITY: '公示系统公示 publicity system',
}
const SHARE_DIGITS = 4

interface TimelinessLine {
  month: string
  platform: string
  figure: MonthlyTimeliness
}

const COLUMNS: [heading: string, cell: (of: TimelinessLine) => string | number][] = [
  ['月份 month', ({ month }) => month],
  ['作出机关 authority', ({ figure }) => figure.authority],
  ['平台 platform', ({ platform }) => platform],
  ['事项 duty', ({ figure }) => DUTY_WORDS[figure.duty]],
  ['应办 due', ({ figure }) => figure.total],
  ['按时 on time', ({ figure }) => figure.onTime],
  ['逾期 late', ({ figure }) => figure.late],
  ['未确认 open', ({ figure }) => figure.open],
  ['其中已逾期 overdue', ({ figure }) => figure.overdue],
  ['人工了结 closed', ({ figure }) => figure.closed],
  ['及时率 share on time', ({ figure: { share } }) => (share === null ? '' : share.toFixed(SHARE_DIGITS))],
  ['工作日中位数 median workdays', ({ figure }) => figure.median ?? ''],
  ['最长工作日 worst workdays', ({ figure }) => figure.worst ?? ''],
]

export const answerTimelinessCsv = async ({ request, response, own, parts, viewer, audit }: AdmittedRequest) => {
  requireAct(viewer, 'see_operations')
  const today = shanghaiDate(own.now)
  const monthText = request.query['month']
  const month = monthText === undefined ? today.slice(0, 'YYYY-MM'.length) : String(monthText)
  const figures = await reportMonthlyTimeliness(parts.db, parts.rules, month, today)
  const names = new Map([PUBLICITY_SYSTEM, ...parts.platforms].map(({ id, name }) => [id, name.zh]))
  const lines = figures.map((figure) => {
    const of = { month, platform: names.get(figure.platform) ?? figure.platform, figure }
    return line(COLUMNS.map(([, cell]) => cell(of)))
  })
  const content = BYTE_ORDER_MARK + line(COLUMNS.map(([heading]) => heading)) + lines.join('')
  await audit({ kind: 'FILE', asked: `GET /v1/timeliness.csv?month=${month}`, content })
  response.set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="timeliness-${month}.csv"`,
    'Cache-Control': 'no-store',
  })
  response.end(content)
}
