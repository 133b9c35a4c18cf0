import { Router } from 'express'
import { Refusal } from '../../foundation/errors.js'
import { html, inPageLanguage, linkTo } from '../frame/html.js'
import { type SitePage, sitePage } from '../frame/page.js'
import { sendPage } from '../frame/render-response.js'
import { HELP_GROUPS, HELP_TASKS, helpPath } from './tasks.js'
import { helpText } from './texts.js'

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
