/** Receipt codes. Receivers use 00 and 1001; the others are this hub's assumption. */
import type { Receipt } from '../domain/delivery/delivery.js'
import type { RuleCode } from './platform.js'

const DONE = '00'

const rule = (meaning: RuleCode['meaning'], zh: string, en: string): RuleCode => ({ meaning, zh, en })

const ACCEPTED_CODES: Readonly<Record<string, RuleCode>> = {
  [DONE]: rule('ACCEPTED', '已接收，无需处理。', 'Taken; nothing to do.'),
  '02': {
    ...rule(
      'ACCEPTED',
      '平台已有更新的版本，本条忽略，无需处理。',
      'The platform holds something newer; nothing to do.',
    ),
    newer: true,
  },
}

const REJECTED_CODES: Readonly<Record<string, RuleCode>> = {
  '1001': rule(
    'CORRECT',
    '名称与统一社会信用代码在平台主体库中查不到或不一致：核对登记信息；若我方无误，多为平台主体库未更新，请联系平台更新后重新推送。',
    'Name and code do not match the platform’s own register: check the registration; if it is right here, ask the platform to bring its register up to date, then send again.',
  ),
  '1002': rule(
    'CORRECT',
    '必填项为空：在来源单位补全该字段后重新推送。',
    'A required field is empty: have the agency complete it, then send again.',
  ),
  '1003': rule(
    'CORRECT',
    '代码不正确（统一社会信用代码或代码表的值）：核对该字段后重新推送。',
    'A code is wrong (the unified code or a value of a code table): check the field, then send again.',
  ),
  '1004': rule(
    'CORRECT',
    '日期不正确（格式、未来日期或先后顺序）：与来源单位核对后重新推送。',
    'A date is wrong (form, in the future, or out of order): check it with the agency, then send again.',
  ),
  '1005': rule(
    'CORRECT',
    '同一业务键、同一序号的内容与平台已有的不同：请对账后再决定是否重新推送。',
    'The platform holds other content under this key and number: reconcile before sending again.',
  ),
  '1006': rule(
    'CORRECT',
    '平台没有这条信息或已移出，不能变更：请对账，确认后重新推送。',
    'The platform has no such entry, or has removed it, and cannot change it: reconcile, then send again.',
  ),
  '1007': rule(
    'CORRECT',
    '文号格式不正确：与来源单位核对文号后重新推送。',
    'The document number has the wrong form: check it with the agency, then send again.',
  ),
  '1008': rule(
    'CORRECT',
    '字段不在平台的接口说明中：双方接口版本不一致，请与平台核对后重新推送。',
    'The platform does not know a field: the two sides have different versions of the interface; agree on one, then send again.',
  ),
  '1009': rule(
    'CORRECT',
    '含有个人证件号码，平台不接收：在来源单位去除后重新推送。',
    'It holds a personal certificate number, which is not taken: have the agency remove it, then send again.',
  ),
}

const LATER = rule(
  'LATER',
  '平台繁忙或暂停服务，将自动重新推送。',
  'The platform is busy or out of service; it is sent again by itself.',
)

const BUSY_CODES: Readonly<Record<string, RuleCode>> = Object.fromEntries(
  Array.from({ length: 100 }, (_, n) => [String(900 + n), LATER]),
)

export const RECEIPT_CODES: Readonly<Record<string, RuleCode>> = { ...ACCEPTED_CODES, ...REJECTED_CODES, ...BUSY_CODES }

export const isAcceptedCode = (code: string): boolean => Object.hasOwn(ACCEPTED_CODES, code)

/** A rejection with the success code must not count as delivered. */
export const isContradictoryReceipt = ({ accepted, code }: Pick<Receipt, 'accepted' | 'code'>): boolean =>
  !accepted && code === DONE
