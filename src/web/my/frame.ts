import { bilingualPlainText, type Html, html, linkTo } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'

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
  out: '/my/sign-out',
} as const

export const listingPath = (id: string): string => `/my/listings/${encodeURIComponent(id)}`

export const partyPage = (own: PartyPageContext, title: SitePage['title'], content: Html): SitePage =>
  sitePage(
    title,
    html`${bar(own)}
${content}`,
  )

const bar = (own: PartyPageContext): Html => html`<div class="mine">
<nav aria-label="${bilingualPlainText('我的记录', 'My record')}"><ul>
<li><a href="${linkTo(MY_PATHS.file)}">${bilingual('概况', 'Overview')}</a></li>
<li><a href="${linkTo(MY_PATHS.records)}">${bilingual('全部信息与出处', 'Records and sources')}</a></li>
<li><a href="${linkTo(MY_PATHS.askers)}">${bilingual('谁查询过', 'Who asked')}</a></li>
<li><a href="${linkTo('/help', {}, '#party')}">${bilingual('帮助', 'Help')}</a></li>
</ul></nav>
${postForm(own, MY_PATHS.out)`<span>${bilingual('已登录：', 'Signed in:')} <code>${own.code}</code></span> <button class="plain">${bilingual('退出', 'Sign out')}</button>`}
</div>`

/** Returns a template tag for the content of a form. */
export const postForm =
  ({ csrf }: Pick<PartyPageContext, 'csrf'>, path: string) =>
  (...content: Parameters<typeof html>): Html =>
    html`<form action="${linkTo(path)}" method="post"><input type="hidden" name="csrf" value="${csrf}">
${html(...content)}</form>`

export const doneNotice = (text: string | null): Html | null =>
  text === null ? null : html`<p class="good" role="status" lang="zh-CN">${text}</p>`

export const refusalNotice = (text: string | null): Html | null =>
  text === null ? null : html`<p class="notice" role="alert" lang="zh-CN">${text}</p>`
