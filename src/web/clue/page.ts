import type { MatterKind } from '../../domain/matters/kind.js'
import {
  CLUE_PICTURES_MOST,
  type ClueChannel,
  type ClueStage,
  type ClueState,
  CONTACT_LENGTH_MOST,
} from '../../domain/matters/public-clues.js'
import { renderDate } from '../blacklist/page.js'
import { bilingualMessage, type Html, html, linkTo, publishedText, section } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { helpPath } from '../words/help-tasks.js'

export const CLUE_PATH = '/clue'
export const CLUE_STATE_PATH = '/clue/state'

export interface CluePageContent {
  channel: ClueChannel
  kind: Pick<MatterKind, 'fields'>
  reference: string
  typed: ReadonlyMap<string, string>
  refused: string | null
  pictured: boolean
}

const TITLE = { zh: '提供线索', en: 'Give a clue' }

const NOT_STORED = html`<p>${bilingual('本页不使用脚本、不设置 Cookie；提交的内容加密保存，只有承办单位可以读取。网络地址只在内存中用于限制次数，不与线索一同保存。', 'This page uses no script and sets no cookie. What you send is kept sealed, and only the unit that handles it reads it. Your network address counts attempts in memory and is not kept with the clue.')}</p>`

export const cluePage = (shown: CluePageContent): SitePage => {
  const { channel, refused, pictured } = shown
  const isOpen = channel.channel !== 'closed'
  return sitePage(
    TITLE,
    html`${refused === null ? null : html`<p class="notice" role="alert">${bilingualMessage(refused)}${pictured ? AGAIN : null}</p>`}
${channel.channel === 'published' ? PUBLISHED : notReport(channel)}
<p class="buttons"><a href="${channel.website}" rel="nofollow noreferrer">${bilingual('我买了东西，要求解决', 'I bought something and want it put right')}</a>${isOpen ? html`<a href="#give">${bilingual('我知道有人在卖假货', 'I know of counterfeit goods on sale')}</a>` : null}</p>
<p class="note">${bilingual('前一项到12315办理，本站不保存任何内容。', 'The first goes to 12315, and nothing is stored here.')}</p>
${isOpen ? form(shown) : null}
${section('state', '查询进度', 'How far it is')`
<p><a href="${linkTo(CLUE_STATE_PATH)}">${bilingual('凭查询码查询', 'Ask with your receipt code')}</a> · <a href="${linkTo(helpPath('clue'))}">${bilingual('怎样提供线索', 'How to give a clue')}</a></p>`}
${section('law', '依据', 'Legal bases')`
<ul>${channel.articles.map(({ article, zh, en }) => html`<li>${publishedText(article)}${bilingual('：', ': ')}${bilingual(zh, en)}</li>\n`)}</ul>`}`,
    NOT_STORED,
  )
}

const AGAIN = html` ${bilingual('照片须重新选择。', 'Choose the pictures again.')}`

const notReport = ({ telephone, website }: ClueChannel): Html =>
  html`<p class="notice"><strong>${bilingual('这里不受理投诉举报。', 'This is not a complaint or report.')}</strong> ${bilingual('要求退款赔偿，或者要求答复是否立案的，请到', 'To be reimbursed, or to have a decision, go to ')}<a href="${website}" rel="nofollow noreferrer">12315</a>${bilingual('，或者拨打', ' or call ')}<a href="tel:${telephone}">${telephone}</a>${bilingual('。本页只收线索，转交统一接收单位录入12315。', '. This page takes clues only, which the unified receiving unit enters at 12315.')}</p>`

const PUBLISHED = html`<p class="notice">${bilingual('本页是市场监督管理部门公布的举报渠道之一。要求退款赔偿的，请到12315。', 'The market regulator has published this page as one of its channels for reports. To be reimbursed, go to 12315.')}</p>`

const INPUTS = [
  ['shop', { zh: '网址、平台和店铺名称', en: 'Address, or marketplace and name of the shop' }],
  [
    'facts',
    {
      zh: '什么商品，为什么认为是假货；请勿写身份证号，也不必写您是谁',
      en: 'Which goods, and why they seem counterfeit. No ID numbers; you need not say who you are',
    },
  ],
  ['seen_at', { zh: '哪个页面、直播间或者地点', en: 'Which page, live stream or place' }],
  ['brand', { zh: '商标名称或者条码数字', en: 'Brand, or the digits of the barcode' }],
] as const

