import type { WorldRecall, WorldStandard } from '../../../seeds/world.js'
import { typedDocumentNumber } from './spelling.js'

const ROLES: Record<WorldRecall['role'], string> = { MANUFACTURER: '生产者', IMPORTER: '进口商', SELLER: '销售者' }
const STATUS: Record<WorldRecall['status'], string> = { ONGOING: '实施中', TERMINATED: '已完成' }
const NONE = '/'

export const recallRow = (one: WorldRecall, n: number) => ({
  召回编号: typedDocumentNumber(one.number, n),
  发布日期: one.announcedOn,
  产品名称: one.product,
  品牌: one.brand ?? NONE,
  型号: one.model ?? NONE,
  商品条码: one.gtin ?? NONE,
  缺陷情况: one.hazard,
  召回措施: one.remedy,
  召回数量: one.quantity,
  召回企业: one.firm,
  企业类型: ROLES[one.role],
  统一社会信用代码: one.firmUscc ?? NONE,
  产地: one.country,
  召回状态: STATUS[one.status],
  发布机关: one.authority,
  备注: one.note ?? NONE,
})

export const standardRow = (one: WorldStandard) => ({
  标准编号: one.number,
  标准名称: one.name,
  企业名称: one.ownerName,
  统一社会信用代码: one.ownerUscc,
  标准状态: one.abolishedOn === null ? '现行有效' : '废止',
  公开时间: one.declaredOn,
  废止时间: one.abolishedOn ?? '',
  产品: one.products.map(({ name, model, category }) => ({ 产品名称: name, 产品型号: model, 产品分类: category })),
})
