/** The codes that a reader checks are neither stored nor logged. */
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { BadRow, CodeRow } from '../../domain/operators/code-rows.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { parseForm, rawFormBody } from '../frame/forms.js'
import type { SitePage } from '../frame/page.js'
import { renderUncompressed, type SiteOffice, sendPage } from '../frame/render-response.js'
import type { CheckAnswer } from './answers.js'
import { writeCheckAnswerCsv } from './csv.js'
import { checkAnswerPage, checkPage } from './page.js'
import { decodeUpload, parseCheckRows } from './rows.js'

/** Enough for a thousand rows with long names. */
const BODY_BYTES = 512 * 1024
const KEPT_CHARACTERS = 200_000

export interface CheckDependencies {
  demo: boolean
  office: SiteOffice
  nowOf: (request: Request) => Date
  /** Each row counts towards the quota. Throws QUOTA_EXCEEDED or HUB_BUSY. */
  check: (request: Request, response: Response, rows: readonly (CodeRow | BadRow)[]) => Promise<CheckAnswer>
  refused: (request: Request, code: string) => void
  sendProblem: (response: Response, problem: Pick<Refusal, 'status' | 'code'> & { detail: string }) => void
}

/** Browsers name text/html. Scripts do not, and need the code. */
const isBrowser = (request: Request): boolean =>
  (request.headers.accept ?? '').toLowerCase().includes('text/html') &&
  request.accepts(['html', 'json', 'csv']) === 'html'

export const checkRouter = (parts: CheckDependencies): Router => {
  const send = (request: Request, response: Response, page: SitePage): void => {
    const here = { path: '/check', parameters: {} }
    response.type('html').send(renderUncompressed(parts, request, page, here))
  }
  const refuse = (request: Request, response: Response, error: Refusal, text: string): void => {
    if (error.details['retryAfter'] !== undefined) response.set('Retry-After', String(error.details['retryAfter']))
    const { status, code, message } = error
    if (!isBrowser(request)) return void parts.sendProblem(response, { status, code, detail: message })
    parts.refused(request, code)
    const kept = text.length <= KEPT_CHARACTERS ? text : ''
    send(request, response.status(status), checkPage(kept, message))
  }
  const answer: RequestHandler = async (request, response) => {
    let text = ''
    try {
      const { texts, files } = await parseForm(request)
      const [file] = files
      text = (file === undefined ? texts.get('codes') : decodeUpload(file.content)) ?? ''
      const answered = await parts.check(request, response, parseCheckRows(text))
      if (texts.get('format') !== 'csv') return send(request, response, checkAnswerPage(answered, text))
      response.set('Content-Disposition', `attachment; filename="check-${shanghaiDate(parts.nowOf(request))}.csv"`)
      response.type('text/csv; charset=utf-8; header=present').send(writeCheckAnswerCsv(answered))
    } catch (error) {
      if (!isRefusal(error)) throw error
      refuse(request, response, error, text)
    }
  }
  const tooLarge: ErrorRequestHandler = (error: unknown, request, response, next) => {
    const status = (error as { status?: unknown } | null)?.status
    if (response.headersSent || typeof status !== 'number' || status >= 500) return next(error)
    response.set('Connection', 'close')
    const limit = `${BODY_BYTES / 1_024} kB`
    refuse(
      request,
      response,
      status === 413 ? new Refusal('CONTENT_TOO_LARGE', { limit }) : new Refusal('FORM_UNREADABLE'),
      '',
    )
  }
  const router = Router()
  router.get('/check', (request, response) => sendPage(parts, request, response, checkPage('', null)))
  router.post('/check', noStore, rawFormBody(BODY_BYTES), answer, tooLarge)
  return router
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, noarchive' })
  next()
}
