import type { SiteIdentity } from '../../domain/office/settings.js'
import { containDirection } from '../../foundation/text/bidi.js'
import {
  addressInLanguage,
  bilingual,
  cacheByLanguage,
  type Html,
  html,
  type Lang,
  linkTo,
  onlyInEnglish,
  publishedText,
} from './html.js'
import { FOOTER_LINKS, NAVIGATION_LINKS, type NavigationLink } from './navigation.js'
import { applyTheme, type Theme } from './theme.js'

export { bilingual } from './html.js'

export interface SitePage {
  /** `named` means that the Chinese title is a name, of any writing direction. */
  title: { zh: string; en: string; named?: boolean }
  content: Html
  /** The footer says what the page stores about its reader; null: nothing. */
  traces: Html | null
}

export const sitePage = (title: SitePage['title'], content: Html, traces: Html | null = null): SitePage => ({
  title,
  content,
  traces,
})

export interface FrameOptions {
  demo?: boolean
  /** The office is not in service yet. */
  trial?: boolean
  site?: SiteIdentity | null
  lang?: Lang
  theme?: Theme | null
  here?: { path: string; parameters: Record<string, string> } | null
}

export const renderPage = (
  { title, content, traces }: SitePage,
  { demo = false, trial = false, site = null, lang = 'zh', theme = null, here = null }: FrameOptions = {},
): string =>
  applyTheme(
    html`<!doctype html>
<html lang="${lang === 'en' ? 'en' : 'zh-CN'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titleOf(title, lang)}</title>
${LINKS}
${here && languages(here)}</head>
<body>
${TOP}
${navigationAt(MAIN, here?.path)}
${here && languageSwitch(here, lang)}
${here && themeSwitch(here)}
</div>
</header>
${demo ? DEMO : trial ? TRIAL : null}
<main id="content" tabindex="-1">
<h1>${headingOf(title)}</h1>
${content}
</main>
<footer class="foot">
<div class="wide">
${navigationAt(MORE, here?.path)}
${traces ?? NO_TRACES}
${QUESTIONS}
${site && imprint(site)}</div>
</footer>
</body>
</html>
`.written(lang),
    theme,
  )

const DEMO = cacheByLanguage(
  html`<aside class="demo" aria-label="${bilingual('演示', 'Demonstration')}"><p>${bilingual('演示：本页数据全部虚构，不涉及任何真实企业。', 'A demonstration: all data is invented, and no real firm is meant.')}</p></aside>`,
)
const TRIAL = cacheByLanguage(
  html`<aside class="demo" aria-label="${bilingual('试运行', 'On trial')}"><p>${bilingual('试运行：本站尚未正式运行，所载条目用于测试，不得据以采取任何措施。', 'On trial: this site is not in service yet. Its entries are tests, and nothing may be done on their ground.')}</p></aside>`,
)

const LINKS = cacheByLanguage(html`<link rel="stylesheet" href="/site.css">
<link rel="icon" type="image/svg+xml" href="/icon.svg">
<link rel="alternate" type="application/atom+xml" title="${bilingual('严重失信名单的变更', 'Changes of the blacklist')}" href="/data/blacklist.atom">`)

const TOP = cacheByLanguage(html`<a class="skip" href="#content">${bilingual('跳到正文', 'Skip to the content')}</a>
<header class="top">
<div class="wide">
<p class="name"><a href="${linkTo('/')}">${bilingual('吉林省电子商务信用信息枢纽', 'Jilin e-commerce credit hub')}</a></p>`)

const NO_TRACES = cacheByLanguage(
  html`<p>${bilingual('公开页面不使用脚本、不设置 Cookie、不记录谁看了什么。', 'Its public pages use no script, set no cookie, and keep no note of who read what.')}</p>`,
)
const QUESTIONS = cacheByLanguage(
  html`<p>${bilingual('对某条记录有疑问，请联系该条所列决定机关。', 'For questions about an entry turn to the authority named in it.')}</p>`,
)

