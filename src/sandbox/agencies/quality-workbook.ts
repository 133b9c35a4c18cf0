import type { World, WorldInspection } from '../../../seeds/world.js'
import { makeWorkbook } from '../../foundation/text/xlsx.js'
import { sheetDate } from './spelling.js'

const TITLE = '吉林省流通领域（含网络交易）产品质量监督抽查结果汇总'
const NOTE = '注：标称生产单位以产品标识为准，标称信息未经证实；“/”表示无此项内容。'
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
const NONE = '/'

export const makeQualityWorkbook = (world: World): Buffer => {
  const wrong = world.faults.flatMap((fault) => (fault.feed === 'quality' ? [fault.inspection] : []))
  const notices = [...new Set(world.inspections.map((one) => one.noticeNumber))]
  const rows = [...world.inspections, ...wrong].map((one) => row(one, notices.indexOf(one.noticeNumber)))
  const widths = HEADER.map((name) => Math.max(8, name.length * 2))
  return makeWorkbook([[TITLE], [NOTE], HEADER, ...rows], { name: '抽查结果', titleRows: 2, widths })
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
