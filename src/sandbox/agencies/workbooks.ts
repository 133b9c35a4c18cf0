import type { World, WorldFood, WorldInspection } from '../../../seeds/world.js'
import { makeWorkbook } from '../../foundation/text/xlsx.js'
import { sheetDate } from './spelling.js'

const FOOD_TITLE = '食品安全监督抽检信息汇总'
const FOOD_NOTE = '声明：以下信息仅指本次抽检标称的生产企业相关产品的生产日期/批号和所检项目；“/”表示无此项内容。'
const NONE = '/'

/** The header lies below a title, and a cell holds several failures, as in published workbooks. */
export const makeFoodWorkbook = (world: World): Buffer => {
  const notices = [...new Set(world.food.map((one) => one.noticeNumber))]
  const header = COLUMNS.map(([name]) => name)
  const rows = world.food.map((one) => COLUMNS.map(([, cell]) => cell(one, notices.indexOf(one.noticeNumber)) ?? NONE))
  return makeWorkbook([[FOOD_TITLE], [FOOD_NOTE], header, ...rows], { name: '抽检信息', titleRows: 2 })
}

type FoodCell = (one: WorldFood, notice: number) => string | number | Date | null

const COLUMNS: readonly (readonly [name: string, cell: FoodCell])[] = [
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
  ['公告日期', (one, notice) => sheetDate(one.announcedOn, notice)],
  ['任务来源/项目名称', (one) => one.task],
  ['检验机构', (one) => one.laboratory],
  ['网络平台', (one) => one.marketplace],
  ['备注', (one) => one.note],
]

const failure = ({ what, found, allowed }: WorldFood['failures'][number]): string => [what, found, allowed].join('║')

const QUALITY_TITLE = '吉林省流通领域（含网络交易）产品质量监督抽查结果汇总'
const QUALITY_NOTE = '注：标称生产单位以产品标识为准，标称信息未经证实；“/”表示无此项内容。'
const HEADER = [
  '序号',
  '产品种类',
  '受检单位',
  '受检单位统一社会信用代码',
  '标称生产单位',
  '标称生产单位所在地',
  '产品名称',
  '规格型号',
  '商标',
  '生产日期/批号',
  '抽查结果',
  '主要不合格项目',
  '承检机构',
  '电商平台',
  '通报文号',
  '通报日期',
  '备注',
]

export const makeQualityWorkbook = (world: World): Buffer => {
  const wrong = world.faults.flatMap((fault) => (fault.feed === 'quality' ? [fault.inspection] : []))
  const notices = [...new Set(world.inspections.map((one) => one.noticeNumber))]
  const rows = [...world.inspections, ...wrong].map((one) => row(one, notices.indexOf(one.noticeNumber)))
  const widths = HEADER.map((name) => Math.max(8, name.length * 2))
  return makeWorkbook([[QUALITY_TITLE], [QUALITY_NOTE], HEADER, ...rows], { name: '抽查结果', titleRows: 2, widths })
}

/** A missing product name is a deliberate fault, so it is not filled with "/". */
const row = (one: WorldInspection, notice: number): (string | number | Date)[] => [
  one.serial,
  one.category,
  one.sellerName,
  one.sellerUscc,
  one.labelledProducer ?? NONE,
  one.labelledProducerPlace ?? NONE,
  one.product,
  one.model ?? NONE,
  one.brand ?? NONE,
  one.producedOn ?? one.batch ?? NONE,
  one.result === 'PASS' ? '合格' : '不合格',
  one.failures.join('、') || NONE,
  one.laboratory,
  one.marketplace ?? NONE,
  one.noticeNumber,
  sheetDate(one.announcedOn, notice),
  one.note ?? NONE,
]