const form = ({ kind, reference, typed }: CluePageContent): Html => {
  const said = (name: string): string => typed.get(name) ?? ''
  const input = ([name, hint]: (typeof INPUTS)[number]): Html => {
    const { zh, en, required, text = 0 } = kind.fields[name] ?? { zh: name, en: name }
    const attributes = html`id="${name}" name="${name}" maxlength="${text}" aria-describedby="${name}-note"${required ? html` required` : null}`
    const label = required ? null : OPTIONAL
    return html`<label for="${name}">${bilingual(zh, en)}${label}</label>
${name === 'facts' ? html`<textarea ${attributes} rows="6">\n${said(name)}</textarea>` : html`<div class="row"><input ${attributes} type="text" value="${said(name)}" autocomplete="off"></div>`}
<p id="${name}-note" class="note">${bilingual(hint.zh, hint.en)}</p>
`
  }
  const contact = (name: string, zh: string, en: string): Html =>
    html`<label for="${name}">${bilingual(zh, en)}${OPTIONAL}</label>
<div class="row"><input id="${name}" name="${name}" type="text" maxlength="${CONTACT_LENGTH_MOST}" value="${said(name)}" autocomplete="off"></div>
`
  return section('give', '我知道有人在卖假货', 'I know of counterfeit goods on sale')`
<form action="${linkTo(CLUE_PATH)}" method="post" enctype="multipart/form-data" class="search">
<div class="main">
<input type="hidden" name="reference" value="${reference}">
${INPUTS.map(input)}
<label for="seen_on">${bilingual('何时所见', 'When it was seen')}${OPTIONAL}</label>
<input id="seen_on" name="seen_on" type="date" value="${said('seen_on')}">
<label for="pictures">${bilingual('照片', 'Pictures')}${OPTIONAL}</label>
<input id="pictures" name="pictures" type="file" multiple accept="image/png,image/jpeg" aria-describedby="pictures-note">
<p id="pictures-note" class="note">${bilingual(`PNG 或 JPEG，至多 ${CLUE_PICTURES_MOST} 张，每张不超过 5 MB；动态照片请先存为普通照片。照片原样保存，其中可能记有拍摄时间、地点和手机型号；不想提供的，请用截图。文件名不保存。`, `PNG or JPEG, at most ${CLUE_PICTURES_MOST}, 5 MB each; save a live photo as a plain one first. Pictures are kept as they are, and may hold the time, the place and the telephone they were taken with: send a screenshot to keep that to yourself. File names are not kept.`)}</p>
<fieldset><legend>${bilingual('联系方式（可不填）', 'Contact (optional)')}</legend>
<p class="note">${bilingual('加密保存；只有承办单位的人员写明事由才能查看，每次查看都有记录；办结六个月后删除。', 'Kept sealed. Only people of the unit that handles it can read it, with a reason, and each reading is recorded. It is deleted six months after the end.')}</p>
${contact('name', '怎么称呼您', 'What to call you')}${contact('contact', '电话、邮箱或者地址', 'Telephone, mail or address')}</fieldset>
<p class="buttons"><button>${bilingual('提交线索', 'Send the clue')}</button></p>
</div>
</form>`
}

const OPTIONAL = html` <small>${bilingual('（可不填）', '(optional)')}</small>`

export const clueReceiptPage = (code: string): SitePage =>
  sitePage(
    { zh: '线索已收到', en: 'Your clue has arrived' },
    html`<p class="good" role="status">${bilingual('线索已加密转交统一接收单位。', 'It was handed, sealed, to the unified receiving unit.')}</p>
<p>${bilingual('您的查询码，只显示这一次，请抄下来或者截图保存：', 'Your receipt code, shown only this once. Write it down:')}</p>
<p><strong><code>${code}</code></strong></p>
<p>${bilingual('遗失不能补发。凭它只能查到是否收到、是否已转12315（及其编号）、是否办结；是否立案不在本站告知。', 'It cannot be issued again. It tells whether the clue was received, was handed on to 12315 (with its number), or has ended; never whether a case was filed.')}</p>
<p><a href="${linkTo(CLUE_STATE_PATH)}">${bilingual('凭查询码查询', 'Ask with your receipt code')}</a></p>`,
    NOT_STORED,
  )

const STAGES: Readonly<Record<ClueStage, Html>> = {
  RECEIVED: bilingual(
    '已收到，等待统一接收单位录入12315。',
    'Received; the unified receiving unit has yet to enter it at 12315.',
  ),
  HANDED_ON: bilingual('已转12315。', 'Handed on to 12315.'),
  ENDED: bilingual('已办结。', 'Ended.'),
}

export const clueStatePage = (state: ClueState | null, refused: string | null): SitePage =>
  sitePage(
    { zh: '线索的进度', en: 'How far a clue is' },
    html`${refused === null ? null : html`<p class="notice" role="alert">${bilingualMessage(refused)}</p>`}
${
  state &&
  html`<p class="state" role="status"><strong>${STAGES[state.stage]}</strong> ${renderDate(state.on)}${state.number && html` ${bilingual('12315编号：', 'Number at 12315: ')}<code>${state.number}</code>`}</p>
<p>${bilingual('是否立案不在本站告知；要求答复的，请到12315举报。', 'Whether a case was filed is not told here. For an answer, report at 12315.')}</p>`
}
<form action="${linkTo(CLUE_STATE_PATH)}" method="post" class="search" autocomplete="off">
<div class="main">
<label for="code">${bilingual('查询码', 'Receipt code')}</label>
<div class="row"><input id="code" name="code" type="text" required maxlength="100" autocapitalize="characters" autocomplete="off" spellcheck="false" aria-describedby="code-note">
<button>${bilingual('查询', 'Ask')}</button></div>
<p id="code-note" class="note">${bilingual('25 个字母和数字，大小写、空格、连字符均可。', '25 letters and digits, in any case and grouping.')}</p>
</div>
</form>
<p><a href="${linkTo(CLUE_PATH)}">${bilingual('提供线索', 'Give a clue')}</a></p>`,
    NOT_STORED,
  )
