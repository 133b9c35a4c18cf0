import type { MonthlyTimeliness, TimelinessDuty } from '../../domain/delivery/timeliness.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { PUBLICITY_SYSTEM, reportMonthlyTimeliness } from '../../work/delivery/timeliness.js'
import { BYTE_ORDER_MARK, publicCsvLine as line } from '../../work/publication/publish-files.js'
import { requireAct } from '../request/viewer.js'
import type { AdmittedRequest } from './admitted-request.js'

const HEADER = [
  '月份 month',
  '作出机关 authority',
  '平台 platform',
  '事项 duty',
  '应办 due',
  '按时 on time',
  '逾期 late',
  '未确认 open',
  '其中已逾期 overdue',
  '人工了结 closed',
  '及时率 share on time',
  '工作日中位数 median workdays',
  '最长工作日 worst workdays',
]
const DUTY_WORDS: Record<TimelinessDuty, string> = {
  RECORD: '双公示报送 record',
  LISTING: '名单报送 listing',
  RECORD_WITHDRAWAL: '双公示撤下 withdrawal of a record',
  LISTING_WITHDRAWAL: '名单撤下 withdrawal of a listing',
  PUBLICITY: '公示系统公示 publicity system',
}
const SHARE_DIGITS = 4

export const answerTimelinessCsv = async ({ request, response, own, parts, viewer, audit }: AdmittedRequest) => {
  requireAct(viewer, 'see_operations')
  const today = shanghaiDate(own.now)
  const monthText = request.query['month']
  const month = monthText === undefined ? today.slice(0, 'YYYY-MM'.length) : String(monthText)
  const figures = await reportMonthlyTimeliness(parts.db, parts.rules, month, today)
  const names = new Map([PUBLICITY_SYSTEM, ...parts.platforms].map(({ id, name }) => [id, name.zh]))
  const lines = figures.map((figure) => line(cellsOf(month, names.get(figure.platform) ?? figure.platform, figure)))
  const content = BYTE_ORDER_MARK + line(HEADER) + lines.join('')
  await audit({ kind: 'FILE', asked: `GET /v1/timeliness.csv?month=${month}`, content })
  response.set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="timeliness-${month}.csv"`,
    'Cache-Control': 'no-store',
  })
  response.end(content)
}

const cellsOf = (month: string, platform: string, figure: MonthlyTimeliness): (string | number)[] => [
  month,
  figure.authority,
  platform,
  DUTY_WORDS[figure.duty],
  figure.total,
  figure.onTime,
  figure.late,
  figure.open,
  figure.overdue,
  figure.closed,
  figure.share === null ? '' : figure.share.toFixed(SHARE_DIGITS),
  figure.median ?? '',
  figure.worst ?? '',
]
