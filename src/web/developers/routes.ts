import { Router } from 'express'
import { schemaText } from '../../foundation/contracts.js'
import { listRefusals, Refusal, type RefusalText } from '../../foundation/errors.js'
import { bilingual, cacheByLanguage, Html, html } from '../frame/html.js'
import { readPageText, renderMarkdown } from '../frame/markdown.js'
import { type SitePage, sitePage } from '../frame/page.js'
import { baseUrlOf, sendPage } from '../frame/render-response.js'

const CLIENTS = [
  { file: 'hub-client.ts', name: 'TypeScript', zh: 'Node，不用软件包', en: 'Node, no packages' },
  { file: 'hub_client.py', name: 'Python', zh: '3.8 起，只用标准库', en: '3.8 on, standard library only' },
  { file: 'hub-client.sh', name: 'curl', zh: 'bash、curl、sed、openssl', en: 'bash, curl, sed, openssl' },
] as const

const clientText = (file: string): string => schemaText(`clients/${file}`)

export const developersRouter = (parts: Parameters<typeof sendPage>[0] & Parameters<typeof baseUrlOf>[0]): Router => {
  const router = Router()
  router.get('/developers', (request, response) =>
    sendPage(parts, request, response, developersPage(baseUrlOf(parts, request))),
  )
  router.get('/developers/:file', (request, response) => {
    const { file } = request.params
    if (!CLIENTS.some((client) => client.file === file)) throw new Refusal('NOT_FOUND')
    response.set('Content-Disposition', `attachment; filename="${file}"`)
    response.type('text/plain; charset=utf-8').send(clientText(file))
  })
  return router
}

const developersPage = (base: string): SitePage =>
  sitePage(
    { zh: '电子商务平台的开发人员', en: 'Developers of marketplaces' },
    html`<article>
${textWith(base, { clients: CLIENT_TEXTS, refusals: REFUSALS })}</article>`,
  )

/** A line `{{name}}` of the text stands for the part of that name. */
const textWith = (base: string, parts: Record<string, Html>): Html =>
  new Html((lang) => {
    return (readPageText(`developers/${lang}.md`) ?? '')
      .replaceAll('{{base}}', base)
      .split(/^\{\{(\w+)\}\}$/m)
      .map((piece, place) => (place % 2 === 0 ? renderMarkdown(piece, lang) : (parts[piece]?.written(lang) ?? '')))
      .join('')
  })

const CLIENT_TEXTS = cacheByLanguage(
  html`${CLIENTS.map(
    ({ file, name, zh, en }) => html`<h3 id="${file}">${name}</h3>
<p><a href="/developers/${file}" download>${file}</a> <span class="note">${bilingual(zh, en)}</span></p>
<details><summary>${bilingual('全文', 'The whole text')}</summary>
<pre tabindex="0"><code>${clientText(file)}</code></pre></details>
`,
  )}`,
)

const OF_MARKETPLACES =
  /^(?:SELLERS|ROWS?|WEBHOOKS?|CHANGES|STREAMS|TOO_MANY|QUOTA|CONTENT_TOO|UPLOAD_STALLED|UNAUTHENTICATED|FORBIDDEN|HUB_BUSY|RUN_BUSY|UNAVAILABLE|STOPPING|INPUT_INVALID|DATE_INVALID|MEDIA_TYPE|NOT_ACCEPTABLE|NOT_FOUND|ANSWER_TIMEOUT|TRAIL|QUERY|LIST_WITHHELD|STORAGE_FULL)/

const tableOf = (refusals: readonly RefusalText[]): Html =>
  html`<dl class="facts">${refusals.map(({ code, status, zh, en }) => html`<div><dt><code>${code}</code> ${status}</dt><dd>${bilingual(zh, en)}</dd></div>\n`)}</dl>`

const REFUSALS = cacheByLanguage(
  html`${tableOf(listRefusals().filter(({ code }) => OF_MARKETPLACES.test(code)))}
<details><summary>${bilingual('其他拒绝情形', 'All other refusals')}</summary>
${tableOf(listRefusals().filter(({ code }) => !OF_MARKETPLACES.test(code)))}</details>`,
)
