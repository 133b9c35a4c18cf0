import { Router } from 'express'
import { Refusal } from '../../foundation/errors.js'
import { bilingual, Html, html, type Lang, linkTo } from '../frame/html.js'
import { readPageText, renderMarkdown } from '../frame/markdown.js'
import { type SitePage, sitePage } from '../frame/page.js'
import { sendPage } from '../frame/render-response.js'
import { HELP_GROUPS, HELP_TASKS, helpPath } from './tasks.js'

const TITLE = /^# (.+)\n/

const source = (task: string, lang: Lang): string | null => readPageText(`help/${lang}/${task}.md`)

/** A text without an English version is shown in Chinese. */
const textOf = (task: string) => {
  const zh = source(task, 'zh') ?? ''
  const en = source(task, 'en')
  const titleOf = (text: string) => TITLE.exec(text)?.[1] ?? task
  const written = (text: string, lang: Lang) => renderMarkdown(text.replace(TITLE, ''), lang)
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
<h2 id="${id}">${bilingual(zh, en)}</h2>
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
<nav class="note" aria-label="${bilingual('其他帮助', 'More help')}">
<h2>${bilingual('其他帮助', 'More help')}</h2>
<ul>${others.filter((other) => other !== task).map((other) => html`<li>${linkOf(other)}</li>\n`)}<li><a href="${linkTo('/help')}">${bilingual('全部帮助', 'All help')}</a></li></ul>
</nav>`,
  )
}

const linkOf = (task: string) => {
  const { zh, en } = helpText(task).title
  return html`<a href="${linkTo(helpPath(task))}">${bilingual(zh, en)}</a>`
}
