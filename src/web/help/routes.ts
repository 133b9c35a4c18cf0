import { createHash } from 'node:crypto'
import { Router } from 'express'
import { Refusal } from '../../foundation/errors.js'
import { addressInLanguage, bilingual, Html, html, type Lang, linkTo } from '../frame/html.js'
import { readPageBytes, readPageText, renderMarkdown } from '../frame/markdown.js'
import { type SitePage, sitePage } from '../frame/page.js'
import { languageOf, sendPage } from '../frame/render-response.js'
import { HELP_GROUPS, type HelpTask, helpPath, helpTaskOf } from '../words/help-tasks.js'

const TITLE = /^# (.+)\n/
const PICTURE_NAME = /^[\w-]+\.png$/
const PICTURE_SECONDS = 3_600

const source = (task: HelpTask, lang: Lang): string | null => readPageText(`help/${lang}/${task}.md`)

/** A text without an English version is shown in Chinese. */
const textOf = (task: HelpTask) => {
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

const helpText = (task: HelpTask): ReturnType<typeof textOf> => {
  const text = known.get(task) ?? textOf(task)
  known.set(task, text)
  return text
}

export const helpRouter = (parts: Parameters<typeof sendPage>[0]): Router => {
  const router = Router()
  router.get('/help', (request, response) => sendPage(parts, request, response, indexPage()))
  router.get('/help/:task', (request, response) => {
    const found = helpTaskOf(request.params.task)
    if (found === null) throw new Refusal('NOT_FOUND')
    if (found.moved) return response.redirect(301, addressInLanguage(helpPath(found.task), {}, languageOf(request)))
    sendPage(parts, request, response, taskPage(found.task))
  })
  router.get('/help/pictures/:picture', (request, response) => {
    const { picture } = request.params
    const bytes = PICTURE_NAME.test(picture) ? readPageBytes(`help/pictures/${picture}`) : null
    if (bytes === null) throw new Refusal('NOT_FOUND')
    response.set('Cache-Control', `public, max-age=${PICTURE_SECONDS}`)
    response.set('ETag', `"${createHash('sha256').update(bytes).digest('base64url')}"`)
    response.type('png').send(bytes)
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

const taskPage = (task: HelpTask): SitePage => {
  const { title, content } = helpText(task)
  const others: readonly HelpTask[] =
    HELP_GROUPS.find(({ tasks }) => (tasks as readonly HelpTask[]).includes(task))?.tasks ?? []
  return sitePage(
    title,
    html`${content}
<nav class="note" aria-label="${bilingual('其他帮助', 'More help')}">
<h2>${bilingual('其他帮助', 'More help')}</h2>
<ul class="others">${others.filter((other) => other !== task).map((other) => html`<li>${linkOf(other)}</li>\n`)}<li><a href="${linkTo('/help')}">${bilingual('全部帮助', 'All help')}</a></li></ul>
</nav>`,
  )
}

const linkOf = (task: HelpTask) => {
  const { zh, en } = helpText(task).title
  return html`<a href="${linkTo(helpPath(task))}">${bilingual(zh, en)}</a>`
}