const ICP_REGISTER = 'https://beian.miit.gov.cn/'

const imprint = ({ operator, telephone, email, icpFiling, policeFiling }: SiteIdentity): Html => {
  const told = [
    operator && html`${bilingual('主办单位：', 'Run by: ')}${publishedText(operator)}`,
    telephone && html`${bilingual('电话：', 'Telephone: ')}${publishedText(telephone)}`,
    email && html`<a href="mailto:${email}">${publishedText(email)}</a>`,
    icpFiling && html`<a href="${ICP_REGISTER}" rel="nofollow">${publishedText(icpFiling)}</a>`,
    policeFiling && publishedText(policeFiling),
  ].filter((each) => each !== null)
  return told.length === 0
    ? html``
    : html`<p class="imprint">${told.map((each, i) => html`${i === 0 ? null : bilingual('　', ' · ')}${each}`)}</p>\n`
}

/** Puts a first strong isolate (U+2068 … U+2069) around a name, for places without markup. */
const isolateName = (text: string): string => {
  const own = containDirection(text)
  return `\u2068${own.text}${own.closes}\u2069`
}

const titleOf = ({ zh, en, named = false }: SitePage['title'], lang: Lang): string => {
  if (!named) return lang === 'en' ? en : zh
  return lang === 'en' ? `${isolateName(zh)} · ${en}` : isolateName(zh)
}

const headingOf = ({ zh, en, named = false }: SitePage['title']): Html =>
  named ? html`${publishedText(zh)}${onlyInEnglish(html` <small>${en}</small>`)}` : bilingual(zh, en)

const item = ({ path, zh, en }: NavigationLink, here: string | null): Html =>
  html`<li><a href="${linkTo(path)}"${path === here ? CURRENT : null}>${bilingual(zh, en)}</a></li>`

/** The key null stands for pages to which the navigation has no link. */
const navigation = (label: Html, links: readonly NavigationLink[]): ReadonlyMap<string | null, Html> =>
  new Map(
    [null, ...links.map(({ path }) => path)].map((here) => [
      here,
      cacheByLanguage(html`<nav aria-label="${label}"><ul>${links.map((link) => item(link, here))}</ul></nav>`),
    ]),
  )

const navigationAt = (links: ReadonlyMap<string | null, Html>, here: string | undefined): Html | undefined =>
  links.get(here ?? null) ?? links.get(null)

const CURRENT = html` aria-current="page"`
const MAIN = navigation(bilingual('主要栏目', 'Main'), NAVIGATION_LINKS)
const MORE = navigation(bilingual('更多', 'More'), FOOTER_LINKS)

const languages = ({ path, parameters }: NonNullable<FrameOptions['here']>): Html =>
  html`<link rel="alternate" hreflang="zh-CN" href="${addressInLanguage(path, parameters, 'zh')}">
<link rel="alternate" hreflang="en" href="${addressInLanguage(path, parameters, 'en')}">
`

const languageSwitch = ({ path, parameters }: NonNullable<FrameOptions['here']>, lang: Lang): Html =>
  lang === 'en'
    ? html`<p class="lang"><a href="${addressInLanguage(path, parameters, 'zh')}" lang="zh-CN" hreflang="zh-CN">中文</a></p>`
    : html`<p class="lang"><a href="${addressInLanguage(path, parameters, 'en')}" lang="en" hreflang="en">English</a></p>`

/** Style shows the link to the theme that does not apply now. */
const themeSwitch = ({ path, parameters }: NonNullable<FrameOptions['here']>): Html =>
  html`<p class="lang"><a class="to-dark" rel="nofollow" href="${linkTo(path, { ...parameters, theme: 'dark' })}">${bilingual('深色', 'Dark')}</a><a class="to-light" rel="nofollow" href="${linkTo(path, { ...parameters, theme: 'light' })}">${bilingual('浅色', 'Light')}</a></p>`
