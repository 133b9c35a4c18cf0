import type { BilingualText } from '../../foundation/text/words.js'
import { type Html, html } from '../frame/html.js'
import { bilingual } from '../frame/page.js'

const words = (zh: string, en: string): BilingualText => ({ zh, en })

export const STATE_WORDS: Record<string, BilingualText> = {
  LEAD: words('线索', 'a lead'),
  PROPOSED: words('已提出', 'proposed'),
  NOTIFIED: words('已告知，可陈述申辩', 'notified: you may be heard'),
  DEFENCE: words('陈述申辩中', 'being heard'),
  HEARING: words('听证中', 'hearing'),
  REVIEWED: words('已复核', 'reviewed'),
  CONSENTED: words('上级已同意', 'consented'),
  DECIDED: words('已决定', 'decided'),
  SERVED: words('已送达', 'served'),
  PUBLISHED: words('公示中', 'published'),
  REPAIR_APPLIED: words('公示中，修复申请办理中', 'published; the repair applied for is being examined'),
  HIDDEN: words('暂停公示', 'hidden'),
  REMOVED: words('已移出', 'removed'),
  NOT_LISTED: words('不予列入', 'not listed'),
}

export const REMOVAL_WORDS: Record<string, BilingualText> = {
  EXPIRED: words('期满', 'its term has ended'),
  REPAIRED: words('信用修复', 'repaired'),
  REVOKED: words('撤销', 'revoked'),
  CORRECTED: words('更正', 'corrected'),
  CEASED: words('主体已不存在', 'the subject has ceased to exist'),
}

export const RECORD_KIND_WORDS: Record<string, BilingualText> = {
  REGISTRATION: words('登记信息', 'registration'),
  SHOP: words('网店', 'shop'),
  TRADEMARK: words('商标', 'trademark'),
  INSPECTION: words('产品质量抽查', 'product inspection'),
  PENALTY: words('行政处罚', 'administrative penalty'),
  LIST_ENTRY: words('其他机关的名单记录', 'entry of a list kept elsewhere'),
  PERMIT: words('行政许可', 'administrative permit'),
  REPAIR: words('信用修复结果', 'result of a credit repair'),
  RECALL: words('缺陷产品召回', 'product recall'),
  STANDARD: words('企业标准自我声明', 'declared standard'),
  COMMITMENT: words('质量承诺', 'quality commitment'),
  ICP_FILING: words('ICP 备案', 'ICP filing'),
  TRUSTMARK: words('可信认证', 'trust mark'),
  ASSOCIATION_GRADE: words('行业协会评价', 'grade given by an association'),
}

export const STANDING_WORDS: Record<string, BilingualText> = {
  KNOWN: words('存续', 'known'),
  UNKNOWN: words('未知', 'unknown'),
  CEASED: words('已注销或吊销等', 'ceased'),
}

export const RESTORING_ACT_WORDS: Record<string, BilingualText> = {
  PERFORM: words('履行义务', 'perform the duty'),
  CORRECT: words('改正、补办', 'put it right'),
  REPAIR: words('申请信用修复', 'apply for repair'),
  WAIT: words('等待期满', 'wait'),
}

export const OBJECTION_WORDS: Record<string, BilingualText> = {
  OPEN: words('核查中', 'being examined'),
  UPHELD: words('成立，信息已更正', 'upheld: the record is corrected'),
  PENDING: words('成立，待信源单位更正', 'upheld: its agency has yet to correct the record'),
  REJECTED: words('不成立', 'rejected'),
  WITHDRAWN: words('已撤回', 'withdrawn'),
}

export const DELIVERY_WORDS: Record<string, BilingualText> = {
  OWED: words('已告知或待告知，尚未确认', 'told or about to be, not confirmed'),
  CONFIRMED: words('已确认', 'confirmed'),
  REFUSED: words('平台未接受，由人处理', 'not taken by the platform: a person sees to it'),
  FOLDED: words('该条目已重新公示', 'the entry stands again'),
  CLOSED: words('由人办结，未曾确认', 'closed by a person, never confirmed'),
}

export const REMOVAL_CHECK_WORDS: Record<string, BilingualText> = {
  DUE: words('已确认，正在核实是否已撤下', 'confirmed; whether it is gone is being checked'),
  GONE: words('已确认，经核实已撤下', 'confirmed, and seen to be gone'),
  CONFIRMED_TWICE: words('两次确认，未能查看展示', 'confirmed twice; its display cannot be read'),
}

export const AUDIT_KIND_WORDS: Record<string, BilingualText> = {
  ANSWER: words('查询', 'a question'),
  ACT: words('办理', 'an act'),
  OUTCOME: words('办理结果', 'what came of an act'),
  CHUNK: words('批量查询', 'many codes at once'),
  FILE: words('取走文件', 'a file'),
  TOKEN: words('登录', 'signing in'),
}

export const labelIn = (table: Record<string, BilingualText>, name: string): Html => {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  return found ? bilingual(found.zh, found.en) : html`${name}`
}
