import { type Html, html, linkTo, plainText } from '../frame/html.js'
import { both, page, type SitePage } from '../frame/page.js'

export interface PartyPageContext {
  code: string
  csrf: string
  endsAt: Date
}

export const PATHS = {
  file: '/my',
  records: '/my/records',
  askers: '/my/asked-by',
  objections: '/my/objections',
  authorisations: '/my/authorisations',
  out: '/my/sign-out',
} as const

export const listingPath = (id: string): string => `/my/listings/${encodeURIComponent(id)}`

export const ownPage = (own: PartyPageContext, title: SitePage['title'], content: Html): SitePage =>
  page(
    title,
    html`${bar(own)}
${content}`,
  )

const bar = (own: PartyPageContext): Html => html`<div class="mine">
<nav aria-label="${plainText('我的记录', 'My record')}"><ul>
<li><a href="${linkTo(PATHS.file)}">${both('概况', 'Overview')}</a></li>
<li><a href="${linkTo(PATHS.records)}">${both('全部信息与出处', 'Records and sources')}</a></li>
<li><a href="${linkTo(PATHS.askers)}">${both('谁查询过', 'Who asked')}</a></li>
<li><a href="${linkTo('/help', {}, '#party')}">${both('帮助', 'Help')}</a></li>
</ul></nav>
${form(own, PATHS.out, html`<span>${both('已登录：', 'Signed in:')} <code>${own.code}</code></span> <button class="plain">${both('退出', 'Sign out')}</button>`)}
</div>`

export const form = ({ csrf }: Pick<PartyPageContext, 'csrf'>, path: string, content: Html): Html =>
  html`<form action="${linkTo(path)}" method="post"><input type="hidden" name="csrf" value="${csrf}">
${content}</form>`

export const doneNotice = (text: string | null): Html | null =>
  text === null ? null : html`<p class="good" role="status" lang="zh-CN">${text}</p>`

export const refusalNotice = (text: string | null): Html | null =>
  text === null ? null : html`<p class="notice" role="alert" lang="zh-CN">${text}</p>`
