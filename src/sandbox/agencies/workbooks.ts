import type { World, WorldFood, WorldInspection } from '../../../seeds/world.js'
import { makeWorkbook } from '../../foundation/text/xlsx.js'
import { formatSheetDate } from './spelling.js'
import type { TableColumns } from './stand-in.js'

const FOOD_TITLE = '食品安全监督抽检信息汇总'
const FOOD_NOTE = '声明：以下信息仅指本次抽检标称的生产企业相关产品的生产日期/批号和所检项目；“/”表示无此项内容。'
const NONE = '/'

export const makeFoodWorkbook = ({ food }: World): Buffer =>
  makeWorkbook([[FOOD_TITLE], [FOOD_NOTE], ...sheetRows(food, FOOD_COLUMNS)], { name: '抽检信息', titleRows: 2 })

type WorkbookCell = string | number | Date

const sheetRows = <Row extends { noticeNumber: string }>(
  rows: readonly Row[],
  columns: TableColumns<Row, WorkbookCell | null>,
): WorkbookCell[][] => {
  const notices = [...new Set(rows.map((one) => one.noticeNumber))]
  const cells = rows.map((one) => columns.map(([, cell]) => cell(one, notices.indexOf(one.noticeNumber)) ?? NONE))
  return [columns.map(([name]) => name), ...cells]
}

const FOOD_COLUMNS: TableColumns<WorldFood, WorkbookCell | null> = [
  ['抽样编号', (one) => one.sampleNumber],
  ['序号', (one) => one.serial],
  ['标称生产企业名称', (one) => one.producerName],
  ['标称生产企业统一社会信用代码', (one) => one.producerUscc],
  ['标称生产企业地址', (one) => one.producerAddress],
  ['被抽样单位名称', (one) => one.sellerName],
  ['被抽样单位统一社会信用代码', (one) => one.sellerUscc],
  ['被抽样单位地址', (one) => one.sellerAddress],
  ['食品名称', (one) => one.food],
  ['规格型号', (one) => one.model],
  ['商标', (one) => one.brand],
  ['生产日期/批号', (one) => one.producedOn],
  ['不合格项目║检验结果║标准值', (one) => one.failures.map(failure).join('\n') || null],
  ['分类', (one) => one.category],
  ['公告号', (one) => one.noticeNumber],
  ['公告日期', (one, notice) => formatSheetDate(one.announcedOn, notice)],
  ['任务来源/项目名称', (one) => one.task],
  ['检验机构', (one) => one.laboratory],
  ['网络平台', (one) => one.marketplace],
  ['备注', (one) => one.note],
]

const failure = ({ what, found, allowed }: WorldFood['failures'][number]): string => [what, found, allowed].join('║')

const QUALITY_TITLE = '吉林省流通领域（含网络交易）产品质量监督抽查结果汇总'
const QUALITY_NOTE = '注：标称生产单位以产品标识为准，标称信息未经证实；“/”表示无此项内容。'

export const makeQualityWorkbook = ({ inspections, faults }: World): Buffer => {
  const wrong = faults.flatMap((fault) => (fault.feed === 'quality' ? [fault.inspection] : []))
  const rows = sheetRows([...inspections, ...wrong], QUALITY_COLUMNS)
  const widths = QUALITY_COLUMNS.map(([name]) => Math.max(8, name.length * 2))
  return makeWorkbook([[QUALITY_TITLE], [QUALITY_NOTE], ...rows], { name: '抽查结果', titleRows: 2, widths })
}

const QUALITY_COLUMNS: TableColumns<WorldInspection, WorkbookCell | null> = [
  ['序号', (one) => one.serial],
  ['产品种类', (one) => one.category],
  ['受检单位', (one) => one.sellerName],
  ['受检单位统一社会信用代码', (one) => one.sellerUscc],
  ['标称生产单位', (one) => one.labelledProducer],
  ['标称生产单位所在地', (one) => one.labelledProducerPlace],
  ['产品名称', (one) => one.product],
  ['规格型号', (one) => one.model],
  ['商标', (one) => one.brand],
  ['生产日期/批号', (one) => one.producedOn ?? one.batch],
  ['抽查结果', (one) => (one.result === 'PASS' ? '合格' : '不合格')],
  ['主要不合格项目', (one) => one.failures.join('、') || null],
  ['承检机构', (one) => one.laboratory],
  ['电商平台', (one) => one.marketplace],
  ['通报文号', (one) => one.noticeNumber],
  ['通报日期', (one, notice) => formatSheetDate(one.announcedOn, notice)],
  ['备注', (one) => one.note],
]
