import type { BilingualText } from '../../foundation/text/words.js'

export const ROLE_WORDS: Record<string, BilingualText> = {
  marketplace: { zh: '电子商务平台', en: 'marketplace' },
  credit_service: { zh: '信用服务机构', en: 'credit service' },
  partner: { zh: '合作单位', en: 'partner' },
  agency: { zh: '信源单位', en: 'agency' },
  officer: { zh: '经办人', en: 'officer' },
  reviewer: { zh: '复核人', en: 'reviewer' },
  administrator: { zh: '管理员', en: 'administrator' },
  auditor: { zh: '审计人员', en: 'auditor' },
  party: { zh: '当事人', en: 'the party itself' },
}
