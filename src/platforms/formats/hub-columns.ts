/**
 * The columns that no published standard of 双公示 has, and without which nothing can be changed, put in order or taken back:
 * the hub's key, the number of the message, what happened, and the withdrawal. Agreed with each receiver.
 */
import type { RecordNotice } from '../../domain/delivery/delivery.js'

export const hubColumns = ({ key, sequence, action, removal }: RecordNotice) => ({
  HUB_ID: key,
  HUB_SN: sequence,
  HUB_OP: action,
  HUB_CXDM: removal?.reason ?? null,
  HUB_CXSY: removal?.reasonText ?? null,
  HUB_CXRQ: removal?.removedOn ?? null,
  HUB_CXWH: removal?.documentNumber ?? null,
})
