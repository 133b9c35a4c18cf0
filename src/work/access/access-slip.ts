import type { Paper } from '../../foundation/papers/paper.js'

interface SlipInput {
  site: string
  accessCode: string
  name: string | null
  code: string
  office: { name: string; contact: string | null } | null
  now: Date
}

/** The QR code holds only the address: a code in it would be logged. */
export const makeAccessSlip = ({ site, accessCode, name, code, office, now }: SlipInput): Paper => ({
  title: '信用档案查询告知单',
  madeAt: now,
  blocks: [
    { as: 'title', text: '信用档案查询告知单' },
    { as: 'line', text: `当事人：${name ?? code}` },
    { as: 'line', text: `代码：${code}` },
    {
      as: 'paragraph',
      text: '你（单位）可以凭下列登录码，在本机关的公开网站查看与你（单位）有关的全部信息及其出处，阅读送达的文书，提出陈述申辩、异议和信用修复申请，并查看办理情况。',
    },
    { as: 'line', text: `网址：${site}/my` },
    { as: 'qr', url: `${site}/my`, caption: '扫描二维码打开网页，再输入登录码。' },
    { as: 'line', text: `登录码：${accessCode}` },
    {
      as: 'paragraph',
      text: '登录码只供本人（单位）使用，请妥善保管，不要交给他人。遗失的，请向送达文书的机关申请补发；补发后，原登录码失效。',
    },
    ...(office?.contact ? [{ as: 'line' as const, text: `联系方式：${office.contact}` }] : []),
    ...(office === null ? [] : [{ as: 'right' as const, text: office.name }]),
  ],
})
