/** Columns beyond the 双公示 standards, needed to change, order and withdraw rows. */
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
