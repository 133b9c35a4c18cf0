import { existsSync, readFileSync } from 'node:fs'
import { Router } from 'express'
import MarkdownIt from 'markdown-it'
import { Refusal } from '../../foundation/errors.js'
import { addressInLanguage, Html, html, inPageLanguage, type Lang, linkTo } from '../frame/html.js'
import { type SitePage, sitePage } from '../frame/page.js'
import { sendPage } from '../frame/render-response.js'
import { HELP_GROUPS, HELP_TASKS, helpPath } from './tasks.js'

/** A build in `dist` holds no texts and reads those in `src`. */
const FOLDER = ['./', '../../../../src/web/help/']
  .map((path) => new URL(path, import.meta.url))
  .find((folder) => existsSync(new URL('zh/', folder)))

const TITLE = /^# (.+)\n/

/** Links within the site keep the language of the page. */
const markdown = new MarkdownIt()
markdown.renderer.rules['link_open'] = (tokens, at, options, { lang }: { lang: Lang }, self) => {
  const path = tokens[at]?.attrGet('href') ?? ''
  tokens[at]?.attrSet('href', addressInLanguage(path, {}, lang))
  return self.renderToken(tokens, at, options)
}

const source = (task: string, lang: Lang): string | null => {
  const file = new URL(`${lang}/${task}.md`, FOLDER)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

/** A text without an English version is shown in Chinese. */
const textOf = (task: string) => {
  const zh = source(task, 'zh') ?? ''
  const en = source(task, 'en')
  const titleOf = (text: string) => TITLE.exec(text)?.[1] ?? task
  const written = (text: string, lang: Lang) => markdown.render(text.replace(TITLE, ''), { lang })
  const content = new Html((lang) => {
    if (lang === 'en' && en !== null) return `<article lang="en">\n${written(en, lang)}</article>`
    return `<article lang="zh-CN">\n${written(zh, lang)}</article>`
  })
  return { title: { zh: titleOf(zh), en: titleOf(en ?? zh) }, content }
}

const known = new Map<string, ReturnType<typeof textOf>>()

const helpText = (task: string): ReturnType<typeof textOf> => {
  const text = known.get(task) ?? textOf(task)
  known.set(task, text)
  return text
}

export const helpRouter = (parts: Parameters<typeof sendPage>[0]): Router => {
  const router = Router()
  router.get('/help', (request, response) => sendPage(parts, request, response, indexPage()))
  router.get('/help/:task', (request, response) => {
    const { task } = request.params
    if (!HELP_TASKS.includes(task)) throw new Refusal('NOT_FOUND')
    sendPage(parts, request, response, taskPage(task))
  })
  return router
}

const indexPage = (): SitePage =>
  sitePage(
    { zh: '帮助', en: 'Help' },
    html`${HELP_GROUPS.map(
      ({ id, zh, en, tasks }) => html`<section aria-labelledby="${id}">
<h2 id="${id}">${inPageLanguage(zh, en)}</h2>
<ul>${tasks.map((task) => html`<li>${linkOf(task)}</li>\n`)}</ul>
</section>
`,
    )}`,
  )

const taskPage = (task: string): SitePage => {
  const { title, content } = helpText(task)
  const others = HELP_GROUPS.find(({ tasks }) => (tasks as readonly string[]).includes(task))?.tasks ?? []
  return sitePage(
    title,
    html`${content}
<nav class="note" aria-label="${inPageLanguage('其他帮助', 'More help')}">
<h2>${inPageLanguage('其他帮助', 'More help')}</h2>
<ul>${others.filter((other) => other !== task).map((other) => html`<li>${linkOf(other)}</li>\n`)}<li><a href="${linkTo('/help')}">${inPageLanguage('全部帮助', 'All help')}</a></li></ul>
</nav>`,
  )
}

const linkOf = (task: string) => {
  const { zh, en } = helpText(task).title
  return html`<a href="${linkTo(helpPath(task))}">${inPageLanguage(zh, en)}</a>`
}
