import type { BilingualText } from '../../foundation/text/words.js'

export interface RefusedAct {
  code: string
  message: string
  details: Record<string, unknown>
}

export const wordRefusal = ({ code, message, details }: RefusedAct): BilingualText => {
  const because = typeof details['because'] === 'string' ? details['because'] : code
  const found = Object.hasOwn(WORDS, because) ? WORDS[because]?.(String(details['from'] ?? '')) : undefined
  return found ?? splitSentence(message)
}

const WORDS: Record<string, (from: string) => BilingualText> = {
  REPAIR_TOO_EARLY: (from) => ({
    zh: from === '' ? '现在还不能申请信用修复。' : `现在还不能申请信用修复，最早可以在 ${from} 申请。`,
    en: from === '' ? 'You cannot apply for repair yet.' : `You cannot apply for repair yet; the first day is ${from}.`,
  }),
  NO_REPAIR_TIME: () => ({
    zh: '何时可以申请修复，现行规则尚未写明，请与决定机关联系。',
    en: 'No rule says yet when repair may be applied for; please ask the deciding authority.',
  }),
  REPAIR_PENDING: () => ({
    zh: '您的修复申请正在办理，不必再次提交；需要补充的，请补交材料。',
    en: 'Your application is being examined and need not be sent again; you may add documents to it.',
  }),
  NO_REPAIR_PENDING: () => ({
    zh: '现在没有正在办理的修复申请。',
    en: 'No application for repair is under way.',
  }),
  ENDED: () => ({
    zh: '列入期限已经届满，条目自动移出，不必申请。',
    en: 'The term has ended: the entry is removed without an application.',
  }),
  NO_TEXT: () => ({ zh: '请写明内容后再提交。', en: 'Please write what you have to say, then send it.' }),
  NO_RECORD: () => ({
    zh: '请选择对哪一条信息提出异议，再次提交；附件须重新选择。',
    en: 'Please choose which record you dispute, and send it again; choose the attachments anew.',
  }),
  STATE: () => ({
    zh: '案件的办理情况已有变化，现在不能提交；请查看本页的最新情况。',
    en: 'The case has moved on and this cannot be sent now; see how it stands on this page.',
  }),
  TOO_MANY_POINTS: () => ({
    zh: '您的陈述申辩已达到可以提交的次数，请等候答复。',
    en: 'You have said as much as may be sent; please wait for the answers.',
  }),
  RUN_BUSY: () => ({
    zh: '系统正忙，您的内容没有提交；请一分钟后再试。',
    en: 'The site is busy and nothing was sent; please try again in a minute.',
  }),
}

export const splitSentence = (message: string): BilingualText => {
  const zh = /^.*?[。！？](?=\s*[A-Za-z"'(])/su.exec(message)?.[0] ?? message
  return { zh, en: message.slice(zh.length).trim() || message }
}
