import type { EntryNotice } from '../../src/domain/delivery/delivery.js'
import { isValidUscc } from '../../src/domain/operators/codes.js'
import type { NoticeBatch } from '../../src/platforms/platform.js'

const CHECK_CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** Returns the n-th synthetic code with a valid check digit. */
export const usccOf = (n: number): string => {
  const head = `91220102MA${String(n).padStart(7, '0')}`
  const digit = [...CHECK_CHARACTERS].find((character) => isValidUscc(head + character))
  return `${head}${digit}`
}

export const noticeOf = (n: number, changes: Partial<EntryNotice> = {}): EntryNotice => ({
  key: `lst_test_${n}`,
  sequence: 1,
  action: 'ADD',
  list: 'serious',
  listName: '严重违法失信名单',
  operator: { uscc: usccOf(n), name: `长春虚构商贸第${n}有限公司`, regNo: null },
  reason: '销售不符合保障人身健康安全标准的产品，情节严重',
  basis: '《市场监督管理严重违法失信名单管理办法》第五条',
  authority: '虚构市市场监督管理局',
  authorityCode: '220102',
  documentNumber: `虚市监严列〔2025〕${n}号`,
  decidedOn: '2025-03-03',
  publishedOn: '2025-03-10',
  endsOn: '2028-03-03',
  removal: null,
  ...changes,
})

export const removalOf = (n: number, sequence: number): EntryNotice =>
  noticeOf(n, {
    action: 'REMOVE',
    sequence,
    removal: { reason: 'REPAIRED', reasonText: '信用修复', documentNumber: null, removedOn: '2026-04-01' },
  })

export const batchOf = (...notices: EntryNotice[]): NoticeBatch => ({
  id: 'batch-1',
  sentAt: '2026-11-25T08:00:00.000Z',
  notices,
})
