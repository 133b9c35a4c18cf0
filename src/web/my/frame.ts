import { ATTACHMENTS_MOST } from '../../domain/listing/papers.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { formatShanghaiMinute } from '../entry/page.js'
import { bilingualMessage, type Html, html, linkTo, publishedText, section } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { type HelpTask, helpPath } from '../words/help-tasks.js'
import type { PartyPaper } from './questions.js'

export interface PartyPageContext {
  code: string
  csrf: string
  endsAt: Date
}

export const MY_PATHS = {
  file: '/my',
  records: '/my/records',
  askers: '/my/asked-by',
  objections: '/my/objections',
  authorisations: '/my/authorisations',
  papers: '/my/papers',
  out: '/my/sign-out',
} as const

export const listingPath = (id: string): string => `/my/listings/${encodeURIComponent(id)}`

export const partyPage = (
  own: PartyPageContext,
  title: SitePage['title'],
  content: Html,
  help: HelpTask = 'my-record',
): SitePage =>
  sitePage(
    title,
    html`${bar(own, help)}
${content}`,
    PARTY_TRACES,
  )

export const PARTY_TRACES = html`<p>${bilingual('“我的记录”各页不使用脚本；登录期间设置一个 Cookie，退出即删除；每次查看和办理都留有痕迹，供审计。', 'The pages of “My record” use no script. While you are signed in they set one cookie, which goes when you sign out. Every look and every act leaves a row for auditors.')}</p>`

const bar = (own: PartyPageContext, help: HelpTask): Html => html`<div class="mine">
<nav aria-label="${bilingual('我的记录', 'My record')}"><ul>
<li><a href="${linkTo(MY_PATHS.file)}">${bilingual('概况', 'Overview')}</a></li>
<li><a href="${linkTo(MY_PATHS.records)}">${bilingual('全部信息与出处', 'Records and sources')}</a></li>
<li><a href="${linkTo(MY_PATHS.askers)}">${bilingual('谁查询过', 'Who asked')}</a></li>
<li><a href="${linkTo(helpPath(help))}">${bilingual('帮助', 'Help')}</a></li>
</ul></nav>
${postForm(own, MY_PATHS.out)`<span>${bilingual('已登录：', 'Signed in:')} <code>${own.code}</code></span> <button class="plain">${bilingual('退出', 'Sign out')}</button>`}
</div>`

const postForm =
  ({ csrf }: Pick<PartyPageContext, 'csrf'>, path: string) =>
  (...content: Parameters<typeof html>): Html =>
    html`<form action="${linkTo(path)}" method="post"><input type="hidden" name="csrf" value="${csrf}">
${html(...content)}</form>`

export interface WithdrawalQuestion {
  title: BilingualText
  about: Html
  path: string
  fields?: Html
  back: string
}

/** Asks before a withdrawal; works without a script. */
export const withdrawalPage = (own: PartyPageContext, { title, about, path, fields, back }: WithdrawalQuestion) =>
  partyPage(
    own,
    title,
    html`${about}
${postForm(own, path)`${fields}<p><button>${bilingual(`确认${title.zh}`, `Yes: ${title.en}`)}</button> <a href="${linkTo(back)}">${bilingual('不撤回，返回', 'No, back')}</a></p>`}`,
  )

export const doneNotice = (text: string | null): Html | null =>
  text === null ? null : html`<p class="good" role="status">${bilingualMessage(text)}</p>`

export const refusalNotice = (words: BilingualText | null): Html | null =>
  words === null ? null : html`<p class="notice" role="alert">${bilingual(words.zh, words.en)}</p>`

export const fileForm =
  ({ csrf }: Pick<PartyPageContext, 'csrf'>, path: string) =>
  (...content: Parameters<typeof html>): Html =>
    html`<form action="${linkTo(path)}" method="post" enctype="multipart/form-data"><input type="hidden" name="csrf" value="${csrf}">
${html(...content)}</form>`

export const attachmentField = (id: string): Html =>
  html`<p><label for="${id}">${bilingual('附件（可不附）', 'Attachments, if any')}</label>
<input id="${id}" name="file" type="file" multiple accept=".pdf,.png,.jpg,.jpeg" aria-describedby="${id}-note"></p>
<p id="${id}-note" class="note">${bilingual(`PDF、PNG 或 JPEG，至多 ${ATTACHMENTS_MOST} 份，合计不超过 20 MB；加密保存，只有您和办案人员可以读取。`, `PDF, PNG or JPEG, at most ${ATTACHMENTS_MOST}, 20 MB together. They are kept sealed; only you and the officers of the case read them.`)}</p>`

export const attachmentList = (all: readonly PartyPaper[]): Html | null =>
  all.length === 0
    ? null
    : html`<ul>${all.map((one) => html`<li>${attachmentLink(one)} ${Math.ceil(one.bytes / 1024)} KB ${formatShanghaiMinute(new Date(one.storedAt))}</li>\n`)}</ul>`

const attachmentLink = ({ id, name, type, erasedAt }: PartyPaper): Html => {
  const words = name === null ? html`${bilingual('附件', 'Attachment')} ${type}` : publishedText(name)
  return erasedAt === null
    ? html`<a href="${linkTo(`${MY_PATHS.papers}/${id}`)}" download>${words}</a>`
    : html`${words} ${bilingual('（已过留存期限，已销毁）', '(erased after its term)')}`
}

export const unsentText = (typed: string): Html => section(
  'typed',
  '您刚才填写的内容（尚未提交）',
  'What you had written (not sent)',
)`
<p>${bilingual('请先复制保存，以便再次提交。', 'Copy it, to send it again.')}</p>
<pre tabindex="0">${typed}</pre>`
