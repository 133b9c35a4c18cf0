import { normalizeDocumentNumber } from '../../foundation/text/values.js'
import type { FeedDescription } from '../feed.js'
import { mapWordsToValues, splitWords } from '../words.js'
import { readGtins, splitText } from './goods.js'
import { cpscRecallForm, fdaRecallForm, safetyGateForm } from './recalls-abroad.js'
import { makeServicePagesFetch } from './requests.js'
import { makeSpellings, makeSpeltForm } from './spelling.js'

const ROLES = mapWordsToValues({
  MANUFACTURER: '生产者 生产企业 制造商',
  IMPORTER: '进口商 进口者',
  SELLER: '销售者 经营者',
})
const STATUS = mapWordsToValues({ ONGOING: '实施中 召回中 进行中', TERMINATED: '已完成 已结束 已终止' })
const BETWEEN_CODES = /[,，;；、\r\n]+/

const FIELDS = makeSpellings({
  召回编号: '召回公告编号 公告编号 编号',
  发布日期: '公告日期 召回发布日期',
  产品名称: '召回产品名称 缺陷产品名称 召回产品',
  品牌: '商标',
  型号: '规格型号 型号规格 产品型号',
  商品条码: '条码 产品条码 GTIN',
  缺陷情况: '缺陷描述 产品缺陷 缺陷及可能导致的后果',
  召回措施: '处理措施 消除缺陷措施 维修措施',
  召回数量: '涉及数量 数量',
  召回企业: '召回实施主体 召回单位 生产者名称 生产者',
  企业类型: '实施主体类型 召回主体类型',
  统一社会信用代码: '召回企业统一社会信用代码 生产者统一社会信用代码',
  产地: '原产地 原产国',
  召回级别: '召回分级',
  召回状态: '状态',
  发布机关: '公告机关 发布单位',
  公告链接: '链接 网址',
  备注: '',
})

const own = makeSpeltForm(FIELDS, (row, as, { today }) => {
  const number = normalizeDocumentNumber(row.required(as('召回编号')))
  const announced = row.requiredDate(as('发布日期'), today)
  const firm = row.name(as('召回企业'))
  const codes = row.codes({ field: as('统一社会信用代码'), scheme: 'uscc' })
  return [
    {
      key: `cn/${number}`,
      subject: { ...codes, name: firm },
      body: {
        number,
        announced_on: announced,
        product: row.requiredName(as('产品名称')),
        brand: row.text(as('品牌')),
        model: row.text(as('型号')),
        gtins: readGtins(row, as('商品条码'), splitText(row.text(as('商品条码')), BETWEEN_CODES)),
        hazard: row.text(as('缺陷情况')),
        remedy: row.text(as('召回措施')),
        quantity: row.text(as('召回数量')),
        firm,
        party_role: row.text(as('企业类型')) === null ? 'UNKNOWN' : row.choice(as('企业类型'), ROLES),
        country: row.text(as('产地')),
        classification: row.text(as('召回级别')),
        status: row.text(as('召回状态')) === null ? 'UNKNOWN' : row.choice(as('召回状态'), STATUS),
        authority: row.text(as('发布机关')),
        url: row.text(as('公告链接')),
        note: row.text(as('备注')),
      },
      validFrom: announced,
    },
  ]
})

export const recallsFeed: FeedDescription = {
  id: 'recalls',
  kind: 'recall',
  title: { zh: '缺陷产品召回', en: 'Recalls of defective products' },
  whole: false,
  provesAbsenceOf: ['recalls'],
  bounds: { most: 200_000, rejectShare: 0.2, staleAfterHours: 96 },
  marks: splitWords(`
    召回编号 召回公告编号 召回措施 召回产品名称 缺陷产品名称 召回企业 召回数量 recall_number alert_number
    RECALLEVENTID`),
  forms: [own, cpscRecallForm, safetyGateForm, fdaRecallForm],
  fetch: makeServicePagesFetch('/recalls'),
}
