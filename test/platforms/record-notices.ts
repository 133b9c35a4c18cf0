import type { RecordNotice } from '../../src/domain/delivery/delivery.js'
import { usccOf } from './notices.js'

const AUTHORITY = '11220199000000006N'

export const penaltyOf = (n: number, changes: Partial<RecordNotice> = {}): RecordNotice => ({
  kind: 'penalty',
  key: `pen_test_${n}`,
  sequence: 1,
  action: 'ADD',
  operator: { uscc: usccOf(n), name: `长春虚构商贸第${n}有限公司`, regNo: null, orgCode: null },
  body: {
    document_number: `虚市监处罚〔2026〕${n}号`,
    party_name: `长春虚构商贸第${n}有限公司`,
    party_kind: 'ORGANISATION',
    representative: '虚构人',
    violation: '虚假宣传',
    facts: '在网店页面对商品的性能作虚假的商业宣传',
    basis: '《中华人民共和国反不正当竞争法》第二十条',
    types: ['罚款', '没收违法所得'],
    content: '罚款2000元，没收违法所得35.5元',
    fine_yuan: '2000',
    confiscated_yuan: '35.5',
    licence: null,
    decided_on: '2026-03-03',
    effective_until: null,
    publish_until: '2029-03-03',
    authority: '虚构市市场监督管理局',
    authority_code: AUTHORITY,
    source_unit: '虚构市信用中心',
    source_unit_code: AUTHORITY,
    status: 'IN_FORCE',
    revoked_on: null,
    note: null,
  },
  removal: null,
  ...changes,
})

export const permitOf = (n: number, changes: Partial<RecordNotice> = {}): RecordNotice => ({
  kind: 'permit',
  key: `per_test_${n}`,
  sequence: 1,
  action: 'ADD',
  operator: { uscc: usccOf(n), name: `长春虚构食品第${n}有限公司`, regNo: null, orgCode: null },
  body: {
    document_name: '食品经营许可准予决定书',
    document_number: `虚市监许〔2026〕${n}号`,
    category: 'GENERAL',
    certificate: '食品经营许可证',
    permit_number: `JY12201020000${n}`,
    content: '预包装食品（含冷藏冷冻食品）销售',
    party_name: `长春虚构食品第${n}有限公司`,
    party_kind: 'ORGANISATION',
    representative: '虚构人',
    decided_on: '2026-03-03',
    valid_from: '2026-03-03',
    valid_to: null,
    status: 'VALID',
    authority: '虚构市市场监督管理局',
    authority_code: AUTHORITY,
    source_unit: '虚构市信用中心',
    source_unit_code: AUTHORITY,
    note: null,
  },
  removal: null,
  ...changes,
})

export const withdrawn = (notice: RecordNotice, sequence: number): RecordNotice => ({
  ...notice,
  action: 'REMOVE',
  sequence,
  removal: {
    reason: 'REVOKED',
    reasonText: '行政复议决定撤销',
    documentNumber: '虚复决〔2026〕1号',
    removedOn: '2026-06-01',
  },
})

export const withBody = (notice: RecordNotice, body: RecordNotice['body']): RecordNotice => ({
  ...notice,
  body: { ...notice.body, ...body },
})
